"""An auditor's page proves every line on their own screen, and says so plainly where it cannot."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing

import pytest
from playwright.sync_api import Browser, Page, Route

from mediation.client import Administrator, Site
from mediation.settings import DEMONSTRATION_FILE
from tests.browser.axe import Axe
from tests.browser.demonstration import Demonstration, anyone, demonstrated, press, sign_in, visit

PHRASE = "kettle window garden seven"
LIES: list[tuple[str, dict[str, object], str]] = [
    ("/audit/consistency", {"proof": ["A" * 43]}, "is not the one that was seen before"),
]


@pytest.fixture(scope="module")
def demonstration(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Demonstration]:
    """The agency that Otto looks at."""
    with demonstrated(tmp_path_factory) as found:
        yield found


@pytest.fixture(scope="module")
def auditor(browser: Browser, demonstration: Demonstration) -> Iterator[Page]:
    """Otto, on his first page."""
    page = anyone(browser, demonstration.base_url)
    sign_in(page, {"sign_in_name": hired(demonstration), "passphrase": PHRASE})
    yield page
    page.context.close()


def hired(demonstration: Demonstration) -> str:
    """The sign-in name of a new auditor."""
    who = next(each["who"] for each in demonstration.book["accounts"] if each["role"] == "administrator")
    office = Administrator(demonstration.client(who))
    card = office.invite("Otto", ["auditor"])
    joined = Site(demonstration.base_url).invitation(card.code).join(PHRASE)
    office.admit([card.invite_id], lambda shown: list(shown) == list(joined.words))
    return joined.sign_in_name


def test_an_auditor_begins_with_events_that_are_verified(auditor: Page) -> None:
    assert auditor.url.endswith("/audit")
    auditor.locator("#verified").wait_for()
    assert not auditor.locator("#not-verified").is_visible()
    axe = Axe(auditor)
    axe.look("/audit")
    auditor.get_by_label("What happened").select_option("message.opened")
    press(auditor, "Show")
    auditor.wait_for_url("**/audit?kind=message.opened")
    auditor.locator("#verified").wait_for()
    assert {each.inner_text() for each in auditor.locator("[data-slot=kind]").all()} == {"message.opened"}
    auditor.locator(".md-pseudonyms a").nth(1).click()
    auditor.locator("#verified").wait_for()
    assert "case_of=" in auditor.url
    assert len({each.inner_text() for each in auditor.locator("[data-slot=case]").all()}) == 1
    axe.look("/audit, one case")
    assert axe.found == []


@pytest.mark.parametrize(("path", "answer", "words"), LIES)
def test_a_head_that_does_not_go_on_from_the_kept_one_proves_nothing(
    auditor: Page, path: str, answer: dict[str, object], words: str
) -> None:
    auditor.route(f"**{path}*", lambda route: route.fulfill(json=answer))
    visit(auditor, "/audit")
    auditor.locator("#not-verified").wait_for()
    assert words in auditor.locator("#why-not").inner_text()
    assert not auditor.locator("#verified").is_visible()
    auditor.unroute(f"**{path}*")


@pytest.mark.parametrize("what", ["opening", "proof", "note"])
def test_what_cannot_be_proved_is_said(auditor: Page, what: str) -> None:
    def tampered(route: Route) -> None:
        answer = route.fetch()
        text = answer.text()
        begin = text.index(f'"{what}":') + {"opening": 40, "proof": 14, "note": 60}[what]
        other = "A" if text[begin] != "A" else "B"
        route.fulfill(response=answer, body=text[:begin] + other + text[begin + 1 :])

    auditor.route("**/audit?kind=message.opened", tampered)
    visit(auditor, "/audit?kind=message.opened")
    auditor.locator("#not-verified").wait_for()
    assert auditor.locator("#why-not").inner_text()
    assert not auditor.locator("#verified").is_visible()
    axe = Axe(auditor)
    axe.look("/audit, not verified")
    assert axe.found == []
    auditor.unroute("**/audit?kind=message.opened")


def test_one_that_nobody_can_open_leaves_the_others_verified(auditor: Page, demonstration: Demonstration) -> None:
    """Changed in the tables, as somebody could who owns them."""
    with closing(sqlite3.connect(demonstration.server.directory / DEMONSTRATION_FILE)) as tables, tables:
        for (name,) in tables.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall():
            tables.execute(f"DROP TRIGGER {name}")
        newest = "SELECT max(idx) FROM audit_shown WHERE kind = 'message.opened'"
        tables.execute(f"UPDATE audit_event SET sealed = x'00' WHERE idx = ({newest})")  # noqa: S608  # our own words
    visit(auditor, "/audit?kind=message.opened")
    auditor.locator("#verified").wait_for()
    headings = auditor.locator(".md-timeline h3").all_inner_texts()
    assert headings[0].strip() == "Cannot be opened"
    assert set(headings[1:]) == {"message.opened"}
    axe = Axe(auditor)
    axe.look("/audit, one that cannot be opened")
    assert axe.found == []
