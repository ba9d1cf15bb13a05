"""A facilitator is taken off a case: it is closed to them; what they passed on can still be read by everybody else."""

from collections.abc import Callable

from tests.browser.agency import Agency
from tests.browser.people import Colleague, Person

BEFORE, AFTER = "I wrote this while Joseph was there.", "I wrote this after he had gone."


def test_taken_off_a_case(agency: Agency, somebody: Callable[[], Person], fiona: Colleague, joseph: Colleague) -> None:
    shared = agency.open_case()
    letter = shared.callum.client.write([shared.marion.id], BEFORE)
    agency.joseph.desk.case(shared.case_id).letters.release(letter, shared.marion.id)
    marion, callum = somebody(), somebody()
    marion.signs_in(shared.marion.account)
    marion.opens_letter(BEFORE)

    fiona.visits(f"/cases/{shared.case_id}")
    fiona.follows("Change facilitators or approvals")
    fiona.sees("Your signature is enough for this change.")
    fiona.page.get_by_label("Joseph Merrick").uncheck()
    fiona.presses("Sign this change")
    fiona.sees("It is done.")
    fiona.visits(f"/cases/{shared.case_id}")
    fiona.sees("Joseph Merrick no longer facilitates it")

    joseph.visits(f"/cases/{shared.case_id}")
    joseph.sees_no("The allotment shed", BEFORE)
    joseph.heading("There is no such page")

    # Kept letters: read again by their reader, their writer and the facilitator who stays.
    marion.visits("/letters")
    marion.sees(BEFORE, "Read and passed on by somebody who was your facilitator then")
    callum.signs_in(shared.callum.account)
    callum.visits("/letters")
    callum.sees(BEFORE, "Passed on.")
    fiona.visits(f"/review/{letter}")
    fiona.sees(BEFORE, "Signed by Callum Ferris’s own key, and unchanged since", "Marion Ellery: has read it")

    # And the case goes on.
    callum.visits("/write")
    callum.writes(AFTER)
    fiona.visits("/queue")
    fiona.page.get_by_role("listitem").filter(has_text=shared.reference).get_by_role("link", name="A letter to").click()
    fiona.sees(AFTER)
    fiona.decides("Pass it on now", "It is passed on")
    marion.opens_letter(AFTER)
