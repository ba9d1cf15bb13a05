"""Issuing rosters: newcomers are in, leavers are out at once, and nothing gets onto one that should not."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

import pytest
import time_machine

from mediation.protocol.encoding import b64, new_id
from mediation.protocol.primitives import random_bytes
from tests.agency_site import Card, Person, Site, now
from tests.answers import accepted, refused


def _post(site: Site, roster: dict[str, Any], admits: list[str] | None = None) -> Any:
    return site.ada.browser.post("/rosters", {"roster": roster, "admits": admits or []})


def _name_issuers(site: Site, issuers: Sequence[Person]) -> None:
    """The next agency statement, with these issuers."""
    newer = site.statement([site.browser().read("/agency")["log_vkey"]], issuers)
    accepted(site.ada.browser.post("/agency/statements", {"agency": newer}), 201)
    site.agency.append(newer)


def test_a_newcomer_is_in_with_the_roster_that_names_them(site: Site) -> None:
    fay = site.staff("Fay", "facilitator")
    session = accepted(fay.browser.get("/session"))
    assert (session["roles"], session["admitted"]) == (["facilitator"], True)
    names = [entry["display_name"] for entry in accepted(fay.browser.get("/staff"))["staff"]]
    assert sorted(names) == ["Ada", "Fay"]


def test_the_same_roster_again_changes_nothing(site: Site) -> None:
    roster = site.next_roster()
    first = accepted(_post(site, roster), 201)
    assert accepted(_post(site, roster), 201) == first
    assert len(accepted(site.ada.browser.get("/trust"))["rosters"]) == 2


def test_a_roster_follows_the_newest(site: Site) -> None:
    rival = site.next_roster(anchors={new_id(): b64(random_bytes(32))})
    site.rosters.pop()
    accepted(_post(site, site.next_roster()), 201)
    refused(_post(site, rival), 409, "roster-moved")


def test_rosters_are_the_administrators_to_issue(site: Site) -> None:
    fay = site.staff("Fay")
    body = {"roster": site.next_roster(), "admits": []}
    refused(fay.browser.post("/rosters", body), 403, "not-allowed")
    refused(site.browser().post("/rosters", body), 401, "signed-out")
    refused(fay.browser.get("/anchors"), 403, "not-allowed")


def test_a_roster_by_somebody_who_is_no_issuer_is_refused(site: Site) -> None:
    fay = site.staff("Fay")
    refused(_post(site, site.next_roster(issuer=fay)), 422, "unknown-signer")


def test_an_administrator_issues_with_their_own_key(site: Site) -> None:
    ben = site.staff("Ben", "administrator")
    _name_issuers(site, [site.ada, ben])
    roster = site.next_roster(issuer=ben)
    refused(_post(site, roster), 403, "not-your-key")
    accepted(ben.browser.post("/rosters", {"roster": roster, "admits": []}), 201)


def test_the_anchors_must_be_those_of_all_cases(site: Site) -> None:
    roster = site.next_roster(anchors={new_id(): b64(random_bytes(32))})
    refused(_post(site, roster), 422, "roster-anchors")


def test_of_two_who_joined_as_the_same_person_only_one_is_let_in(site: Site) -> None:
    mallory, fay = site.person("Mallory"), site.person("Fay")
    mallory.id = fay.id
    cards = [site.invite(fay.id), site.invite(fay.id)]
    for card, person in zip(cards, (mallory, fay), strict=True):
        site.join(card, person)
    site.staffed[fay.id] = fay.staff("facilitator")
    both = [card.invite_id for card in cards]
    roster = site.next_roster()
    refused(_post(site, roster, both), 422, "staff-not-joined")
    accepted(_post(site, roster, both[1:]), 201)
    assert fay.browser.read("/session")["roles"] == ["facilitator"]
    assert mallory.browser.read("/session")["roles"] == []


def test_somebody_who_never_joined_cannot_be_named(site: Site) -> None:
    mallory = site.person("Mallory")
    site.staffed[mallory.id] = mallory.staff("facilitator")
    refused(_post(site, site.next_roster()), 422, "staff-not-joined")


def test_a_newcomer_needs_their_invitation_in_the_list(site: Site) -> None:
    ben = site.person("Ben")
    site.join(site.invite(ben.id), ben)
    site.staffed[ben.id] = ben.staff("facilitator")
    refused(_post(site, site.next_roster()), 422, "staff-not-joined")


def test_a_newcomer_has_the_keys_that_they_joined_with(site: Site) -> None:
    ben = site.person("Ben")
    card = site.invite(ben.id)
    site.join(card, ben)
    site.staffed[ben.id] = site.person("Ben", ben.id).staff("facilitator")
    refused(_post(site, site.next_roster(), [card.invite_id]), 422, "staff-not-joined")


def test_a_rekeyed_member_of_staff_must_have_joined_anew(site: Site) -> None:
    fay = site.staff("Fay")
    site.staffed[fay.id] = site.person("Fay", fay.id).staff("facilitator")
    refused(_post(site, site.next_roster()), 422, "staff-not-joined")


def test_new_keys_close_the_old_account(site: Site) -> None:
    fay = site.staff("Fay")
    again = site.person("Fay", fay.id)
    card = site.invite(fay.id)
    site.join(card, again)
    site.staffed[fay.id] = again.staff("facilitator")
    site.issue([card.invite_id])
    refused(fay.browser.get("/session"), 401, "signed-out")
    refused(fay.sign_in(site.browser()), 401, "account-closed")
    assert accepted(again.browser.get("/session"))["roles"] == ["facilitator"]


@pytest.mark.parametrize("used", ["unknown", "open", "admitted"])
def test_only_a_joined_invitation_admits(site: Site, used: str) -> None:
    card = site.invite(new_id())
    invite_id = {"unknown": b64(random_bytes(32)), "open": card.invite_id}.get(used)
    if invite_id is None:
        site.staff("Fay")
        rows = accepted(site.ada.browser.get("/staff/invitations"))["invitations"]
        invite_id = next(row["invite_id"] for row in rows if row["state"] == "admitted")
    refused(_post(site, site.next_roster(), [invite_id]), 422, "invitation-wrong")


def _joined(site: Site, card: Card) -> list[str]:
    """Somebody handed in a card's answer, and stands in the next roster: the invitation that it admits."""
    fay = site.person("Fay", card.participant_id)
    site.join(card, fay)
    site.staffed[fay.id] = fay.staff("facilitator")
    return [card.invite_id]


def test_an_invitation_that_expired_since_somebody_joined_admits_nobody(site: Site) -> None:
    admits = _joined(site, site.invite(new_id()))
    with time_machine.travel(now() + timedelta(days=7), tick=False):
        accepted(site.ada.sign_in(site.ada.browser))
        refused(_post(site, site.next_roster(), admits), 422, "invite-expired")


def test_an_invitation_whose_issuer_was_withdrawn_admits_nobody(site: Site) -> None:
    ben = site.staff("Ben", "administrator")
    _name_issuers(site, [site.ada, ben])
    card = site.card(new_id(), signer=ben)
    accepted(ben.browser.post("/invitations", card.body), 201)
    admits = _joined(site, card)
    _name_issuers(site, [site.ada])
    refused(_post(site, site.next_roster(), admits), 422, "unknown-signer")


def test_an_invitation_of_somebody_who_is_not_on_the_roster_admits_nobody(site: Site) -> None:
    ben = site.person("Ben")
    card = site.invite(ben.id)
    site.join(card, ben)
    refused(_post(site, site.next_roster(), [card.invite_id]), 422, "staff-not-joined")


def test_a_leaver_is_out_at_once(site: Site) -> None:
    fay = site.staff("Fay")
    del site.staffed[fay.id]
    site.issue()
    refused(fay.browser.get("/session"), 401, "signed-out")
    refused(fay.sign_in(site.browser()), 401, "account-closed")


def test_a_leaver_may_be_invited_back(site: Site) -> None:
    fay = site.staff("Fay")
    del site.staffed[fay.id]
    site.issue()
    again = site.person("Fay", fay.id)
    card = site.invite(fay.id)
    site.join(card, again)
    site.staffed[fay.id] = again.staff("facilitator")
    site.issue([card.invite_id])
    assert accepted(again.browser.get("/session"))["roles"] == ["facilitator"]


def test_an_agency_keeps_an_administrator(site: Site) -> None:
    site.staffed[site.ada.id] = site.ada.staff("facilitator")
    refused(_post(site, site.next_roster()), 422, "administrator-missing")


def test_changed_roles_hold_at_once(site: Site) -> None:
    fay = site.staff("Fay", "facilitator")
    site.staffed[fay.id] = fay.staff("auditor")
    site.issue()
    assert accepted(fay.browser.get("/session"))["roles"] == ["auditor"]
    refused(fay.browser.get("/staff"), 403, "not-allowed")


def test_sign_in_names_are_shown_to_administrators_only(site: Site) -> None:
    fay = site.staff("Fay")
    names = {entry["sign_in_name"] for entry in accepted(site.ada.browser.get("/staff"))["staff"]}
    assert names == {site.ada.sign_in_name, fay.sign_in_name}
    assert {entry["sign_in_name"] for entry in accepted(fay.browser.get("/staff"))["staff"]} == {None}
