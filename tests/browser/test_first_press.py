"""On a slow line people press before the page's modules are there: the press counts, once, as soon as they are."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Route, expect

from tests.browser.agency import Agency, Shared
from tests.browser.people import Person


@pytest.fixture
def shared(agency: Agency) -> Shared:
    """A case of its own."""
    return agency.open_case()


class SlowLine:
    """Holds back the modules of one person's pages until they `arrive`."""

    def __init__(self, person: Person) -> None:
        self._held: list[Route] = []
        self._arrived = False
        person.page.route("**/js/pages/*.js", lambda route: self._come(route))

    def _come(self, route: Route) -> None:
        if self._arrived:
            route.continue_()
        else:
            self._held.append(route)

    def arrive(self) -> None:
        """What was held back comes, and nothing is held back from here on."""
        self._arrived = True
        for route in self._held:
            route.continue_()


def test_a_press_before_the_modules_are_there_is_done_once(shared: Shared, somebody: Callable[[], Person]) -> None:
    callum = somebody()
    callum.signs_in(shared.callum.account)
    line = SlowLine(callum)
    sent: list[str] = []
    callum.page.on("request", lambda request: sent.append(request.url) if request.url.endswith("/standing") else None)
    callum.page.goto("/pause", wait_until="commit")
    callum.ticks("Pause")
    callum.presses("Do this now")
    expect(callum.button("Do this now")).to_have_attribute("aria-disabled", "true")
    callum.button("Do this now").click(force=True)
    assert sent == []
    line.arrive()
    callum.heading("You have paused")
    assert len(sent) == 1


def test_enter_in_a_field_before_the_modules_are_there_signs_in(shared: Shared, somebody: Callable[[], Person]) -> None:
    callum = somebody()
    line = SlowLine(callum)
    callum.page.goto("/sign-in", wait_until="commit")
    callum.types("Sign-in name", shared.callum.account.sign_in_name)
    callum.types("Passphrase", shared.callum.account.passphrase)
    callum.page.keyboard.press("Enter")
    expect(callum.button("Sign in")).to_have_attribute("aria-disabled", "true")
    line.arrive()
    callum.page.wait_for_url("**/home")


def test_what_is_locked_while_it_opens_has_nothing_more_to_say(
    shared: Shared, somebody: Callable[[], Person]
) -> None:
    callum = somebody()
    callum.signs_in(shared.callum.account)
    for path in ("/letters", "/home", "/write"):
        callum.visits("/home")
        callum.page.goto(path, wait_until="commit")
        callum.presses("Lock")
        callum.heading("This is locked")
        callum.unlocks(shared.callum.account)
        callum.page.wait_for_url(f"**{path}")
