"""The one answer to a text that is no keyword: a text of its own, once, at any hour, soon or not at all; no alert."""

from collections.abc import Callable, Iterator
from datetime import timedelta
from itertools import count

import pytest
from sqlalchemy import Engine

from mediation import sms
from mediation.access import SYSTEM
from mediation.sms import delivery, incoming, opting
from mediation.sms.hours import Hours
from mediation.sms.outcomes import SETTLES_AFTER
from mediation.sms.providers import RefusedError, RetryLaterError, UnsureError
from mediation.sms.tasks import TextTaskKind, settle
from mediation.sms.wordings import ANSWER, ANSWERS
from tests.sms.confirmed import confirm
from tests.sms.conftest import AT, NUMBER
from tests.sms.pat import OTHER, Pat, person, tasks
from tests.sms.test_delivery import Provider

__all__ = ["person"]
NOW, SOON = AT + timedelta(seconds=1), AT + timedelta(minutes=1)
"""When somebody writes, and when the answer has certainly gone."""
LATE = NOW + incoming.ANSWERED_WITHIN
IDS: Iterator[int] = count()


def writes(person: Pat, body: str = "who is this", number: str = NUMBER) -> None:
    """A text comes from a phone."""
    incoming.take_in(person.session, f"SM{next(IDS)}", number, body, NOW)
    person.session.commit()


def answers(person: Pat) -> list[str]:
    """The states of the answers to somebody."""
    return [state for wording, state in person.texts() if wording == ANSWER]


@pytest.mark.parametrize("language", ANSWERS)
def test_it_goes_to_the_phone_in_its_language_whatever_the_hours_and_says_nothing_else(
    engine: Engine, person: Pat, language: str
) -> None:
    person.records(None, language=language, hours=Hours(begin=0, end=60, days=frozenset({6})), code_word="Robin")
    writes(person)
    provider = Provider(lambda: "id")
    assert delivery.deliver(engine, provider, lambda: SOON)
    assert [(number, body) for number, body, _ in provider.sent] == [(NUMBER, ANSWERS[language])]
    assert answers(person) == ["sent"]


def test_it_goes_once_until_a_facilitator_has_seen_to_it(engine: Engine, person: Pat) -> None:
    for _ in range(3):
        writes(person)
        delivery.deliver(engine, Provider(lambda: "id"), lambda: SOON)
    assert answers(person) == ["sent"]
    settle(person.session, [TextTaskKind.ANSWERED], person.id, person.case_id, NOW)
    writes(person)
    assert answers(person) == ["sent", "queued"]


@pytest.mark.parametrize("body", ["STOP", "START", "HELP"])
def test_a_keyword_gets_none(person: Pat, body: str) -> None:
    writes(person, body)
    assert answers(person) == []


@pytest.mark.parametrize("reason", ["operator", "opted-out"])
def test_a_number_to_which_nothing_goes_gets_none(person: Pat, reason: str) -> None:
    opting.stop(person.session, SYSTEM, NUMBER, reason, AT)
    for body in ("who is this", "START" if reason == "operator" else "hello?"):
        writes(person, body)
    assert answers(person) == []
    assert "text-answered" in tasks(person.session)


def test_a_number_that_we_do_not_know_gets_none(person: Pat) -> None:
    writes(person, number=OTHER)
    assert (answers(person), tasks(person.session)) == ([], [])


def test_somebody_who_takes_no_texts_gets_none(person: Pat) -> None:
    person.records(NUMBER, channel="call")
    writes(person)
    assert (answers(person), tasks(person.session)) == ([], ["text-answered"])


def test_of_two_with_one_number_the_phone_shows_it_once_and_not_before_both_were_asked(
    engine: Engine, person: Pat
) -> None:
    other = Pat(person.session)
    other.records()
    writes(person)
    provider = Provider(lambda: "id")
    assert not delivery.deliver(engine, provider, lambda: SOON)
    assert sorted(answers(person) + answers(other)) == ["cancelled"]
    for each in (person, other):
        settle(each.session, [TextTaskKind.SHARED, TextTaskKind.ANSWERED], each.id, each.case_id, NOW)
    writes(person)
    assert delivery.deliver(engine, provider, lambda: SOON)
    assert not delivery.deliver(engine, provider, lambda: SOON)
    assert (len(provider.sent), sorted(answers(person) + answers(other))) == (1, ["cancelled", "sent"])


def _recording(person: Pat) -> None:
    person.records(OTHER)


def _pausing(person: Pat) -> None:
    sms.cancel(person.session, person.id, now=NOW)
    person.session.commit()


def _stopping(person: Pat) -> None:
    person.stops()


@pytest.mark.parametrize(
    ("happens", "state"), [(_recording, "cancelled"), (_pausing, "cancelled"), (_stopping, "suppressed")]
)
def test_it_is_called_back_as_alerts_are(
    engine: Engine, person: Pat, happens: Callable[[Pat], None], state: str
) -> None:
    writes(person)
    happens(person)
    assert not delivery.deliver(engine, Provider(lambda: "id"), lambda: SOON)
    assert answers(person) == [state]


def test_in_doubt_it_is_not_looked_for_at_a_number_that_came_after_it(engine: Engine, person: Pat) -> None:
    writes(person)
    delivery.take(engine, Provider(lambda: ""), NOW, 1)  # and its worker is killed
    person.records(OTHER, NOW + timedelta(seconds=1))
    (claimed,) = delivery.take(engine, Provider(lambda: ""), NOW + delivery.LEASE, 1)
    assert (claimed.number, claimed.since) == ("", NOW)


def test_it_is_no_alert_and_keeps_none_back(person: Pat) -> None:
    confirm(person.session, person.id)
    writes(person)
    assert sms.enqueue(person.session, person.id, not_before=AT + timedelta(days=1), now=AT)
    assert sms.enqueue(person.session, person.id, now=AT - timedelta(hours=1)) is None, "one alert at most"
    person.session.commit()
    assert sorted(person.texts()) == [(ANSWER, "queued"), ("update", "queued")]


@pytest.mark.parametrize("error", [RetryLaterError(3600), RefusedError("99999"), UnsureError()])
def test_what_cannot_go_soon_does_not_go_and_asks_nobody_for_help(
    engine: Engine, person: Pat, error: Exception
) -> None:
    def answer() -> str:
        raise error

    writes(person)
    provider = Provider(answer)
    assert delivery.deliver(engine, provider, lambda: NOW)
    for late in (NOW + SETTLES_AFTER, LATE):
        delivery.deliver(engine, provider, lambda late=late: late)  # type: ignore[misc]  # bound at once
    assert (answers(person)[0] in ("failed", "expired"), tasks(person.session)) == (True, ["text-answered"])


def test_one_that_waited_too_long_is_put_away_and_asks_nobody_for_help(engine: Engine, person: Pat) -> None:
    writes(person)
    assert not delivery.deliver(engine, Provider(lambda: "id"), lambda: LATE)
    assert (answers(person), tasks(person.session)) == (["expired"], ["text-answered"])
