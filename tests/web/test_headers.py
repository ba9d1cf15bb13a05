"""What every answer tells the browser: nothing from elsewhere, nothing kept, no frame, no referrer."""

from dataclasses import replace

import pytest

from mediation.app import create_app
from mediation.settings import ROOT, Settings
from mediation.web import headers
from tests.agency_site import Browser, Site, settings_in

PATHS = ("/healthz", "/api/v1/agency", "/api/v1/session", "/", "/help", "/no-such-page", "/api/v1/no-such-thing")


@pytest.mark.parametrize("path", PATHS)
def test_every_answer_carries_every_header(site: Site, path: str) -> None:
    answer = site.browser().client.get(path)
    for name, value in headers.HEADERS.items():
        assert answer.headers[name] == value, name
    assert answer.headers["Cache-Control"] == "no-store"
    assert "default-src 'none'" in answer.headers["Content-Security-Policy"]
    assert "frame-ancestors 'none'" in answer.headers["Content-Security-Policy"]
    assert "unsafe" not in answer.headers["Content-Security-Policy"]
    assert "Strict-Transport-Security" not in answer.headers


def test_under_https_the_browser_is_told_to_stay_there(site: Site) -> None:
    secure = replace(site.settings, public_url="https://letters.example.org")
    answer = create_app(secure).test_client().get("/healthz", base_url="https://letters.example.org")
    assert answer.headers["Strict-Transport-Security"] == headers.HSTS


def test_whoever_runs_the_server_is_told_that_subdomains_are_bound_too() -> None:
    assert headers.HSTS in (ROOT / "docs" / "operations.md").read_text("utf-8")


def test_under_https_the_cookie_is_bound_to_the_host(site: Site) -> None:
    secure = Site(replace(site.settings, public_url="https://letters.example.org"))
    browser = Browser(secure.app.test_client(), "https://letters.example.org")
    body = {"sign_in_name": site.ada.sign_in_name, "auth": site.ada.record["auth"]}
    answer = browser.send("POST", "/session", body, base_url="https://letters.example.org")
    cookie = answer.headers["Set-Cookie"]
    assert cookie.startswith("__Host-session=")
    assert "Secure" in cookie
    assert "Domain" not in cookie


def test_a_page_allows_no_script_but_ours_and_its_import_map(site: Site) -> None:
    policy = site.browser().client.get("/sign-in").headers["Content-Security-Policy"]
    directives = dict(part.strip().partition(" ")[::2] for part in policy.split(";"))
    assert directives["script-src"].startswith("'self' 'sha256-")
    assert directives["require-trusted-types-for"] == "'script'"
    assert directives["connect-src"] == "'self'"
    assert directives["worker-src"] == "'self'"
    assert directives["base-uri"] == "'none'"
    # A form that is sent before its script is there would put what was typed, a passphrase even, into the address.
    assert directives["form-action"] == "'none'"


def test_believed_proxies_are_counted(settings: Settings) -> None:
    believed = Site(settings_in(settings.instance, TRUSTED_PROXIES="1", TRIES_PER_ADDRESS="1")).browser()
    body = {"sign_in_name": "nobody-here-11", "auth": "A" * 43}
    for number, status in ((1, 401), (2, 401), (1, 429)):
        answer = believed.send("POST", "/session", body, headers={"X-Forwarded-For": f"198.51.100.{number}"})
        assert answer.status_code == status
