"""From queue to phone: claimed once, sent with no transaction open, retried within bounds, never once cancelled."""

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from mediation import ledger, sms
from mediation.access import SYSTEM
from mediation.db import writing
from mediation.sms import delivery
from mediation.sms.models import DemonstrationText, OutboxText
from mediation.sms.providers import ConsoleProvider, RefusedError, RetryLaterError
from mediation.sms.wordings import WORDINGS
from tests.sms.conftest import NUMBER


class Provider:
    """A stand-in that answers as it is told and remembers what it was given."""

    def __init__(self, answer: Callable[[], str]) -> None:
        self.answer = answer
        self.sent: list[tuple[str, str, str]] = []

    def send(self, number: str, body: str, reference: str) -> str:
        self.sent.append((number, body, reference))
        return self.answer()


def _raise(error: Exception) -> Callable[[], str]:
    def answer() -> str:
        raise error

    return answer


def _text(session: Session) -> OutboxText:
    """The one text as it is stored now; the session holds no lock afterwards."""
    session.rollback()
    text = session.scalars(select(OutboxText)).one()
    session.expunge(text)
    session.rollback()
    return text


def test_a_due_text_is_sent_once(engine: Engine, writing_session: Session, queued: str, at: datetime) -> None:
    provider = Provider(lambda: "id-1")
    assert delivery.deliver(engine, provider, lambda: at)
    assert not delivery.deliver(engine, provider, lambda: at)
    assert provider.sent == [(NUMBER, WORDINGS["update"], queued)]
    text = _text(writing_session)
    assert (text.state, text.provider_id, text.sent_at, text.attempts) == ("sent", "id-1", at, 1)


def test_nothing_is_sent_before_its_time(engine: Engine, writing_session: Session, pat: str, at: datetime) -> None:
    sms.enqueue(writing_session, pat, not_before=at + timedelta(hours=3), now=at)
    writing_session.commit()
    provider = Provider(lambda: "id")
    assert not delivery.deliver(engine, provider, lambda: at + timedelta(hours=2, minutes=59))
    assert delivery.deliver(engine, provider, lambda: at + timedelta(hours=3))


def test_a_text_too_old_is_put_away(engine: Engine, writing_session: Session, queued: str, at: datetime) -> None:
    provider = Provider(lambda: "id")
    assert not delivery.deliver(engine, provider, lambda: at + timedelta(days=3))
    assert provider.sent == []
    assert _text(writing_session).state == "expired"


def test_a_cancelled_text_is_not_sent(
    engine: Engine, writing_session: Session, pat: str, queued: str, at: datetime
) -> None:
    sms.cancel(writing_session, pat, now=at)
    writing_session.commit()
    assert not delivery.deliver(engine, Provider(lambda: "id"), lambda: at)


def test_a_text_for_somebody_who_wants_none_any_more_is_cancelled(
    engine: Engine, writing_session: Session, pat: str, queued: str, at: datetime
) -> None:
    contact = sms.contact_of(writing_session, pat)
    assert contact is not None
    contact.channel = "none"
    ledger.append(writing_session, "contact.recorded", actor=SYSTEM, case_id=contact.case_id, refs={}, at=at)
    writing_session.commit()
    assert not delivery.deliver(engine, Provider(lambda: "id"), lambda: at)
    assert _text(writing_session).state == "cancelled"


def test_no_transaction_is_open_while_the_provider_is_asked(
    engine: Engine, writing_session: Session, queued: str, at: datetime
) -> None:
    def answer() -> str:
        with writing(engine) as other:  # would wait for the lock, were it held
            other.scalars(select(OutboxText)).all()
            other.commit()
        return "id"

    assert delivery.deliver(engine, Provider(answer), lambda: at)
    assert _text(writing_session).state == "sent"


def test_a_failed_try_is_repeated_later_and_longer(
    engine: Engine, writing_session: Session, queued: str, at: datetime
) -> None:
    provider = Provider(_raise(RetryLaterError()))
    moment, waits = at, []
    for _ in range(delivery.ATTEMPTS - 1):
        assert delivery.deliver(engine, provider, lambda: moment)  # noqa: B023  # called at once
        assert not delivery.deliver(engine, provider, lambda: moment)  # noqa: B023  # called at once
        waits.append(_text(writing_session).not_before - moment)
        moment = _text(writing_session).not_before
    assert waits == [timedelta(seconds=30 * 2**n) for n in range(delivery.ATTEMPTS - 1)]
    assert delivery.deliver(engine, provider, lambda: moment)
    assert _text(writing_session).state == "failed"
    assert len(provider.sent) == delivery.ATTEMPTS


def test_the_provider_may_ask_for_a_longer_wait(
    engine: Engine, writing_session: Session, queued: str, at: datetime
) -> None:
    assert delivery.deliver(engine, Provider(_raise(RetryLaterError(600))), lambda: at)
    assert _text(writing_session).not_before == at + timedelta(minutes=10)


def test_a_refused_text_has_failed(engine: Engine, writing_session: Session, queued: str, at: datetime) -> None:
    assert delivery.deliver(engine, Provider(_raise(RefusedError())), lambda: at)
    assert _text(writing_session).state == "failed"


def test_a_worker_that_died_leaves_a_lease_that_runs_out(
    engine: Engine, writing_session: Session, queued: str, at: datetime
) -> None:
    with pytest.raises(KeyboardInterrupt):
        delivery.deliver(engine, Provider(_raise(KeyboardInterrupt())), lambda: at)  # type: ignore[arg-type]  # as a kill
    provider = Provider(lambda: "id")
    assert not delivery.deliver(engine, provider, lambda: at + timedelta(minutes=1))
    assert delivery.deliver(engine, provider, lambda: at + delivery.LEASE)
    assert provider.sent[0][2] == queued
    assert _text(writing_session).attempts == 2


def test_a_late_answer_does_not_undo_a_later_state(writing_session: Session, queued: str, at: datetime) -> None:
    delivery.record(writing_session, queued, delivery.Outcome(provider_id="late"), at)
    assert writing_session.get_one(OutboxText, queued).state == "queued"


@pytest.mark.parametrize("keeps", [True, False])
def test_the_console_keeps_texts_in_demonstrations_only(
    engine: Engine, writing_session: Session, queued: str, at: datetime, keeps: bool
) -> None:
    provider = ConsoleProvider(engine, lambda: at, keeps=keeps)
    assert delivery.deliver(engine, provider, lambda: at)
    provider.send(NUMBER, WORDINGS["update"], queued)
    shown = delivery.demonstration_texts(writing_session)
    assert shown == ([{"number": NUMBER, "body": WORDINGS["update"], "at": at}] if keeps else [])
    assert len(writing_session.scalars(select(DemonstrationText)).all()) == int(keeps)
