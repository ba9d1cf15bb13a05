"""Invitations to a case: made by its facilitators, used once by whoever holds the card, seen by nobody else."""

import json
from datetime import timedelta

import pytest
import time_machine
from sqlalchemy import select

from mediation.ledger.models import AuditEvent
from mediation.ledger.operations import open_event, scope_key
from mediation.protocol.encoding import b64, new_id
from mediation.protocol.primitives import random_bytes
from tests.agency_site import Person, Site, now, settings_in
from tests.answers import accepted, refused
from tests.case_site import CaseSite


@pytest.fixture
def fay(site: Site) -> Person:
    return site.staff("Fay")


@pytest.fixture
def case(site: Site, fay: Person) -> CaseSite:
    return CaseSite.open(site, fay)


@pytest.mark.parametrize("side", ["person_harmed", "person_responsible"])
def test_a_facilitator_invites_and_somebody_joins_to_wait(case: CaseSite, side: str) -> None:
    pat = case.newcomer(side)
    session = pat.browser.read("/session")
    assert (session["kind"], session["case_id"], session["participant_id"]) == ("participant", case.case_id, pat.id)
    assert not session["admitted"]
    assert pat.browser.read("/membership")["state"] == "waiting"
    assert "-" in session["sign_in_name"]


def test_the_facilitators_see_what_they_check_a_join_with(case: CaseSite) -> None:
    card = case.invite()
    pat = case.site.person("Pat", card.participant_id)
    case.site.join(card, pat)
    [row] = case.facilitator.browser.read(f"/cases/{case.case_id}/invitations")["invitations"]
    assert (row["state"], row["participant_id"], row["staff_id"]) == ("joined", pat.id, None)
    assert row["sealed_secret"] == card.body["sealed_secret"]
    assert row["join"] == case.site.join_body(card, pat)["join"]


def test_an_invitation_to_a_case_keeps_its_secret_for_the_facilitators(case: CaseSite) -> None:
    body = {**case.card().body, "sealed_secret": None}
    refused(case.facilitator.browser.post("/invitations", body), 422, "secret-missing")


def test_another_facilitator_neither_invites_nor_sees_nor_cancels(case: CaseSite) -> None:
    finn = case.site.staff("Finn")
    card = case.invite()
    refused(finn.browser.post("/invitations", case.card().body), 404, "not-found")
    refused(finn.browser.post("/invitations", case.card(signer=finn).body), 404, "not-found")
    refused(finn.browser.get(f"/cases/{case.case_id}/invitations"), 404, "not-found")
    refused(finn.browser.delete(f"/invitations/{card.invite_id}"), 404, "not-found")
    accepted(case.site.browser().get(f"/invitations/{card.invite_id}"))


def test_an_administrator_of_no_case_does_not_invite_to_one(case: CaseSite) -> None:
    ben = case.site.staff("Ben", "administrator")
    answer = ben.browser.post("/invitations", case.card().body)
    assert answer.status_code in (403, 404)


def test_an_invitation_signed_by_somebody_else_is_refused(case: CaseSite) -> None:
    mallory = case.site.person("Mallory")
    refused(case.facilitator.browser.post("/invitations", case.card(signer=mallory).body), 422, "unknown-signer")


def test_a_case_that_does_not_exist_is_not_found(case: CaseSite) -> None:
    case.case_id = new_id()
    refused(case.facilitator.browser.post("/invitations", case.card().body), 404, "not-found")
    refused(case.facilitator.browser.get(f"/cases/{case.case_id}/invitations"), 404, "not-found")


def test_an_invitation_lasts_seven_days_at_most(case: CaseSite) -> None:
    refused(case.facilitator.browser.post("/invitations", case.card(days=8).body), 422, "invite-too-long")


def test_with_an_expired_case_nobody_is_invited(case: CaseSite) -> None:
    with time_machine.travel(now() + timedelta(days=29), tick=False):
        site = case.site
        accepted(site.ada.sign_in(site.ada.browser))
        site.issue()
    with time_machine.travel(now() + timedelta(days=32), tick=False):
        accepted(case.facilitator.sign_in(case.facilitator.browser))
        refused(case.facilitator.browser.post("/invitations", case.card().body), 422, "case-expired")


def test_with_an_expired_roster_nobody_is_invited(case: CaseSite) -> None:
    with time_machine.travel(now() + timedelta(days=31), tick=False):
        accepted(case.facilitator.sign_in(case.facilitator.browser))
        refused(case.facilitator.browser.post("/invitations", case.card().body), 422, "roster-expired")


def test_cancelling_closes_the_account_of_somebody_who_had_joined(case: CaseSite) -> None:
    card = case.invite()
    pat = case.site.person("Pat", card.participant_id)
    case.site.join(card, pat)
    accepted(case.facilitator.browser.delete(f"/invitations/{card.invite_id}"), 204)
    refused(pat.browser.get("/session"), 401, "signed-out")
    refused(pat.sign_in(case.site.browser()), 401, "account-closed")
    pat.record["auth"] = b64(bytes(32))
    refused(pat.sign_in(case.site.browser()), 401, "sign-in-failed")


def test_the_audit_trail_of_a_closed_account_names_its_holder_and_no_account(case: CaseSite) -> None:
    card = case.invite()
    pat = case.site.person("Pat", card.participant_id)
    case.site.join(card, pat)
    accepted(case.facilitator.browser.delete(f"/invitations/{card.invite_id}"), 204)
    with case.site.session() as session:
        key = scope_key(session, case.case_id, now())
        rows = session.scalars(select(AuditEvent).where(AuditEvent.case_id == case.case_id)).all()
        events = [json.loads(open_event(key, row)[1]) for row in rows]
    [closed] = [event for event in events if event["kind"] == "account.closed"]
    assert closed["refs"] == {"holder": pat.id}
    assert pat.record["account_id"] not in json.dumps(events)


def test_somebody_who_waits_sees_nothing_of_the_case(case: CaseSite) -> None:
    pat = case.newcomer()
    view = pat.browser.read("/membership")
    assert (view["statements"], view["documents"], view["consents"], view["document"]) == ([], [], [], None)
    refused(pat.browser.get(f"/cases/{case.case_id}"), 403, "not-allowed")
    refused(pat.browser.get("/staff"), 403, "not-allowed")


def test_guessing_invitations_is_limited_by_address(case: CaseSite) -> None:
    card = case.invite()
    tight = Site(settings_in(case.site.settings.instance, TRIES_PER_ADDRESS="3")).browser()
    for _ in range(3):
        refused(tight.get(f"/invitations/{b64(random_bytes(32))}"), 404, "invitation-unknown")
    refused(tight.get(f"/invitations/{b64(random_bytes(32))}"), 429, "too-many-tries")
    accepted(tight.get(f"/invitations/{card.invite_id}"))
