"""Pages for anybody: with help and a way out, without an agency too, and never any code that their policy forbids."""

import gzip
import json
import re
from base64 import b64encode
from hashlib import sha256

import brotli
import pytest
from werkzeug.test import TestResponse

from tests.agency_site import Site

PUBLIC = ["/", "/help", "/privacy", "/accessibility", "/sign-in", "/signed-out", "/join"]
HELP = {"label": "Somebody to talk to", "phone": "020 7946 0018", "text": "", "web": "https://help.example.org"}


def _text(answer: TestResponse) -> str:
    return answer.get_data(as_text=True)


@pytest.fixture
def helped(site: Site) -> Site:
    """An agency that has set a help number."""
    settings = site.app.test_client().get("/api/v1/agency").json
    assert settings is not None
    body = {**settings["settings"], "help": [HELP], "phone": "020 7946 0001", "kept_for": "Six years."}
    assert site.ada.browser.put("/agency/settings", body).status_code == 200
    return site


@pytest.mark.parametrize("path", PUBLIC)
def test_every_public_page_has_help_a_way_out_and_a_title(helped: Site, path: str) -> None:
    answer = helped.app.test_client().get(path)
    text = _text(answer)
    assert answer.status_code == 200
    assert "020 7946 0018" in text and "https://help.example.org" in text
    assert text.count("data-leave") == 2, "a skip link and a button"
    assert re.search(r"<title>\S.* – .+</title>", text)
    assert '<main class="govuk-main-wrapper md-main" id="main"' in text
    assert text.count("<h1") >= 1


@pytest.mark.parametrize("path", PUBLIC)
def test_nothing_stands_in_a_page_that_its_policy_forbids(site: Site, path: str) -> None:
    answer = site.app.test_client().get(path)
    text, policy = _text(answer), answer.headers["Content-Security-Policy"]
    assert not re.search(r"\s(style|on\w+)=", text)
    inline = re.findall(r"<script([^>]*)>(.*?)</script>", text, re.DOTALL)
    for attributes, body in inline:
        if "importmap" in attributes:
            assert b64encode(sha256(body.encode()).digest()).decode() in policy
            json.loads(body)
        elif "application/json" in attributes:
            json.loads(body)
        else:
            assert "src=" in attributes and body == ""
    assert not re.search(r'(src|href)="(https?:)?//(?!www\.bbc\.co\.uk)', text)
    assert answer.headers["Cache-Control"] == "no-store"


def test_without_an_agency_the_front_page_leads_to_setting_it_up(empty_site: Site) -> None:
    client = empty_site.app.test_client()
    assert client.get("/").headers["Location"] == "/set-up"
    for path in [*PUBLIC[1:], "/set-up"]:
        assert client.get(path).status_code == 200, path


def test_an_agency_is_set_up_once_only(site: Site) -> None:
    assert site.app.test_client().get("/set-up").headers["Location"] == "/"


def test_a_page_that_does_not_exist_says_so_plainly(helped: Site) -> None:
    answer = helped.app.test_client().get("/nothing-here")
    assert answer.status_code == 404
    assert "There is no such page" in _text(answer) and "020 7946 0001" in _text(answer)


def test_somebody_signed_out_is_led_to_the_sign_in_page(site: Site) -> None:
    for path in ["/home", "/letters", "/queue", "/agency", "/unlock", "/waiting"]:
        answer = site.app.test_client().get(path)
        assert (answer.status_code, answer.headers["Location"]) == (303, "/sign-in"), path


def test_the_texts_are_shown_in_demonstrations_only(site: Site) -> None:
    assert site.app.test_client().get("/dev/phones").status_code == 404


def test_pages_travel_compressed_where_the_browser_can(site: Site) -> None:
    client = site.app.test_client()
    plain = client.get("/privacy").data
    for coding, opened in [("br", brotli.decompress), ("gzip", gzip.decompress)]:
        answer = client.get("/privacy", headers={"Accept-Encoding": coding})
        assert answer.headers["Content-Encoding"] == coding
        assert int(answer.headers["Content-Length"]) == len(answer.data) < len(plain) / 2
        assert opened(answer.data) == plain
        assert "Accept-Encoding" in answer.headers["Vary"]
    assert "Content-Encoding" not in client.get("/privacy", headers={"Accept-Encoding": "identity"}).headers


def test_a_short_answer_is_left_as_it_is(site: Site) -> None:
    answer = site.app.test_client().get("/healthz", headers={"Accept-Encoding": "br"})
    assert "Content-Encoding" not in answer.headers and answer.json is not None
