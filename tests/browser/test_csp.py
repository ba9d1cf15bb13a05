"""No page breaks its policy or asks anybody else for anything, and nothing readable stays in the browser or the server.

What the server's files and log hold of the demonstration as it is built: tests/test_demo.py.
"""

import json
from collections.abc import Iterator
from typing import Any, Final

import pytest
from playwright.sync_api import Browser, Page

from mediation.protocol.encoding import b64
from tests.browser.demonstration import Demonstration, anyone, ask, demonstrated, press, sign_in, visit
from tests.browser.traffic import Traffic

TOLD: Final = ("/", "/help", "/privacy", "/accessibility", "/signed-out", "/dev/phones", "/nowhere")
ANYONE: Final = (*TOLD, "/sign-in", "/join", "/set-up")
PARTICIPANT: Final = ("/home", "/letters", "/write", "/facilitator", "/pause", "/consent", "/contact")
STAFF: Final = ("/queue", "/cases", "/cases/new")
ADMINISTRATOR: Final = ("/agency", "/agency/staff", "/agency/roster", "/agency/log-keys", "/agency/texts")
WORDS: Final = "The heron stood by the weir all morning, I thought of it."
KEPT: Final = """async () => JSON.stringify({
    local: { ...localStorage }, session: { ...sessionStorage }, databases: await indexedDB.databases(),
    caches: await caches.keys(), cookie: document.cookie, state: history.state, name: window.name,
    workers: (await navigator.serviceWorker.getRegistrations()).length,
})"""


@pytest.fixture(scope="module")
def demonstration(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Demonstration]:
    with demonstrated(tmp_path_factory) as found:
        yield found


def secrets(demonstration: Demonstration) -> list[str]:
    """Everything that only people's own screens may know."""
    phrases = [each["passphrase"] for each in demonstration.book["accounts"]]
    return [*demonstration.book["canaries"], *phrases, demonstration.book["invitations"][0]["code"], WORDS]


def forms(text: str) -> list[str]:
    """A text as it may stand in a file or an address."""
    return [text, b64(text.encode()), json.dumps(text)[1:-1], text.replace(" ", "+"), text.replace(" ", "%20")]


def check(traffic: Traffic, demonstration: Demonstration) -> None:
    assert traffic.started
    assert traffic.foreign(demonstration.base_url) == set()
    assert traffic.complaints() == []
    addresses = "\n".join(traffic.started)
    for text in secrets(demonstration):
        assert not any(form in addresses for form in forms(text) if len(form) > len("Callum")), text


def test_the_watch_notices_what_a_policy_forbids(browser: Browser, demonstration: Demonstration) -> None:
    page = anyone(browser, demonstration.base_url)
    traffic = Traffic(page.context)
    page.goto("/help")
    page.evaluate("Object.assign(document.createElement('img'), { src: 'https://example.org/x' })")
    page.evaluate("try { document.body.innerHTML = '<b>'; } catch { /* the browser says it on the console */ }")
    page.wait_for_timeout(200)
    assert len(traffic.complaints()) >= 2
    page.context.close()


def test_pages_for_anyone(browser: Browser, demonstration: Demonstration) -> None:
    page = anyone(browser, demonstration.base_url)
    traffic = Traffic(page.context)
    for path in ANYONE:
        page.goto(path)
    page.goto("/join#" + demonstration.book["invitations"][0]["code"])
    page.locator("#step-what").wait_for()
    assert page.url.endswith("/join")
    check(traffic, demonstration)
    page.context.close()


@pytest.mark.parametrize("who", ["Marion Ellery", "Callum Ferris", "Fiona Hartley", "Ruth Amery"])
def test_pages_of_people(browser: Browser, demonstration: Demonstration, who: str) -> None:
    page = anyone(browser, demonstration.base_url)
    traffic = Traffic(page.context)
    sign_in(page, demonstration.account(who))
    for path in paths_of(page, demonstration.account(who)["role"]):
        visit(page, path)
    check(traffic, demonstration)
    stays(page, demonstration)
    page.context.close()


def paths_of(page: Page, role: str) -> list[str]:
    """The pages of somebody with this role."""
    if role == "administrator":
        return [*ADMINISTRATOR, *STAFF]
    if role != "facilitator":
        return list(PARTICIPANT)
    found = list(STAFF)
    for each in ask(page, "/cases"):
        base = f"/cases/{each['case_id']}"
        found += [base, *(f"{base}/{name}" for name in ("write", "invite", "facilitators"))]
        found += [f"/review/{one['message_id']}" for one in ask(page, f"{base}/messages") if _is_relay(one)]
    return found


def _is_relay(view: dict[str, Any]) -> bool:
    return bool(view["recipients"])


def stays(page: Page, demonstration: Demonstration) -> None:
    """What the browser keeps: one wrapped blob, which opens nothing by itself, and a cookie that no script can read."""
    kept = json.loads(page.evaluate(KEPT))
    assert list(kept.pop("session")) == ["k"]
    assert kept.pop("state") in (None, {})
    assert not any(kept.values()), kept
    cookies = page.context.cookies()
    assert [(each.get("httpOnly"), each.get("sameSite")) for each in cookies] == [(True, "Strict")], cookies
    everything = page.evaluate(KEPT) + json.dumps([dict(each) for each in cookies])
    for text in secrets(demonstration):
        assert not any(form in everything for form in forms(text)), text


def test_what_is_written_in_a_browser_never_reaches_the_server_readable(
    browser: Browser, demonstration: Demonstration
) -> None:
    page = demonstration.page(browser, "Callum Ferris")
    traffic = Traffic(page.context)
    visit(page, "/write")
    page.locator("#text").fill(WORDS)
    page.locator("#saved:not(:empty)").wait_for()
    press(page, "Send to your facilitator")
    page.locator("#sent").wait_for()
    check(traffic, demonstration)
    stored = b"".join(each.read_bytes() for each in demonstration.server.directory.glob("*sqlite3*"))
    assert b"participant_id" in stored
    phrases = [each["passphrase"] for each in demonstration.book["accounts"]]
    log = "\n".join(each for each in demonstration.server.printed().splitlines() if not each.startswith("  "))
    for text in [*demonstration.book["canaries"], *phrases, WORDS]:
        assert not any(form.encode() in stored for form in forms(text)), text
        assert text not in log
