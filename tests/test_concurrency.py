"""Two at once: readers never wait for a writer, and of two like requests only one has an effect."""

import time
from concurrent.futures import ThreadPoolExecutor, wait
from datetime import datetime, timedelta
from threading import Barrier

import pytest
import time_machine
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from mediation.access import Actor
from mediation.accounts import agency, operations, set_up_code, throttle
from mediation.accounts.models import MemoryDocument, Throttle
from mediation.accounts.throttle import Bucket
from mediation.db import is_race, reading, writing
from mediation.errors import TooManyTries
from mediation.protocol.encoding import b64, new_id
from mediation.web.transaction import ENGINE
from tests.agency_site import Browser, Site, now
from tests.answers import accepted


def test_reading_needs_no_lock(site: Site) -> None:
    with writing(site.app.extensions[ENGINE]) as writer, time_machine.travel(now() + timedelta(minutes=5)):
        writer.execute(text("DELETE FROM throttle"))
        for path in ("/agency", "/session", "/trust", "/staff", "/anchors"):
            accepted(site.ada.browser.get(path))


def test_a_reading_session_cannot_write(site: Site) -> None:
    with reading(site.app.extensions[ENGINE]) as session:
        session.add(Throttle(bucket="x", count=1, window_start=now()))
        with pytest.raises(AssertionError, match="asked to write"):
            session.flush()


def test_a_double_click_writes_once(site: Site) -> None:
    browsers = [site.browser() for _ in range(4)]
    for browser in browsers:
        accepted(site.ada.sign_in(browser))
    start = Barrier(len(browsers))

    def put(number: int) -> int:
        start.wait()
        blob = b64(bytes([number]) * 100)
        return browsers[number].put("/memory/pins", {"revision": 1, "blob": blob}).status_code

    with ThreadPoolExecutor(len(browsers)) as threads:
        statuses = sorted(threads.map(put, range(len(browsers))))
    assert statuses == [200, 409, 409, 409]


def test_whoever_tries_an_account_waits_for_whoever_else_does(site: Site) -> None:
    engine, bucket = site.app.extensions[ENGINE], [Bucket("name", "any", 1)]

    def try_next() -> None:
        with writing(engine) as session:
            operations.hold_named(session, site.ada.sign_in_name)
            throttle.check(session, bucket, now())

    with ThreadPoolExecutor(1) as threads, writing(engine) as first:
        operations.hold_named(first, site.ada.sign_in_name)
        throttle.check(first, bucket, now())
        other = threads.submit(try_next)
        wait([other], timeout=0.5)
        throttle.take(first, bucket, now())
        first.commit()
        with pytest.raises(TooManyTries):
            other.result()


def test_of_two_who_set_an_agency_up_at_once_one_does(empty_site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    bodies = [each.set_up_body() for each in (empty_site, Site(empty_site.settings, empty_site.app))]

    monkeypatch.setattr(set_up_code, "fits", lambda *_: True)  # a second code replaces the first
    monkeypatch.setattr(agency, "check_current", lambda _: time.sleep(0.3))
    with ThreadPoolExecutor(2) as threads:
        answers = list(threads.map(lambda body: empty_site.browser().post("/agency", body), bodies))
    assert sorted(each.status_code for each in answers) == [201, 409]


def test_one_card_lets_one_person_in(site: Site) -> None:
    card = site.invite(new_id())
    people = [site.person(f"P{number}") for number in range(4)]
    start = Barrier(len(people))

    def join(number: int) -> int:
        start.wait()
        person = people[number]
        return person.browser.post(f"/invitations/{card.invite_id}/join", site.join_body(card, person)).status_code

    with ThreadPoolExecutor(len(people)) as threads:
        statuses = sorted(threads.map(join, range(len(people))))
    assert statuses == [201, 410, 410, 410]


def test_guessing_in_parallel_is_counted(site: Site) -> None:
    tries = site.settings.tries_per_name + 6
    start = Barrier(tries)

    def guess(number: int) -> int:
        start.wait()
        browser = Browser(site.app.test_client())
        body = {"sign_in_name": site.ada.sign_in_name, "auth": b64(bytes([number]) * 32)}
        return browser.post("/session", body).status_code

    with ThreadPoolExecutor(tries) as threads:
        statuses = sorted(threads.map(guess, range(tries)))
    assert statuses == [401] * site.settings.tries_per_name + [429] * 6


MINE, OTHER = b"m" * 100, b"o" * 100


def _blind(site: Site, monkeypatch: pytest.MonkeyPatch, *, flush: bool) -> None:
    """Writing to one's memory as where two look at once and neither sees the other's row, the other being faster."""

    def write_memory(session: Session, actor: Actor, name: str, revision: int, blob: bytes, at: datetime) -> object:
        row = MemoryDocument(account_id=actor.account_id, name=name, revision=revision, blob=blob, changed_at=at)
        session.add(row)
        if flush:
            session.flush()
        return row

    accepted(site.ada.browser.put("/memory/pins", {"revision": 1, "blob": b64(OTHER)}))
    monkeypatch.setattr(operations, "write_memory", write_memory)


@pytest.mark.parametrize("flush", [True, False], ids=["when it is written", "when it is committed"])
def test_whoever_was_slower_is_asked_to_try_again_and_then_told(
    site: Site, monkeypatch: pytest.MonkeyPatch, flush: bool
) -> None:
    body = {"revision": 1, "blob": b64(MINE)}
    with monkeypatch.context() as patch:
        _blind(site, patch, flush=flush)
        answer = site.ada.browser.put("/memory/pins", body)
        assert (answer.status_code, (answer.json or {})["code"]) == (503, "try-again")
    assert site.ada.browser.read("/memory/pins")["blob"] == b64(OTHER)
    again = site.ada.browser.put("/memory/pins", body)
    assert (again.status_code, (again.json or {})["code"]) == (409, "memory-conflict")


def test_a_broken_rule_of_the_database_is_a_fault_and_no_race(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    def write_memory(session: Session, actor: Actor, *rest: object) -> None:
        session.execute(text("DELETE FROM audit_event"))

    monkeypatch.setattr(operations, "write_memory", write_memory)
    answer = site.ada.browser.put("/memory/pins", {"revision": 1, "blob": b64(MINE)})
    assert (answer.status_code, (answer.json or {})["code"]) == (500, "server-error")


@pytest.mark.parametrize(("state", "race"), [("23505", True), ("23503", True), ("23502", False), ("23514", False)])
def test_postgresql_tells_races_by_number(state: str, race: bool) -> None:
    class Refused(Exception):
        sqlstate = state

    assert is_race(IntegrityError("INSERT", {}, Refused())) is race
