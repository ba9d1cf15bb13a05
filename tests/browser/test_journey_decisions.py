"""What facilitators decide besides passing on at once: give back, stop, decide for two, pass on at a time, hold."""

from collections.abc import Callable
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from tests.browser.agency import Agency, Shared
from tests.browser.people import Colleague, Person

LONDON = ZoneInfo("Europe/London")
TEXT = "You can ring me on 07700 900203 if you would rather talk."
SUGGESTED = "If you would rather talk, tell our facilitator."
REASON = "You gave your own telephone number. We keep numbers out of letters."
NOTE = "She writes about how her days are now."


def read(fiona: Colleague, shared: Shared, text: str) -> None:
    """Finds a letter of this case among what is waiting, and reads it."""
    fiona.visits("/queue")
    fiona.page.get_by_role("listitem").filter(has_text=shared.reference).get_by_role("link").first.click()
    fiona.sees(text)


def test_a_letter_goes_back_and_its_writer_takes_the_suggested_words(
    agency: Agency, somebody: Callable[[], Person], fiona: Colleague
) -> None:
    shared = agency.open_case()
    marion, callum = somebody(), somebody()
    shared.marion.client.write([shared.callum.id], TEXT)
    read(fiona, shared, TEXT)
    fiona.sees("07700 900203")
    fiona.decides("Give it back to the writer", "It goes back to the writer", reason=REASON, suggestion=SUGGESTED)

    marion.signs_in(shared.marion.account)
    marion.visits("/letters")
    marion.sees(TEXT, REASON)
    marion.follows("See the suggested words")
    marion.sees(REASON, "Only you decide what is sent as yours.")
    assert marion.page.get_by_label("Your letter", exact=True).input_value() == SUGGESTED
    marion.presses("Send to your facilitator")
    marion.heading("Your letter is with")

    read(fiona, shared, SUGGESTED)
    fiona.sees("The letter that this one replaces")
    fiona.decides("Pass it on now", "It is passed on")
    callum.signs_in(shared.callum.account)
    callum.opens_letter(SUGGESTED)
    callum.sees_no("07700 900203", REASON)


def test_a_letter_that_is_not_passed_on(agency: Agency, somebody: Callable[[], Person], fiona: Colleague) -> None:
    shared = agency.open_case()
    marion, callum = somebody(), somebody()
    callum.signs_in(shared.callum.account)
    callum.visits("/write")
    callum.writes("I know where you live.")
    read(fiona, shared, "I know where you live.")
    fiona.decides("Do not pass it on", "It is not passed on", reason="Let us talk about this on Thursday.")
    callum.visits("/letters")
    callum.sees("It is not passed on.", "Let us talk about this on Thursday.")
    marion.signs_in(shared.marion.account)
    marion.visits("/letters")
    marion.sees("There are no letters yet.")


def test_two_facilitators_sign_the_same_decision(
    agency: Agency, somebody: Callable[[], Person], fiona: Colleague, joseph: Colleague
) -> None:
    shared = agency.open_case(approvals=2)
    callum = somebody()
    shared.marion.client.write([shared.callum.id], "I want you to have read this.")
    read(fiona, shared, "I want you to have read this.")
    fiona.decides("Pass it on now", "You have signed", note=NOTE)
    callum.signs_in(shared.callum.account)
    callum.visits("/letters")
    callum.sees("There are no letters yet.")

    read(joseph, shared, "I want you to have read this.")
    joseph.sees("Pass it on to Callum Ferris. Signed by Fiona Hartley.", f"The word beforehand: “{NOTE}”")
    joseph.presses("Sign the same decision")
    joseph.heading("It is done")
    callum.opens_letter("I want you to have read this.")
    callum.sees(NOTE, "Fiona Hartley and Joseph Merrick")


def test_a_letter_is_passed_on_at_the_time_that_was_agreed(
    agency: Agency, somebody: Callable[[], Person], fiona: Colleague
) -> None:
    shared = agency.open_case()
    marion = somebody()
    shared.callum.client.write([shared.marion.id], "For Thursday.")
    marion.signs_in(shared.marion.account)
    read(fiona, shared, "For Thursday.")
    soon = datetime.now(LONDON) + timedelta(seconds=12)
    later = "Pass it on at a time that you have agreed"
    fiona.decides(later, "It will be passed on", not_before=soon.strftime("%Y-%m-%dT%H:%M:%S"))
    marion.visits("/home")
    marion.sees("No letter is waiting for you.")
    assert shared.callum.client.letters().own[0].status == "with_facilitator"
    while not marion.page.get_by_text("A letter is here for you").count():
        assert datetime.now(LONDON) < soon + timedelta(seconds=60)
        marion.page.wait_for_timeout(500)
        marion.visits("/home")
    assert datetime.now(LONDON) >= soon.replace(microsecond=0)
    marion.opens_letter("For Thursday.")


def test_a_letter_that_is_held_waits_for_whoever_holds_it(agency: Agency, fiona: Colleague, joseph: Colleague) -> None:
    shared = agency.open_case()
    shared.callum.client.write([shared.marion.id], "Not yet.")
    read(fiona, shared, "Not yet.")
    fiona.decides("Hold it for now", "You hold it")
    read(joseph, shared, "Not yet.")
    joseph.sees("Fiona Hartley holds it since")
    joseph.presses("Lift the hold")
    joseph.decides("Pass it on now", "It is passed on")
