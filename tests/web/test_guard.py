"""Deny by default: other sites, other types, odd bodies and the wrong people get nowhere."""

import json
from typing import Any

import pytest
from flask import Flask

from mediation.web import guard
from mediation.web.body import parse
from tests.agency_site import ORIGIN, Browser, Site
from tests.answers import accepted, refused

WRITE = ("POST", "/sign-in/parameters")
BODY = {"sign_in_name": "nobody-here-12"}


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "https://evil.example"},
        {"Origin": "null"},
        {"Origin": "http://127.0.0.1:8001"},
        {"Origin": "https://127.0.0.1:8000"},
        {"Origin": f"{ORIGIN}.evil.example"},
        {"Origin": ORIGIN, "Sec-Fetch-Site": "cross-site"},
        {"Origin": ORIGIN, "Sec-Fetch-Site": "same-site"},
        {"Origin": ORIGIN, "Sec-Fetch-Site": "none"},
        {"Origin": "https://evil.example", "Sec-Fetch-Site": "same-origin"},
        {},
    ],
)
def test_a_write_from_another_site_is_refused(site: Site, headers: dict[str, str]) -> None:
    browser = site.browser()
    browser.headers = headers
    refused(browser.send(*WRITE, BODY), 403, "cross-site")
    for method in ("PUT", "DELETE"):
        refused(browser.send(method, "/session/lock-key", {"half": "x"}), 403, "cross-site")


@pytest.mark.parametrize(
    "headers",
    [{"Origin": ORIGIN}, {"Origin": ORIGIN, "Sec-Fetch-Site": "same-origin"}, {"Sec-Fetch-Site": "same-origin"}],
)
def test_a_write_from_this_site_is_read(site: Site, headers: dict[str, str]) -> None:
    browser = site.browser()
    browser.headers = headers
    accepted(browser.send(*WRITE, BODY))


def test_on_loopback_both_names_are_this_site(site: Site) -> None:
    accepted(Browser(site.app.test_client(), "http://localhost:8000").send(*WRITE, BODY))


@pytest.mark.parametrize("content_type", ["text/plain", "application/x-www-form-urlencoded", "", "text/json"])
def test_a_body_of_another_type_is_refused(site: Site, content_type: str) -> None:
    answer = site.browser().send(*WRITE, data=json.dumps(BODY), content_type=content_type)
    refused(answer, 415, "not-json")


@pytest.mark.parametrize(
    "data",
    [
        b'{"sign_in_name": "a", "sign_in_name": "b"}',
        b'{"sign_in_name": "a"',
        b'{"sign_in_name": NaN}',
        b'{"sign_in_name": 1.5}',
        b'{"sign_in_name": 1e3}',
        b'{"sign_in_name": "\xff"}',
        b'\xef\xbb\xbf{"sign_in_name": "a"}',
        b'{"sign_in_name": "\\ud800"}',
        b'{"sign_in_name": "\\u0000"}',
        b"[]",
        b'"{}"',
        b"null",
        b"7",
        b"[" * 100_000,
        b'{"a":' * 50 + b"1" + b"}" * 50,
        b"{}{}",
    ],
)
def test_a_body_that_is_not_one_sound_object_is_refused(site: Site, data: bytes) -> None:
    refused(site.browser().send(*WRITE, data=data, content_type="application/json"), 400, "malformed")


def test_an_oversized_body_is_refused_unread(site: Site) -> None:
    data = b'{"sign_in_name": "' + b"a" * site.settings.body_limit + b'"}'
    refused(site.browser().send(*WRITE, data=data, content_type="application/json"), 413, "too-large")


def test_an_integer_too_long_to_convert_is_refused(site: Site) -> None:
    data = b'{"sign_in_name": ' + b"9" * 5000 + b"}"
    refused(site.browser().send(*WRITE, data=data, content_type="application/json"), 400, "malformed")


@pytest.mark.parametrize("body", [{}, {"sign_in_name": 5}, {"sign_in_name": "a", "more": 1}, {"sign_in_name": None}])
def test_a_body_with_other_fields_is_refused_without_repeating_it(site: Site, body: dict[str, Any]) -> None:
    answer = refused(site.browser().send(*WRITE, body), 422, "bad-input")
    assert set(answer) <= {"code", "message", "field"}
    assert answer.get("field", "sign_in_name") == "sign_in_name"


def test_what_was_sent_is_never_echoed(site: Site) -> None:
    canary = "canary-7d1f"
    for body in ({"sign_in_name": [canary]}, {canary: 1, "sign_in_name": "a"}, {"sign_in_name": {canary: canary}}):
        assert canary not in site.browser().send(*WRITE, body).text
    assert canary not in site.browser().get(f"/memory/{canary}").text
    assert canary not in site.browser().get(f"/{canary}").text


def test_an_unguarded_route_stops_the_application() -> None:
    app = Flask("bare")
    app.add_url_rule("/bare", view_func=lambda: "")
    with pytest.raises(AssertionError, match="/bare"):
        guard.check_routes(app)


def test_a_method_that_a_route_does_not_have_is_answered_so(site: Site) -> None:
    answer = site.ada.browser.delete("/staff")
    refused(answer, 405, "wrong-method")
    assert "GET" in answer.headers["Allow"]


def test_keys_that_differ_in_case_are_two_keys() -> None:
    assert parse(b'{"a": 1, "A": 2}') == {"a": 1, "A": 2}


def test_a_cookie_that_was_not_made_here_is_nobody(site: Site) -> None:
    browser = site.browser()
    browser.client.set_cookie("session", "eyJfdXNlcl9pZCI6IngifQ.x.y")
    refused(browser.get("/session"), 401, "signed-out")


def test_a_page_for_somebody_signed_out_leads_to_the_sign_in_page(site: Site) -> None:
    answer = site.browser().client.get("/queue")
    assert answer.status_code in (303, 404)
