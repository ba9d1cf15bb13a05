"""Every question that routes, acts and sweeps ask is answered from an index, on whichever database the tests run."""

import re
from datetime import timedelta
from itertools import count
from typing import Any, Final

import pytest
from sqlalchemy import Connection, Engine, insert
from sqlalchemy.exc import DBAPIError

from mediation.db import import_models, writing
from mediation.protocol.encoding import new_id
from mediation.sms import delivery
from mediation.sms.models import OutboxText
from mediation.sms.providers import ConsoleProvider
from mediation.sms.states import TextState
from mediation.web.transaction import ENGINE
from mediation.worker import Worker, utc_now
from tests.bench import stock
from tests.client.conftest import founded, world
from tests.client.world import CONSENT, World
from tests.questions import ask, grow, listening, settle, walk
from tests.sms.confirmed import code_of

__all__ = ["founded", "world"]

ONE_ROW: Final = frozenset({"agency", "alembic_version", "audit_log", "text_sender"})
"""Tables of one row (text_sender: one for each set of credentials), which no index can make shorter."""
STORED_CASES: Final = 300
MORE: Final = re.compile(
    r"SELECT \S+case_id, \S+anchor_hash\s+FROM"  # a leaf for every case, of which a roster is made
    r"|FROM audit_event\s+WHERE audit_event.idx IS NULL"  # events that no worker has placed yet
    r"|SELECT DISTINCT member.case_id"  # cases in which something has become due
    r"|LEFT OUTER JOIN case_facilitator AS own"  # what waits at all desks, for whoever supervises them
    r"|SELECT last.number"  # PostgreSQL walks 300 cases by number; of 45,000 it began at the facilitator's own
)
"""What finds more because there is more of just that: each copied case waits for somebody, as the first one does. And
one whose plan is another where there are many more."""
SLACK: Final = 150
"""Fewer than there are cases: rows on PostgreSQL, tens of steps on SQLite, of which a row takes at least one."""
LOOKS: Final = (
    "case_of=3&before=200",
    f"actor={'A' * 22}&before=200",
    "kind=message.opened&before=200",
    "kind=message.opened&first=2026-01-01&last=2099-12-31",
    "first=2026-01-01",
    "last=2099-12-31",
)
"""How an auditor finds events."""
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
        for wanted in LOOKS:
            assert ask(world.app, places.otto, f"/api/v1/audit/events?{wanted}")
    return {text: given for text, given in heard.statements.items() if text.lstrip().startswith(EXPLAINED)}


def _further(world: World) -> None:
    """Acts that neither settling nor growing needs."""
    case, mary, roy = world.case, world.mary, world.roy
    roy.set_contact("text", "07700 900123")
    roy.send_code()
    roy.confirm(code_of(world.app.extensions[ENGINE], roy.participant_id))
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


def test_every_question_is_answered_from_an_index_and_costs_no_more_with_thousands_of_letters(
    world: World, asked: dict[str, Any]
) -> None:
    """The second by the planner's own choice, made from statistics: an index that finds every row of an agency is no
    help."""
    engine = world.app.extensions[ENGINE]
    explain, effort = (_on_sqlite, _steps) if engine.dialect.name == "sqlite" else (_on_postgresql, _rows_read)
    assert len(asked) > 100
    scanned = {text: found for text, given in asked.items() if (found := _scanned(engine, explain, text, given))}
    assert scanned == {}
    before = {text: effort(engine, text, given) for text, given in asked.items()}
    model = stock.template(engine, world.case_id)
    stock.load(engine, model, STORED_CASES * model.messages)
    with engine.connect() as connection:
        connection.exec_driver_sql("ANALYZE")
        connection.commit()
    after = {text: effort(engine, text, given) for text, given in asked.items() if not MORE.search(text)}
    assert len(after) > 100
    assert {text: (before[text], now) for text, now in after.items() if now > 2 * before[text] + SLACK} == {}


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


def test_a_code_is_found_past_thousands_of_alerts_that_are_due(engine: Engine) -> None:
    effort = _steps if engine.dialect.name == "sqlite" else _rows_read
    with listening(engine) as heard, writing(engine) as session:
        delivery.claim(session, utc_now(), 1)
        session.commit()
    asked = {text: given for text, given in heard.statements.items() if "wording = 'code'" in text}
    assert len(asked) == 2, "those to send, and those in doubt"
    with engine.connect() as connection:
        for state in (TextState.QUEUED, TextState.SENDING):
            connection.execute(insert(OutboxText), [_due(state) for _ in range(1000)])
        connection.execute(insert(OutboxText), [{**_due(TextState.DELIVERED), "wording": "code"} for _ in range(50)])
        connection.exec_driver_sql("ANALYZE")
        connection.commit()
    assert {text: found for text, given in asked.items() if (found := effort(engine, text, given)) > SLACK // 10} == {}


def _due(state: TextState) -> dict[str, Any]:
    at, ids = utc_now() - timedelta(hours=1), {name: new_id() for name in ("text_id", "participant_id", "case_id")}
    times = {"created_at": at, "not_before": at, "leased_until": at, "expires_at": at + timedelta(days=3)}
    return {**ids, **times, "wording": "update", "state": state, "attempts": 0}


def _steps(engine: Engine, text: str, given: Any) -> int:
    """How many times ten steps SQLite took."""
    taken = count()
    with engine.connect() as connection:
        connection.exec_driver_sql("SELECT 1 FROM agency")  # a connection that has not seen the newest schema reads it
        driver: Any = connection.connection.driver_connection
        driver.set_progress_handler(lambda: next(taken) < 0, 10)
        _tried(connection, text, given)
        driver.set_progress_handler(None, 10)
    return next(taken)


def _rows_read(engine: Engine, text: str, given: Any) -> int:
    """How many rows PostgreSQL looked at, to use them or to leave them. As few hundred as there are in some tables it
    would rather read from end to end, or once through an index to join a page of them to another table's: it depends
    on its statistics of the moment. It may not, as it would not with many more."""
    with engine.connect() as connection:
        for way in ("seqscan", "hashjoin", "mergejoin"):
            connection.exec_driver_sql(f"SET LOCAL enable_{way} = off")
        found = _tried(connection, f"EXPLAIN (ANALYZE, FORMAT JSON) {text}", given)
    return sum(_looked_at(each[0][0]["Plan"]) for each in found)


def _looked_at(node: dict[str, Any]) -> int:
    read = sum(node.get(name, 0) for name in ("Actual Rows", "Rows Removed by Filter", "Rows Removed by Index Recheck"))
    return int(read * node["Actual Loops"]) + sum(_looked_at(each) for each in node.get("Plans", []))


def _tried(connection: Connection, text: str, given: Any) -> list[Any]:
    """The rows that it returns. Some acts have been done already and are refused by now."""
    try:
        result = connection.exec_driver_sql(text, given)
        return list(result.all()) if result.returns_rows else []
    except DBAPIError:
        return []
