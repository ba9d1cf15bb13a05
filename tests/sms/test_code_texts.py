"""A code's text is sent and called off by rules of its own: at any hour, never late, and as no alert."""

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from sqlalchemy import Engine, text
from sqlalchemy.orm import Session

from mediation import sms
from mediation.sms import delivery
from mediation.sms.codes import LASTS
from mediation.sms.hours import Hours
from mediation.sms.outcomes import SETTLES_AFTER
from mediation.sms.providers import Report, UnsureError
from tests.sms.confirmed import confirm
from tests.sms.conftest import AT, NUMBER, wants_texts
from tests.sms.pat import OTHER, Pat, person
from tests.sms.test_delivery import Provider

__all__ = ["person"]


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


def test_a_code_goes_out_before_alerts_that_were_due_long_ago(engine: Engine, person: Pat, queued: str) -> None:
    delivery.take(engine, Provider(lambda: ""), AT, 1)  # an alert that is in doubt, since its worker is killed
    wants_another(person.session)
    code, later = person.asks(AT + delivery.LEASE), AT + delivery.LEASE
    taken = [delivery.take(engine, Provider(lambda: ""), later, 1) for _ in range(3)]
    assert [each.text_id == queued for (each,) in taken] == [False, True, False]
    assert taken[0][0].body.startswith(f"{code} ")
    assert delivery.take(engine, Provider(lambda: ""), later, 1) == []


def test_a_code_that_is_in_doubt_is_asked_about_before_alerts(engine: Engine, person: Pat) -> None:
    code = person.asks()
    delivery.take(engine, Provider(lambda: ""), AT, 1)  # and its worker is killed
    wants_another(person.session)
    (claimed,) = delivery.take(engine, Provider(lambda: ""), AT + delivery.LEASE, 1)
    assert (claimed.since, claimed.body[:6]) == (AT, code)


def test_an_alert_in_doubt_is_not_looked_for_at_a_number_that_came_after_it(engine: Engine, person: Pat) -> None:
    person.types(person.asks())
    sms.enqueue(person.session, person.id, now=AT)
    person.session.commit()
    delivery.take(engine, Provider(lambda: ""), AT, 1)  # and its worker is killed
    later = AT + delivery.LEASE
    person.records(None)
    (same,) = delivery.take(engine, Provider(lambda: ""), later, 1)
    person.records(OTHER)
    (changed,) = delivery.take(engine, Provider(lambda: ""), later + delivery.LEASE, 1)
    assert (same.number, changed.number, same.text_id == changed.text_id) == (NUMBER, "", True)


def wants_another(session: Session) -> None:
    """An alert for somebody else is due."""
    assert sms.enqueue(session, wants_texts(session, number="+447700900999"), now=AT)
    session.commit()


def _expires(person: Pat) -> datetime:
    return AT + LASTS


def _changes(person: Pat) -> datetime:
    person.records(OTHER)
    return AT


def _stops(person: Pat) -> datetime:
    person.stops()
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
def test_a_code_on_its_way_is_not_tried_again(engine: Engine, person: Pat, happens: Callable[[Pat], datetime]) -> None:
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
