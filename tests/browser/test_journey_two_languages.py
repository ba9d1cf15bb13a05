"""What Python seals the browser opens and proves, and the other way round, through one server."""

from collections.abc import Callable

import pytest

from tests.browser.agency import PHRASE, Agency, heard
from tests.browser.people import Colleague, Person

# Composed and decomposed, right to left, beyond the basic plane, and line breaks: the same text on both sides.
TEXT = "Dear Marion,\n\nI wrote «naïve» twice: naïve, naïve. שלום 🌱\nCallum"
LINES = ("Dear Marion,", "I wrote «naïve» twice", "שלום 🌱")
ANSWER = "Thank you, Callum. 🌱 It took me a week."


def test_a_python_writer_and_a_browser_reader_and_back(
    agency: Agency, somebody: Callable[[], Person], fiona: Colleague
) -> None:
    shared = agency.open_case()
    marion = somebody()
    shared.callum.client.write([shared.marion.id], TEXT)
    fiona.visits("/queue")
    fiona.page.get_by_role("listitem").filter(has_text=shared.reference).get_by_role("link", name="A letter to").click()
    fiona.sees(*LINES)
    fiona.decides("Pass it on now", "It is passed on", note="Callum writes about himself.")

    marion.signs_in(shared.marion.account)
    marion.opens_letter(LINES[0])
    marion.sees(*LINES, "Callum writes about himself.")
    marion.follows("Write back")
    marion.writes(ANSWER)

    waiting = next(each for each in shared.case.read().messages if each.text == ANSWER)
    shared.case.letters.release(waiting.message_id, shared.callum.id)
    assert shared.callum.client.open(waiting.message_id) == ANSWER
    assert shared.marion.client.letters().offers[0].text == TEXT  # the same person, in Python


@pytest.mark.parametrize("where", ["python", "browser"])
def test_joining_on_one_side_and_being_admitted_on_the_other(
    where: str, agency: Agency, somebody: Callable[[], Person], fiona: Colleague
) -> None:
    case = agency.fiona.desk.open_case([str(agency.joseph.desk.me.staff_id)]).case
    card = case.people.invite("person_harmed")
    if where == "browser":
        _, words = somebody().joins_letters(card.code)
        assert case.people.admit(card.invite_id, heard(words)).state == "adopted"
        return
    words = agency.site.invitation(card.code).join(PHRASE).words
    fiona.visits(f"/cases/{case.case_id}/admit/{card.invite_id}")
    fiona.lets_in(words)
    fiona.sees("They are in.")
