"""Every question that routes, acts and sweeps ask is answered from an index, on whichever database the tests run."""

import re
from typing import Any, Final

import pytest
from sqlalchemy import Connection, Engine

from mediation.db import import_models
from mediation.sms.providers import ConsoleProvider
from mediation.web.transaction import ENGINE
from mediation.worker import Worker, utc_now
from tests.client.conftest import founded, world
from tests.client.world import CONSENT, World
from tests.questions import grow, listening, settle, walk

__all__ = ["founded", "world"]

ONE_ROW: Final = frozenset({"agency", "alembic_version", "audit_log"})
"""Tables of one row, which no index can make shorter."""
EXPLAINED: Final = ("SELECT", "WITH", "UPDATE", "DELETE")


@pytest.fixture
def asked(world: World) -> dict[str, Any]:
    """The statements of a whole life: acts of everybody, sweeps, every route."""
    engine = world.app.extensions[ENGINE]
    with listening(engine) as heard:
        places = settle(world)
        grow(world)
        _further(world)
        worker = Worker(world.settings, engine, ConsoleProvider(engine, utc_now, keeps=True))
        worker.once()
        walk(world, places)
    return {text: given for text, given in heard.statements.items() if text.lstrip().startswith(EXPLAINED)}


def _further(world: World) -> None:
    """Acts that neither settling nor growing needs."""
    case, mary, roy = world.case, world.mary, world.roy
    roy.set_contact("text", "07700 900123")
    stopped, held, taken = (mary.write([roy.participant_id], "One more.") for _ in range(3))
    case.letters.hold(held)
    case.letters.unhold(held)
    case.letters.stop(stopped, "Not this one.")
    mary.take_back(taken)
    kept = mary.write([roy.participant_id], "Keep it.")
    case.letters.release(kept, roy.participant_id)
    roy.read_together(kept)
    for task in world.fay.queue():
        if task["task_id"] is not None:
            world.fay.done(task["task_id"])
            break
    case.writing.private(mary.participant_id, "An answer.")
    mary.pause()
    case.people.acknowledge(mary.participant_id)
    mary.agree(CONSENT)
    world.ada.renew()
    case.renew()


def test_every_question_is_answered_from_an_index(world: World, asked: dict[str, Any]) -> None:
    engine = world.app.extensions[ENGINE]
    explain = _on_sqlite if engine.dialect.name == "sqlite" else _on_postgresql
    assert len(asked) > 100
    scanned = {text: found for text, given in asked.items() if (found := _scanned(engine, explain, text, given))}
    assert scanned == {}


def _scanned(engine: Engine, explain: Any, text: str, given: Any) -> list[str]:
    with engine.connect() as connection:
        tables = explain(connection, text, given)
    return sorted(set(tables) & set(import_models().tables) - ONE_ROW)


def _on_sqlite(connection: Connection, text: str, given: Any) -> list[str]:
    """The tables (or their aliases, by the table's name) that are read from end to end without an index."""
    aliases = {alias: name for name, alias in re.findall(r'"?(\w+)"? AS "?(\w+)"?', text)}
    rows = connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {text}", given).all()
    found = [re.match(r"SCAN (\w+)(?! .*USING)", str(row[-1])) for row in rows]
    return [str(aliases.get(each[1], each[1])) for each in found if each is not None]


def _on_postgresql(connection: Connection, text: str, given: Any) -> list[str]:
    """The same: it may not choose to read a small table from end to end, so what still does has no index."""
    connection.exec_driver_sql("SET LOCAL enable_seqscan = off")
    rows = connection.exec_driver_sql(f"EXPLAIN {text}", given).all()
    found = [re.search(r'Seq Scan on "?(\w+)"?', str(row[0])) for row in rows]
    return [str(each[1]) for each in found if each is not None]


def test_a_facilitator_s_queue_and_list_begin_at_their_own_cases(world: World) -> None:
    settle(world)
    engine = world.app.extensions[ENGINE]
    with listening(engine) as heard:
        world.fay.queue()
        world.fay.cases()
    asked = {text: given for text, given in heard.statements.items() if re.search(r"\bown\b", text)}
    assert len(asked) == 2
    explain = "EXPLAIN QUERY PLAN" if engine.dialect.name == "sqlite" else "EXPLAIN"
    for text, given in asked.items():
        with engine.connect() as connection:
            rows = connection.exec_driver_sql(f"{explain} {text}", given)
            plan = "\n".join(str(row[-1]) for row in rows)
        assert "ix_case_facilitator_staff_id" in plan or engine.dialect.name == "postgresql", plan
        assert not re.search(r"SEARCH case .*agency_id=|ix_message_recipient_due", plan), plan
