"""`mediation audit`, as an auditor types it: what it says, and the exit status that scripts use."""

import json
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import Engine, text

from mediation import ledger
from mediation.access import SYSTEM
from mediation.cli import main
from mediation.db import settings_of, writing
from mediation.ledger.stamping import Stamping
from mediation.ledger.state import NAME
from mediation.ledger.upkeep import Upkeep
from mediation.protocol import notes
from mediation.protocol.encoding import format_time, new_id
from mediation.settings import Settings
from mediation.worker import utc_now
from tests.ledger.authority import Authority, offered
from tests.ledger.test_integrating import AT, placed

CASE = new_id()


@pytest.fixture
def settings(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> Settings:
    """The settings of the test are those that the command reads."""
    monkeypatch.setenv("MEDIATION_INSTANCE", str(settings.instance))
    monkeypatch.setenv("DATABASE_URL", settings.database_url)
    monkeypatch.setattr("mediation.settings.read", lambda: settings)
    return settings


@pytest.fixture
def key(engine: Engine) -> str:
    """The key of a log in which something has happened."""
    with writing(engine) as session:
        for _ in range(3):
            ledger.append(session, "message.submitted", actor=SYSTEM, case_id=CASE, refs={}, at=AT)
        session.commit()
        settings = settings_of(session)
    return notes.verifier_key(settings.log_origin(), settings.audit_keys[0]).text


@pytest.mark.parametrize("what", [["--all"], ["--case", CASE]])
def test_an_export_is_checked_and_good(
    key: str, what: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = str(tmp_path / "trail.zip")
    assert main(["audit", "export", *what, file]) == 0
    assert main(["audit", "verify", file, "--key", key]) == 0
    assert capsys.readouterr().out.splitlines()[-1].startswith("good: 127.0.0.1:8000/audit/1, ")
    assert main(["audit", "verify", file, "--key", key, "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert found["good"] and found["findings"] == []
    assert found["kind"] == ("log" if what == ["--all"] else "case")


def test_tampering_is_said_and_answered_with_one(
    key: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = str(tmp_path / "trail.zip")
    assert main(["audit", "export", "--all", file]) == 0
    seen = ["--seen", f"3:{notes.encode(bytes(32))}"]
    assert main(["audit", "verify", file, "--key", key, *seen]) == 1
    said = capsys.readouterr().out
    assert "The log does not begin with the head that was seen before. (log-forked)" in said
    assert said.splitlines()[-1].startswith("TAMPERED WITH: ")
    assert main(["audit", "verify", file, "--key", key, *seen, "--json"]) == 1
    assert [each["code"] for each in json.loads(capsys.readouterr().out)["findings"]] == ["log-forked"]


@pytest.mark.parametrize(
    "arguments",
    [
        ["verify", "nothing.zip", "--key", "KEY"],
        ["verify", "nothing.zip", "--key", "no key"],
        ["verify", "nothing.zip", "--key", "KEY", "--seen", "x"],
        ["verify", "nothing.zip", "--key", "KEY", "--seen", "3:AAAA"],
        ["export", "--case", new_id(), "new.zip"],
        ["export", "--all", "there.zip"],
        ["new-log"],
        ["rotate-key"],
    ],
)
def test_what_cannot_be_done_is_said_in_a_sentence_and_answered_with_two(
    key: str, arguments: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "there.zip").write_text("mine")
    assert main(["audit", *[key if each == "KEY" else each for each in arguments]]) == 2
    said = capsys.readouterr()
    assert said.err.count("\n") == 1
    assert (tmp_path / "there.zip").read_text() == "mine"
    assert not (tmp_path / "new.zip").exists()


def test_programs_are_told_as_json(key: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = str(tmp_path / "trail.zip")
    assert main(["audit", "export", "--all", file, "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert (told["file"], told["case"]) == (file, None)
    assert told["size"] >= 4


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (["export", "--case", new_id(), "new.zip"], "case-unknown"),
        (["verify", "nothing.zip", "--key", "KEY"], "cannot-check"),
        (["new-log"], "signer-state-missing"),
        (["rotate-key"], "key-not-changed"),
        (["erase-case", new_id()], "case-unknown"),
    ],
)
def test_programs_are_told_a_refusal_by_its_code(
    key: str, arguments: list[str], code: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    arguments = [key if each == "KEY" else each.replace("new.zip", str(tmp_path / "new.zip")) for each in arguments]
    assert main(["audit", *arguments, "--json"]) == 2
    told = json.loads(capsys.readouterr().out)
    assert (told["good"], told["code"]) == (None, code)
    assert told["text"].endswith(".")


def test_an_export_that_would_not_be_closed_is_not_written(
    key: str, engine: Engine, settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The signer refuses, so no head holds the export's own event."""
    placed(engine)
    (settings.instance / NAME).unlink()
    monkeypatch.setattr("mediation.auditing.SIGNED_WITHIN", 0)
    assert main(["audit", "export", "--case", CASE, str(tmp_path / "trail.zip")]) == 2
    assert not (tmp_path / "trail.zip").exists()


def test_an_export_waits_for_a_worker_that_is_at_the_log(
    key: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    turns: list[int] = []
    real = Upkeep.turn

    def busy(upkeep: Upkeep) -> None:
        turns.append(1)
        if len(turns) > 2:
            real(upkeep)

    monkeypatch.setattr(Upkeep, "turn", busy)
    file = str(tmp_path / "trail.zip")
    assert main(["audit", "export", "--case", CASE, file]) == 0
    assert main(["audit", "verify", file, "--key", key]) == 0
    assert len(turns) == 3


@pytest.mark.parametrize("arguments", [["reconcile"], ["export", "--all", "new.zip"], ["rotate-key"]])
def test_a_database_that_is_away_is_no_tampering(
    arguments: list[str], settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    away = replace(settings, database_url="postgresql://nobody@127.0.0.1:1/none")
    monkeypatch.setattr("mediation.settings.read", lambda: away)
    monkeypatch.chdir(tmp_path)
    assert main(["audit", *arguments]) == 2


def test_after_a_restored_backup_another_log_is_opened(
    key: str, engine: Engine, settings: Settings, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    placed(engine)
    assert (settings.instance / NAME).exists()
    assert main(["audit", "new-log"]) == 0
    new_key = capsys.readouterr().out.splitlines()[-1]
    file = str(tmp_path / "trail.zip")
    assert main(["audit", "export", "--all", file]) == 0
    assert main(["audit", "verify", file, "--key", new_key]) == 0
    assert main(["audit", "verify", file, "--key", key]) == 1


def test_another_key_is_recorded_and_named(
    key: str, settings: Settings, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    assert main(["audit", "export", "--all", str(tmp_path / "a.zip")]) == 0
    both = replace(settings, audit_keys=(settings.audit_keys[0], b"n" * 32))
    monkeypatch.setattr("mediation.settings.read", lambda: both)
    capsys.readouterr()
    assert main(["audit", "rotate-key"]) == 0
    named = capsys.readouterr().out.splitlines()[1:]
    assert named == [key, notes.verifier_key(settings.log_origin(), b"n" * 32).text]
    file = str(tmp_path / "b.zip")
    assert main(["audit", "export", "--all", file]) == 0
    for each in named:
        assert main(["audit", "verify", file, "--key", each]) == 0


def test_every_event_can_be_read_in_the_export(key: str, engine: Engine, tmp_path: Path) -> None:
    file = str(tmp_path / "trail.zip")
    assert main(["audit", "export", "--all", file]) == 0
    with engine.connect() as connection:
        count = connection.scalar(text("SELECT count(*) FROM audit_event"))
    from mediation.ledger.verifying import Trusted, verify

    assert verify(Path(file), Trusted([key])).events == count


@pytest.fixture
def stamped(key: str, engine: Engine, tmp_path: Path) -> tuple[str, Authority]:
    """An export of a log whose first head was published and stamped just now, and who stamped it."""
    main(["audit", "export", "--all", str(tmp_path / "first.zip")])
    authority = Authority(utc_now(), of=(utc_now() - timedelta(days=1), utc_now() + timedelta(days=1)))
    with offered(authority) as url:
        assert Stamping(engine, url, authority.pem, utc_now).turn()
    main(["audit", "export", "--all", str(tmp_path / "stamped.zip")])
    return str(tmp_path / "stamped.zip"), authority


def _pem(tmp_path: Path, authority: Authority) -> str:
    (tmp_path / "root.pem").write_text(authority.pem)
    return str(tmp_path / "root.pem")


def test_the_time_of_a_timestamp_is_told_to_whoever_brings_the_root(
    key: str, stamped: tuple[str, Authority], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file, authority = stamped
    command = ["audit", "verify", file, "--key", key, "--timestamp-root", _pem(tmp_path, authority)]
    capsys.readouterr()
    assert main(command) == 0
    at = format_time(authority.now)
    assert f", the first 512 there at {at}, " in capsys.readouterr().out
    assert main([*command, "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["timestamps"] == [{"size": 512, "at": at}]


def test_without_a_root_it_is_said_that_a_timestamp_was_not_checked(
    key: str, stamped: tuple[str, Authority], capsys: pytest.CaptureFixture[str]
) -> None:
    capsys.readouterr()
    assert main(["audit", "verify", stamped[0], "--key", key]) == 0
    first, last = capsys.readouterr().out.splitlines()
    assert first == "1 timestamp is in the file and not checked: that takes --timestamp-root FILE.pem."
    assert last.startswith("good: ") and "there at" not in last
    assert main(["audit", "verify", stamped[0], "--key", key, "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["timestamps"] == [{"size": 512, "at": None}]


def test_a_timestamp_of_another_authority_is_tampering_and_no_certificate_is_no_check(
    key: str, stamped: tuple[str, Authority], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    command = ["audit", "verify", stamped[0], "--key", key, "--json", "--timestamp-root"]
    capsys.readouterr()
    assert main([*command, _pem(tmp_path, Authority(utc_now()))]) == 1
    found = json.loads(capsys.readouterr().out)["findings"]
    assert {each["code"] for each in found} == {"timestamp-untrusted", "timestamp-missing"}
    (tmp_path / "none.pem").write_text("no certificate")
    for file in ("none.pem", "nowhere.pem"):
        assert main([*command, str(tmp_path / file)]) == 2
        assert json.loads(capsys.readouterr().out)["code"] == "cannot-check"


def test_reconciling_holds_timestamps_against_the_roots_that_are_set(
    stamped: tuple[str, Authority],
    settings: Settings,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    for authority, found in ((stamped[1], False), (Authority(utc_now()), True)):
        now = replace(settings, timestamp_url="http://tsa.example", timestamp_roots=authority.pem)
        monkeypatch.setattr("mediation.settings.read", lambda now=now: now)
        capsys.readouterr()
        main(["audit", "reconcile"])
        assert ("(timestamp-untrusted)" in capsys.readouterr().out) == found
