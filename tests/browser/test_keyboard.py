"""The keyboard alone: signing in, opening a letter, writing one, reviewing and passing it on; focus is always seen."""

from collections.abc import Iterator
from typing import Any, Final

import pytest
from playwright.sync_api import Browser, Page

from tests.browser.demonstration import DESK, Demonstration, anyone, demonstrated, look, settled, visit

STEPS: Final = 80
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
PLACES: Final = """() => [...document.querySelectorAll("a[href], button, input, textarea, select, summary")]
    .filter((one) => one.checkVisibility() && !one.disabled && one.tabIndex >= 0 && one.type !== "radio").length"""


@pytest.fixture(scope="module")
def demonstration(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Demonstration]:
    with demonstrated(tmp_path_factory) as found:
        yield found


def focused(page: Page) -> dict[str, Any]:
    """What has the focus; it must be seen to have it, and stand on the screen under nothing."""
    found: dict[str, Any] = page.evaluate(FOCUSED)
    if found["tag"] not in ("BODY", "HTML"):
        assert found["seen"] and found["inside"] and not found["covered"], found
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


def walk(page: Page) -> list[dict[str, Any]]:
    """Every place that Tab comes to, from the top of the page until it leaves it."""
    page.evaluate("scrollTo(0, 0)")
    met: list[dict[str, Any]] = []
    for _ in range(STEPS * 2):
        page.keyboard.press("Tab")
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
