"""A browser follows the audit log: what contradicts it opens nothing, and decisions name what was verified.

The lies are those of an operator who has the server: heads signed with the log's own key.
"""

import re
import time
from collections.abc import Callable, Mapping
from typing import Any, Final
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Route

from mediation.client.signing_in import SignedIn
from mediation.protocol import checkpoint
from mediation.protocol.checkpoint import Checkpoint
from mediation.protocol.encoding import unb64
from mediation.settings import read
from tests.browser.agency import HARMED, Account, Agency
from tests.browser.axe import Axe
from tests.browser.demonstration import settled
from tests.browser.people import Colleague, Person
from tests.serving import SETTINGS, Server

PUBLISHED: Final = "**/api/v1/audit/published*"
PATIENCE: Final = 20.0
PLAIN: Final = {"participant": "Please ring your facilitator", "facilitator": "Tell your administrator today"}
Lie = Callable[[Checkpoint], Checkpoint]
LIES: Final[dict[str, Lie]] = {
    "log-forked": lambda head: Checkpoint(head.origin, head.size + 512, bytes(32)),
    "log-rolled-back": lambda head: Checkpoint(head.origin, head.size - 1, bytes(32)),
}


def kept(agency: Agency, account: Account) -> Mapping[str, Any] | None:
    """The head in the memory of this account, as the server has stored it."""
    me = agency.site.sign_in(account.sign_in_name, account.passphrase)
    found: Mapping[str, Any] | None = me.pins.value["checkpoint"]
    return found


def published(me: SignedIn) -> Checkpoint:
    """The newest head of the server, which its worker publishes by and by."""
    for until in [time.monotonic() + PATIENCE]:
        while (note := me.transport.get("/audit/published")["note"]) is None:
            assert time.monotonic() < until
            time.sleep(0.1)
    return checkpoint.parse(note.partition("\n\n")[0] + "\n")


def lies(person: Person, server: Server, head: Checkpoint) -> None:
    """From now on this browser is answered with another head under the log's own signature."""
    place = {"MEDIATION_INSTANCE": str(server.directory), "PORT": str(urlsplit(server.base_url).port)}
    note = checkpoint.issue(head, read({**SETTINGS, **place}).audit_keys)

    def answer(route: Route) -> None:
        route.fulfill(json={"note": note, "proof": []})

    person.page.route(PUBLISHED, answer)


def locks(person: Person, path: str) -> None:
    """They come to a page and lock it: a page that still opens would put its keys back if only the tab forgot them."""
    person.visits(path)
    settled(person.page)
    person.presses("Lock")
    person.heading("This is locked")


def types(person: Person, account: Account) -> None:
    """Somebody types what they sign in with, and comes to where they were."""
    person.visits("/sign-in")
    person.types("Sign-in name", account.sign_in_name)
    person.types("Passphrase", account.passphrase)
    person.presses("Sign in")


def stopped(person: Person, who: str, code: str) -> None:
    """The page says so in plain words, and has no keys."""
    person.sees(PLAIN[who], "nothing was opened or sent", code)
    assert person.page.evaluate("Object.keys(sessionStorage)") in ([], ["next"])
    axe = Axe(person.page)
    axe.look(f"{who}, {code}")
    assert axe.found == []


@pytest.mark.parametrize("code", LIES)
@pytest.mark.parametrize("who", PLAIN)
def test_a_head_that_contradicts_the_kept_one_opens_nothing(
    agency: Agency,
    server: Server,
    somebody: Callable[[], Person],
    colleague: Callable[[], Colleague],
    who: str,
    code: str,
) -> None:
    if who == "participant":
        person, account, path = somebody(), agency.open_case().marion.account, "/letters"
    else:
        person, account, path = colleague(), agency.fiona.account, "/queue"
    head = published(agency.fiona.desk.me)
    person.signs_in(account)
    assert kept(agency, account) == head.kept
    lies(person, server, LIES[code](head))
    locks(person, path)
    person.unlocks(account)
    stopped(person, who, code)
    person.visits(path)
    person.heading("This is locked")
    person.context.clear_cookies()
    types(person, account)
    stopped(person, who, code)
    assert kept(agency, account) == head.kept
    person.visits(path)
    person.heading("Sign in")
    person.page.unroute(PUBLISHED)
    types(person, account)
    person.page.wait_for_url(f"**{path}")


def test_what_was_kept_is_what_is_asked_from_and_a_server_that_does_not_answer_opens_nothing(
    agency: Agency, somebody: Callable[[], Person]
) -> None:
    person, account = somebody(), agency.open_case().callum.account
    head = published(agency.fiona.desk.me)
    asked: list[str] = []
    person.page.on("request", lambda request: asked.append(request.url))
    person.signs_in(account)
    locks(person, "/letters")
    person.unlocks(account)
    person.page.wait_for_url("**/letters")
    sizes = [url.partition("size=")[2] for url in asked if "/audit/published" in url]
    assert sizes == [str(head.size)] * 2
    person.page.route(PUBLISHED, lambda route: route.fulfill(status=500))
    locks(person, "/letters")
    person.unlocks(account)
    person.sees("Something went wrong at our end.")
    assert person.page.evaluate("Object.keys(sessionStorage)") == ["next"]


def test_a_decision_names_the_head_that_its_facilitator_has_verified(
    agency: Agency, colleague: Callable[[], Colleague]
) -> None:
    shared, fiona = agency.open_case(), colleague()
    head = published(agency.fiona.desk.me)
    text = "I think about the shed every day."
    shared.marion.client.write([shared.callum.id], text)
    fiona.signs_in(agency.fiona.account)
    fiona.visits("/queue")
    fiona.page.get_by_role("listitem").filter(has_text=shared.reference).get_by_role("link").first.click()
    fiona.sees(text)
    fiona.decides("Pass it on now", "It is passed on")
    (offer,) = shared.callum.client.letters().offers
    assert offer.offer.checkpoint == head.kept


def test_a_participant_goes_on_from_a_smaller_head_by_its_proof(agency: Agency, somebody: Callable[[], Person]) -> None:
    """As on the day after: the server proves that what was kept begins the log."""
    person, party = somebody(), agency.open_case().marion
    head = published(agency.fiona.desk.me)
    me = agency.site.sign_in(party.account.sign_in_name, party.account.passphrase)
    empty = Checkpoint(head.origin, 0, unb64("47DEQpj8HBSa-_TImW-5JCeuQeRkm5NMpJWZG3hSuFU")).kept
    me.pins.keep(lambda value: value | {"checkpoint": empty})
    person.signs_in(party.account)
    assert kept(agency, party.account) == head.kept


def test_whoever_has_just_joined_follows_the_log_at_once(agency: Agency, somebody: Callable[[], Person]) -> None:
    case = agency.open_case().case
    head = published(agency.fiona.desk.me)
    person = somebody()
    account, _ = person.joins_letters(case.people.invite(HARMED).code)
    assert kept(agency, account) == head.kept


def test_a_newcomer_to_a_log_that_nobody_believes_is_told_and_has_a_name_but_no_keys(
    agency: Agency, somebody: Callable[[], Person]
) -> None:
    case, person = agency.open_case().case, somebody()
    head = published(agency.fiona.desk.me)
    note = checkpoint.issue(head, [bytes(32)])
    person.page.route(PUBLISHED, lambda route: route.fulfill(json={"note": note, "proof": []}))
    account, _ = person.joins_letters(case.people.invite(HARMED).code)
    person.unlocks(account)
    person.sees("Please ring your facilitator", "note-unsigned")
    assert person.page.evaluate("Object.keys(sessionStorage)") in ([], ["next"])
    person.page.unroute(PUBLISHED)
    person.context.clear_cookies()
    types(person, account)
    person.page.wait_for_url(re.compile("/(home|waiting)$"))
