"""The keyboard alone: setting up, joining, signing in, reading, writing and passing on; focus is always seen."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, Final

import pytest
from playwright.sync_api import Browser, Page

from tests.browser.demonstration import DESK, Demonstration, anyone, demonstrated, look, settled, visit
from tests.serving import Server, serving

STEPS: Final = 80
HEADINGS: Final = ("H1", "H2")
NEUTRAL: Final = "https://www.bbc.co.uk/**"
# What has the focus, and whether it looks otherwise than without. A radio button is drawn by its label.
FOCUSED: Final = """() => {
    const element = document.activeElement;
    const drawn = [[element, null], [element.nextElementSibling, "::before"]].filter(([one]) => one);
    const looks = () => JSON.stringify(drawn.map(([one, part]) => {
        const style = getComputedStyle(one, part);
        const outline = style.outlineStyle === "none" ? "" : style.outlineColor + style.outlineWidth;
        return [outline, style.boxShadow, style.backgroundColor, style.borderWidth, style.clipPath, style.position];
    }));
    const focused = looks();
    const box = element.getBoundingClientRect();
    const leave = document.querySelector(".md-leave")?.getBoundingClientRect();
    const covered = Boolean(leave && !element.closest(".md-leave") && box.top >= leave.top && box.top < innerHeight);
    element.blur();
    const seen = looks() !== focused;
    element.focus({ preventScroll: true });
    return { name: (element.labels?.[0] ?? element).textContent.trim().replace(/\\s+/g, " "), tag: element.tagName,
        id: element.id, type: element.type ?? "", seen, covered, inside: box.bottom > 0 && box.top < innerHeight };
}"""
PARTS: Final = 4
"""Day, month, year and the calendar's button."""
PLACES: Final = """() => [...document.querySelectorAll("a[href], button, input, textarea, select, summary")]
    .filter((one) => one.checkVisibility() && !one.disabled && one.tabIndex >= 0 && one.type !== "radio").length"""


@pytest.fixture(scope="module")
def demonstration(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Demonstration]:
    with demonstrated(tmp_path_factory) as found:
        yield found


def focused(page: Page) -> dict[str, Any]:
    """What has the focus; it must stand on the screen under nothing, and a control must be seen to have the focus."""
    found: dict[str, Any] = page.evaluate(FOCUSED)
    if found["tag"] not in ("BODY", "HTML"):
        assert found["inside"] and not found["covered"], found
        assert found["seen"] or found["tag"] in HEADINGS, found
    return found


def tab_to(page: Page, name: str) -> None:
    """Press Tab until the control of that name, or id, has the focus."""
    met = []
    for _ in range(STEPS):
        page.keyboard.press("Tab")
        met.append(focused(page))
        if name in (met[-1]["id"], met[-1]["name"]) or met[-1]["name"].startswith(name):
            return
    raise AssertionError((name, [each["name"] for each in met]))


def title(page: Page) -> str:
    """The heading that has the focus."""
    found: str = page.evaluate("document.activeElement.matches('h1, h2') ? document.activeElement.textContent : ''")
    return found


def sign_in(page: Page, account: Any) -> None:
    page.goto("/sign-in")
    tab_to(page, "name")
    page.keyboard.type(account["sign_in_name"])
    tab_to(page, "passphrase")
    page.keyboard.type(account["passphrase"])
    page.keyboard.press("Enter")
    page.wait_for_url(lambda url: not url.endswith("/sign-in"))
    settled(page)


def follow(page: Page, name: str, address: str) -> None:
    """Go to a link and follow it."""
    tab_to(page, name)
    page.keyboard.press("Enter")
    page.wait_for_url(address)
    settled(page)


def test_a_participant_needs_no_mouse(browser: Browser, demonstration: Demonstration) -> None:
    page = anyone(browser, demonstration.base_url)
    sign_in(page, demonstration.account("Marion Ellery"))
    follow(page, "A letter is here for you", "**/letters")
    follow(page, "Choose what to do with it", "**/letters/*")
    tab_to(page, "choice")
    page.keyboard.press("Space")
    page.keyboard.press("ArrowDown")
    assert focused(page)["name"].startswith("Keep it for later")
    page.keyboard.press("ArrowUp")
    assert page.get_by_label("Read it now").is_checked()
    tab_to(page, "Yes, they may know")
    page.keyboard.press("Space")
    tab_to(page, "Continue")
    page.keyboard.press("Enter")
    page.locator("#letters .md-letter").wait_for()
    assert title(page).startswith("A letter from")
    follow(page, "Write back", "**/write*")
    tab_to(page, "text")
    page.keyboard.type("Thank You For Telling Me That.")
    tab_to(page, "Check it privately")
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "advice"
    tab_to(page, "Send to your facilitator")
    page.keyboard.press("Enter")
    page.locator("#sent").wait_for()
    assert title(page) == "Your letter is with your facilitator"
    page.context.close()


def test_a_facilitator_needs_no_mouse(browser: Browser, demonstration: Demonstration) -> None:
    page = anyone(browser, demonstration.base_url)
    look(page, DESK, "light")
    sign_in(page, demonstration.account("Fiona Hartley"))
    follow(page, "A letter to read", "**/review/*")
    tab_to(page, "decision")
    page.keyboard.press("Space")
    assert page.get_by_label("Pass it on now").is_checked()
    tab_to(page, "note")
    page.keyboard.type("It is about the workbench.")
    tab_to(page, "Decide")
    page.keyboard.press("Enter")
    page.locator("#decided").wait_for()
    assert title(page) == "It is passed on"
    page.context.close()


def enter(page: Page, *steps: str, heading: str) -> None:
    """Go to each control: press it, or type what stands after `=`; Enter on the last leads to that heading.

    The heading has the focus then, in sight: after a step, focus never lies on something that is gone.
    """
    for step in steps:
        name, _, typed = step.partition("=")
        tab_to(page, name)
        page.keyboard.type(typed)
    page.keyboard.press("Enter")
    page.get_by_role("heading", name=heading, exact=True).wait_for()
    until(page, lambda: title(page) == heading)
    assert focused(page)["tag"] in HEADINGS


def until(page: Page, holds: Callable[[], bool]) -> None:
    """Wait a little until it holds."""
    for _ in range(100):
        if holds():
            return
        page.wait_for_timeout(50)
    raise AssertionError(focused(page))


def refused(page: Page, name: str) -> None:
    """Press a button too early: what is wrong takes the focus, and Tab goes on from there to the field."""
    tab_to(page, name)
    page.keyboard.press("Enter")
    until(page, lambda: focused(page)["id"] == "problem")
    page.keyboard.press("Tab")
    assert focused(page)["tag"] == "A"
    page.keyboard.press("Enter")
    assert focused(page)["tag"] == "INPUT"


def made_words(page: Page) -> str:
    """The six words that were made for somebody as their passphrase."""
    words = page.locator("#passphrase-words li")
    words.nth(5).wait_for()
    return " ".join(words.all_inner_texts())


def test_somebody_who_joins_needs_no_mouse(browser: Browser, demonstration: Demonstration) -> None:
    page = anyone(browser, demonstration.base_url)
    page.goto("/join")
    refused(page, "Continue")
    page.keyboard.type(demonstration.book["invitations"][0]["code"])
    enter(page, "Continue", heading="What this is")
    for heading in ("Who can read what you write", "When confidentiality ends", "It is free, and it is your choice"):
        enter(page, "Continue", heading=heading)
    enter(page, "Continue", heading="Do you want to take part?")
    refused(page, "Continue")
    page.keyboard.press("Space")
    assert page.get_by_label("Yes, I want to take part").is_checked()
    enter(page, "Continue", heading="Your passphrase")
    passphrase = made_words(page)
    tab_to(page, "Give me six other words")
    page.keyboard.press("Enter")
    until(page, lambda: made_words(page) != passphrase)
    assert focused(page)["name"] == "Give me six other words"
    passphrase = made_words(page)
    page.keyboard.press("Shift+Tab")
    assert focused(page)["name"] == "I have written them down"
    page.keyboard.press("Enter")
    until(page, lambda: title(page) == "Type it once, to be sure")
    tab_to(page, "Show")
    page.keyboard.press("Space")
    assert focused(page)["id"] == "again"  # where what is shown is typed
    page.keyboard.type(passphrase)
    page.keyboard.press("Enter")
    page.locator("#sign-in-name:not(:empty)").wait_for()
    until(page, lambda: title(page) == "Write down your sign-in name")
    enter(page, "I have written it down", heading="Six words to say")
    assert page.locator("#six-words li").count() == 6
    enter(page, "Continue", heading="You have joined")
    follow(page, "Go to my first page", "**/home")
    page.locator("#six-words li").nth(5).wait_for()
    assert len(walk(page)) > 2
    page.context.close()


@pytest.fixture
def new_server(tmp_path: Path) -> Iterator[Server]:
    """A server that has no agency yet."""
    with serving(tmp_path) as running:
        yield running


def test_whoever_sets_the_agency_up_needs_no_mouse(browser: Browser, new_server: Server) -> None:
    page = anyone(browser, new_server.base_url)
    look(page, DESK, "light")
    page.goto("/set-up")
    refused(page, "Continue")
    page.keyboard.type(new_server.set_up_code())
    enter(page, "Continue", heading="Your agency")
    refused(page, "Continue")
    page.keyboard.type("Bridge Works")
    enter(page, "Continue", heading="Help numbers")
    enter(page, "Continue", heading="You")
    enter(page, "display-name=Ada Field", "Continue", heading="Your passphrase")
    passphrase = made_words(page)
    enter(page, f"again={passphrase}", "Continue", heading="The recovery sheet")
    page.evaluate("window.print = () => { document.body.dataset.printed = 'yes'; }")
    tab_to(page, "Print this sheet")
    page.keyboard.press("Enter")
    assert page.evaluate("document.body.dataset.printed") == "yes"
    refused(page, "Make the agency")
    page.keyboard.press("Space")
    enter(page, "Make the agency", heading="Your agency is set up")
    follow(page, "Invite staff", "**/agency/staff")
    page.context.close()


def _step(page: Page, last: dict[str, Any] | None) -> None:
    """Press Tab, past all the parts of a date or a time."""
    page.keyboard.press("Tab")
    if last is not None and last["type"] in ("date", "time"):
        for _ in range(PARTS):
            if page.evaluate("document.activeElement.id") == last["id"]:
                page.keyboard.press("Tab")


def walk(page: Page) -> list[dict[str, Any]]:
    """Every place that Tab comes to, from the top of the page until it leaves it."""
    page.evaluate("scrollTo(0, 0)")
    met: list[dict[str, Any]] = []
    for _ in range(STEPS * 2):
        _step(page, met[-1] if met else None)
        found = focused(page)
        if found["tag"] in ("BODY", "HTML") or (len(met) > 1 and found == {**met[0], "inside": found["inside"]}):
            return met
        met.append(found)
    raise AssertionError("Tab never comes to the end of the page")


@pytest.mark.parametrize("path", ["/home", "/letters", "/write", "/facilitator", "/pause", "/consent", "/contact"])
def test_no_page_is_a_trap(browser: Browser, demonstration: Demonstration, path: str) -> None:
    page = demonstration.page(browser, "Callum Ferris")
    visit(page, path)
    met = walk(page)
    assert [each["name"] for each in met[:2]] == ["Skip to main content", "Leave this site quickly"]
    assert len([each for each in met if each["type"] != "radio"]) == page.evaluate(PLACES)


def test_skip_links(browser: Browser, demonstration: Demonstration) -> None:
    page = demonstration.page(browser, "Callum Ferris")
    visit(page, "/contact")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "main"
    page.keyboard.press("Tab")
    assert page.evaluate("document.getElementById('main').contains(document.activeElement)")


def test_three_presses_of_shift_leave_and_nothing_is_behind(browser: Browser, demonstration: Demonstration) -> None:
    page = anyone(browser, demonstration.base_url)
    page.context.route(NEUTRAL, lambda route: route.fulfill(body="The weather"))
    sign_in(page, demonstration.account("Callum Ferris"))
    visit(page, "/write")
    page.locator("#text").focus()
    for letter in "ABCD":  # capitals are typed with Shift, and leave nothing
        page.keyboard.press(f"Shift+{letter}")
    assert page.url.endswith("/write")
    for _ in range(3):
        page.keyboard.press("Shift")
    page.wait_for_url(NEUTRAL)
    page.go_back()
    page.wait_for_load_state()
    assert "Ellery" not in page.content() and "Marion" not in page.content()
    page.goto("/letters")
    page.wait_for_url("**/sign-in*")
    page.context.close()
