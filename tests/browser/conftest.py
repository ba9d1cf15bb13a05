"""One browser for the whole run, one agency at a real server, and people who go home when their test is over."""

import os
from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser, expect, sync_playwright

from tests.browser.agency import Agency, Staff, found
from tests.browser.chromium import system_browser
from tests.browser.people import Colleague, Person
from tests.serving import Server, serving

QUIET = ["--disable-gpu", "--disable-background-networking", "--disable-component-update", "--disable-sync"]
PATIENCE = 20_000
"""Milliseconds for something to appear; a machine that does much else is slow, not wrong."""


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Chromium without a window; every person gets a context of their own in it."""
    # A sandbox of its own cannot be made by root.
    arguments = [*QUIET, "--no-sandbox"] if os.geteuid() == 0 else QUIET
    expect.set_options(timeout=PATIENCE)
    with sync_playwright() as playwright:
        launched = playwright.chromium.launch(executable_path=system_browser(), args=arguments)
        yield launched
        launched.close()


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """The server at which the agency is."""
    with serving(tmp_path_factory.mktemp("server")) as running:
        yield running


@pytest.fixture(scope="session")
def agency(server: Server) -> Agency:
    """The agency, built by the Python client."""
    return found(server.base_url, server.set_up_code())


@pytest.fixture
def arrivals() -> Iterator[list[Person]]:
    """Everybody who came for a test; they go home when it is over."""
    people: list[Person] = []
    yield people
    for each in people:
        each.goes_home()


@pytest.fixture
def somebody(browser: Browser, server: Server, arrivals: list[Person]) -> Callable[[], Person]:
    """A participant at a phone of their own."""

    def arrive() -> Person:
        arrivals.append(Person(browser, server.base_url, phone=True))
        return arrivals[-1]

    return arrive


@pytest.fixture
def colleague(browser: Browser, server: Server, arrivals: list[Person]) -> Callable[[], Colleague]:
    """Somebody of the staff at a desk of their own."""

    def arrive() -> Colleague:
        made = Colleague(browser, server.base_url)
        arrivals.append(made)
        return made

    return arrive


@pytest.fixture(scope="session")
def _desks(browser: Browser, server: Server, agency: Agency) -> Iterator[dict[str, Colleague]]:
    """Those who are at their desks the whole day."""
    found: dict[str, Colleague] = {}
    yield found
    for each in found.values():
        each.goes_home()


def _at_desk(desks: dict[str, Colleague], browser: Browser, server: Server, staff: Staff) -> Iterator[Colleague]:
    if staff.name not in desks:
        desks[staff.name] = Colleague(browser, server.base_url)
        desks[staff.name].signs_in(staff.account)
    found = desks[staff.name]
    yield found
    found.page.unroute_all()
    errors, found.errors[:] = list(found.errors), []
    assert not errors, errors


@pytest.fixture
def fiona(_desks: dict[str, Colleague], browser: Browser, server: Server, agency: Agency) -> Iterator[Colleague]:
    """Fiona, who signed in for an earlier test, and is wherever it left her."""
    yield from _at_desk(_desks, browser, server, agency.fiona)


@pytest.fixture
def joseph(_desks: dict[str, Colleague], browser: Browser, server: Server, agency: Agency) -> Iterator[Colleague]:
    """Joseph, in the same way."""
    yield from _at_desk(_desks, browser, server, agency.joseph)
