"""axe finds nothing on any page in any of its states, on a phone and at a desk, light and dark."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page

from tests.browser.axe import Axe
from tests.browser.demonstration import Demonstration, anyone, demonstrated, press, settled, sign_in, visit
from tests.browser.past import after_a_month


@pytest.fixture(scope="module")
def demonstration(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Demonstration]:
    with demonstrated(tmp_path_factory) as found:
        yield found


def test_axe_objects_to_a_page_that_is_wrong(browser: Browser, demonstration: Demonstration) -> None:
    page = anyone(browser, demonstration.base_url)
    page.goto("/help")
    page.evaluate("document.querySelector('main').append(document.createElement('input'))")
    axe = Axe(page)
    axe.look("/help")
    assert axe.looked == 4
    assert [" label: " in each for each in axe.found] == [True, True]
    page.context.close()


def test_signed_out(browser: Browser, demonstration: Demonstration) -> None:
    page = anyone(browser, demonstration.base_url)
    axe = Axe(page)
    told = ("/", "/help", "/privacy", "/accessibility", "/signed-out", "/dev/phones")
    for path in (*told, "/nowhere", "/home", "/set-up"):
        page.goto(path)
        axe.look(path)
    page.goto("/sign-in")
    axe.look("/sign-in")
    axe.refused("Sign in", "/sign-in")
    page.context.close()
    assert axe.found == []


def test_joining(browser: Browser, demonstration: Demonstration) -> None:
    page = anyone(browser, demonstration.base_url)
    axe = Axe(page)
    page.goto("/join")
    axe.look("code")
    axe.refused("Continue", "code")
    page.goto("/help")
    page.goto("/join#" + demonstration.book["invitations"][0]["code"])
    for step in ("what", "readers", "confidentiality", "choice"):
        page.locator(f"#step-{step}").wait_for()
        axe.look(step)
        press(page, "Continue")
    axe.look("consent")
    axe.refused("Continue", "consent")
    page.get_by_label("Not now").check()
    press(page, "Continue")
    axe.look("no")
    page.go_back()
    page.get_by_label("Yes, I want to take part").check()
    press(page, "Continue")
    _choose_passphrase(page, axe)
    _join(page, axe)
    page.context.close()
    assert axe.found == []


def _choose_passphrase(page: Page, axe: Axe) -> None:
    page.locator("#passphrase-words li").nth(5).wait_for()
    axe.look("passphrase")
    press(page, "I would rather make up my own")
    axe.look("own")
    page.get_by_label("Your own passphrase").fill("short")
    axe.refused("Continue", "own")
    page.get_by_label("Your own passphrase").fill("the kettle sings at seven")
    press(page, "Continue")
    axe.look("again")


def _join(page: Page, axe: Axe) -> None:
    page.locator("#again").fill("the kettle sings at six")
    axe.refused("Join", "again")
    page.locator("#again").fill("the kettle sings at seven")
    press(page, "Join")
    page.locator("#sign-in-name:not(:empty)").wait_for()
    axe.look("name")
    press(page, "I have written it down")
    axe.look("words")
    press(page, "Continue")
    axe.look("done")
    page.get_by_role("button", name="Go to my first page").click()
    page.locator("#six-words li").nth(5).wait_for()
    axe.look("waiting to be let in")


def test_person_responsible(browser: Browser, demonstration: Demonstration) -> None:
    page = demonstration.page(browser, "Callum Ferris")
    axe = Axe(page)
    _pages(page, axe)
    visit(page, "/write")
    page.locator("#text").fill("Ring me on 07700 900333 or find me on instagram. I will find you.")
    press(page, "Check it privately")
    axe.look("checked privately")
    page.locator("#saved:not(:empty)").wait_for()
    axe.look("saved")
    page.locator("#text").fill("")
    axe.refused("Send to your facilitator", "writing")
    visit(page, "/letters")
    page.get_by_role("button", name="Take it back").first.click()
    axe.look("taking a letter back")
    _locked(page, axe, demonstration)
    assert axe.found == []


def _pages(page: Page, axe: Axe) -> None:
    for path in ("/home", "/letters", "/write", "/facilitator", "/pause", "/consent", "/contact", "/recorded"):
        visit(page, path)
        axe.look(path)
    visit(page, "/letters/" + "A" * 22)
    axe.look("no such letter")


def _locked(page: Page, axe: Axe, demonstration: Demonstration) -> None:
    press(page, "Lock")
    page.wait_for_url("**/unlock")
    axe.look("/unlock")
    axe.refused("Unlock", "/unlock")
    page.locator("#passphrase").fill(demonstration.account("Callum Ferris")["passphrase"])
    press(page, "Unlock")
    page.wait_for_url("**/letters")
    settled(page)


def test_person_harmed(browser: Browser, demonstration: Demonstration) -> None:
    page = demonstration.page(browser, "Marion Ellery")
    axe = Axe(page)
    _pages(page, axe)
    visit(page, "/letters")
    page.get_by_role("link", name="Choose what to do with it").click()
    page.locator("#offered").wait_for()
    axe.look("offered")
    axe.refused("Continue", "offered")
    for choice in ("Keep it for later", "Read it with my facilitator", "I do not want it"):
        _choose(page, axe, choice)
    page.get_by_label("Read it now").check()
    press(page, "Continue")
    page.locator("#letters .md-letter").wait_for()
    axe.look("opened")
    visit(page, "/letters")
    page.get_by_role("link", name="Print").first.click()
    page.locator("#ready").wait_for()
    axe.look("print")
    _answer(page, axe)
    _pause(page, axe)
    assert axe.found == []


def _choose(page: Page, axe: Axe, choice: str) -> None:
    page.get_by_label(choice).check()
    press(page, "Continue")
    page.locator("#chosen").wait_for()
    axe.look(choice)
    page.get_by_role("button", name="Back to your letters").click()
    page.get_by_role("link", name="Change your mind").wait_for()
    axe.look(f"letters: {choice}")
    page.get_by_role("link", name="Change your mind").click()
    page.locator("#offered").wait_for()


def _answer(page: Page, axe: Axe) -> None:
    visit(page, "/letters")
    page.get_by_role("link", name="See the suggested words").click()
    page.locator("#suggested").wait_for()
    axe.look("suggested words")
    visit(page, "/letters")
    page.get_by_role("link", name="Write back").last.click()
    page.locator("#answers").wait_for()
    page.locator("#answers summary").click()
    axe.look("answering")
    page.locator("#text").fill("Thank you for telling me.")
    press(page, "Send to your facilitator")
    page.locator("#sent").wait_for()
    axe.look("sent")


def _pause(page: Page, axe: Axe) -> None:
    visit(page, "/pause")
    axe.refused("Do this now", "/pause")
    for choice, shown in (("Pause", "#paused"), ("", "#withdrawn")):
        if choice:
            page.get_by_label(choice, exact=True).check()
        press(page, "Do this now" if choice else "Stop altogether")
        page.locator(shown).wait_for()
        axe.look(f"/pause{shown}")
        for path in ("/home", "/write", "/consent"):
            visit(page, path)
            axe.look(f"{path}{shown}")
        visit(page, "/pause")


def test_a_case_that_ran_out(browser: Browser, tmp_path: Path) -> None:
    with after_a_month(tmp_path) as present:
        account = present.past.lapsed.marion.account
        page = anyone(browser, present.server.base_url)
        sign_in(page, {"sign_in_name": account.sign_in_name, "passphrase": account.passphrase})
        axe = Axe(page)
        for path in ("/home", "/letters", "/facilitator"):
            visit(page, path)
            page.locator("#lapsed").wait_for()
            axe.look(f"{path}, run out")
        visit(page, "/recorded")
        page.get_by_role("link", name="Receipt").first.wait_for()
        axe.look("/recorded, with receipts")
        page.context.close()
    assert axe.found == []


def test_nothing_there_yet(browser: Browser, demonstration: Demonstration) -> None:
    """Somebody with neither letters nor lines."""
    page = demonstration.page(browser, "Peter Langford")
    axe = Axe(page)
    for path in ("/home", "/letters", "/facilitator"):
        visit(page, path)
        axe.look(f"{path}, empty")
    assert axe.found == []
