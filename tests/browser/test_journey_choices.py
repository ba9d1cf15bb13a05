"""What the person does to whom a letter was passed on, and what its writer learns of it: nothing, unless they may."""

import re
from collections.abc import Callable

import pytest

from tests.browser.agency import Agency, Shared
from tests.browser.people import Colleague, Person

TEXT = "I have thought about what you asked me."


@pytest.fixture
def shared(agency: Agency) -> Shared:
    return agency.open_case()


def offered(shared: Shared, person: Person) -> None:
    """Marion at the choice about a letter that was passed on to her."""
    shared.passed_on(TEXT)
    person.signs_in(shared.marion.account)
    person.visits("/letters")
    person.follows("Choose what to do with it")


def test_kept_for_later_then_read(shared: Shared, somebody: Callable[[], Person]) -> None:
    marion = somebody()
    offered(shared, marion)
    marion.chooses("Keep it for later")
    marion.heading("It is kept for you")
    marion.visits("/letters")
    marion.sees("You keep it for later. It is closed.")
    marion.sees_no(TEXT)
    assert shared.callum.client.letters().own[0].told is None
    marion.follows("Change your mind")
    marion.chooses("Read it now")
    marion.sees(TEXT)


def test_not_wanted_and_the_sender_learns_nothing(shared: Shared, somebody: Callable[[], Person]) -> None:
    marion, callum = somebody(), somebody()
    offered(shared, marion)
    marion.chooses("I do not want it")
    marion.heading("It stays closed")
    marion.visits("/letters")
    marion.sees("You said that you do not want it. It stays closed.")
    marion.sees_no(TEXT)
    callum.signs_in(shared.callum.account)
    callum.visits("/letters")
    callum.sees(TEXT, "Passed on.")
    callum.sees_no("wanted", "You may know")


def test_the_sender_learns_what_they_may_know(shared: Shared, somebody: Callable[[], Person]) -> None:
    marion, callum = somebody(), somebody()
    offered(shared, marion)
    marion.chooses("I do not want it", tell=True)
    marion.heading("It stays closed")
    callum.signs_in(shared.callum.account)
    callum.visits("/letters")
    callum.sees("You may know: it was not wanted. That is a choice that everybody has.")


def test_read_with_my_facilitator(
    agency: Agency, shared: Shared, somebody: Callable[[], Person], fiona: Colleague
) -> None:
    marion = somebody()
    offered(shared, marion)
    marion.chooses("Read it with my facilitator")
    marion.heading("Your facilitator will read it with you")
    fiona.visits("/queue")
    task = fiona.page.get_by_role("listitem").filter(has_text=shared.reference)
    task.get_by_role("link", name="Somebody asks to read a letter with you").click()
    fiona.sees(TEXT, "Marion Ellery: wants to read it with you")


def own_letters(shared: Shared, callum: Person) -> str:
    """What Callum sees of his letters, without their days."""
    callum.visits("/letters")
    callum.sees(TEXT)
    return callum.page.locator("#letters").inner_text()


def take_back(callum: Person) -> None:
    callum.visits("/letters")
    callum.presses(re.compile("^Take it back"))
    callum.heading("Take this letter back?")
    callum.page.get_by_role("group", name="Take this letter back?").get_by_role("button", name="Take it back").click()
    callum.sees("You took this back.")


def test_taking_back_looks_the_same_before_and_after_opening(agency: Agency, somebody: Callable[[], Person]) -> None:
    looks = []
    for opened in (False, True):
        shared = agency.open_case()
        letter = shared.passed_on(TEXT)
        if opened:
            shared.marion.client.open(letter)
        callum, marion = somebody(), somebody()
        callum.signs_in(shared.callum.account)
        take_back(callum)
        looks.append(own_letters(shared, callum))
        marion.signs_in(shared.marion.account)
        marion.visits("/letters")
        marion.sees(TEXT if opened else "There are no letters yet.")
    assert looks[0] == looks[1]


def test_pausing_recalls_and_waits_to_be_seen(
    agency: Agency, shared: Shared, somebody: Callable[[], Person], fiona: Colleague
) -> None:
    marion = somebody()
    offered(shared, marion)
    marion.visits("/pause")
    marion.ticks("Pause")
    marion.presses("Do this now")
    marion.heading("You have paused")
    marion.sees("Not yet seen by your facilitator.", "07700 900100")
    marion.visits("/letters")
    marion.sees("There are no letters yet.")  # what was not opened is called back

    fiona.visits(f"/cases/{shared.case_id}/people/{shared.marion.id}")
    fiona.sees("Marion Ellery has paused since")
    fiona.presses("I have seen it")
    fiona.sees("They were told that it was seen.")
    marion.visits("/pause")
    marion.sees("Your facilitator has seen it.")

    marion.presses("Carry on")
    marion.ticks("Yes, I want to take part")
    marion.presses("Continue")
    marion.heading("Thank you")
    marion.visits("/home")
    marion.sees("Write to Callum")


def test_pausing_needs_no_passphrase(shared: Shared, somebody: Callable[[], Person]) -> None:
    callum = somebody()
    callum.signs_in(shared.callum.account)
    callum.presses("Lock")
    callum.heading("This is locked")
    callum.follows("pause or stop the letters")
    callum.ticks("Stop")
    callum.presses("Do this now")
    callum.heading("You have stopped")


def test_paper_never_holds_more_than_one_letter(shared: Shared, somebody: Callable[[], Person]) -> None:
    other = "This letter stays on the screen."
    for text in (TEXT, other):
        shared.marion.client.open(shared.passed_on(text))
    marion = somebody()
    marion.signs_in(shared.marion.account)
    marion.visits("/letters")
    marion.sees(TEXT, other)
    marion.page.emulate_media(media="print")
    assert marion.page.evaluate("document.body.innerText").strip().startswith("Letters are printed one at a time.")
    assert marion.page.locator(".md-letter").filter(visible=True).count() == 0
    marion.page.emulate_media(media="screen")
    assert not marion.page.locator("#paper").is_visible()
    marion.follows("Print")
    marion.sees(TEXT)
    marion.page.emulate_media(media="print")
    paper = marion.page.evaluate("document.body.innerText")
    assert TEXT in paper and other not in paper and "Think about" not in paper
