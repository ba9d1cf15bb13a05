"""Two people with one number: nothing goes to it before a facilitator has asked, and nobody learns of anybody else."""

from datetime import datetime
from typing import Any

import pytest
from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from mediation import ledger, sms
from mediation.access import Actor
from mediation.ledger.models import AuditEvent
from mediation.ledger.operations import open_event, scope_key
from mediation.protocol.encoding import new_id, parse_canonical
from mediation.sms import delivery
from mediation.sms.hours import AT_ANY_HOUR
from mediation.sms.models import Contact, OutboxText, TextTask
from mediation.sms.profile import Profile
from mediation.sms.providers import ConsoleProvider
from mediation.sms.sharing import LOOKS_AGAIN
from tests.sms.confirmed import confirm
from tests.sms.conftest import AT

NUMBER = "07700 900123"


def _record(session: Session, participant_id: str, number: str | None = NUMBER, channel: str = "text") -> Contact:
    known = session.get(Contact, participant_id)
    contact = sms.set_contact(
        session,
        Actor(kind="participant", account_id=new_id(), participant_id=participant_id),
        target=Contact(participant_id=participant_id),
        participant_id=participant_id,
        case_id=new_id() if known is None else known.case_id,
        profile=Profile(channel, number, hours=AT_ANY_HOUR),
        now=AT,
    )
    confirm(session, participant_id)
    session.commit()
    return contact


def _asked(session: Session, kind: str = "number-shared") -> set[str]:
    """Of whom somebody is to be asked."""
    open_ = select(TextTask.participant_id).where(TextTask.kind == kind, TextTask.done_at.is_(None))
    return set(session.scalars(open_))


def _seen_to(session: Session) -> None:
    """Every facilitator has asked."""
    for task in session.scalars(select(TextTask).where(TextTask.done_at.is_(None))):
        task.done_at = AT
        ledger.append(session, "task.done", actor=Actor(), case_id=task.case_id, refs={"task": task.task_id}, at=AT)
    session.commit()


@pytest.fixture
def both(writing_session: Session) -> tuple[str, str]:
    """Two people in two cases who gave one number, written differently."""
    one, two = new_id(), new_id()
    _record(writing_session, one)
    assert _asked(writing_session) == set()
    _record(writing_session, two, "+44 7700 900 123")
    return one, two


def _sent(engine: Engine, session: Session, now: datetime) -> list[str]:
    """Whose texts have gone out by now."""
    while delivery.deliver(engine, ConsoleProvider(engine, lambda: now, keeps=False), lambda: now):
        pass
    session.rollback()
    sent = session.scalars(select(OutboxText.participant_id).where(OutboxText.sent_at.is_not(None))).all()
    session.rollback()
    return sorted(sent)


def test_the_facilitators_of_both_are_asked(writing_session: Session, both: tuple[str, str]) -> None:
    assert _asked(writing_session) == set(both)


def test_nothing_goes_to_the_number_before_somebody_has_asked(
    engine: Engine, writing_session: Session, both: tuple[str, str]
) -> None:
    for each in both:
        assert sms.enqueue(writing_session, each, now=AT)
    writing_session.commit()
    assert _sent(engine, writing_session, AT) == []
    assert _sent(engine, writing_session, AT + LOOKS_AGAIN) == []
    _seen_to(writing_session)
    assert _sent(engine, writing_session, AT + 2 * LOOKS_AGAIN) == sorted(both)


def test_a_text_that_was_queued_before_waits_too(engine: Engine, writing_session: Session) -> None:
    one, two = new_id(), new_id()
    _record(writing_session, one)
    assert sms.enqueue(writing_session, one, now=AT)
    writing_session.commit()
    _record(writing_session, two)
    assert _sent(engine, writing_session, AT) == []


def test_nobody_is_asked_again_because_the_words_or_hours_change(
    writing_session: Session, both: tuple[str, str]
) -> None:
    _seen_to(writing_session)
    _record(writing_session, both[0], None)
    _record(writing_session, both[1])
    assert _asked(writing_session) == set()


def test_another_number_settles_it_and_the_old_one_again_asks_again(
    writing_session: Session, both: tuple[str, str]
) -> None:
    _record(writing_session, both[0], "07700 900124")
    assert _asked(writing_session) == {both[1]}, "the other was not asked yet"
    _record(writing_session, both[0])
    assert _asked(writing_session) == set(both)


@pytest.mark.parametrize("channel", ["call", "none"])
def test_a_number_that_gets_no_texts_asks_for_nothing_until_it_does(writing_session: Session, channel: str) -> None:
    one, two = new_id(), new_id()
    _record(writing_session, one)
    _record(writing_session, two, channel=channel)
    assert _asked(writing_session) == set()
    _record(writing_session, two)
    assert _asked(writing_session) == {one, two}


def test_each_case_is_told_of_its_own_participant_alone(writing_session: Session, both: tuple[str, str]) -> None:
    for each in both:
        case_id = writing_session.get_one(Contact, each).case_id
        events = _events(writing_session, case_id)
        assert [event["kind"] for event in events].count("contact.shared") == 1
        (other,) = set(both) - {each}
        assert other not in str(events)
        assert "900123" not in str(events)


def _events(session: Session, case_id: str) -> list[dict[str, Any]]:
    rows = session.scalars(select(AuditEvent).where(AuditEvent.case_id == case_id)).all()
    return [parse_canonical(open_event(scope_key(session, case_id, AT), row)[1]) for row in rows]


def test_a_number_is_as_good_as_any_other_to_whoever_gives_it(writing_session: Session) -> None:
    alone, one, two = new_id(), new_id(), new_id()
    _record(writing_session, one)
    shared, single = _record(writing_session, two), _record(writing_session, alone, "07700 900125")
    unlike = {"participant_id", "case_id", "number", "number_index", "recorded_by"}
    names = [column.key for column in Contact.__table__.columns if column.key not in unlike]
    assert [getattr(shared, name) for name in names] == [getattr(single, name) for name in names]
