"""What time does: a case that ran out or soon will, plain on both sides and renewed; and a new recovery key."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Locator, expect

from mediation.client import root_key
from mediation.protocol.primitives import box_public_key, random_bytes
from tests.browser.agency import Shared
from tests.browser.past import READ, UNREAD, Present, after_a_month
from tests.browser.people import Colleague, Person

RENEW_FIRST = "Your facilitator has to renew something first."


@pytest.fixture(scope="module")
def present(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Present]:
    with after_a_month(tmp_path_factory.mktemp("past")) as found:
        yield found


@pytest.fixture
def fiona(browser: Browser, present: Present, arrivals: list[Person]) -> Colleague:
    made = Colleague(browser, present.server.base_url)
    arrivals.append(made)
    made.signs_in(present.past.agency.fiona.account)
    return made


@pytest.fixture
def marion(browser: Browser, present: Present, arrivals: list[Person]) -> Person:
    arrivals.append(Person(browser, present.server.base_url, phone=True))
    arrivals[-1].signs_in(present.past.lapsed.marion.account)
    return arrivals[-1]


def waiting(fiona: Colleague, reference: str) -> Locator:
    """What waits today in one case."""
    fiona.visits("/queue")
    fiona.heading("What is waiting for you")
    return fiona.page.get_by_role("main").get_by_role("listitem").filter(has_text=reference)


def leave_out_joseph(fiona: Colleague, shared: Shared) -> None:
    fiona.visits(f"/cases/{shared.case_id}/facilitators")
    fiona.sees("Your signature is enough for this change.")
    fiona.page.get_by_label("Joseph Merrick").uncheck()
    fiona.presses("Sign this change")


def test_a_case_that_ran_out_says_so_on_both_sides_and_goes_on_once_renewed(
    present: Present, fiona: Colleague, marion: Person
) -> None:
    shared = present.past.lapsed
    for path in ("/home", "/facilitator", "/letters"):
        marion.visits(path)
        marion.sees(RENEW_FIRST)
    marion.sees(READ)
    marion.sees_no(UNREAD)
    expect(marion.page.get_by_role("link", name="Choose what to do with it")).to_have_count(0)
    marion.visits("/write")
    marion.sees("Your facilitator has to renew something before letters can be written. Please ring us.")

    fiona.visits(f"/cases/{shared.case_id}")
    fiona.sees("This case has run out", "This case has to be renewed")
    fiona.presses("Renew it now")
    expect(fiona.page.get_by_text("This case has to be renewed")).to_be_hidden()
    fiona.sees("The case is renewed")
    expect(waiting(fiona, present.reference(shared)).filter(has_text="renew")).to_have_count(0)

    marion.visits("/home")
    marion.sees("A letter is here for you")
    expect(marion.page.get_by_text(RENEW_FIRST)).to_be_hidden()
    marion.opens_letter(UNREAD)


def test_a_case_that_runs_out_soon_is_renewed_in_time(present: Present, fiona: Colleague) -> None:
    shared = present.past.due
    waiting(fiona, present.reference(shared)).filter(has_text="renew").get_by_role("link").first.click()
    fiona.sees("This case runs out on", "nothing new can be written, passed on or opened after that day.")
    fiona.presses("Renew it now")
    expect(fiona.page.get_by_text("This case runs out on")).to_be_hidden()
    fiona.sees("The case is renewed")
    expect(waiting(fiona, present.reference(shared))).to_have_count(0)


def test_a_new_recovery_key_is_asked_about_before_anything_is_sealed_to_it(present: Present, fiona: Colleague) -> None:
    me, shared = present.office.me, present.past.due
    new_key = box_public_key(random_bytes(32))
    root_key.declare(me, present.past.agency.sheet.root, [str(me.staff_id)], new_key)
    present.office.renew()

    leave_out_joseph(fiona, shared)
    fiona.sees("Ask your administrator whether that is right, then accept it on the page of the case.")
    fiona.visits(f"/cases/{shared.case_id}")
    fiona.heading("The agency has a new recovery key")
    fiona.presses("I asked; it is right")
    expect(fiona.page.get_by_role("heading", name="The agency has a new recovery key")).to_have_count(0)
    leave_out_joseph(fiona, shared)
    fiona.sees("It is done.")
