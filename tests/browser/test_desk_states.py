"""What facilitators change their mind about: a decision, a change of the case, an invitation; and a letter to two."""

from collections.abc import Callable

from playwright.sync_api import expect

from tests.browser.agency import HARMED, Agency, Shared
from tests.browser.people import Colleague, Person

TEXT = "I would like you to know how it was for me."
MIA = "Mia Ellery"
CANCELLED = "This invitation has been cancelled. Please ask your facilitator for a new one."


def case_of(shared: Shared) -> str:
    return f"/cases/{shared.case_id}"


def test_a_decision_is_dropped_and_another_made(
    agency: Agency, somebody: Callable[[], Person], fiona: Colleague, joseph: Colleague
) -> None:
    shared = agency.open_case(approvals=2)
    letter = shared.marion.client.write([shared.callum.id], TEXT)
    callum = somebody()
    joseph.visits(f"/review/{letter}")
    joseph.decides("Pass it on now", "You have signed", note="About your mother.")
    joseph.visits(f"/review/{letter}")
    joseph.sees("You have signed it. It waits for a colleague.")

    fiona.visits(f"/review/{letter}")
    fiona.sees("Pass it on to Callum Ferris. Signed by Joseph Merrick.")
    fiona.presses("Drop this decision")
    expect(fiona.button("Drop this decision")).to_be_hidden()
    fiona.decides("Pass it on now", "You have signed", note="About March.")

    joseph.presses("Drop this decision")  # his page still shows the first one: dropping it again changes nothing
    joseph.sees("Pass it on to Callum Ferris. Signed by Fiona Hartley.", "The word beforehand: “About March.”")
    joseph.sees_no("About your mother.")
    joseph.presses("Sign the same decision")
    joseph.heading("It is done")
    callum.signs_in(shared.callum.account)
    callum.opens_letter(TEXT)
    callum.sees("About March.", "Fiona Hartley and Joseph Merrick")
    callum.sees_no("About your mother.")


def test_a_change_of_the_case_is_dropped(agency: Agency, fiona: Colleague, joseph: Colleague) -> None:
    shared = agency.open_case(approvals=2)
    fiona.visits(f"{case_of(shared)}/facilitators")
    fiona.ticks("One")
    fiona.presses("Sign this change")
    fiona.sees("You have signed. It holds as soon as a colleague has signed too")

    joseph.visits(case_of(shared))
    joseph.heading("Changes that wait for signatures")
    joseph.sees("One facilitator’s signature is enough", "Signed by Fiona Hartley")
    joseph.presses("Drop it")
    expect(joseph.page.get_by_role("heading", name="Changes that wait for signatures")).to_be_hidden()
    joseph.sees("2 of them must sign before anything is passed on.")
    fiona.visits(case_of(shared))
    fiona.sees("2 of them must sign before anything is passed on.")
    expect(fiona.page.get_by_role("heading", name="Changes that wait for signatures")).to_be_hidden()


def add_person(fiona: Colleague, shared: Shared, name: str) -> str:
    """Somebody is named in the case and a card is made; its code."""
    fiona.visits(case_of(shared))
    fiona.page.get_by_text("Add a person").click()
    fiona.types("Name", name)
    fiona.presses("Add them")
    fiona.follows(f"Invite ({name})")
    return fiona.hands_over_card()


def test_an_invitation_is_cancelled_while_somebody_reads_it(
    agency: Agency, somebody: Callable[[], Person], fiona: Colleague
) -> None:
    shared = agency.open_case()
    mia, late = somebody(), somebody()
    code = add_person(fiona, shared, MIA)
    mia.visits("/join")
    mia.types("Code", code)
    mia.presses("Continue")
    mia.heading("What this is")

    fiona.visits(case_of(shared))
    fiona.follows(f"Their invitation ({MIA})")
    fiona.sees("Nobody has used it yet.")
    fiona.presses("Cancel it")
    fiona.sees("It was cancelled. Nobody can use it.")

    for title in ("What this is", "Who can read what you write", "When confidentiality ends", "It is free"):
        mia.heading(title)
        mia.presses("Continue")
    mia.ticks("Yes, I want to take part")
    mia.presses("Continue")
    passphrase = " ".join(mia.words("passphrase-words"))
    mia.presses("I have written them down")
    mia.types("Passphrase", passphrase)
    mia.presses("Join")
    mia.sees(CANCELLED)
    late.visits("/join")
    late.types("Code", code)
    late.presses("Continue")
    late.sees(CANCELLED)


def test_an_invitation_is_cancelled_after_somebody_joined(
    agency: Agency, somebody: Callable[[], Person], fiona: Colleague
) -> None:
    shared = agency.open_case()
    mia = somebody()
    account, _ = mia.joins_letters(add_person(fiona, shared, MIA))
    fiona.visits(case_of(shared))
    fiona.sees("has joined; waits to be let in")
    fiona.follows(f"Hear their six words ({MIA})")
    fiona.presses("The words are different")
    fiona.presses("Cancel this invitation")
    fiona.page.wait_for_url(f"**{case_of(shared)}")
    fiona.sees("not invited yet")

    mia.visits("/home")
    mia.heading("Sign in")
    mia.types("Sign-in name", account.sign_in_name)
    mia.types("Passphrase", account.passphrase)
    mia.presses("Sign in")
    mia.sees("Nobody can sign in with this name any more. If you have a new card, use it, or else ring us.")


def test_a_letter_to_two_is_decided_for_each(agency: Agency, somebody: Callable[[], Person], fiona: Colleague) -> None:
    shared = agency.open_case()
    mia = agency.welcome(shared.case, HARMED, MIA)
    names = {shared.marion.id: shared.marion.name, shared.callum.id: shared.callum.name, mia.id: mia.name}
    shared.case.writing.describe("The allotment shed", names, "")
    shared.case.writing.call(shared.callum.id, {shared.marion.id: "Marion", mia.id: "Mia"})
    callum, marion, other = somebody(), somebody(), somebody()
    callum.signs_in(shared.callum.account)
    callum.visits("/write")
    callum.ticks("Marion")
    callum.ticks("Mia")
    callum.writes(TEXT)

    fiona.visits(case_of(shared))
    fiona.page.locator("#letters").get_by_role("link").first.click()
    fiona.sees(TEXT, "For which reader do you decide?")
    fiona.ticks("Pass it on now")
    fiona.presses("Decide")
    fiona.sees("Please choose for which reader you decide.")
    fiona.ticks(shared.marion.name)
    fiona.decides("Pass it on now", "It is passed on")
    fiona.page.reload()
    fiona.sees("Marion Ellery: waits to be read")
    expect(fiona.page.get_by_text("For which reader do you decide?")).to_be_hidden()  # one is left
    fiona.decides("Do not pass it on", "It is not passed on", reason="Mia does not want letters yet.")

    marion.signs_in(shared.marion.account)
    marion.opens_letter(TEXT)
    other.signs_in(mia.account)
    other.visits("/letters")
    other.sees("There are no letters yet.")
    callum.visits("/letters")
    callum.sees("Mia does not want letters yet.")


def take_out(fiona: Colleague, shared: Shared) -> None:
    """Marion, from her page; nothing happens before the box is ticked."""
    fiona.visits(f"{case_of(shared)}/people/{shared.marion.id}")
    fiona.page.get_by_text("Take them out of the case").click()
    fiona.sees("Letters of theirs that were passed on stay with their readers.", "It cannot be undone")
    fiona.presses("Take them out")
    fiona.sees("Tick the box if you are sure.")
    fiona.ticks("I have told them, or they asked for it")
    fiona.presses("Take them out")


def test_somebody_is_taken_out_of_a_case(agency: Agency, somebody: Callable[[], Person], fiona: Colleague) -> None:
    shared = agency.open_case()
    passed, waiting = (shared.marion.client.write([shared.callum.id], text) for text in (TEXT, "This one waits."))
    shared.case.letters.release(passed, shared.callum.id)
    marion, callum = somebody(), somebody()
    marion.signs_in(shared.marion.account)
    take_out(fiona, shared)
    fiona.sees("They are no longer part of the case.")
    fiona.presses("Back to the case")
    fiona.heading("The allotment shed")
    expect(fiona.page.locator("#people").get_by_role("listitem")).to_have_count(1)  # not as somebody to be invited
    fiona.sees("Callum Ferris", "Marion Ellery to Callum Ferris")
    fiona.visits(f"/review/{waiting}")
    fiona.sees("Callum Ferris: taken back or called off")
    fiona.visits(f"{case_of(shared)}/people/{shared.marion.id}")
    fiona.heading("There is no such page")

    for path in ("/home", "/letters", "/write", "/facilitator"):
        marion.visits(path)
        marion.heading("You are no longer part of these letters")
    callum.signs_in(shared.callum.account)
    callum.opens_letter(TEXT)
    callum.visits("/write")
    callum.sees("There is nobody yet whom you could write to.")


def test_where_two_sign_somebody_is_taken_out_by_two(
    agency: Agency, somebody: Callable[[], Person], fiona: Colleague, joseph: Colleague
) -> None:
    shared = agency.open_case(approvals=2)
    marion = somebody()
    fiona.visits(f"{case_of(shared)}/people/{shared.marion.id}")
    fiona.page.get_by_text("Take them out of the case").click()
    fiona.sees("A colleague has to sign it too.")
    take_out(fiona, shared)
    fiona.sees("You have signed. They stay in the case until a colleague has signed too")
    marion.signs_in(shared.marion.account)
    marion.heading("Letters through")

    joseph.visits(case_of(shared))
    joseph.sees("Marion Ellery leaves the case", "Signed by Fiona Hartley")
    joseph.presses("Sign it too")
    expect(joseph.page.get_by_role("heading", name="Changes that wait for signatures")).to_be_hidden()
    expect(joseph.page.locator("#people").get_by_role("listitem")).to_have_count(1)
    marion.visits("/home")
    marion.heading("You are no longer part of these letters")
