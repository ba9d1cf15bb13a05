"""A code works for ten minutes, five tries and once, for the number that it went to; its text is sent and called off by
rules of its own.
"""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import Engine, select, text
from sqlalchemy.orm import Session

from mediation import ledger, sms
from mediation.access import SYSTEM, Actor
from mediation.db import settings_of
from mediation.errors import MediationError, NotAllowed
from mediation.protocol.encoding import b64, new_id
from mediation.protocol.primitives import random_bytes
from mediation.sms import codes, delivery, incoming, numbers, wordings
from mediation.sms.codes import DAY, LASTS, TRIES
from mediation.sms.hours import Hours
from mediation.sms.models import ConfirmationCode, Contact, OutboxText, TextTask
from mediation.sms.outcomes import SETTLES_AFTER
from mediation.sms.profile import Profile
from mediation.sms.providers import Report, UnsureError
from tests.sms.confirmed import confirm
from tests.sms.conftest import AT, NUMBER
from tests.sms.test_delivery import Provider

OTHER = "+447700900124"


class Pat:
    """Somebody whose number is not confirmed yet, what they do, and what their phone shows."""

    def __init__(self, session: Session) -> None:
        self.session, self.id, self.case_id = session, new_id(), new_id()
        self.actor = Actor(kind="participant", account_id=new_id(), participant_id=self.id)

    def records(self, number: str | None = NUMBER, now: datetime = AT, **profile: object) -> None:
        given = {"channel": "text", **profile}
        sms.set_contact(
            self.session,
            self.actor,
            target=self,
            participant_id=self.id,
            case_id=self.case_id,
            profile=Profile(number=number, **given),  # type: ignore[arg-type]  # each test names what it changes
            now=now,
        )
        self.session.commit()

    @property
    def participant_id(self) -> str:
        return self.id

    def asks(self, now: datetime = AT, *, sent: bool = True) -> str:
        """The code that works from now on."""
        codes.make(self.session, self.contact, now, sent=sent)
        self.session.commit()
        return self.code

    @property
    def contact(self) -> Contact:
        return self.session.get_one(Contact, self.id)

    @property
    def code(self) -> str:
        live = select(ConfirmationCode.text_id).where(ConfirmationCode.participant_id == self.id)
        text_id = self.session.scalars(live.where(ConfirmationCode.ended_at.is_(None))).one()
        self.session.rollback()
        return codes.digits(settings_of(self.session).peppers[0], text_id)

    def types(self, code: str, now: datetime = AT) -> str:
        """What comes of it: `confirmed`, or the code of the refusal. What the edge commits then is committed."""
        try:
            sms.confirm(self.session, self.actor, target=self, participant_id=self.id, code=code, now=now)
        except MediationError as error:
            self.session.commit()
            assert not self.confirmed
            return error.code
        self.session.commit()
        assert self.confirmed
        return "confirmed"

    @property
    def confirmed(self) -> bool:
        found = self.contact.confirmed_at is not None
        self.session.rollback()
        return found

    def texts(self) -> list[tuple[str, str]]:
        """Wording and state of each, oldest first."""
        mine = select(OutboxText.wording, OutboxText.state).where(OutboxText.participant_id == self.id)
        rows = self.session.execute(mine.order_by(OutboxText.created_at)).all()
        self.session.rollback()
        return [(row.wording, row.state) for row in rows]


@pytest.fixture
def person(writing_session: Session) -> Pat:
    made = Pat(writing_session)
    made.records()
    return made


def other_than(code: str) -> str:
    return f"{(int(code) + 1) % 10**6:06}"


def tasks(session: Session) -> list[str]:
    found = list(session.scalars(select(TextTask.kind).where(TextTask.done_at.is_(None))))
    session.rollback()
    return found


def test_the_code_that_came_confirms_the_number_once(person: Pat) -> None:
    code = person.asks()
    assert person.types(code, AT + LASTS - timedelta(seconds=1)) == "confirmed"
    typed_at = AT + LASTS - timedelta(seconds=1)
    assert (person.contact.confirmed_at, person.contact.confirmed_by) == (typed_at, person.actor.account_id)
    assert person.types(code, AT + LASTS) == "confirmed", "the answer was lost, and it is sent again"
    assert person.contact.confirmed_at == typed_at


def test_it_is_ones_own_to_confirm(person: Pat) -> None:
    code = person.asks()
    stranger = Pat(person.session).actor
    with pytest.raises(NotAllowed):
        sms.confirm(person.session, stranger, target=person, participant_id=person.id, code=code, now=AT)


def test_after_ten_minutes_it_is_gone(person: Pat) -> None:
    assert person.types(person.asks(), AT + LASTS) == "code-gone"


def test_five_wrong_tries_end_it(person: Pat) -> None:
    code = person.asks()
    assert [person.types(other_than(code)) for _ in range(TRIES)] == ["code-wrong"] * (TRIES - 1) + ["code-gone"]
    assert person.types(code) == "code-gone"


def test_the_fifth_try_may_be_right(person: Pat) -> None:
    code = person.asks()
    assert [person.types(other_than(code)) for _ in range(TRIES - 1)] == ["code-wrong"] * (TRIES - 1)
    assert person.types(code) == "confirmed"


def test_a_used_code_confirms_nothing_more(person: Pat) -> None:
    code = person.asks()
    assert person.types(code) == "confirmed"
    person.records(OTHER)
    person.records(NUMBER)
    assert person.types(code) == "code-gone"


def test_a_newer_code_ends_the_one_before(person: Pat) -> None:
    first = person.asks()
    second = person.asks()
    assert first != second, "one in a million"
    assert person.types(first) == "code-wrong"
    assert person.types(second) == "confirmed"
    assert person.texts() == [("code", "cancelled"), ("code", "queued")]


def test_somebody_else_s_code_is_a_wrong_one(person: Pat) -> None:
    other = Pat(person.session)
    other.records(OTHER)
    code = other.asks()
    person.asks()
    assert person.types(code) == "code-wrong"


@pytest.mark.parametrize("after", [OTHER, NUMBER], ids=["another number", "and back"])
def test_a_changed_number_makes_it_useless(person: Pat, after: str) -> None:
    code = person.asks()
    person.records(OTHER)
    person.records(after)
    assert person.types(code) == "code-gone"
    assert person.texts() == [("code", "cancelled")]


def test_a_code_confirms_the_number_that_it_went_to_even_if_nobody_called_it_off(person: Pat) -> None:
    code = person.asks()
    other = numbers.indexes(person.session, OTHER)[0]
    person.session.execute(text("UPDATE confirmation_code SET number_index = :other"), {"other": other})
    assert person.types(code) == "code-gone"


def test_the_same_number_in_other_words_keeps_code_and_confirmation(person: Pat) -> None:
    code = person.asks()
    person.records(None, wording="appointment")
    assert person.types(code) == "confirmed"
    person.records("07700 900123", hours=Hours(begin=600, end=660))
    assert person.confirmed


@pytest.mark.parametrize("change", [{"number": OTHER}, {"number": None, "channel": "none"}])
def test_another_number_or_none_is_not_confirmed(person: Pat, change: dict[str, str | None]) -> None:
    person.types(person.asks())
    person.records(**change)  # type: ignore[arg-type]  # a number, and perhaps a channel
    assert (person.contact.confirmed_at, person.contact.confirmed_by) == (None, None)


def test_where_nothing_was_sent_all_looks_alike_and_nothing_confirms(person: Pat) -> None:
    code = person.asks(sent=False)
    assert person.texts() == []
    assert [person.types(code) for _ in range(TRIES)] == ["code-wrong"] * (TRIES - 1) + ["code-gone"]


@pytest.mark.parametrize(("number", "channel"), [(None, "none"), (NUMBER, "call")])
def test_only_a_number_for_texts_is_confirmed(person: Pat, number: str | None, channel: str) -> None:
    person.records(number, channel=channel)
    assert person.types("123456") == "number-missing"


def test_alerts_go_to_confirmed_numbers_alone(person: Pat) -> None:
    refs = {"recipient": person.id}
    ledger.append(person.session, "message.offered", actor=SYSTEM, case_id=person.case_id, refs=refs, at=AT)
    assert sms.enqueue(person.session, person.id, now=AT) is None
    person.session.commit()
    assert tasks(person.session) == ["number-unconfirmed"], "so that nobody is left waiting unawares"
    person.types(person.asks())
    assert tasks(person.session) == []
    assert sms.enqueue(person.session, person.id, now=AT)
    person.session.rollback()


def test_a_facilitator_is_asked_when_a_change_calls_an_alert_off(person: Pat) -> None:
    person.types(person.asks())
    sms.enqueue(person.session, person.id, now=AT)
    person.records(OTHER)
    assert tasks(person.session) == ["number-unconfirmed"]
    person.records(None, channel="call")
    assert tasks(person.session) == []


def test_an_alert_that_was_queued_waits_for_no_number_that_is_not_confirmed(engine: Engine, person: Pat) -> None:
    person.types(person.asks())
    sms.cancel(person.session, person.id, now=AT)
    sms.enqueue(person.session, person.id, now=AT)
    person.session.commit()
    person.session.execute(text("UPDATE contact SET confirmed_at = NULL"))
    person.session.execute(text("DELETE FROM outbox WHERE wording = 'code'"))
    person.session.commit()
    assert not delivery.deliver(engine, Provider(lambda: "id"), lambda: AT)
    assert person.texts() == [("update", "cancelled")]


def test_a_code_goes_out_at_any_hour_and_says_nothing_else(engine: Engine, person: Pat) -> None:
    person.records(None, hours=Hours(begin=0, end=60, days=frozenset({6}), zone="UTC"), code_word="Robin")
    code, provider = person.asks(), Provider(lambda: "id")
    assert delivery.deliver(engine, provider, lambda: AT)
    assert [(number, body) for number, body, _ in provider.sent] == [
        (NUMBER, f"{code} is your code. It works for ten minutes.")
    ]


def test_a_code_is_no_alert(person: Pat) -> None:
    confirm(person.session, person.id)
    person.asks()
    assert sms.enqueue(person.session, person.id, now=AT), "an alert goes out beside it"
    sms.seen(person.session, person.id, now=AT)
    sms.cancel(person.session, person.id, now=AT)
    person.session.commit()
    assert sorted(person.texts()) == [("code", "queued"), ("update", "cancelled")]


def _expires(person: Pat) -> datetime:
    return AT + LASTS


def _changes(person: Pat) -> datetime:
    person.records(OTHER)
    return AT


def _stops(person: Pat) -> datetime:
    incoming.stop(person.session, SYSTEM, NUMBER, "opted-out", AT)
    person.session.commit()
    return AT


def _pauses(person: Pat) -> datetime:
    sms.call_off(person.session, person.id, person.case_id, AT)
    person.session.commit()
    return AT


def _shares(person: Pat) -> datetime:
    Pat(person.session).records()
    return AT


def _is_used(person: Pat) -> datetime:
    person.types(person.code)
    return AT


CALLED_OFF = [
    (_expires, "expired"),
    (_changes, "cancelled"),
    (_stops, "suppressed"),
    (_pauses, "cancelled"),
    (_shares, "cancelled"),
    (_is_used, "cancelled"),
]


@pytest.mark.parametrize(("happens", "state"), CALLED_OFF)
def test_a_code_that_waits_is_not_sent_any_more(
    engine: Engine, person: Pat, happens: Callable[[Pat], datetime], state: str
) -> None:
    person.asks()
    now, provider = happens(person), Provider(lambda: "id")
    assert not delivery.deliver(engine, provider, lambda: now)
    assert (provider.sent, person.texts()) == ([], [("code", state)])


@pytest.mark.parametrize("happens", [_changes, _pauses])
def test_a_code_on_its_way_is_not_tried_again(
    engine: Engine, person: Pat, happens: Callable[[Pat], datetime]
) -> None:
    person.asks()

    def answer() -> str:
        happens(person)
        raise UnsureError

    provider = Provider(answer)
    assert delivery.deliver(engine, provider, lambda: AT)
    for minutes in range(1, 20):
        delivery.deliver(engine, provider, lambda minutes=minutes: AT + timedelta(minutes=minutes))  # type: ignore[misc]  # bound at once
    assert (len(provider.sent), person.texts()) == (1, [("code", "cancelled")])


def test_a_code_is_not_sent_when_its_time_ran_out_since_it_was_claimed(engine: Engine, person: Pat) -> None:
    person.asks()
    provider, claimed_at = Provider(lambda: "id"), AT + LASTS - timedelta(seconds=1)
    (claimed,) = delivery.take(engine, provider, claimed_at, 1)
    outcome = delivery.carry(engine, provider, claimed, lambda: AT + LASTS)
    delivery.put_down(engine, provider, [(claimed, outcome)], AT + LASTS)
    assert (provider.sent, person.texts()) == ([], [("code", "failed")])


def test_a_worker_that_takes_over_asks_for_the_same_words_and_says_them_again(engine: Engine, person: Pat) -> None:
    code = person.asks()
    asked: list[str] = []

    class Listed(Provider):
        def find(self, number: str, body: str, reference: str, since: datetime) -> list[Report]:
            asked.append(body)
            return []

    delivery.take(engine, Listed(lambda: ""), AT, 1)  # and the worker is killed
    later, provider = AT + delivery.LEASE, Listed(lambda: "id")
    assert delivery.deliver(engine, provider, lambda: later)
    assert delivery.deliver(engine, provider, lambda: later + SETTLES_AFTER)
    said = f"{code} is your code. It works for ten minutes."
    assert (asked, [body for _, body, _ in provider.sent]) == ([said], [said])
    assert person.types(code, later) == "confirmed"


def test_a_stopped_number_is_not_confirmed(person: Pat) -> None:
    code = person.asks()
    _stops(person)
    assert person.types(code) == "number-stopped"
    numbers.allow(person.session, NUMBER)
    assert person.types(code) == "code-gone"


def test_under_a_former_pepper_a_code_still_works(person: Pat, monkeypatch: pytest.MonkeyPatch) -> None:
    code = person.asks()
    settings = settings_of(person.session)
    turned = replace(settings, peppers=(random_bytes(32), *settings.peppers))
    monkeypatch.setattr("mediation.sms.codes.settings_of", lambda _: turned)
    monkeypatch.setattr("mediation.sms.numbers.settings_of", lambda _: turned)
    assert person.types(code) == "confirmed"


def test_a_day_later_it_is_forgotten(person: Pat) -> None:
    person.asks()
    codes.sweep(person.session, AT + DAY - timedelta(seconds=1))
    assert codes.sent_today(person.session, AT + DAY - timedelta(seconds=1)) == 1
    codes.sweep(person.session, AT + DAY)
    assert person.session.scalars(select(ConfirmationCode)).all() == []


def test_no_column_no_event_and_no_error_holds_a_code(person: Pat, capfd: pytest.CaptureFixture[str]) -> None:
    code = person.asks()
    person.types(other_than(code))
    for table in (OutboxText, ConfirmationCode):
        (row,) = person.session.execute(select(table.__table__)).all()
        assert code not in str(tuple(row))
    assert code not in capfd.readouterr().err


BYTES = st.binary(min_size=32, max_size=32)


@given(BYTES, BYTES, st.sampled_from(sorted(wordings.CODES)))
def test_a_code_s_text_is_its_template_whatever_the_case(key: bytes, drawn: bytes, language: str) -> None:
    code = codes.digits(key, b64(drawn[:16]))
    assert len(code) == 6
    assert code.isascii()
    assert code.isdigit()
    said = wordings.code_text(language, code)
    assert said.startswith(f"{code} ")
    assert said.replace(code, "{code}") == wordings.CODES[language]
    assert wordings.segments(said) == 1
