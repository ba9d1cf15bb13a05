"""Erasing a case: nothing of it and of its people is left, and everything of everybody else holds."""

import json
from pathlib import Path

import pytest
from sqlalchemy import text

from mediation.access import ANYONE
from mediation.cases import heads
from mediation.cli import main
from mediation.db import reading, writing
from mediation.errors import SignedOut
from mediation.ledger.upkeep import Upkeep
from mediation.messages import erasing
from mediation.protocol import notes
from mediation.web.transaction import ENGINE
from mediation.worker import utc_now
from tests import databases
from tests.client.test_reconciling import found, live
from tests.client.world import HARMED, RESPONSIBLE, World, hire, welcome

NAMES = {
    "message": "SELECT message_id FROM message WHERE case_id = :case",
    "statement": (
        "SELECT hash FROM case_statement WHERE case_id = :case AND hash NOT IN (SELECT hash FROM roster_anchor)"
    ),
    "person": "SELECT participant_id FROM member WHERE case_id = :case",
    "account": "SELECT account_id FROM account WHERE case_id = :case",
    "sign-in name": "SELECT sign_in_name FROM account WHERE case_id = :case",
    "invitation": "SELECT invite_hash FROM invitation WHERE case_id = :case",
    "text": "SELECT text_id FROM outbox WHERE case_id = :case",
    "reference": 'SELECT reference FROM "case" WHERE case_id = :case',
}


@pytest.fixture
def other(world: World) -> tuple[str, str]:
    """Another case of the same facilitators, with a letter on its way: (case_id, message_id)."""
    case = world.fay.open_case([str(world.finn.me.staff_id)]).case
    anna, ben = welcome(world.site, case, HARMED), welcome(world.site, case, RESPONSIBLE)
    letter = anna.write([ben.participant_id], "Of another case.")
    case.letters.release(letter, ben.participant_id)
    assert ben.open(letter) == "Of another case."
    return case.case_id, letter


def canaries(world: World) -> dict[str, bytes]:
    """Whatever names the case or somebody in it, but for the identifier and the hash that rosters have anchored."""
    with reading(world.app.extensions[ENGINE]) as session:
        rows = {
            f"{what} {name}": name.encode()
            for what, wanted in NAMES.items()
            for name in session.scalars(text(wanted), {"case": world.case_id})
        }
        bytes_of = session.execute(
            text("SELECT ciphertext, message_id FROM message WHERE case_id = :case"), {"case": world.case_id}
        )
        return rows | {f"ciphertext of {name}": bytes(data)[:64] for data, name in bytes_of}


def test_nothing_is_left_of_a_case_and_the_rest_holds(
    world: World, other: tuple[str, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("mediation.settings.read", lambda: world.settings)
    engine = live(world)
    traces = canaries(world)
    assert {name.split()[0] for name in traces} >= {"message", "person", "account", "text", "ciphertext"}
    before = databases.contents(world.settings.instance)
    assert all(trace in before for trace in traces.values())

    assert main(["audit", "erase-case", world.case_id, "--yes-erase", "BR-0001"]) == 0

    after = databases.contents(world.settings.instance)
    assert [name for name, trace in traces.items() if trace in after] == []
    with reading(engine) as session:
        assert found(session).findings == []

    whole = str(tmp_path / "all.zip")
    key = notes.verifier_key(world.settings.log_origin(), world.settings.audit_keys[0]).text
    assert main(["audit", "export", "--all", whole]) == 0
    assert main(["audit", "verify", whole, "--key", key]) == 0

    heads.forget()
    case_id, letter = other
    world.fay.case(case_id).letters.load(letter)
    hire(world.site, world.ada, "Hal")  # another roster, which anchors what is left
    heads.forget()
    assert world.fay.case(case_id).renew().state in ("adopted", "proposed")
    Upkeep(engine, utc_now).turn()
    with reading(engine) as session:
        assert found(session).findings == []


def test_a_backup_that_brings_it_back_is_erased_again(
    world: World, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("mediation.settings.read", lambda: world.settings)
    engine = world.app.extensions[ENGINE]
    assert main(["audit", "erase-case", "--again"]) == 0
    assert capsys.readouterr().out == "0 erased\n"
    (world.settings.instance / "erased-cases.txt").write_text(f"{world.case_id} 2026-03-02\n", "ascii")
    assert main(["audit", "erase-case", "--again"]) == 0
    assert capsys.readouterr().out == "1 erased\n"
    with reading(engine) as session:
        assert erasing.reference(session, world.case_id) is None
    assert main(["audit", "erase-case", "--again"]) == 0
    assert capsys.readouterr().out == "0 erased\n"


def test_the_number_of_the_newest_case_is_not_given_again(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("mediation.settings.read", lambda: world.settings)
    newest = world.fay.open_case([])
    assert newest.reference == "BR-0002"
    for case_id, reference in ((newest.case.case_id, "BR-0002"), (world.case_id, "BR-0001")):
        assert main(["audit", "erase-case", case_id, "--yes-erase", reference]) == 0
    assert world.fay.open_case([]).reference == "BR-0003"


def test_it_asks_for_the_reference(
    world: World, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("mediation.settings.read", lambda: world.settings)
    monkeypatch.setattr("builtins.input", lambda _: "BR-9999")
    assert main(["audit", "erase-case", world.case_id]) == 2
    assert "Nothing was erased." in capsys.readouterr().err
    assert not (world.settings.instance / "erased-cases.txt").exists()
    assert main(["audit", "erase-case", "nobody"]) == 2
    assert "There is no case with this identifier" in capsys.readouterr().err
    assert main(["audit", "erase-case", world.case_id, "--json"]) == 2  # a program is not asked
    assert json.loads(capsys.readouterr().out) == {"erased": []}
    monkeypatch.setattr("builtins.input", lambda _: "BR-0001")
    assert main(["audit", "erase-case", world.case_id]) == 0
    assert (world.settings.instance / "erased-cases.txt").read_text("ascii").startswith(world.case_id)


def test_nobody_but_the_server_s_operator_erases(world: World) -> None:
    with writing(world.app.extensions[ENGINE]) as session, pytest.raises(SignedOut):
        erasing.erase(session, ANYONE, world.case_id, utc_now())
