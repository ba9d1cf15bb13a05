"""`mediation audit reconcile`: clean after whatever people did, and not after any change made past the application."""

import json
from dataclasses import replace

import pytest
from sqlalchemy import Engine, select, text
from sqlalchemy.orm import Session

from mediation.auditing import rooms
from mediation.cli import main
from mediation.db import settings_of, table_of, writing
from mediation.ledger import reconciling
from mediation.ledger.reconciling import reconcile
from mediation.ledger.state import SignerState
from mediation.ledger.upkeep import Upkeep
from mediation.ledger.verifying import Report
from mediation.sms import delivery
from mediation.sms.hours import AT_ANY_HOUR
from mediation.sms.providers import ConsoleProvider
from mediation.web.transaction import ENGINE
from mediation.worker import utc_now
from tests.client.world import World, hire
from tests.ledger.changes import AUDITED, Change, changes_of, unguard
from tests.sms.confirmed import code_of


def live(world: World) -> Engine:
    """Much that tells of a row happens, and is placed in the log."""
    engine: Engine = world.app.extensions[ENGINE]
    mary, roy = world.mary.participant_id, world.roy.participant_id
    world.mary.set_contact("text", "07700 900123", hours=AT_ANY_HOUR.as_json)
    world.mary.send_code()
    world.mary.confirm(code_of(engine, mary))
    letters = world.case.letters
    opened = world.roy.write([mary], "Opened.")
    letters.release(opened, mary)
    while delivery.deliver(engine, ConsoleProvider(engine, utc_now, keeps=False), utc_now):
        pass
    world.mary.open(opened)
    kept = world.mary.write([roy], "Kept.")
    letters.release(kept, roy, content_note="About your mother.")
    world.roy.keep(kept)
    letters.send_back(world.roy.write([mary], "Returned."), "Not like this.")
    letters.stop(world.roy.write([mary], "Stopped."), "Never.")
    letters.hold(world.roy.write([mary], "On hold."))
    world.roy.take_back(world.roy.write([mary], "Taken back."))
    world.mary.private("For the facilitators.")
    world.roy.set_contact("text", "07700 900124")
    letters.release(world.mary.write([roy], "Offered."), roy)
    hire(world.site, world.ada, "Gil")
    world.case.change_staff(approvals=2)
    letters.release(world.roy.write([mary], "Proposed."), mary)
    world.roy.pause()
    world.case.people.acknowledge(roy)
    Upkeep(engine, utc_now).turn()
    return engine


def found(session: Session) -> Report:
    """What does not agree, as far as this session sees."""
    return reconcile(session, rooms(), SignerState(settings_of(session).instance).read())


def changed_by(session: Session, statement: str) -> int:
    """How many rows a statement changes."""
    values = {"bytes": b"x" * 32} if ":bytes" in statement else {}
    return session.connection().execute(text(statement), values).rowcount


DIFFERS, UNRECORDED, MISSING = "row-differs", "row-unrecorded", "row-missing"
CHANGES = {
    "a message removed": (
        "DELETE FROM task; DELETE FROM wrap; DELETE FROM message WHERE kind = 'private'",
        MISSING,
    ),
    "a message of somebody else": ("UPDATE message SET author_id = message_id WHERE kind = 'private'", DIFFERS),
    "a message dated back": ("UPDATE message SET submitted_at = '2020-01-01 00:00:00' WHERE number = 2", DIFFERS),
    "messages renumbered": ("UPDATE message SET number = 99 WHERE number = 2", DIFFERS),
    "a message exchanged": (
        "UPDATE message SET envelope = (SELECT envelope FROM message WHERE number = 1) WHERE number = 2",
        DIFFERS,
    ),
    "a hold lifted": ("UPDATE message SET held_by = NULL, held_at = NULL", DIFFERS),
    "a message not taken back": ("UPDATE message SET taken_back_at = NULL", DIFFERS),
    "a letter marked as opened": ("UPDATE message_recipient SET state = 'opened' WHERE state = 'kept'", DIFFERS),
    "a letter never opened": ("UPDATE message_recipient SET state = 'offered' WHERE state = 'opened'", DIFFERS),
    "an offer dated": ("UPDATE message_recipient SET offered_at = NULL WHERE state = 'opened'", DIFFERS),
    "a release by nothing": ("UPDATE message_recipient SET decision_hash = NULL WHERE state = 'opened'", DIFFERS),
    "a recipient removed": ("DELETE FROM message_recipient WHERE state = 'kept'", MISSING),
    "a decision dropped": ("UPDATE decision SET state = 'dropped' WHERE decision = 'stop'", DIFFERS),
    "a decision turned round": ("UPDATE decision SET decision = 'stop' WHERE decision = 'return'", DIFFERS),
    "a decision removed": ("DELETE FROM decision WHERE decision = 'stop'", MISSING),
    "a count changed": ('UPDATE "case" SET messages = messages + 1', DIFFERS),
    "a head put back": (
        'UPDATE "case" SET head_seq = 1, head_hash = (SELECT hash FROM case_statement WHERE seq = 1)',
        DIFFERS,
    ),
    "a statement removed": ("DELETE FROM case_statement WHERE seq = 2", MISSING),
    "a statement dropped": ("UPDATE case_statement SET state = 'dropped' WHERE seq = 2", DIFFERS),
    "a pause undone": ("UPDATE member SET standing = 'active'", DIFFERS),
    "a pause made up": ("UPDATE member SET standing = 'withdrawn' WHERE standing = 'active'", DIFFERS),
    "a pause nobody saw": ("UPDATE member SET acknowledged_at = NULL", DIFFERS),
    "a consent removed": ("DELETE FROM consent WHERE seq = 1", MISSING),
    "a consent made up": (
        "INSERT INTO consent SELECT participant_id, 9, case_id, participant_id, envelope, received_at FROM consent",
        UNRECORDED,
    ),
    "an invitation cancelled": ("UPDATE invitation SET state = 'cancelled' WHERE case_id IS NOT NULL", DIFFERS),
    "an invitation to the staff removed": ("DELETE FROM invitation WHERE staff_id IS NOT NULL", MISSING),
    "an account closed": ("UPDATE account SET closed_at = created_at WHERE case_id IS NOT NULL", DIFFERS),
    "somebody let in again": ("UPDATE staff SET left_at = '2020-01-01 00:00:00'", DIFFERS),
    "a roster removed": ("DELETE FROM roster_statement WHERE seq = 2", MISSING),
    "the agency's statement dated": ("UPDATE agency_statement SET created_at = '2020-01-01 00:00:00'", DIFFERS),
    "a contact removed": ("DELETE FROM contact", MISSING),
    "a number that nobody confirmed": ("UPDATE contact SET confirmed_at = '2020-01-01 00:00:00'", DIFFERS),
    "a text never sent": ("UPDATE outbox SET state = 'failed', sent_at = NULL WHERE state = 'sent'", DIFFERS),
    "a text removed": ("DELETE FROM outbox", MISSING),
    "an event moved": ("UPDATE audit_event SET idx = 1000000 WHERE idx = 30", "entry-missing"),
    "an event removed": ("DELETE FROM audit_event WHERE idx = 30", "entry-missing"),
    "the last event removed": (
        "DELETE FROM audit_event WHERE idx = (SELECT max(idx) FROM audit_event)",
        "head-missing",
    ),
    "an entry altered": ("UPDATE audit_event SET commitment = :bytes WHERE idx = 3", "root-wrong"),
    "an opening taken away": ("UPDATE audit_event SET sealed = NULL WHERE idx = 3", "opening-missing"),
    "an erasure made up": ("UPDATE audit_event SET sealed = NULL, case_id = NULL WHERE idx = 40", "opening-missing"),
    "an event of another case": (
        "UPDATE audit_event SET case_id = NULL WHERE idx = (SELECT min(idx) FROM audit_event WHERE case_id > '')",
        "cannot-open",
    ),
    "a key removed": ("DELETE FROM audit_key WHERE scope <> 'agency'", "key-missing"),
    "a counter put back": ("UPDATE audit_counter SET next_n = next_n - 1", "event-missing"),
    "a tile cut off": ("DELETE FROM audit_tile WHERE level = 0 AND n = 0", "tile-wrong"),
    "a tile too many": ("INSERT INTO audit_tile SELECT log, level + 7, n, hashes FROM audit_tile", "tile-wrong"),
    "a tile altered": (
        "UPDATE audit_tile SET hashes = (SELECT hashes FROM audit_tile WHERE level = 1) WHERE level = 0 AND n = 1",
        "tile-wrong",
    ),
    "a head altered": ("UPDATE audit_checkpoint SET root = :bytes", "root-wrong"),
    "a head unsigned": ("UPDATE audit_checkpoint SET note = 'x'", "bad-note"),
    "heads removed": ("DELETE FROM audit_checkpoint", "head-missing"),
}


def test_nothing_is_found_after_much_has_happened_and_every_change_past_the_application_is(world: World) -> None:
    engine = live(world)
    with writing(engine) as session:
        report = found(session)
        assert report.findings == []
        assert report.events == session.scalar(text("SELECT count(*) FROM audit_event"))
    missed = []
    for name, (statements, code) in CHANGES.items():
        with writing(engine) as session:
            unguard(session)
            changed = [changed_by(session, each) for each in statements.split(";")]
            codes = {each.code for each in found(session).findings}
            session.rollback()
        if code not in codes or not changed[-1]:
            missed.append((name, changed, codes))
    assert missed == []


def test_no_row_of_an_audited_table_can_be_changed_added_or_removed(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """In a log that is hardly padded, and whose own tables nobody touches: the rest is read once for each change."""
    dialect = world.app.extensions[ENGINE].dialect
    monkeypatch.setattr(dialect, "mediation_settings", replace(world.settings, audit_step=8))
    engine = live(world)
    with writing(engine) as session:
        assert found(session).findings == []
    monkeypatch.setattr(reconciling, "check_logs", lambda *_: None)
    changes: list[Change] = []
    with writing(engine) as session:
        for table in map(table_of, AUDITED):
            row = session.execute(select(table).order_by(*table.primary_key).limit(1)).mappings().first()
            assert row is not None, f"nothing happened that fills {table}"
            changes += changes_of(table, dict(row))
    missed = []
    for change in changes:
        with writing(engine) as session:
            change.make(session)
            if not found(session).findings:
                missed.append(change.name)
            session.rollback()
    assert missed == []
    assert len(changes) > 200


def test_a_bound_row_that_cannot_be_read_is_found(world: World) -> None:
    engine = live(world)
    with writing(engine) as session:
        unguard(session)
        changed_by(session, "UPDATE contact SET number = :bytes")
        assert "row-differs" in {each.code for each in found(session).findings}
        session.rollback()


def test_the_command_says_what_it_found(
    world: World, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    engine: Engine = world.app.extensions[ENGINE]
    monkeypatch.setattr("mediation.settings.read", lambda: world.settings)
    Upkeep(engine, utc_now).turn()
    assert main(["audit", "reconcile"]) == 0
    assert capsys.readouterr().out.startswith("good: ")
    with writing(engine) as session:
        session.execute(text("DELETE FROM consent"))
        session.commit()
    assert main(["audit", "reconcile"]) == 1
    assert "the log tells of it, and it is not there. (row-missing)" in capsys.readouterr().out
    assert main(["audit", "reconcile", "--json"]) == 1
    said = json.loads(capsys.readouterr().out)
    assert (said["good"], {each["code"] for each in said["findings"]}) == (False, {"row-missing"})
