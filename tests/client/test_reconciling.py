"""`mediation audit reconcile`: clean after whatever people did, and not after any change made past the application."""

import json
from collections.abc import Iterator
from datetime import UTC, date, datetime
from typing import Any, Final

import pytest
from sqlalchemy import (
    JSON,
    Boolean,
    Column,
    Date,
    Engine,
    Integer,
    LargeBinary,
    Table,
    UniqueConstraint,
    and_,
    select,
    text,
)
from sqlalchemy.orm import Session

from mediation.auditing import rooms
from mediation.cli import main
from mediation.db import Base, dialect_of, settings_of, table_of, writing
from mediation.db.columns import UtcTime
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
from tests.ledger.test_tampering import TABLES
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


def unguard(session: Session, *more: str) -> None:
    """As the tables' owner can, until the transaction is rolled back: nothing stops a change of the log's tables, nor
    one of `more` that names a row which is not there.
    """
    if dialect_of(session) == "sqlite":
        session.execute(text("PRAGMA defer_foreign_keys = ON"))
        for name in session.scalars(text("SELECT name FROM sqlite_master WHERE type = 'trigger'")).all():
            session.execute(text(f"DROP TRIGGER {name}"))
    else:
        for table in (*TABLES, *more):
            session.execute(text(f'ALTER TABLE "{table}" DISABLE TRIGGER ALL'))


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


AUDITED: Final = sorted(
    (each.class_ for each in Base.registry.mappers if each.class_.__audited__), key=lambda model: model.__tablename__
)


def other(column: Column[Any], value: object) -> object:
    """Another value that the column takes."""
    if isinstance(value, datetime) or isinstance(column.type, UtcTime):
        return datetime(2020, 1, 1, tzinfo=UTC)
    if isinstance(column.type, JSON):
        return {"zone": "Europe/Paris"}
    if isinstance(column.type, Boolean):
        return not value
    if isinstance(column.type, Date):
        return date(2020, 1, 1)
    if isinstance(column.type, Integer):
        return 77
    if isinstance(column.type, LargeBinary):
        return b"x" if not isinstance(value, bytes) or not value else bytes([*value[:-1], value[-1] ^ 1])
    known = str(value or "")
    return ("y" if known.startswith("x") else "x") + known[1:]


def changed_rows(session: Session) -> Iterator[tuple[str, Table, Any, Any]]:
    """Every way in which one column of one row of every audited table, or the row itself, can be changed: what is done,
    and the statement for it.
    """
    for model in AUDITED:
        table = table_of(model)
        row = session.execute(select(table).order_by(*table.primary_key).limit(1)).mappings().first()
        assert row is not None, f"nothing happened that fills {table}"
        here = and_(*(column == row[column.name] for column in table.primary_key))
        yield f"{table}: removed", table, table.delete().where(here), None
        copied = {**row, **{column.name: other(column, row[column.name]) for column in unique(table)}}
        yield f"{table}: one more", table, table.insert(), copied
        for column in table.columns:
            emptied = [None] if column.nullable and row[column.name] is not None else []
            for value in [other(column, row[column.name]), *emptied]:
                yield f"{table}.{column.name} = {value}", table, table.update().where(here), {column.name: value}


def unique(table: Table) -> set[Column[Any]]:
    """The columns that no two rows may have alike."""
    together = [each.columns for each in table.constraints if isinstance(each, UniqueConstraint)]
    alone = [each.columns for each in table.indexes if each.unique]
    return {*table.primary_key, *(column for each in (*together, *alone) for column in each)}


def test_no_row_of_an_audited_table_can_be_changed_added_or_removed(world: World) -> None:
    engine = live(world)
    with writing(engine) as session:
        changes = list(changed_rows(session))
    missed = []
    for name, table, statement, values in changes:
        with writing(engine) as session:
            unguard(session, table.name)
            session.connection().execute(statement, values)
            if not found(session).findings:
                missed.append(name)
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
