"""A narrow screen, doubled text and a thumb: nothing scrolls sideways, nothing is cut, controls are 44 px."""

from collections.abc import Iterator
from typing import Final

import pytest
from playwright.sync_api import Browser, Page

from tests.browser.demonstration import Demonstration, anyone, ask, demonstrated, settled, visit

TOUCH: Final = 44
ANYONE: Final = ("/", "/help", "/privacy", "/accessibility", "/sign-in", "/join", "/signed-out", "/nowhere")
PARTICIPANT: Final = ("/home", "/letters", "/write", "/facilitator", "/pause", "/consent", "/contact")
SIZES: Final = ((320, "100%"), (390, "200%"))
# Whatever reaches over an edge of the screen, or of a box that hides what reaches over it.
CUT: Final = """() => [...document.body.querySelectorAll("*")].filter((one) => {
    const hidden = one.closest("input, textarea, .govuk-visually-hidden, .govuk-skip-link, svg");
    if (hidden || !one.checkVisibility()) return false;
    const box = one.getBoundingClientRect();
    const hides = getComputedStyle(one).overflowX !== "visible" && one.scrollWidth > one.clientWidth + 1;
    return box.width > 0 && (box.right > innerWidth + 1 || box.left < -1 || hides);
}).map((one) => one.outerHTML.slice(0, 120))"""
# Controls smaller than a thumb. A link within a sentence is as high as its line.
SMALL: Final = """(least) => [...document.querySelectorAll("a[href], button, input, textarea, select, summary")]
  .filter((one) => {
    if (!one.checkVisibility() || one.matches(".govuk-skip-link:not(:focus)")) return false;
    const sentence = one.tagName === "A" && one.parentElement.matches("p, li, span")
        && [...one.parentElement.childNodes].some((node) => node.nodeType === 3 && node.textContent.trim());
    if (sentence) return false;
    const target = one.closest(".md-way") ?? one;
    const box = target.getBoundingClientRect();
    return box.height < least - 0.5 || box.width < least - 0.5;
}).map((one) => `${one.getBoundingClientRect().height}: ${one.outerHTML.slice(0, 140)}`)"""


@pytest.fixture(scope="module")
def demonstration(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Demonstration]:
    with demonstrated(tmp_path_factory) as found:
        yield found


def squeezed(page: Page, path: str) -> list[str]:
    """What does not fit when the screen is narrow, then when the text is doubled."""
    visit(page, path)
    found: list[str] = []
    for width, text in SIZES:
        page.set_viewport_size({"width": width, "height": 640})
        page.evaluate("(size) => { document.documentElement.style.fontSize = size; }", text)
        if page.evaluate("document.scrollingElement.scrollWidth > innerWidth"):
            found.append(f"{path} {width} {text} scrolls sideways")
        found += [f"{path} {width} {text} {each}" for each in page.evaluate(CUT)]
    return found


def test_pages_for_anyone_fit(browser: Browser, demonstration: Demonstration) -> None:
    page = anyone(browser, demonstration.base_url)
    found = "\n".join(each for path in ANYONE for each in squeezed(page, path))
    page.context.close()
    assert found == ""


def test_pages_of_a_participant_fit(browser: Browser, demonstration: Demonstration) -> None:
    page = demonstration.page(browser, "Marion Ellery")
    visit(page, "/letters")
    offered = page.get_by_role("link", name="Choose what to do with it").get_attribute("href")
    assert offered
    assert "\n".join(each for path in (*PARTICIPANT, offered) for each in squeezed(page, path)) == ""


def test_pages_of_a_facilitator_fit(browser: Browser, demonstration: Demonstration) -> None:
    page = demonstration.page(browser, "Fiona Hartley")
    cases = [f"/cases/{each['case_id']}" for each in ask(page, "/cases")]
    visit(page, "/queue")
    review = page.get_by_role("link", name="A letter to read").get_attribute("href")
    assert review
    of_case = [f"{cases[-1]}/{each}" for each in ("write", "invite", "transcript")]
    paths = ("/queue", "/cases", "/cases/new", review, *cases, *of_case)
    assert "\n".join(each for path in paths for each in squeezed(page, path)) == ""


def test_a_thumb_meets_every_control(browser: Browser, demonstration: Demonstration) -> None:
    page = demonstration.page(browser, "Callum Ferris")
    page.set_viewport_size({"width": 390, "height": 844})
    found: dict[str, str] = {}
    for path in (*ANYONE, *PARTICIPANT):
        page.goto(path)
        settled(page)
        found.update(dict.fromkeys(page.evaluate(SMALL, TOUCH), path))
    assert found == {}
