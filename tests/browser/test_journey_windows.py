"""Impatient fingers and several windows: two clicks send one letter, tabs lock together, Back shows nothing."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, Route, expect

from tests.browser.agency import Agency, Shared
from tests.browser.people import NEUTRAL, Person

TEXT = "I would like to say something about that evening."


@pytest.fixture(scope="module")
def shared(agency: Agency) -> Shared:
    """One case for all of them: nobody changes what another reads."""
    made = agency.open_case()
    made.marion.client.open(made.passed_on(TEXT))
    return made


@pytest.fixture
def marion(shared: Shared, somebody: Callable[[], Person]) -> Person:
    person = somebody()
    person.signs_in(shared.marion.account)
    return person


def shows(page: Page, text: str = TEXT) -> None:
    expect(page.get_by_text(text)).to_be_visible()


def test_a_double_click_sends_once(shared: Shared, marion: Person) -> None:
    marion.visits("/write")
    marion.types("Your letter", "Only once.")
    marion.button("Send to your facilitator").dblclick()
    marion.heading("Your letter is with")
    assert [each.text for each in shared.marion.client.letters().own].count("Only once.") == 1


def test_a_second_tab_is_opened_by_the_first_and_locked_with_it(shared: Shared, marion: Person) -> None:
    marion.visits("/letters")
    marion.sees(TEXT)
    second = marion.context.new_page()
    second.goto("/letters")
    shows(second)
    second.get_by_role("button", name="Lock").click()
    for page in (second, marion.page):
        page.wait_for_url("**/unlock")
        expect(page.locator("body")).not_to_contain_text(TEXT)
    marion.unlocks(shared.marion.account)
    marion.sees(TEXT)  # and back where they were


def test_a_reload_and_the_next_page_keep_it_unlocked(marion: Person) -> None:
    marion.visits("/letters")
    marion.sees(TEXT)
    marion.page.reload()
    marion.sees(TEXT)
    marion.visits("/facilitator")
    marion.page.go_back()
    marion.sees(TEXT)


def test_pages_that_are_left_at_once_lock_nothing(marion: Person) -> None:
    for path in ("/letters", "/facilitator", "/home", "/write", "/letters"):
        marion.page.goto(path, wait_until="commit")
    marion.visits("/letters")
    marion.sees(TEXT)


@pytest.mark.parametrize("how", ["click", "keys"])
def test_back_after_leaving_quickly_shows_nothing(how: str, marion: Person) -> None:
    marion.visits("/home")
    marion.follows("Letters")
    marion.sees(TEXT)
    if how == "click":
        marion.page.get_by_role("complementary", name="Leave quickly").get_by_role("link").click()
    else:
        for _ in range(3):
            marion.page.keyboard.press("Shift")
    marion.page.wait_for_url(NEUTRAL)
    marion.page.go_back()
    marion.sees_no(TEXT)
    while marion.context.request.get("/api/v1/session").status != 401:  # leaving did not wait for the server
        marion.page.wait_for_timeout(20)
    marion.visits("/letters")
    marion.heading("Sign in")  # not only locked: signed out
    assert marion.page.evaluate("sessionStorage.length") == 0


def test_back_before_the_server_has_heard_signs_out_all_the_same(marion: Person) -> None:
    def heard_late(route: Route) -> None:
        own = {**route.request.headers, "origin": marion.base_url, "sec-fetch-site": "same-origin"}
        assert route.fetch(method="DELETE", headers=own).status == 204
        route.continue_()

    back = marion.context.new_page()  # without the keys, as after leaving
    marion.page.close()
    back.route("**/api/v1/session", heard_late)
    back.goto("/home")
    back.wait_for_url("**/sign-in")


def test_leaving_in_one_tab_leaves_in_all(marion: Person) -> None:
    marion.visits("/letters")
    marion.sees(TEXT)
    second = marion.context.new_page()
    second.goto("/letters")
    shows(second)
    second.get_by_role("complementary", name="Leave quickly").get_by_role("link").click()
    marion.page.wait_for_url(NEUTRAL)


def test_quarter_of_an_hour_without_a_touch_locks(shared: Shared, marion: Person) -> None:
    marion.page.clock.install()
    marion.visits("/letters")
    marion.sees(TEXT)
    marion.page.clock.fast_forward("14:00")
    marion.sees(TEXT)
    marion.page.clock.fast_forward("01:30")
    marion.heading("This is locked")
    marion.sees_no(TEXT)
    marion.unlocks(shared.marion.account)
    marion.sees(TEXT)


def test_what_was_begun_is_there_again(shared: Shared, marion: Person) -> None:
    marion.visits("/write")
    marion.types("Your letter", "I began this on the bus.")
    marion.sees("Saved privately")
    marion.presses("Sign out")
    marion.heading("You are signed out")
    marion.page.go_back()
    marion.sees_no("I began this on the bus.")
    marion.signs_in(shared.marion.account)
    marion.visits("/write")
    expect(marion.page.get_by_label("Your letter", exact=True)).to_have_value("I began this on the bus.")


def test_signing_out_in_one_tab_ends_all(shared: Shared, marion: Person) -> None:
    marion.visits("/letters")
    marion.sees(TEXT)
    second = marion.context.new_page()
    second.goto("/home")
    second.get_by_role("button", name="Sign out").click()
    second.wait_for_url("**/signed-out")
    marion.page.wait_for_url(re.compile("/(unlock|sign-in|signed-out)$"))
    marion.sees_no(TEXT)


@pytest.mark.parametrize(("status", "elsewhere"), [(401, "/sign-in"), (404, "/unlock")])
def test_what_was_under_way_takes_nobody_elsewhere_who_signs_out(marion: Person, status: int, elsewhere: str) -> None:
    marion.visits("/letters")
    marion.sees(TEXT)
    late: list[Route] = []
    asked: list[str] = []
    answer = {"code": "locked", "message": "No."}

    def sign_out(route: Route) -> None:
        late[0].fulfill(status=status, json=answer)
        marion.page.wait_for_timeout(100)
        route.continue_()

    marion.page.route("**/session/lock-key", lambda route: late.append(route))
    marion.page.route("**/api/v1/session", sign_out)
    marion.page.reload(wait_until="commit")
    marion.presses("Sign out")
    marion.page.on("request", lambda request: asked.append(request.url.removeprefix(marion.base_url)))
    marion.heading("You are signed out")
    assert elsewhere not in asked
    assert marion.page.evaluate("sessionStorage.length") == 0


def test_two_pages_that_remember_at_once_go_on_without_a_word(agency: Agency, somebody: Callable[[], Person]) -> None:
    shared = agency.open_case()
    shared.passed_on(TEXT)
    marion = somebody()
    marion.signs_in(shared.marion.account)
    marion.visits("/letters")
    marion.follows("Choose what to do with it")
    marion.heading("A letter from Callum")
    second = marion.context.new_page()
    second.goto("/write")
    second.get_by_label("Your letter", exact=True).fill("From the other page.")
    second.get_by_role("button", name="Send to your facilitator").click()
    expect(second.get_by_role("heading", name="Your letter is with")).to_be_visible()
    marion.chooses("Read it now")
    marion.sees(TEXT)
    expect(marion.page.locator("#problem")).to_be_hidden()
    second.goto("/write")
    second.get_by_label("Your letter", exact=True).fill("And another.")
    marion.follows("Write back")
    marion.writes("From the first page.")
    second.get_by_role("button", name="Send to your facilitator").click()
    expect(second.get_by_role("heading", name="Your letter is with")).to_be_visible()
    sent = [each.text for each in shared.marion.client.letters().own]
    assert sent == ["From the other page.", "From the first page.", "And another."]
