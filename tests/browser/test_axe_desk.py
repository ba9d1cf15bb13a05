"""axe finds nothing at the desks of facilitators and administrators, nor while an agency is being set up."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page

from mediation.client import Facilitator
from tests.browser.axe import Axe
from tests.browser.demonstration import Demonstration, anyone, ask, demonstrated, press, visit
from tests.serving import serving

JOINERS = "the kettle sings at seven"


@pytest.fixture(scope="module")
def demonstration(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Demonstration]:
    with demonstrated(tmp_path_factory) as found:
        yield found


def case_of(page: Page, title: str) -> str:
    """The address of the case that facilitators call so."""
    visit(page, "/cases")
    address = page.get_by_role("link", name=title).get_attribute("href")
    assert address
    return address


def unfold(page: Page) -> None:
    """Open everything that is folded away."""
    while page.locator("details:not([open]) > summary:visible").count():
        page.locator("details:not([open]) > summary:visible").first.click()


def test_queue_and_cases(browser: Browser, demonstration: Demonstration) -> None:
    page = demonstration.page(browser, "Fiona Hartley")
    axe = Axe(page)
    visit(page, "/queue")
    page.get_by_text("The allotment shed").first.wait_for()
    axe.look("/queue")
    base = case_of(page, "The allotment shed")
    axe.look("/cases")
    visit(page, base)
    unfold(page)
    axe.look("a case")
    people = [each["participant_id"] for each in ask(page, base)["standings"]]
    for path in (f"people/{people[0]}", f"people/{people[1]}", "facilitators"):
        visit(page, f"{base}/{path}")
        unfold(page)
        axe.look(path)
    axe.refused("Sign this change", "facilitators")
    visit(page, f"{base}/people/{people[0]}")
    page.locator("#removal > summary").click()
    axe.look("taking somebody out")
    axe.refused("Take them out", "taking somebody out")
    assert axe.found == []


def test_review(browser: Browser, demonstration: Demonstration) -> None:
    page = demonstration.page(browser, "Fiona Hartley")
    axe = Axe(page)
    visit(page, "/queue")
    page.get_by_role("link", name="A letter to read").click()
    page.locator("#decision-form").wait_for()
    page.locator("#advice").wait_for()
    unfold(page)
    axe.look("review")
    axe.refused("Decide", "review")
    passing = ("Pass it on now", "Pass it on at a time that you have agreed")
    for choice in (*passing, "Give it back to the writer", "Do not pass it on"):
        page.get_by_label(choice).check()
        axe.look(choice)
    axe.refused("Decide", "stop")
    page.get_by_label("Hold it for now").check()
    press(page, "Decide")
    page.locator("#decided").wait_for()
    axe.look("held")
    page.reload()
    page.get_by_role("heading", name="A letter that is held").wait_for()
    page.locator("#held").wait_for()
    axe.look("held, again")
    page.get_by_label("Give it back to the writer").check()
    page.get_by_label("What you write to them about it").fill("Let us talk about the workbench first.")
    press(page, "Decide")
    page.locator("#decided").wait_for()
    page.reload()
    page.locator("#shut").wait_for()
    page.get_by_role("heading", name="A letter that was given back to its writer").wait_for()
    assert page.title().startswith("A letter that was given back to its writer")
    axe.look("given back")
    assert axe.found == []


def test_second_approval_and_own_words(browser: Browser, demonstration: Demonstration) -> None:
    page = demonstration.page(browser, "Joseph Merrick")
    axe = Axe(page)
    visit(page, "/queue")
    page.get_by_role("link", name="A letter that needs your signature too").click()
    press_shown = page.get_by_role("button", name="Sign the same decision")
    press_shown.wait_for()
    axe.look("a colleague has signed")
    press_shown.click()
    page.locator("#decided").wait_for()
    axe.look("signed by both")
    base = case_of(page, "The bus shelter")
    visit(page, f"{base}/write")
    axe.look("own words")
    page.get_by_label("A summary for somebody").check()
    axe.look("a summary")
    axe.refused("Hand it in for review", "a summary")
    page.get_by_label("A note for the facilitators of this case").check()
    page.get_by_label("Your words").fill("Arthur prefers the afternoon.")
    press(page, "Keep the note")
    page.locator("#sent").wait_for()
    axe.look("a note is kept")
    visit(page, base)
    page.get_by_text("Jamie Rowntree").first.wait_for()
    assert "invited until" in page.locator(".md-person", has_text="Jamie Rowntree").inner_text()
    _assisted(page, axe, base)
    assert axe.found == []


def _assisted(page: Page, axe: Axe, base: str) -> None:
    visit(page, base)
    unfold(page)
    axe.look("a case in preparation")
    page.get_by_role("link", name="About them (Arthur Penhale)").click()
    page.locator("#assisted").wait_for()
    axe.look("an assisted person")
    page.get_by_role("link", name="Write down a letter for them").click()
    page.locator("#problem").wait_for()
    axe.look("nobody to write to")


def test_print(browser: Browser, demonstration: Demonstration) -> None:
    page = demonstration.page(browser, "Joseph Merrick")
    axe = Axe(page)
    base = case_of(page, "The bus shelter")
    case = Facilitator(demonstration.client("Joseph Merrick")).case(base.removeprefix("/cases/"))
    arthur = next(iter(case.file().people.people)).participant_id
    case.letters.release(case.writing.summary([arthur], "Jamie has asked for time until Thursday."), arthur)
    visit(page, base)
    page.get_by_role("link", name="Print").click()
    page.locator("#ready").wait_for()
    axe.look("print")
    axe.refused("Write it down", "print")
    assert axe.found == []


def test_inviting_and_admitting(browser: Browser, demonstration: Demonstration) -> None:
    page = demonstration.page(browser, "Joseph Merrick")
    axe = Axe(page)
    base = case_of(page, "The bus shelter")
    visit(page, f"{base}/invitations/{ask(page, base)['invitations'][0]['invite_id']}")
    page.get_by_role("heading", name="Invitation for Jamie Rowntree").wait_for()
    axe.look("an invitation")
    join(browser, demonstration, demonstration.book["invitations"][0]["code"])
    visit(page, "/queue")
    page.get_by_role("link", name="Somebody has joined").click()
    page.locator("#six-words li").nth(5).wait_for()
    axe.look("six words")
    axe.refused("Let them in", "six words")
    press(page, "The words are different")
    axe.look("other words")
    page.get_by_label("I heard these six words").check()
    press(page, "Let them in")
    page.locator("#admitted").wait_for()
    axe.look("admitted")
    visit(page, base)
    page.get_by_role("link", name="Write down a letter").click()
    page.locator("#letter-form").wait_for()
    axe.look("writing down")
    axe.refused("Hand it in for review", "writing down")
    visit(page, f"{base}/invite")
    axe.look("invite")
    axe.refused("Make the card", "invite")
    page.get_by_label("Jamie Rowntree").check()
    press(page, "Make the card")
    page.locator("#card-square path").wait_for(state="attached")
    axe.look("card")
    assert axe.found == []


def join(browser: Browser, demonstration: Demonstration, code: str) -> None:
    """Somebody joins with a card."""
    page = anyone(browser, demonstration.base_url)
    page.goto(f"/join#{code}")
    page.locator("#step-what, #step-staff").locator("visible=true").wait_for()
    if page.locator("#step-what").is_visible():
        for _ in range(4):
            press(page, "Continue")
        page.get_by_label("Yes, I want to take part").check()
    press(page, "Continue")
    press(page, "I would rather make up my own")
    page.get_by_label("Your own passphrase").fill(JOINERS)
    press(page, "Continue")
    page.locator("#again").fill(JOINERS)
    press(page, "Join")
    page.locator("#sign-in-name:not(:empty)").wait_for()
    page.context.close()


def test_new_case(browser: Browser, demonstration: Demonstration) -> None:
    page = demonstration.page(browser, "Joseph Merrick")
    axe = Axe(page)
    visit(page, "/cases/new")
    axe.look("/cases/new")
    axe.refused("Open the case", "/cases/new")
    press(page, "Add another person")
    axe.look("a third person")
    page.get_by_label("What you call it").fill("The fence")
    for number, name in enumerate(("Anna Field", "Ben Stone", "Cara Wood"), 1):
        page.locator(f"#person-{number}-name").fill(name)
    press(page, "Open the case")
    page.get_by_role("heading", name="The fence").wait_for()
    page.locator("#case").wait_for()
    axe.look("a case without letters")
    assert axe.found == []


def test_administrator(browser: Browser, demonstration: Demonstration) -> None:
    page = demonstration.page(browser, "Ruth Amery")
    axe = Axe(page)
    for path in ("/queue", "/cases", "/agency", "/agency/log-keys", "/agency/staff", "/agency/texts", "/agency/roster"):
        visit(page, path)
        axe.look(path)
    number = int(page.locator("[data-slot=seq]").inner_text())
    press(page, "Renew the list")
    page.locator("[data-slot=seq]", has_text=str(number + 1)).wait_for()
    page.locator("#renewed", has_text="The list is renewed. It holds until").wait_for()
    axe.look("the list is renewed")
    visit(page, "/agency/staff")
    axe.refused("Make the card", "/agency/staff")
    page.get_by_role("button", name="Take off the list").first.click()
    axe.look("taking somebody off")
    press(page, "Leave them on")
    page.get_by_label("Their name").fill("Una Marsh")
    page.get_by_label("Facilitator", exact=True).check()
    press(page, "Make the card")
    page.locator("#card-square path").wait_for(state="attached")
    axe.look("staff card")
    code = page.locator("#card [data-slot=code]").inner_text()
    page.get_by_role("button", name="I have handed it over").click()
    page.get_by_role("link", name="Una Marsh").click()
    page.locator("#open").wait_for()
    axe.look("a colleague has not joined")
    join(browser, demonstration, code)
    page.reload()
    page.locator("#six-words li").nth(5).wait_for()
    axe.look("a colleague has joined")
    page.get_by_label("I heard these six words").check()
    press(page, "Let them in, on a new list of staff")
    page.locator("#admitted").wait_for()
    axe.look("a colleague is in")
    assert axe.found == []


def test_setting_up(browser: Browser, tmp_path: Path) -> None:
    with serving(tmp_path) as server:
        page = anyone(browser, server.base_url)
        axe = Axe(page)
        page.goto("/set-up")
        axe.look("code")
        axe.refused("Continue", "code")
        page.locator("#set-up-code").fill(server.set_up_code())
        press(page, "Continue")
        _describe(page, axe)
        _recovery(page, axe)
        page.context.close()
    assert axe.found == []


def _describe(page: Page, axe: Axe) -> None:
    axe.look("agency")
    axe.refused("Continue", "agency")
    page.get_by_label("Name", exact=True).fill("Bridge Works")
    press(page, "Continue")
    axe.look("help numbers")
    press(page, "Continue")
    axe.look("you")
    axe.refused("Continue", "you")
    page.get_by_label("Your name").fill("Ada Field")
    press(page, "Continue")
    page.locator("#passphrase-words li").nth(5).wait_for()
    axe.look("passphrase")
    page.locator("#again").fill(" ".join(page.locator("#passphrase-words li").all_inner_texts()))
    press(page, "Continue")


def _recovery(page: Page, axe: Axe) -> None:
    page.locator("#recovery-sheet").wait_for()
    axe.look("recovery sheet")
    axe.refused("Make the agency", "recovery sheet")
    page.locator("#kept").check()
    press(page, "Make the agency")
    page.locator("#sign-in-name:not(:empty)").wait_for()
    axe.look("sign-in name")
