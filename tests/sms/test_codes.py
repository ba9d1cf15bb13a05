"""A code works for ten minutes, five tries and once, for the number that it went to."""

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select, text

from mediation import ledger, sms
from mediation.access import SYSTEM
from mediation.db import settings_of
from mediation.errors import NotAllowed
from mediation.protocol.encoding import b64
from mediation.protocol.primitives import random_bytes
from mediation.sms import codes, numbers, wordings
from mediation.sms.codes import DAY, LASTS, TRIES
from mediation.sms.hours import Hours
from mediation.sms.models import ConfirmationCode, OutboxText
from tests.sms.conftest import AT, NUMBER
from tests.sms.pat import OTHER, Pat, other_than, person, tasks

__all__ = ["person"]


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


def test_a_stopped_number_is_not_confirmed(person: Pat) -> None:
    code = person.asks()
    person.stops()
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
