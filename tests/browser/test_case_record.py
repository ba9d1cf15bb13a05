"""A facilitator sees what happened in a case as the audit trail has it, and each line is proved on their own screen."""

import re

import pytest
from playwright.sync_api import Page, Route, expect

from tests.browser.agency import Agency, Shared
from tests.browser.axe import Axe
from tests.browser.people import Colleague

TEXT = "I would like you to know how it was for me."
CODES = {
    "opening": "bad-proof",
    "proof": "bad-proof",
    "note": "note-signature-wrong",
    "name_key": "commitment-mismatch",
}


def record(page: Page) -> list[str]:
    """The lines, newest first, once they are there."""
    page.locator("#record li").first.wait_for()
    return [re.sub(r"\n+", "\n", each.inner_text()) for each in page.locator("#record li").all()]


def signed_for(fiona: Colleague, shared: Shared) -> None:
    """Visits the case until the newest line is signed for: the server's own worker does that by itself."""
    for _ in range(40):
        fiona.visits(f"/cases/{shared.case_id}")
        if "Verified" in record(fiona.page)[0]:
            return
        fiona.page.wait_for_timeout(250)
    raise AssertionError(record(fiona.page)[0])


@pytest.fixture
def shared(agency: Agency) -> Shared:
    """A case in which something happened."""
    found = agency.open_case()
    letter = found.passed_on(TEXT)
    found.marion.client.open(letter)
    found.callum.client.private("May I ask something?")
    found.marion.client.pause()
    return found


def test_each_line_says_who_did_what_and_is_verified(agency: Agency, shared: Shared, fiona: Colleague) -> None:
    signed_for(fiona, shared)
    lines = record(fiona.page)
    assert lines[0].startswith("Paused\nMarion Ellery · ")
    assert any(
        line.startswith("Passed a letter on\nCallum Ferris to Marion Ellery\nFiona Hartley · ") for line in lines
    )
    assert any(line.startswith("Opened a letter\nCallum Ferris to Marion Ellery\nMarion Ellery · ") for line in lines)
    assert all("Verified" in line for line in lines)
    assert not any("(" in line for line in lines), "no code and no kind that has no words"
    fiona.page.locator("#record summary").first.click()
    fiona.sees("May I ask something?")
    axe = Axe(fiona.page)
    axe.look("/cases/<id>, the record")
    assert axe.found == []
    fiona.page.locator("#record a", has_text="Callum Ferris to Marion Ellery").first.click()
    fiona.sees(TEXT)


def test_pages_go_back_to_the_beginning(agency: Agency, shared: Shared, fiona: Colleague) -> None:
    for _ in range(15):
        shared.callum.client.set_contact("none", None)
    fiona.visits(f"/cases/{shared.case_id}")
    assert len(record(fiona.page)) == 25
    while fiona.button("Earlier").is_visible():
        count = len(record(fiona.page))
        fiona.presses("Earlier")
        expect(fiona.page.locator("#record li").nth(count)).to_be_visible()
        expect(fiona.page.locator("#record-more")).to_be_enabled()
    assert record(fiona.page)[-1].startswith("Opened the case")
    assert fiona.page.locator("#record section").count() == 1, "all of it happened today"
    expect(fiona.page.locator("#record-gap")).to_be_hidden()
    assert len(record(fiona.page)) == len(shared.case.events())


@pytest.mark.parametrize("what", CODES)
def test_what_cannot_be_proved_is_said(agency: Agency, shared: Shared, fiona: Colleague, what: str) -> None:
    signed_for(fiona, shared)

    def tampered(route: Route) -> None:
        answer = route.fetch()
        text = answer.text()
        begin = text.index(f'"{what}":') + {"opening": 20, "proof": 14, "note": 60, "name_key": 20}[what]
        other = "A" if text[begin] != "A" else "B"
        route.fulfill(response=answer, body=text[:begin] + other + text[begin + 1 :])

    fiona.page.route("**/events", tampered)
    fiona.visits(f"/cases/{shared.case_id}")
    lines = record(fiona.page)
    assert f"Could not be checked ({CODES[what]})" in lines[0]
    if what in ("opening", "proof"):
        assert all("Verified" in line for line in lines[1:])
    axe = Axe(fiona.page)
    axe.look("/cases/<id>, the record not proved")
    assert axe.found == []


def test_an_event_that_nobody_can_open_is_said(agency: Agency, shared: Shared, fiona: Colleague) -> None:
    signed_for(fiona, shared)

    def without(route: Route) -> None:
        answer = route.fetch()
        page = answer.json()
        page["events"][0]["opening"] = ""
        route.fulfill(response=answer, json=page)

    fiona.page.route("**/events", without)
    fiona.visits(f"/cases/{shared.case_id}")
    lines = record(fiona.page)
    assert "Could not be checked (bad-event)" in lines[0]
    assert all("Verified" in line for line in lines[1:])


def test_an_event_that_was_left_out_is_said(agency: Agency, shared: Shared, fiona: Colleague) -> None:
    signed_for(fiona, shared)

    def shortened(route: Route) -> None:
        answer = route.fetch()
        page = answer.json()
        own = [each for each in page["events"] if each["event_id"] != shared_event]
        route.fulfill(response=answer, json={**page, "events": own})

    by_callum = [each for each in shared.case.events() if each.by == shared.callum.id]
    shared_event = by_callum[1].event_id
    fiona.page.route("**/events", shortened)
    fiona.visits(f"/cases/{shared.case_id}")
    record(fiona.page)
    fiona.sees("this word: event-missing.")


def test_nothing_moves_under_a_finger_while_the_record_is_fetched(
    agency: Agency, shared: Shared, fiona: Colleague
) -> None:
    held: list[Route] = []

    def hold(route: Route) -> None:
        held.append(route)

    fiona.page.route("**/events", hold)
    fiona.visits(f"/cases/{shared.case_id}")
    expect(fiona.page.locator("#record-status")).to_be_visible()
    expect(fiona.page.locator("#case")).to_be_visible()
    expect(fiona.page.locator("#status")).to_be_hidden()
    link = fiona.page.get_by_role("link", name="Write to each other (Marion Ellery)")
    before = link.bounding_box()
    held.pop().continue_()
    expect(fiona.page.locator("#record-status")).to_be_hidden()
    assert link.bounding_box() == before


def test_the_rest_of_the_page_stays_where_the_record_cannot_be_fetched(
    agency: Agency, shared: Shared, fiona: Colleague
) -> None:
    fiona.page.route("**/events", lambda route: route.fulfill(status=404, json={"code": "not-found", "message": "No."}))
    fiona.visits(f"/cases/{shared.case_id}")
    expect(fiona.page.locator("#record-problem")).to_be_visible()
    fiona.sees("Marion Ellery", "The allotment shed")
