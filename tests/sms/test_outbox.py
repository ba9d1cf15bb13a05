"""One alert until the person has signed in; nothing for somebody who wants no texts; cancelled is cancelled."""

import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import Engine, select, text
from sqlalchemy.orm import Session

from mediation import ledger, sms
from mediation.access import SYSTEM, Actor
from mediation.db import writing
from mediation.errors import Invalid, NotAllowed
from mediation.protocol.encoding import new_id
from mediation.sms import delivery
from mediation.sms.hours import Hours
from mediation.sms.models import Contact, OutboxText, TextTask
from mediation.sms.profile import Profile, parsed_number
from mediation.sms.states import TextState
from tests.sms.conftest import NUMBER, wants_texts


def _states(session: Session, participant_id: str) -> list[str]:
    wanted = select(OutboxText.state).where(OutboxText.participant_id == participant_id)
    return list(session.scalars(wanted.order_by(OutboxText.created_at)))


def test_an_alert_is_queued(writing_session: Session, pat: str, at: datetime) -> None:
    text_ = writing_session.get_one(OutboxText, sms.enqueue(writing_session, pat, now=at))
    assert (text_.state, text_.wording, text_.not_before) == (TextState.QUEUED, "update", at)


def test_further_alerts_coalesce_until_the_person_has_signed_in(
    writing_session: Session, pat: str, at: datetime
) -> None:
    assert sms.enqueue(writing_session, pat, now=at)
    assert sms.enqueue(writing_session, pat, now=at) is None
    sms.seen(writing_session, pat, now=at)
    assert sms.enqueue(writing_session, pat, now=at + timedelta(hours=1))
    assert _states(writing_session, pat) == ["cancelled", "queued"]


@pytest.mark.parametrize("state", [TextState.SENDING, TextState.SENT, TextState.DELIVERED])
def test_a_text_on_its_way_is_the_one_alert_too(
    writing_session: Session, pat: str, queued: str, at: datetime, state: TextState
) -> None:
    writing_session.execute(text("UPDATE outbox SET state = :state"), {"state": state})
    assert sms.enqueue(writing_session, pat, now=at) is None


@pytest.mark.parametrize("state", [TextState.FAILED, TextState.UNDELIVERED, TextState.EXPIRED, TextState.SUPPRESSED])
def test_a_text_that_never_arrived_keeps_no_new_one_back(
    writing_session: Session, pat: str, queued: str, at: datetime, state: TextState
) -> None:
    writing_session.execute(text("UPDATE outbox SET state = :state"), {"state": state})
    assert sms.enqueue(writing_session, pat, now=at)


def test_an_earlier_offer_brings_a_waiting_text_forward(writing_session: Session, pat: str, at: datetime) -> None:
    later = sms.enqueue(writing_session, pat, not_before=at + timedelta(days=2), now=at)
    assert sms.enqueue(writing_session, pat, now=at) is None
    assert writing_session.get_one(OutboxText, later).not_before == at


def test_a_later_offer_does_not_put_a_waiting_text_off(writing_session: Session, pat: str, at: datetime) -> None:
    first = sms.enqueue(writing_session, pat, now=at)
    sms.enqueue(writing_session, pat, not_before=at + timedelta(days=2), now=at)
    assert writing_session.get_one(OutboxText, first).not_before == at


@pytest.mark.parametrize("act", [sms.cancel, sms.seen])
def test_a_text_that_a_worker_is_claiming_is_not_cancelled_underneath_it(
    engine: Engine, writing_session: Session, pat: str, queued: str, at: datetime, act: Callable[..., object]
) -> None:
    def meanwhile() -> None:
        with writing(engine) as session:
            act(session, pat, now=at)
            session.commit()

    with writing(engine) as worker, ThreadPoolExecutor(1) as others:
        assert delivery.claim(worker, at)
        done = others.submit(meanwhile)
        time.sleep(0.3)
        worker.commit()
        done.result()
    assert _states(writing_session, pat) == ["sending"]


@pytest.mark.parametrize(("channel", "number"), [("call", NUMBER), ("none", None), ("text", None)])
def test_somebody_who_wants_no_texts_gets_none(
    writing_session: Session, at: datetime, channel: str, number: str | None
) -> None:
    participant_id = wants_texts(writing_session, channel, number)
    assert sms.enqueue(writing_session, participant_id, now=at) is None


def test_somebody_without_a_contact_gets_none(writing_session: Session, at: datetime) -> None:
    assert sms.enqueue(writing_session, new_id(), now=at) is None


def _hours(session: Session, participant_id: str, hours: Hours) -> None:
    contact = session.get_one(Contact, participant_id)
    contact.hours = hours.as_json
    ledger.append(session, "contact.recorded", actor=SYSTEM, case_id=contact.case_id, refs={}, at=contact.recorded_at)
    session.flush()


def test_a_text_waits_for_the_person_s_hours(writing_session: Session, pat: str, at: datetime) -> None:
    _hours(writing_session, pat, Hours(begin=18 * 60, end=20 * 60, avoid=frozenset({at.date()}), zone="UTC"))
    sms.enqueue(writing_session, pat, now=at)
    due = at.replace(hour=18) + timedelta(days=1)
    text_ = writing_session.scalars(select(OutboxText)).one()
    assert (text_.not_before, text_.expires_at) == (due, due + timedelta(days=3))


def test_a_text_for_which_no_hour_comes_is_queued_to_be_put_away_with_a_task(
    writing_session: Session, pat: str, at: datetime
) -> None:
    away = frozenset(at.date() + timedelta(days=day) for day in range(40))
    _hours(writing_session, pat, Hours(avoid=away))
    sms.enqueue(writing_session, pat, now=at)
    assert delivery.claim(writing_session, at) == []
    assert _states(writing_session, pat) == ["expired"]
    assert writing_session.scalars(select(TextTask.kind)).all() == ["text-failed"]


def test_cancelling_touches_only_what_is_queued(writing_session: Session, pat: str, queued: str, at: datetime) -> None:
    assert sms.cancel(writing_session, pat, now=at) == 1
    assert sms.cancel(writing_session, pat, now=at) == 0
    assert _states(writing_session, pat) == ["cancelled"]


def _record(session: Session, actor: Actor, participant_id: str, **changes: Any) -> Contact:
    values: dict[str, Any] = {"channel": "text", "number": "07700 900123", "wording": "update", **changes}
    return sms.set_contact(
        session,
        actor,
        target=Contact(participant_id=participant_id),
        participant_id=participant_id,
        case_id=new_id(),
        profile=Profile(**values),
        now=datetime.fromisoformat("2026-03-02T09:00:00Z"),
    )


def _own(participant_id: str) -> Actor:
    return Actor(kind="participant", account_id=new_id(), participant_id=participant_id)


def test_a_contact_is_kept_encrypted_and_shown_masked(writing_session: Session) -> None:
    participant_id = new_id()
    contact = _record(writing_session, _own(participant_id), participant_id)
    writing_session.commit()
    assert contact.number == NUMBER
    assert sms.masked(contact.number) == "••• 123"
    stored = writing_session.execute(text("SELECT number, number_index FROM contact")).one()
    assert b"900123" not in stored.number
    assert "900123" not in stored.number_index


def test_two_people_with_one_number_share_a_blind_index(writing_session: Session) -> None:
    one, two = new_id(), new_id()
    first = _record(writing_session, _own(one), one)
    assert _record(writing_session, _own(two), two, number="+44 7700 900 123").number_index == first.number_index
    assert _record(writing_session, _own(two), two, number="+44 7700 900 124").number_index != first.number_index


def test_a_changed_contact_cancels_what_was_queued(writing_session: Session, pat: str, queued: str) -> None:
    _record(writing_session, _own(pat), pat, channel="none", number=None)
    assert _states(writing_session, pat) == ["cancelled"]


@pytest.mark.parametrize("number", ["", "12", "hello", "+999 123 456", "07700 900123 x 1 2 3 4 5 6 7 8 9 0 1 2"])
def test_what_is_no_number_is_refused(number: str) -> None:
    with pytest.raises(Invalid, match="bad-number"):
        parsed_number(number)


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"number": None}, "number-missing"),
        ({"channel": "post"}, "bad-input"),
        ({"wording": "free"}, "bad-input"),
        ({"language": "xx"}, "bad-input"),
        ({"code_word": "a, b"}, "bad-code-word"),
        ({"wording": "word"}, "code-word-missing"),
    ],
)
def test_a_contact_that_does_not_fit_is_refused(writing_session: Session, changes: dict[str, Any], code: str) -> None:
    participant_id = new_id()
    with pytest.raises(Invalid, match=code):
        _record(writing_session, _own(participant_id), participant_id, **changes)


def test_a_contact_is_ones_own(writing_session: Session) -> None:
    with pytest.raises(NotAllowed):
        _record(writing_session, _own(new_id()), new_id())
