"""Two at once: readers never wait for a writer, and of two like requests only one has an effect."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier

import pytest
import time_machine
from sqlalchemy import text

from mediation.accounts.models import Throttle
from mediation.db import reading, writing
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
