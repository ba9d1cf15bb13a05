"""Signing in and out, unlocking, and the server's half of the unlocking key."""

from datetime import timedelta

import pytest
import time_machine
from sqlalchemy import select

from mediation.accounts.models import Account, LoginSession
from mediation.protocol.encoding import b64, unb64
from mediation.protocol.primitives import random_bytes
from tests.agency_site import Site, now, settings_in
from tests.answers import accepted, refused

HALF = b64(b"h" * 32)


def test_signing_in_hands_over_the_bundle_as_it_was_closed(site: Site) -> None:
    answer = accepted(site.ada.sign_in(site.browser()))
    assert (answer["bundle"], answer["revision"]) == (site.ada.record["bundle"], 1)
    assert answer["account_id"] == site.ada.record["account_id"]


@pytest.mark.parametrize("spelling", [str.upper, lambda name: name.replace("-", " "), lambda name: f" {name}. "])
def test_a_sign_in_name_may_be_spelt_loosely(site: Site, spelling: object) -> None:
    site.ada.sign_in_name = spelling(site.ada.sign_in_name)  # type: ignore[operator]  # a list of functions
    accepted(site.ada.sign_in(site.browser()))


def test_a_wrong_passphrase_and_an_unknown_name_are_refused_alike(site: Site) -> None:
    wrong = {"sign_in_name": site.ada.sign_in_name, "auth": b64(random_bytes(32))}
    unknown = {"sign_in_name": "nobody-here-11", "auth": site.ada.record["auth"]}
    assert refused(site.browser().post("/session", wrong), 401, "sign-in-failed") == refused(
        site.browser().post("/session", unknown), 401, "sign-in-failed"
    )


def test_parameters_of_a_known_name_are_those_of_the_account(site: Site) -> None:
    answer = accepted(site.browser().post("/sign-in/parameters", {"sign_in_name": site.ada.sign_in_name}))
    assert answer == {name: site.ada.record[name] for name in ("salt", "opslimit", "memlimit")}


def test_parameters_of_an_unknown_name_have_the_same_shape_and_stay(site: Site) -> None:
    ask = site.browser().post
    first = accepted(ask("/sign-in/parameters", {"sign_in_name": "Nobody Here 12"}))
    assert accepted(ask("/sign-in/parameters", {"sign_in_name": "nobody-here-12"})) == first
    assert accepted(ask("/sign-in/parameters", {"sign_in_name": "nobody-here-13"})) != first
    assert len(unb64(first["salt"])) == 16
    assert (first["opslimit"], first["memlimit"]) == (3, 64 * 1024 * 1024)


def test_signing_in_anew_ends_the_session_that_the_browser_had(site: Site) -> None:
    browser, copy = site.browser(), site.browser()
    accepted(site.ada.sign_in(browser))
    accepted(browser.put("/session/lock-key", {"half": HALF}))
    cookie = browser.client.get_cookie("session")
    assert cookie is not None
    copy.client.set_cookie("session", cookie.value)
    accepted(copy.get("/session"))
    accepted(site.ada.sign_in(browser))
    refused(copy.get("/session"), 401, "signed-out")
    accepted(browser.get("/session"))
    with site.session() as session:
        assert [row.lock_half for row in session.scalars(select(LoginSession)) if row.ended_at] == [None]


def test_too_many_wrong_passphrases_close_the_name_for_a_while(site: Site) -> None:
    wrong = {"sign_in_name": site.ada.sign_in_name, "auth": b64(random_bytes(32))}
    with time_machine.travel(now(), tick=False) as traveller:
        for _ in range(site.settings.tries_per_name):
            refused(site.browser().post("/session", wrong), 401, "sign-in-failed")
        answer = site.ada.sign_in(site.browser())
        assert refused(answer, 429, "too-many-tries")["retry_after"] == 900
        assert answer.headers["Retry-After"] == "900"
        traveller.shift(timedelta(minutes=15))
        accepted(site.ada.sign_in(site.browser()))


def test_being_right_costs_no_try(site: Site) -> None:
    for _ in range(site.settings.tries_per_name + 2):
        accepted(site.ada.sign_in(site.browser()))


def test_the_address_is_limited_over_all_names(site: Site) -> None:
    tight = Site(settings_in(site.settings.instance, TRIES_PER_ADDRESS="3"))
    for number in range(3):
        body = {"sign_in_name": f"nobody-here-{number}", "auth": b64(random_bytes(32))}
        refused(tight.browser().post("/session", body), 401, "sign-in-failed")
    body = {"sign_in_name": "nobody-here-99", "auth": b64(random_bytes(32))}
    refused(tight.browser().post("/session", body), 429, "too-many-tries")


def test_signing_out_ends_the_session_for_a_copied_cookie_too(site: Site) -> None:
    browser = site.browser()
    accepted(site.ada.sign_in(browser))
    cookie = browser.client.get_cookie("session")
    assert cookie is not None
    accepted(browser.delete("/session"), 204)
    refused(browser.get("/session"), 401, "signed-out")
    browser.client.set_cookie("session", cookie.value)
    refused(browser.get("/session"), 401, "signed-out")


def test_signing_out_without_a_session_is_fine(site: Site) -> None:
    accepted(site.browser().delete("/session"), 204)


def test_signing_in_again_takes_a_new_token(site: Site) -> None:
    browser = site.browser()
    accepted(site.ada.sign_in(browser))
    first = browser.client.get_cookie("session")
    accepted(site.ada.sign_in(browser))
    second = browser.client.get_cookie("session")
    assert first is not None
    assert second is not None
    assert first.value != second.value


def test_the_cookie_keeps_scripts_and_other_sites_out(site: Site) -> None:
    answer = site.ada.sign_in(site.browser())
    cookie = answer.headers["Set-Cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=Strict" in cookie
    assert "Path=/" in cookie
    assert "Expires" not in cookie


def test_the_token_is_stored_hashed_only(site: Site) -> None:
    browser = site.browser()
    accepted(site.ada.sign_in(browser))
    with browser.client.session_transaction() as cookie:
        token = cookie["_user_id"]
    with site.session() as session:
        hashes = session.scalars(select(LoginSession.token_hash)).all()
    assert token not in hashes
    assert all(len(unb64(hash_)) == 32 for hash_ in hashes)


@pytest.mark.parametrize(("idle", "code"), [(59, None), (61, "signed-out")])
def test_an_idle_session_ends(site: Site, idle: int, code: str | None) -> None:
    with time_machine.travel(now(), tick=False) as traveller:
        browser = site.browser()
        accepted(site.ada.sign_in(browser))
        traveller.shift(timedelta(minutes=idle))
        answer = browser.get("/session")
        accepted(answer) if code is None else refused(answer, 401, code)


def test_a_session_in_use_ends_after_its_longest_time(site: Site) -> None:
    with time_machine.travel(now(), tick=False) as traveller:
        browser = site.browser()
        accepted(site.ada.sign_in(browser))
        for _ in range(12 * 2 - 1):
            traveller.shift(timedelta(minutes=30))
            accepted(browser.get("/session"))
        traveller.shift(timedelta(minutes=30))
        refused(browser.get("/session"), 401, "signed-out")


def test_unlocking_hands_over_the_bundle_again(site: Site) -> None:
    answer = accepted(site.ada.browser.post("/session/unlock", {"auth": site.ada.record["auth"]}))
    assert answer == {"bundle": site.ada.record["bundle"], "revision": 1}


def test_unlocking_with_a_wrong_passphrase_is_refused_and_limited(site: Site) -> None:
    wrong = {"auth": b64(random_bytes(32))}
    for _ in range(site.settings.tries_per_name):
        refused(site.ada.browser.post("/session/unlock", wrong), 401, "sign-in-failed")
    refused(site.ada.browser.post("/session/unlock", wrong), 429, "too-many-tries")
    refused(site.browser().post("/session/unlock", wrong), 401, "signed-out")


def test_guessing_at_the_door_and_at_a_locked_page_is_counted_together(site: Site) -> None:
    wrong = {"auth": b64(random_bytes(32))}
    at_the_door = {"sign_in_name": site.ada.sign_in_name.upper(), **wrong}
    refused(site.ada.browser.post("/session/unlock", wrong), 401, "sign-in-failed")
    for _ in range(site.settings.tries_per_name - 1):
        refused(site.browser().post("/session", at_the_door), 401, "sign-in-failed")
    refused(site.ada.browser.post("/session/unlock", wrong), 429, "too-many-tries")
    refused(site.browser().post("/session", at_the_door), 429, "too-many-tries")


def test_the_first_half_is_kept_until_it_is_dropped(site: Site) -> None:
    browser = site.ada.browser
    refused(browser.get("/session/lock-key"), 404, "locked")
    assert accepted(browser.put("/session/lock-key", {"half": HALF})) == {"half": HALF}
    assert accepted(browser.put("/session/lock-key", {"half": b64(b"x" * 32)})) == {"half": HALF}
    assert accepted(browser.get("/session/lock-key")) == {"half": HALF}
    assert accepted(browser.get("/session"))["unlocked"]
    accepted(browser.delete("/session/lock-key"), 204)
    refused(browser.get("/session/lock-key"), 404, "locked")
    assert not accepted(browser.get("/session"))["unlocked"]


@pytest.mark.parametrize(("idle", "locked"), [(14, False), (15, True), (40, True)])
def test_the_half_is_dropped_after_fifteen_idle_minutes(site: Site, idle: int, locked: bool) -> None:
    with time_machine.travel(now(), tick=False) as traveller:
        browser = site.browser()
        accepted(site.ada.sign_in(browser))
        accepted(browser.put("/session/lock-key", {"half": HALF}))
        traveller.shift(timedelta(minutes=idle))
        for _ in range(2):
            answer = browser.get("/session/lock-key")
            refused(answer, 404, "locked") if locked else accepted(answer)


def test_using_the_session_keeps_the_half(site: Site) -> None:
    with time_machine.travel(now(), tick=False) as traveller:
        browser = site.browser()
        accepted(site.ada.sign_in(browser))
        accepted(browser.put("/session/lock-key", {"half": HALF}))
        for _ in range(4):
            traveller.shift(timedelta(minutes=10))
            accepted(browser.get("/agency") and browser.get("/session/lock-key"))


def test_a_new_half_may_be_kept_after_the_old_one_was_dropped(site: Site) -> None:
    with time_machine.travel(now(), tick=False) as traveller:
        browser = site.browser()
        accepted(site.ada.sign_in(browser))
        accepted(browser.put("/session/lock-key", {"half": HALF}))
        traveller.shift(timedelta(minutes=20))
        other = b64(b"y" * 32)
        assert accepted(browser.put("/session/lock-key", {"half": other})) == {"half": other}


def test_each_session_has_its_own_half(site: Site) -> None:
    accepted(site.ada.browser.put("/session/lock-key", {"half": HALF}))
    other = site.browser()
    accepted(site.ada.sign_in(other))
    refused(other.get("/session/lock-key"), 404, "locked")


def test_sign_in_names_are_two_words_and_a_number(site: Site) -> None:
    first, second, number = site.ada.sign_in_name.split("-")
    assert first.isalpha()
    assert second.isalpha()
    assert 10 <= int(number) <= 99


def test_the_database_alone_opens_no_bundle(site: Site) -> None:
    with site.session() as session:
        account = session.scalars(select(Account)).one()
        assert unb64(site.ada.record["bundle"]) not in account.bundle
        assert unb64(site.ada.record["auth"]) not in account.auth_mac
