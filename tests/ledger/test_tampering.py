"""Every tampering that the audit trail promises to show, done for real: as the owner of the tables, without triggers,
signed again with the log's own key; and what shows it.
"""

import base64
import json
import zipfile
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, select, text

from mediation import ledger
from mediation.access import SYSTEM, Actor
from mediation.db import reading, settings_of, writing
from mediation.ledger import exporting, integrating, showing, signing
from mediation.ledger.logs import newest
from mediation.ledger.models import AuditShown
from mediation.ledger.state import SignerState
from mediation.ledger.upkeep import Upkeep
from mediation.ledger.verifying import CannotCheckError, Report, Trusted, verify
from mediation.protocol import checkpoint, notes, tree
from mediation.protocol.checkpoint import Checkpoint
from mediation.protocol.encoding import canonical, new_id
from mediation.protocol.event import commitment
from mediation.settings import Settings

AT = datetime(2026, 3, 2, 12, tzinfo=UTC)
CASE, OTHER = new_id(), new_id()
MARY = Actor(kind="participant", participant_id=new_id(), case_id=CASE)
TABLES = ("audit_event", "audit_tile", "audit_checkpoint", "audit_log", "audit_timestamp")
Parts = dict[str, bytes]


@pytest.fixture
def trail(engine: Engine) -> Engine:
    """Seven events of two cases, published."""
    with writing(engine) as session:
        for case, kind in ((CASE, "case.created"), (OTHER, "case.created")):
            ledger.append(session, kind, actor=SYSTEM, case_id=case, refs={}, at=AT)
        for kind in ("message.submitted", "message.taken-back", "message.submitted", "message.opened"):
            ledger.append(session, kind, actor=MARY, case_id=CASE, refs={"message": new_id()}, at=AT)
        session.commit()
    Upkeep(engine, lambda: AT).turn()
    return engine


def settings_in(engine: Engine) -> Settings:
    with reading(engine) as session:
        return settings_of(session)


def key_of(engine: Engine) -> str:
    settings = settings_in(engine)
    return notes.verifier_key(settings.log_origin(), settings.audit_keys[0]).text


def head_in(engine: Engine) -> Checkpoint:
    with reading(engine) as session:
        head = newest(session, 1, signed=True)
        assert head is not None and head.note is not None
        return checkpoint.opened(head.note, [key_of(engine)])


def export(engine: Engine, file: Path, case_id: str | None = None) -> Path:
    """An export, as the command makes it."""
    with writing(engine) as session:
        exporting.announce(session, case_id, AT)
        session.commit()
    Upkeep(engine, lambda: AT).turn()
    with reading(engine) as session:
        exporting.write(session, file, case_id)
    return file


def checked(engine: Engine, file: Path, seen: Checkpoint | None = None) -> Report:
    """What the verifier says."""
    return verify(file, Trusted([key_of(engine)], seen=(seen.size, seen.root) if seen else None))


def codes(report: Report) -> set[str]:
    return {each.code for each in report.findings}


def owner(engine: Engine, *statements: str, **values: Any) -> None:
    """The tables' owner does what the triggers refuse."""
    with engine.begin() as connection:
        if engine.dialect.name == "sqlite":
            names = connection.execute(text("SELECT name FROM sqlite_master WHERE type = 'trigger'")).scalars().all()
            for name in names:
                connection.execute(text(f"DROP TRIGGER {name}"))
        else:
            for table in TABLES:
                connection.execute(text(f"ALTER TABLE {table} DISABLE TRIGGER ALL"))
        for statement in statements:
            connection.execute(text(statement), values)


def rebuild(engine: Engine) -> None:
    """Grow and sign the whole tree anew over what is in the table now, in the order of `idx`, with the real key."""
    with engine.connect() as connection:
        order = connection.execute(text("SELECT qid FROM audit_event ORDER BY idx, qid")).scalars().all()
    owner(engine, "DELETE FROM audit_tile", "DELETE FROM audit_checkpoint", "UPDATE audit_event SET idx = NULL")
    with engine.begin() as connection:  # queued anew in that order
        for place, qid in enumerate(order):
            move = text("UPDATE audit_event SET qid = :new WHERE qid = :qid")
            connection.execute(move, {"new": place - 10**6, "qid": qid})
    SignerState(settings_in(engine).instance).path.unlink()
    Upkeep(engine, lambda: AT).turn()


def test_an_honest_export_is_good(trail: Engine, tmp_path: Path) -> None:
    seen = head_in(trail)
    whole = checked(trail, export(trail, tmp_path / "all.zip"), seen)
    assert (whole.findings, whole.kind, whole.events) == ([], "log", whole.head.size if whole.head else 0)
    of_case = checked(trail, export(trail, tmp_path / "case.zip", CASE))
    assert (of_case.findings, of_case.kind, of_case.events) == ([], "case", 6)


def test_a_later_export_holds_the_proof_that_it_goes_on_from_what_was_published(trail: Engine, tmp_path: Path) -> None:
    said(trail, MARY, "message.kept", CASE)
    Upkeep(trail, lambda: AT + timedelta(days=1)).turn()
    file = export(trail, tmp_path / "case.zip", CASE)
    with zipfile.ZipFile(file) as archive:
        assert "consistency/512" in archive.namelist()
    assert checked(trail, file).findings == []


@pytest.mark.parametrize("what", ["UPDATE audit_event SET commitment = :bytes WHERE idx = 3"])
def test_an_altered_commitment(trail: Engine, tmp_path: Path, what: str) -> None:
    owner(trail, what, bytes=b"x" * 32)
    report = checked(trail, export(trail, tmp_path / "a.zip"))
    assert {"root-wrong", "commitment-mismatch"} <= codes(report)


def test_altered_content_under_the_same_commitment(trail: Engine, tmp_path: Path) -> None:
    def change(line: dict[str, Any]) -> dict[str, Any]:
        opening = base64.b64decode(line["o"])
        event = json.loads(opening[32:]) | {"kind": "message.stopped"}
        return line | {"o": base64.b64encode(opening[:32] + canonical(event)).decode()}

    file = rewritten(export(trail, tmp_path / "a.zip"), tmp_path / "b.zip", openings(3, change))
    report = checked(trail, file)
    assert codes(report) == {"commitment-mismatch", "event-missing"}


@pytest.mark.parametrize(
    "statement",
    [
        "DELETE FROM audit_event WHERE idx = 3",
        "UPDATE audit_event SET idx = CASE idx WHEN 3 THEN 1000003 WHEN 4 THEN 3 ELSE idx END",
    ],
    ids=["an event dropped", "two events swapped"],
)
def test_a_tree_that_was_built_and_signed_anew(trail: Engine, tmp_path: Path, statement: str) -> None:
    """By whoever kept a head; and by the numbers, where one is missing or out of order."""
    seen = head_in(trail)
    owner(trail, statement)
    rebuild(trail)
    report = checked(trail, export(trail, tmp_path / "a.zip"), seen)
    assert "log-forked" in codes(report)
    assert codes(report) & {"event-missing", "number-twice"}


def test_a_rolled_back_log(trail: Engine, tmp_path: Path) -> None:
    """Cut back to before the day's entries, and signed anew."""
    seen = head_in(trail)
    owner(trail, "DELETE FROM audit_event WHERE idx >= 4")
    with trail.begin() as connection:
        connection.execute(text("DELETE FROM audit_tile"))
        connection.execute(text("DELETE FROM audit_checkpoint"))
        connection.execute(text("UPDATE audit_event SET idx = NULL"))
    SignerState(settings_in(trail).instance).path.unlink()
    for work in (lambda s: integrating.integrate(s, AT), signing.sign_newest):
        with writing(trail) as session:
            work(session)
            session.commit()
    with reading(trail) as session:
        exporting.write(session, tmp_path / "a.zip", None)
    assert "log-rolled-back" in codes(checked(trail, tmp_path / "a.zip", seen))


def test_an_event_left_out_of_a_case(trail: Engine, tmp_path: Path) -> None:
    whole = export(trail, tmp_path / "a.zip", CASE)
    names = sorted(names_of(whole), key=lambda name: int(name[7:-11]))
    for number, name in enumerate(names):
        file = rewritten(whole, tmp_path / f"{number}.zip", partial(_without, name))
        wanted = {names[-1]: {"not-closed"}, names[-2]: {"acts-missing"}}  # the last one of all, and the last of Mary's
        assert codes(checked(trail, file)) == wanted.get(name, {"event-missing", "acts-missing"})


def _without(name: str, parts: Parts) -> None:
    del parts[name]


def names_of(file: Path) -> list[str]:
    with zipfile.ZipFile(file) as archive:
        return [name for name in archive.namelist() if name.startswith("events/")]


def openings(index: int, change: Callable[[dict[str, Any]], dict[str, Any] | None]) -> Callable[[Parts], Any]:
    """Change one line of the openings, or leave it out."""

    def run(parts: Parts) -> None:
        lines = [json.loads(line) for line in parts["openings.jsonl"].splitlines()]
        made = [change(line) if line["i"] == index else line for line in lines]
        parts["openings.jsonl"] = b"".join(json.dumps(line).encode() + b"\n" for line in made if line is not None)

    return run


def rewritten(file: Path, target: Path, change: Callable[[Parts], Any]) -> Path:
    """The file with its parts changed."""
    with zipfile.ZipFile(file) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    change(parts)
    with zipfile.ZipFile(target, "w") as archive:
        for name, data in parts.items():
            archive.writestr(name, data)
    return target


def test_an_opening_that_is_missing_without_an_erasure(trail: Engine, tmp_path: Path) -> None:
    file = rewritten(export(trail, tmp_path / "a.zip"), tmp_path / "b.zip", openings(3, lambda line: None))
    assert codes(checked(trail, file)) == {"opening-missing", "event-missing"}


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE audit_event SET sealed = :bytes WHERE idx IS NULL",
        "UPDATE audit_key SET key = :bytes WHERE scope = :case",
    ],
    ids=["the event", "its key"],
)
def test_what_nobody_can_open_is_found_and_holds_up_nothing(trail: Engine, tmp_path: Path, statement: str) -> None:
    before = drawn(trail)
    said(trail, MARY, "message.kept", CASE)
    owner(trail, statement, bytes=b"x" * 80, case=CASE)
    said(trail, SYSTEM, "case.stated", OTHER)
    Upkeep(trail, lambda: AT).turn()
    assert drawn(trail) == [*before, showing.UNREADABLE, "case.stated"]
    assert codes(checked(trail, export(trail, tmp_path / "a.zip"))) == {"opening-missing"}


def test_a_case_is_exported_without_what_nobody_can_open(trail: Engine, tmp_path: Path) -> None:
    owner(trail, "UPDATE audit_event SET sealed = :bytes WHERE idx = 3", bytes=b"x" * 80)
    report = checked(trail, export(trail, tmp_path / "a.zip", CASE))
    assert (codes(report), report.events) == ({"event-missing", "acts-missing"}, 5)


def said(engine: Engine, actor: Actor, kind: str, case_id: str) -> None:
    """One event more."""
    with writing(engine) as session:
        ledger.append(session, kind, actor=actor, case_id=case_id, refs={}, at=AT)
        session.commit()


def drawn(engine: Engine) -> list[str]:
    """The kinds by which auditors find the events, in their order."""
    with reading(engine) as session:
        return list(session.scalars(select(AuditShown.kind).order_by(AuditShown.idx)))


def test_a_proof_at_another_place(trail: Engine, tmp_path: Path) -> None:
    def move(parts: Parts) -> None:
        parts["events/1.tlog-proof"] = parts.pop("events/2.tlog-proof").replace(b"\nindex 2\n", b"\nindex 1\n")

    file = rewritten(export(trail, tmp_path / "a.zip", CASE), tmp_path / "b.zip", move)
    assert "bad-proof" in codes(checked(trail, file))


def test_a_key_of_the_same_name(trail: Engine, tmp_path: Path) -> None:
    file = export(trail, tmp_path / "a.zip")
    other = notes.verifier_key(settings_in(trail).log_origin(), bytes(32)).text
    assert codes(verify(file, Trusted([other]))) == {"note-unsigned"}


@pytest.mark.parametrize("line", [1, 2], ids=["size", "root"])
def test_a_swapped_head(trail: Engine, tmp_path: Path, line: int) -> None:
    def swap(parts: Parts) -> None:
        lines = parts["checkpoint"].decode().split("\n")
        lines[line] = "511" if line == 1 else notes.encode(bytes(32))
        parts["checkpoint"] = "\n".join(lines).encode()

    file = rewritten(export(trail, tmp_path / "a.zip"), tmp_path / "b.zip", swap)
    assert codes(checked(trail, file)) == {"note-signature-wrong"}


def test_a_witness_that_was_stripped(trail: Engine, tmp_path: Path) -> None:
    file = export(trail, tmp_path / "a.zip")
    witness = notes.verifier_key("witness.example", bytes(32), notes.COSIGNATURE).text
    trusted = Trusted([key_of(trail)], [witness], quorum=1)
    assert codes(verify(file, trusted)) == {"witnesses-too-few"}

    def sign(parts: Parts) -> None:
        head = checkpoint.opened(parts["checkpoint"].decode(), [key_of(trail)])
        parts["checkpoint"] += notes.cosign(head.text, "witness.example", bytes(32), 1_772_000_000).line.encode()

    assert verify(rewritten(file, tmp_path / "b.zip", sign), trusted).findings == []


def test_an_old_head_shown_again(trail: Engine, tmp_path: Path) -> None:
    old = export(trail, tmp_path / "a.zip")
    said(trail, MARY, "message.kept", CASE)
    Upkeep(trail, lambda: AT).turn()
    assert "log-rolled-back" in codes(checked(trail, old, head_in(trail)))


def test_a_number_that_was_issued_twice(trail: Engine, tmp_path: Path) -> None:
    with writing(trail) as session:
        session.execute(text("UPDATE audit_counter SET next_n = 0 WHERE scope = :case"), {"case": CASE})
        ledger.append(session, "message.kept", actor=MARY, case_id=CASE, refs={}, at=AT)
        session.commit()
    report = checked(trail, export(trail, tmp_path / "a.zip"))
    assert "number-twice" in codes(report)


def test_a_doubled_key_in_an_event(trail: Engine, tmp_path: Path) -> None:
    """Two readings of one event: the entry is made of these very bytes, and yet no reader takes it."""
    opening = b"s" * 32 + b'{"actor":"a","actor":"b"}'

    def double(parts: Parts) -> None:
        entries = bytearray(parts["entries"])
        entries[96:128] = commitment(opening)
        parts["entries"] = bytes(entries)
        leaves = [bytes(entries[i : i + 32]) for i in range(0, len(entries), 32)]
        head = Checkpoint(settings_in(trail).log_origin(), len(leaves), tree.root(leaves))
        parts["checkpoint"] = checkpoint.issue(head, settings_in(trail).audit_keys).encode()
        openings(3, lambda line: line | {"o": base64.b64encode(opening).decode()})(parts)
        parts.pop("consistency/512")

    file = rewritten(export(trail, tmp_path / "a.zip"), tmp_path / "b.zip", double)
    assert codes(checked(trail, file)) == {"bad-event", "event-missing"}


@pytest.mark.parametrize(
    "spoil",
    [
        lambda parts: parts.pop("checkpoint"),
        lambda parts: parts.pop("openings.jsonl"),
        lambda parts: parts.update({"openings.jsonl": b"[]\n"}),
        lambda parts: parts.update({"checkpoint": b"\xff"}),
        lambda parts: parts.pop("entries"),
    ],
    ids=["no checkpoint", "no openings", "openings of another form", "no text", "no entries"],
)
def test_what_is_no_export_cannot_be_checked(trail: Engine, tmp_path: Path, spoil: Callable[[Parts], Any]) -> None:
    file = rewritten(export(trail, tmp_path / "a.zip"), tmp_path / "b.zip", spoil)
    with pytest.raises(CannotCheckError):
        checked(trail, file)


def test_too_few_entries(trail: Engine, tmp_path: Path) -> None:
    def cut(parts: Parts) -> None:
        parts["entries"] = parts["entries"][:-32]

    file = rewritten(export(trail, tmp_path / "a.zip"), tmp_path / "b.zip", cut)
    assert codes(checked(trail, file)) == {"entries-missing"}


def test_no_file_and_no_zip(trail: Engine, tmp_path: Path) -> None:
    (tmp_path / "text.zip").write_text("no zip")
    for name in ("text.zip", "nothing.zip"):
        with pytest.raises(CannotCheckError):
            checked(trail, tmp_path / name)
