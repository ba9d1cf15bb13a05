"""An export carries the timestamps of its heads; whoever has the authority's root checks them without any server."""

import zipfile
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import Engine

from mediation.db import reading
from mediation.ledger import stamps
from mediation.ledger.checking import Timestamp
from mediation.ledger.log_check import check_timestamps
from mediation.ledger.reconciling import reconcile
from mediation.ledger.stamp_check import Token, check_tokens
from mediation.ledger.stamped import newest_stamped
from mediation.ledger.stamps import roots_in
from mediation.ledger.verifying import Report, Trusted, verify
from mediation.protocol import notes
from tests.ledger.authority import Authority, offered
from tests.ledger.test_asking import Clock, asks, keeping, note_of, published
from tests.ledger.test_integrating import AT, CASE
from tests.ledger.test_stamping import kept, stamping_at
from tests.ledger.test_tampering import Parts, codes, export, key_of, owner, rebuild, rewritten, settings_in
from tests.ledger.witnesses import listening

DAYS = 2


@pytest.fixture
def authority() -> Authority:
    return Authority(AT)


@pytest.fixture
def stamped_log(engine: Engine, authority: Authority) -> Engine:
    """A log that was published on two days, and stamped ten minutes after noon of each."""
    clock = Clock()
    with offered(authority) as url:
        for day in range(DAYS):
            clock.now = authority.now = AT + timedelta(days=day, minutes=10)
            published(engine, day)
            assert stamping_at(engine, url, authority, clock).turn()
    return engine


def checked(engine: Engine, file: Path, *authorities: Authority) -> Report:
    roots = [root for each in authorities for root in roots_in(each.pem)]
    return verify(file, Trusted([key_of(engine)], timestamp_roots=roots))


def parts_of(file: Path) -> Parts:
    with zipfile.ZipFile(file) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


@pytest.mark.parametrize("case_id", [None, CASE], ids=["the whole log", "a case"])
def test_each_head_in_an_export_has_its_timestamp(
    stamped_log: Engine, authority: Authority, tmp_path: Path, case_id: str | None
) -> None:
    file = export(stamped_log, tmp_path / "a.zip", case_id)
    with zipfile.ZipFile(file) as archive:
        assert {"timestamps/512.tsr", "timestamps/1024.tsr"} <= {*archive.namelist()}
    report = checked(stamped_log, file, Authority(AT), authority)
    assert report.findings == []
    times = [AT + timedelta(days=day, minutes=10) for day in range(DAYS)]
    assert report.timestamps == [Timestamp(512, times[0]), Timestamp(1024, times[1])]


def test_without_a_root_nothing_is_said_of_their_times(stamped_log: Engine, tmp_path: Path) -> None:
    report = checked(stamped_log, export(stamped_log, tmp_path / "a.zip"))
    assert (report.findings, report.timestamps) == ([], [Timestamp(512, None), Timestamp(1024, None)])


def test_lines_that_witnesses_add_later_leave_the_timestamp_as_it_was(
    stamped_log: Engine, authority: Authority, tmp_path: Path
) -> None:
    with listening(keeping(stamped_log)) as url:
        assert asks(stamped_log, url).turn() == 1
    file = export(stamped_log, tmp_path / "a.zip")
    assert b"witness.example" in parts_of(file)["consistency/1024"]
    assert checked(stamped_log, file, authority).findings == []


def test_whoever_gives_a_root_is_told_that_there_is_no_timestamp(
    engine: Engine, authority: Authority, tmp_path: Path
) -> None:
    published(engine)
    file = export(engine, tmp_path / "a.zip")
    assert codes(checked(engine, file, authority)) == {"timestamp-missing"}
    assert checked(engine, file).findings == []


def _flipped(parts: Parts) -> None:
    """One bit of the authority's signature, with which its answer ends."""
    answer = bytearray(parts["timestamps/1024.tsr"])
    answer[-5] ^= 1
    parts["timestamps/1024.tsr"] = bytes(answer)


def _cut(parts: Parts) -> None:
    parts["timestamps/1024.tsr"] = parts["timestamps/1024.tsr"][:200]


def _exchanged(parts: Parts) -> None:
    parts["timestamps/1024.tsr"] = parts["timestamps/512.tsr"]


def _of_nothing(parts: Parts) -> None:
    parts["timestamps/700.tsr"] = parts["timestamps/512.tsr"]


def _taken_out(parts: Parts) -> None:
    for name in [name for name in parts if name.startswith("timestamps/")]:
        del parts[name]


def _rejected(parts: Parts) -> None:
    parts["timestamps/512.tsr"] = Authority(AT, status="rejection").stamp(b"")


def _of_another(parts: Parts) -> None:
    note = parts["consistency/1024"].decode().partition("\n\n")[2]
    parts["timestamps/1024.tsr"] = Authority(AT).stamp(stamps.request(note.encode()).body)


TAMPERED: dict[str, tuple[Callable[[Parts], None], str]] = {
    "a flipped bit": (_flipped, "timestamp-untrusted"),
    "cut": (_cut, "timestamp-unreadable"),
    "that of another head": (_exchanged, "timestamp-hash-wrong"),
    "of no head in the file": (_of_nothing, "timestamp-misplaced"),
    "taken out": (_taken_out, "timestamp-missing"),
    "a rejection": (_rejected, "timestamp-refused"),
    "another authority's": (_of_another, "timestamp-untrusted"),
}


@pytest.mark.parametrize("how", TAMPERED)
def test_a_timestamp_that_was_tampered_with(
    stamped_log: Engine, authority: Authority, tmp_path: Path, how: str
) -> None:
    tamper, code = TAMPERED[how]
    file = export(stamped_log, tmp_path / "a.zip")
    assert codes(checked(stamped_log, rewritten(file, tmp_path / "b.zip", tamper), authority)) == {code}


def test_a_history_that_was_made_later_with_the_log_s_own_key(
    stamped_log: Engine, authority: Authority, tmp_path: Path
) -> None:
    """Its last event is another one, with the number of the first. Nobody kept a head and no witness is asked: only the
    timestamps show it.
    """
    last = "DELETE FROM audit_event WHERE idx = (SELECT max(idx) FROM audit_event)"
    owner(stamped_log, last, "UPDATE audit_counter SET next_n = next_n - 1 WHERE scope = 'agency'")
    rebuild(stamped_log)
    file = export(stamped_log, tmp_path / "a.zip")
    assert codes(checked(stamped_log, file)) == set()
    assert "timestamp-hash-wrong" in codes(checked(stamped_log, file, authority))
    again = rewritten(file, tmp_path / "b.zip", _taken_out)
    assert "timestamp-missing" in codes(checked(stamped_log, again, authority))


def test_no_flipped_bit_makes_it_say_something_else(stamped_log: Engine, authority: Authority) -> None:
    """What nobody signed, such as the copy of a root beside it, may be changed; time and head may not."""
    _, answer = kept(stamped_log)[0]
    with reading(stamped_log) as session:
        found = newest_stamped(session, 1, 512)
    assert found is not None and found.answer == answer
    roots = roots_in(authority.pem)
    said: set[object] = set()
    for place in range(len(answer)):
        changed = bytearray(answer)
        changed[place] ^= 1 << place % 8
        try:
            said.add(stamps.opened(bytes(changed), found.data, roots))
        except stamps.StampError as error:
            said.add(error.code)
    assert said <= {AT + timedelta(minutes=10), *stamps.SENTENCES}
    assert len(said) > 3
    with pytest.raises(stamps.StampError):
        stamps.opened(answer, found.data + b"\n", roots)


def found_in(engine: Engine, pem: str) -> set[str]:
    report = Report("database")
    with reading(engine) as session:
        check_timestamps(session, report, pem)
    return codes(report)


def test_the_database_is_held_against_the_roots_that_are_set(stamped_log: Engine, authority: Authority) -> None:
    assert found_in(stamped_log, authority.pem) == found_in(stamped_log, "") == set()
    assert found_in(stamped_log, Authority(AT).pem) == {"timestamp-untrusted"}
    assert found_in(stamped_log, Authority(AT).pem + authority.pem) == set()
    exchange = "UPDATE audit_timestamp SET answer = (SELECT answer FROM audit_timestamp WHERE size = 512)"
    owner(stamped_log, exchange)
    assert found_in(stamped_log, authority.pem) == {"timestamp-hash-wrong"}


def test_a_timestamp_of_no_published_head_is_found_without_roots_too(stamped_log: Engine) -> None:
    owner(stamped_log, "UPDATE audit_timestamp SET size = 700 WHERE size = 512")
    with reading(stamped_log) as session:
        assert "timestamp-misplaced" in codes(reconcile(session, [], {}))


def test_of_a_head_that_a_key_of_before_signed_nothing_is_said(stamped_log: Engine, authority: Authority) -> None:
    token = Token("timestamps/512.tsr", note_of(stamped_log), kept(stamped_log)[0][1])
    later = notes.verifier_key(settings_in(stamped_log).log_origin(), bytes(32)).text
    report = Report("log")
    check_tokens(report, Trusted([later]), [token])
    assert (report.findings, report.timestamps) == ([], [])
    check_tokens(report, Trusted([later], timestamp_roots=roots_in(authority.pem)), [token])
    assert codes(report) == {"timestamp-missing"}
