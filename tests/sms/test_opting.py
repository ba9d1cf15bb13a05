"""The provider says that a number wants no texts: whoever has it is told, and nobody else is."""

import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Event

import pytest
from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from mediation import ledger, sms
from mediation.access import SYSTEM
from mediation.db import reading, writing
from mediation.ledger.models import AuditEvent, AuditKey
from mediation.ledger.operations import open_event
from mediation.protocol.encoding import parse_canonical
from mediation.sms import delivery, numbers, reports
from mediation.sms.models import TextTask
from mediation.sms.providers import RefusedError, Report
from mediation.sms.tasks import TextTaskKind, settle
from tests.sms.confirmed import confirm
from tests.sms.conftest import AT, NUMBER
from tests.sms.pat import OTHER, Pat, person
from tests.sms.test_delivery import Provider

__all__ = ["person"]
OPTED_OUT = "21610"


def _refused(engine: Engine, meanwhile: Callable[[], None] = lambda: None) -> None:
    """A text is refused at once."""

    def answer() -> str:
        meanwhile()
        raise RefusedError(OPTED_OUT)

    assert delivery.deliver(engine, Provider(answer), lambda: AT)


def _told(engine: Engine, meanwhile: Callable[[], None] = lambda: None) -> None:
    """It is taken, and refused in a receipt."""
    provider = Provider(lambda: "id")
    provider.reports = True
    assert delivery.deliver(engine, provider, lambda: AT)
    meanwhile()
    for _ in range(2):
        with writing(engine) as session:
            assert reports.receive(session, None, Report("id", "undelivered", OPTED_OUT), AT)
            session.commit()


def _listed(engine: Engine, meanwhile: Callable[[], None] = lambda: None) -> None:
    """Nobody knows whether it was taken, until the list says that it was, and refused."""
    delivery.take(engine, Provider(lambda: ""), AT, 1)  # and its worker is killed
    meanwhile()
    provider = Provider(lambda: "")
    provider.listed = [Report("id", "undelivered", OPTED_OUT)]
    assert delivery.deliver(engine, provider, lambda: AT + delivery.LEASE)


WAYS = pytest.mark.parametrize("refuses", [_refused, _told, _listed])


def _is_safe(person: Pat) -> None:
    """Their number is confirmed, whoever else has it."""
    confirm(person.session, person.id)
    settle(person.session, [TextTaskKind.SHARED], person.id, person.case_id, AT)
    person.session.commit()


def _alerts(person: Pat) -> None:
    """An alert is due to them."""
    _is_safe(person)
    assert sms.enqueue(person.session, person.id, now=AT)
    person.session.commit()


def _tasks(session: Session, who: Pat) -> list[str]:
    wanted = select(TextTask.kind).where(TextTask.participant_id == who.id, TextTask.done_at.is_(None))
    found = sorted(session.scalars(wanted))
    session.rollback()
    return found


def _events(session: Session, who: Pat) -> list[str]:
    key = session.get_one(AuditKey, who.case_id).key
    rows = session.scalars(select(AuditEvent).where(AuditEvent.case_id == who.case_id)).all()
    session.rollback()
    return [parse_canonical(open_event(key, row)[1])["kind"] for row in rows]


@WAYS
def test_everybody_who_has_the_number_is_told_as_if_it_had_answered_stop(
    engine: Engine, person: Pat, refuses: Callable[[Engine], None]
) -> None:
    stranger, other = Pat(person.session), Pat(person.session)
    stranger.records(OTHER)
    other.records()
    _is_safe(other)
    _alerts(person)
    refuses(engine)
    for each in (person, other):
        assert _tasks(person.session, each) == ["text-opted-out"]
        assert _events(person.session, each).count("sms.opted-out") == 1
    assert (_tasks(person.session, stranger), "sms.opted-out" in _events(person.session, stranger)) == ([], False)
    assert (person.texts(), _stopped(engine)) == ([("update", "suppressed")], True)


@WAYS
def test_one_that_answered_stop_as_well_is_told_of_once(
    engine: Engine, person: Pat, refuses: Callable[[Engine, Callable[[], None]], None]
) -> None:
    _alerts(person)
    refuses(engine, person.stops)
    assert _events(person.session, person).count("sms.opted-out") == 1
    assert (person.texts(), _tasks(person.session, person)) == ([("update", "suppressed")], ["text-opted-out"])


@WAYS
def test_a_number_that_somebody_has_since_is_not_stopped(
    engine: Engine, person: Pat, refuses: Callable[[Engine, Callable[[], None]], None]
) -> None:
    _alerts(person)
    refuses(engine, lambda: person.records(OTHER, AT + timedelta(seconds=1)))
    assert (_stopped(engine), _stopped(engine, OTHER)) == (False, False)
    assert _tasks(person.session, person)[-1] == "text-opted-out"


@WAYS
def test_the_cases_of_all_who_have_the_number_are_held_in_one_order(
    engine: Engine, person: Pat, refuses: Callable[[Engine, Callable[[], None]], None]
) -> None:
    other = Pat(person.session)
    other.records()
    first, last = sorted([person, other], key=lambda each: each.case_id)
    _is_safe(first)
    _alerts(last)
    claimed, held = Event(), Event()

    def meanwhile() -> None:
        claimed.set()
        assert held.wait(10)

    with ThreadPoolExecutor(1) as others:
        done = others.submit(refuses, engine, meanwhile)
        assert claimed.wait(10)
        with writing(engine) as session:
            assert ledger.hold(session, SYSTEM, first.case_id, AT)
            held.set()
            time.sleep(0.3)
            assert ledger.hold(session, SYSTEM, last.case_id, AT, wait=False), "who waits for one has no later one"
            session.commit()
        done.result()
    assert _tasks(person.session, first) == _tasks(person.session, last) == ["text-opted-out"]


def _stopped(engine: Engine, number: str = NUMBER) -> bool:
    with reading(engine) as session:
        found = numbers.is_stopped(session, number)
        session.commit()
    return found
