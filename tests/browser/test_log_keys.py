"""An administrator names another key of the audit log with the recovery sheet, even while nobody believes the log."""

from collections.abc import Iterator
from typing import Final

import pytest
from playwright.sync_api import Browser, Route, expect

from mediation.client import trust
from mediation.protocol import checkpoint, notes
from mediation.protocol.encoding import b64
from tests.browser.agency import Agency, found
from tests.browser.axe import Axe
from tests.browser.people import Colleague
from tests.browser.test_following_the_log import PUBLISHED, published, types
from tests.serving import serving

OLD, NEW = bytes(range(32)), bytes(range(1, 33))
CODE: Final = "The code of the root key, from the recovery sheet"


@pytest.fixture(scope="module")
def rotated(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Agency]:
    """An agency that names the first of two keys, both of which sign."""
    with serving(tmp_path_factory.mktemp("rotated"), AUDIT_KEY=f"{b64(OLD)},{b64(NEW)}") as server:
        yield found(server.base_url, server.set_up_code())


@pytest.fixture
def ruth(browser: Browser, rotated: Agency) -> Iterator[Colleague]:
    """The administrator, at a browser that is shown heads which the new key alone has signed."""
    person = Colleague(browser, rotated.office.me.transport.base_url)
    note = checkpoint.issue(published(rotated.office.me), [NEW])

    def answer(route: Route) -> None:
        route.fulfill(json={"note": note, "proof": []})

    person.page.route(PUBLISHED, answer)
    yield person
    person.goes_home()


def named(agency: Agency) -> list[str]:
    """The keys that the agency names."""
    return list(trust.load(agency.office.me, follow=False).authority.agency.newest.payload["log_vkeys"])


def test_the_key_is_named_and_the_administrator_can_sign_in_again(rotated: Agency, ruth: Colleague) -> None:
    origin = published(rotated.office.me).origin
    old, new = (notes.verifier_key(origin, seed).text for seed in (OLD, NEW))
    assert named(rotated) == [old]
    types(ruth, rotated.office_account)
    ruth.page.wait_for_url("**/agency/log-keys")
    assert ruth.page.evaluate("Object.keys(sessionStorage)") in ([], ["next"]), "no keys were kept"
    ruth.sees("New: this server signs with it, and the agency does not name it yet.")
    axe = Axe(ruth.page)
    axe.look("/agency/log-keys")
    axe.refused("Name these keys", "/agency/log-keys")
    for code, words in (
        ("ABCD", "Please check it letter by letter."),
        (rotated.sheet.recovery, "Please check it letter"),
    ):
        ruth.types(CODE, code)
        ruth.presses("Name these keys")
        ruth.sees("This is not the code of this agency’s root key.", words)
    assert named(rotated) == [old]
    ruth.ticks(new)
    ruth.types(CODE, rotated.sheet.root.lower().replace("-", " "))
    ruth.presses("Name these keys")
    ruth.heading("The keys are named")
    expect(ruth.page.locator("#root-code")).to_have_value("")
    axe.look("/agency/log-keys, named")
    assert axe.found == []
    assert named(rotated) == sorted([old, new])
    ruth.context.clear_cookies()
    types(ruth, rotated.office_account)
    ruth.page.wait_for_url("**/agency")


def test_what_the_server_refuses_is_said(rotated: Agency, ruth: Colleague) -> None:
    types(ruth, rotated.office_account)
    ruth.page.wait_for_url("**/agency")
    ruth.visits("/agency/log-keys")
    ruth.heading("The keys of the audit log")
    for box in ruth.page.get_by_role("checkbox").all():
        box.uncheck()
    ruth.types(CODE, rotated.sheet.root)
    ruth.presses("Name these keys")
    ruth.sees("Please choose at least one key.")
    ruth.page.get_by_role("checkbox").last.check()
    before = named(rotated)
    ruth.page.route(
        "**/agency/statements",
        lambda route: route.fulfill(status=409, json={"code": "agency-moved", "message": "Moved."}),
    )
    ruth.presses("Name these keys")
    ruth.sees("Moved.")
    assert named(rotated) == before


def test_a_facilitator_is_not_let_through(rotated: Agency, browser: Browser) -> None:
    fiona = Colleague(browser, rotated.office.me.transport.base_url)
    note = checkpoint.issue(published(rotated.office.me), [bytes(range(2, 34))])
    fiona.page.route(PUBLISHED, lambda route: route.fulfill(json={"note": note, "proof": []}))
    types(fiona, rotated.fiona.account)
    fiona.sees("signed with a key that the agency does not name", "note-unsigned")
    fiona.visits("/agency/log-keys")
    fiona.heading("Sign in")
    fiona.goes_home()
