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
from mediation.sms.hours import AT_ANY_HOUR, Hours
from mediation.sms.models import Contact, DemonstrationText, OutboxText, TextTask
from mediation.sms.outcomes import ATTEMPTS, FIRST_WAIT, LONGEST_WAIT, SETTLES_AFTER, Outcome
from mediation.sms.providers import ConsoleProvider, RefusedError, Report, RetryLaterError, UnsureError
from mediation.sms.wordings import WORDINGS
from tests.sms.conftest import NUMBER

UPDATE = WORDINGS["update"].texts["en"]


class Provider:
    """A stand-in that answers as it is told and remembers what it was given; `listed` is what its list has."""

    sender = "stand-in"
    reports = False

    def __init__(self, answer: Callable[[], str], *listed: str) -> None:
        self.answer = answer
        self.sent: list[tuple[str, str, str]] = []
        self.listed = [Report(each) for each in listed]

    def find(self, number: str, body: str, reference: str, since: datetime) -> list[Report]:
        return self.listed

    def ask(self, provider_id: str) -> Report | None:
        return None

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
    assert provider.sent == [(NUMBER, UPDATE, queued)]
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
    for _ in range(ATTEMPTS - 1):
        assert delivery.deliver(engine, provider, lambda: moment)  # noqa: B023  # called at once
        assert not delivery.deliver(engine, provider, lambda: moment)  # noqa: B023  # called at once
        waits.append(_text(writing_session).not_before - moment)
        moment = _text(writing_session).not_before
    for number, waited in enumerate(waits):
        longest = min(FIRST_WAIT * 2**number, LONGEST_WAIT)
        assert longest * 0.74 <= waited <= longest * 1.26
    assert len({waited / FIRST_WAIT / 2**number for number, waited in enumerate(waits)}) > 1, "some of it by chance"
    assert delivery.deliver(engine, provider, lambda: moment)
    assert _text(writing_session).state == "failed"
    assert len(provider.sent) == ATTEMPTS


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
    assert provider.sent == [], "the provider's list is asked first"
    assert delivery.deliver(engine, provider, lambda: at + delivery.LEASE)
    assert provider.sent[0][2] == queued
    assert (_text(writing_session).state, _text(writing_session).attempts) == ("sent", 2)


def test_a_text_that_is_on_the_providers_list_is_not_sent_again(
    engine: Engine, writing_session: Session, queued: str, at: datetime
) -> None:
    provider = Provider(_raise(UnsureError()), "found-1")
    assert delivery.deliver(engine, provider, lambda: at)
    assert not delivery.deliver(engine, provider, lambda: at + timedelta(seconds=30))
    assert delivery.deliver(engine, provider, lambda: at + SETTLES_AFTER)
    assert not delivery.deliver(engine, provider, lambda: at + timedelta(days=1))
    text = _text(writing_session)
    assert (text.state, text.provider_id, len(provider.sent)) == ("sent", "found-1", 1)


def test_what_stands_for_another_text_on_the_list_is_passed_over(
    engine: Engine, writing_session: Session, pat: str, queued: str, at: datetime
) -> None:
    assert delivery.deliver(engine, Provider(lambda: "one"), lambda: at)
    sms.seen(writing_session, pat, now=at)
    second = sms.enqueue(writing_session, pat, now=at + timedelta(minutes=1))
    writing_session.commit()
    provider = Provider(_raise(UnsureError()), "one")
    assert delivery.deliver(engine, provider, lambda: at + timedelta(minutes=1))
    assert delivery.deliver(engine, provider, lambda: at + timedelta(minutes=2))
    writing_session.rollback()
    assert writing_session.get_one(OutboxText, second).state == "queued"
    writing_session.rollback()
    assert delivery.deliver(engine, Provider(lambda: "two"), lambda: at + timedelta(minutes=2))
    writing_session.rollback()
    assert writing_session.get_one(OutboxText, second, populate_existing=True).provider_id == "two"


def test_while_the_list_cannot_be_had_nothing_is_sent_and_in_the_end_it_has_failed(
    engine: Engine, writing_session: Session, queued: str, at: datetime
) -> None:
    class Mute(Provider):
        def find(self, number: str, body: str, reference: str, since: datetime) -> list[Report]:
            raise UnsureError

    provider, moment = Mute(_raise(UnsureError())), at
    while (text := _text(writing_session)).state in ("queued", "sending"):
        assert delivery.deliver(engine, provider, lambda: moment)  # noqa: B023  # called at once
        moment = _text(writing_session).leased_until or moment
    assert (text.state, text.error, len(provider.sent)) == ("failed", "unknown", 1)
    assert timedelta(days=4) <= moment - at < timedelta(days=5)


@pytest.mark.parametrize("act", [sms.cancel, sms.seen])
def test_a_text_called_back_on_its_way_is_not_tried_again(
    engine: Engine, writing_session: Session, pat: str, queued: str, at: datetime, act: Callable[..., object]
) -> None:
    def meanwhile() -> str:
        with writing(engine) as session:
            act(session, pat, now=at)
            session.commit()
        raise RetryLaterError

    assert delivery.deliver(engine, Provider(meanwhile), lambda: at)
    assert _text(writing_session).state == "cancelled"


@pytest.mark.parametrize("act", [sms.cancel, sms.seen])
def test_a_text_called_back_between_claim_and_call_is_not_sent(
    engine: Engine, writing_session: Session, pat: str, queued: str, at: datetime, act: Callable[..., object]
) -> None:
    provider = Provider(lambda: "id")
    (claimed,) = delivery.take(engine, provider, at, 1)
    act(writing_session, pat, now=at)
    writing_session.commit()
    outcome = delivery.carry(engine, provider, claimed, lambda: at)
    delivery.put_down(engine, provider, [(claimed, outcome)], at)
    assert (provider.sent, _text(writing_session).state) == ([], "cancelled")


def test_a_call_does_not_begin_when_little_is_left_of_the_lease(
    engine: Engine, writing_session: Session, queued: str, at: datetime
) -> None:
    provider = Provider(lambda: "id")
    (claimed,) = delivery.take(engine, provider, at, 1)
    late = at + delivery.LEASE - delivery.MARGIN + timedelta(seconds=1)
    assert delivery.carry(engine, provider, claimed, lambda: late).absent
    assert provider.sent == []


def _set_hours(session: Session, hours: Hours) -> None:
    contact = session.scalars(select(Contact)).one()
    contact.hours = hours.as_json
    ledger.append(session, "contact.recorded", actor=SYSTEM, case_id=contact.case_id, refs={}, at=contact.recorded_at)
    session.commit()


def test_the_text_is_in_their_language_after_their_word(
    engine: Engine, writing_session: Session, queued: str, at: datetime
) -> None:
    contact = writing_session.scalars(select(Contact)).one()
    contact.language, contact.code_word = "cy", "Robin"
    _set_hours(writing_session, AT_ANY_HOUR)
    writing_session.get_one(OutboxText, queued).wording = "ring"
    ledger.append(writing_session, "sms.queued", actor=SYSTEM, case_id=contact.case_id, refs={}, at=at)
    writing_session.commit()
    provider = Provider(lambda: "id")
    assert delivery.deliver(engine, provider, lambda: at, lambda session: "07700 900100")
    assert [body for _, body, _ in provider.sent] == ["Robin: Ffoniwch ni ar 07700 900100 pan fydd yn gyfleus i chi."]


def test_a_retry_that_falls_out_of_hours_waits(
    engine: Engine, writing_session: Session, queued: str, at: datetime
) -> None:
    _set_hours(writing_session, Hours(begin=9 * 60, end=9 * 60 + 1, zone="UTC"))
    opens = at + timedelta(days=1)
    provider = Provider(_raise(RetryLaterError()))
    assert delivery.deliver(engine, provider, lambda: at)
    assert not delivery.deliver(engine, provider, lambda: at + timedelta(hours=1))
    assert (_text(writing_session).state, _text(writing_session).not_before) == ("queued", opens)
    assert delivery.deliver(engine, Provider(lambda: "id"), lambda: opens)


def test_a_text_for_which_no_hour_comes_in_time_is_put_away_with_a_task(
    engine: Engine, writing_session: Session, queued: str, at: datetime
) -> None:
    days = frozenset(range(7)) - {(at + timedelta(days=day)).weekday() for day in range(6)}
    _set_hours(writing_session, Hours(days=days))
    assert not delivery.deliver(engine, Provider(lambda: "id"), lambda: at)
    assert _text(writing_session).state == "expired"
    assert writing_session.scalars(select(TextTask.kind)).all() == ["text-failed"]


def test_a_late_answer_does_not_undo_a_later_state(writing_session: Session, queued: str, at: datetime) -> None:
    late = Outcome(found=(Report("late"),))
    delivery.record(writing_session, queued, late, at, Provider(lambda: "id"))
    assert writing_session.get_one(OutboxText, queued).state == "queued"


@pytest.mark.parametrize("keeps", [True, False])
def test_the_console_keeps_texts_in_demonstrations_only(
    engine: Engine, writing_session: Session, queued: str, at: datetime, keeps: bool
) -> None:
    provider = ConsoleProvider(engine, lambda: at, keeps=keeps)
    assert delivery.deliver(engine, provider, lambda: at)
    provider.send(NUMBER, UPDATE, queued)
    shown = delivery.demonstration_texts(writing_session)
    assert shown == ([{"number": NUMBER, "body": UPDATE, "at": at}] if keeps else [])
    assert len(writing_session.scalars(select(DemonstrationText)).all()) == int(keeps)
