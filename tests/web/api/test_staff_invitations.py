"""Invitations to the staff: made by an issuer, used once in time, admitted by a roster or cancelled."""

from datetime import timedelta
from typing import Any

import pytest
import time_machine

from mediation.protocol.encoding import b64, new_id
from mediation.protocol.primitives import random_bytes
from tests.agency_site import Card, Site, account_record, now
from tests.answers import accepted, refused


@pytest.fixture
def card(site: Site) -> Card:
    return site.invite(new_id())


def test_whoever_holds_the_card_gets_what_the_inviter_made(site: Site, card: Card) -> None:
    answer = accepted(site.browser().get(f"/invitations/{card.invite_id}"))
    assert answer == {"blob": card.body["blob"], "mac": card.body["mac"]}


def test_the_same_invitation_again_changes_nothing(site: Site, card: Card) -> None:
    assert accepted(site.ada.browser.post("/invitations", card.body), 201) == {"invite_id": card.invite_id}
    assert len(accepted(site.ada.browser.get("/staff/invitations"))["invitations"]) == 1


def test_another_invitation_cannot_take_the_same_id(site: Site, card: Card) -> None:
    other = site.card(new_id())
    body = {**other.body, "invite_id": card.invite_id}
    refused(site.ada.browser.post("/invitations", body), 409, "invitation-exists")


def test_the_same_invite_is_not_kept_under_another_id(site: Site, card: Card) -> None:
    body = {**card.body, "invite_id": b64(random_bytes(32))}
    refused(site.ada.browser.post("/invitations", body), 409, "invitation-exists")


def test_only_an_administrator_invites_staff(site: Site) -> None:
    fay = site.staff("Fay")
    refused(fay.browser.post("/invitations", site.card(new_id()).body), 403, "not-allowed")
    refused(site.browser().post("/invitations", site.card(new_id()).body), 401, "signed-out")


def test_an_invitation_is_signed_by_an_issuer(site: Site) -> None:
    mallory = site.person("Mallory")
    refused(site.ada.browser.post("/invitations", site.card(new_id(), signer=mallory).body), 422, "unknown-signer")


@pytest.mark.parametrize(
    ("expires_in", "code"), [(timedelta(days=8), "invite-too-long"), (timedelta(hours=-1), "invite-expired")]
)
def test_an_invitation_lasts_seven_days_at_most(site: Site, expires_in: timedelta, code: str) -> None:
    card = site.card(new_id(), expires_in=expires_in)
    refused(site.ada.browser.post("/invitations", card.body), 422, code)


@pytest.mark.parametrize("blob", [b"[]", b"{}", b"[1,2,3,4,5]", b"[[],[],[],null,{}] ", b"\xff"])
def test_a_blob_of_another_form_is_refused(site: Site, blob: bytes) -> None:
    answer = site.ada.browser.post("/invitations", {**site.card(new_id()).body, "blob": b64(blob)})
    assert answer.status_code == 422


def test_an_unknown_invitation_is_said_to_be_unknown(site: Site) -> None:
    refused(site.browser().get(f"/invitations/{b64(random_bytes(32))}"), 404, "invitation-unknown")
    refused(site.browser().get("/invitations/short"), 404, "not-found")


def test_joining_signs_in_somebody_who_can_only_wait(site: Site, card: Card) -> None:
    ben = site.person("Ben", card.participant_id)
    site.join(card, ben)
    session = accepted(ben.browser.get("/session"))
    assert (session["kind"], session["staff_id"], session["roles"], session["admitted"]) == ("staff", ben.id, [], False)
    for path in ("/staff", "/anchors", "/cases", "/queue", "/staff/invitations"):
        refused(ben.browser.get(path), 403, "not-allowed")
    accepted(ben.browser.get("/trust"))
    accepted(ben.sign_in(site.browser()))


def test_an_invitation_is_used_once(site: Site, card: Card) -> None:
    site.join(card, site.person("Ben"))
    late = site.person("Late")
    answer = late.browser.post(f"/invitations/{card.invite_id}/join", site.join_body(card, late))
    refused(answer, 410, "invitation-used")
    refused(late.browser.get(f"/invitations/{card.invite_id}"), 410, "invitation-used")
    refused(late.browser.get("/session"), 401, "signed-out")


def test_the_same_join_again_is_answered_again(site: Site, card: Card) -> None:
    ben = site.person("Ben", card.participant_id)
    site.join(card, ben)
    again = site.browser()
    answer = accepted(again.post(f"/invitations/{card.invite_id}/join", site.join_body(card, ben)))
    assert answer == {"sign_in_name": ben.sign_in_name, "account_id": ben.record["account_id"]}
    assert accepted(again.get("/session"))["staff_id"] == ben.id
    assert len(accepted(site.ada.browser.get("/staff/invitations"))["invitations"]) == 1


@pytest.mark.parametrize("changed", ["mac", "join", "auth", "bundle", "salt"])
def test_a_join_that_differs_in_anything_is_not_the_same(site: Site, card: Card, changed: str) -> None:
    ben = site.person("Ben", card.participant_id)
    site.join(card, ben)
    body = site.join_body(card, ben)
    other = site.join_body(card, site.person("Other", card.participant_id))
    if changed in ("mac", "join"):
        body[changed] = other[changed]
    else:
        sizes = {"auth": 32, "bundle": 168, "salt": 16}
        body["account"] = {**body["account"], changed: b64(random_bytes(sizes[changed]))}
    again = site.browser()
    refused(again.post(f"/invitations/{card.invite_id}/join", body), 410, "invitation-used")
    refused(again.get("/session"), 401, "signed-out")


def test_once_somebody_admitted_or_cancelled_the_same_join_is_over(site: Site, card: Card) -> None:
    ben, fay = site.person("Ben", card.participant_id), site.invite(new_id())
    site.join(card, ben)
    joined = site.person("Fay", fay.participant_id)
    site.join(fay, joined)
    site.staffed[joined.id] = joined.staff("facilitator")
    site.issue([fay.invite_id])
    accepted(site.ada.browser.delete(f"/invitations/{card.invite_id}"), 204)
    late = site.browser()
    refused(late.post(f"/invitations/{card.invite_id}/join", site.join_body(card, ben)), 410, "invitation-cancelled")
    refused(late.post(f"/invitations/{fay.invite_id}/join", site.join_body(fay, joined)), 410, "invitation-used")


def test_an_expired_invitation_is_refused(site: Site, card: Card) -> None:
    with time_machine.travel(now() + timedelta(days=6), tick=False):
        refused(site.browser().get(f"/invitations/{card.invite_id}"), 410, "invitation-expired")
        ben = site.person("Ben")
        answer = ben.browser.post(f"/invitations/{card.invite_id}/join", site.join_body(card, ben))
        refused(answer, 410, "invitation-expired")


def test_a_cancelled_invitation_is_refused(site: Site, card: Card) -> None:
    for _ in range(2):
        accepted(site.ada.browser.delete(f"/invitations/{card.invite_id}"), 204)
    refused(site.browser().get(f"/invitations/{card.invite_id}"), 410, "invitation-cancelled")
    ben = site.person("Ben")
    answer = ben.browser.post(f"/invitations/{card.invite_id}/join", site.join_body(card, ben))
    refused(answer, 410, "invitation-cancelled")


def test_cancelling_after_somebody_joined_closes_their_account(site: Site, card: Card) -> None:
    ben = site.person("Ben")
    site.join(card, ben)
    accepted(site.ada.browser.delete(f"/invitations/{card.invite_id}"), 204)
    refused(ben.browser.get("/session"), 401, "signed-out")
    refused(ben.sign_in(site.browser()), 401, "account-closed")


def test_only_an_administrator_cancels_and_lists(site: Site, card: Card) -> None:
    fay = site.staff("Fay")
    refused(fay.browser.delete(f"/invitations/{card.invite_id}"), 403, "not-allowed")
    refused(fay.browser.get("/staff/invitations"), 403, "not-allowed")
    refused(site.browser().delete(f"/invitations/{card.invite_id}"), 401, "signed-out")
    accepted(site.browser().get(f"/invitations/{card.invite_id}"))


def test_an_invitation_that_does_not_exist_cannot_be_cancelled(site: Site) -> None:
    refused(site.ada.browser.delete(f"/invitations/{b64(random_bytes(32))}"), 404, "invitation-unknown")


def test_an_admitted_invitation_cannot_be_cancelled(site: Site) -> None:
    site.staff("Fay")
    row = accepted(site.ada.browser.get("/staff/invitations"))["invitations"][0]
    refused(site.ada.browser.delete(f"/invitations/{row['invite_id']}"), 409, "invitation-admitted")


def _of_another(site: Site, card: Card, body: dict[str, Any]) -> None:
    body.update(site.join_body(site.card(new_id()), site.person("X")) | {"account": body["account"]})


def _mixed_account(site: Site, card: Card, body: dict[str, Any]) -> None:
    body["account"] = account_record(site.person("X").keys)


def _forged(site: Site, card: Card, body: dict[str, Any]) -> None:
    body["join"]["signatures"][0]["sig"] = b64(random_bytes(64))


def _by_another_key(site: Site, card: Card, body: dict[str, Any]) -> None:
    body["join"]["signatures"] = site.join_body(card, site.person("X"))["join"]["signatures"]


@pytest.mark.parametrize(
    ("spoil", "code"),
    [
        (_of_another, "join-invite-wrong"),
        (_mixed_account, "account-mixed"),
        (_forged, "bad-signature"),
        (_by_another_key, "unknown-signer"),
    ],
)
def test_a_join_that_does_not_fit_uses_nothing_up(site: Site, card: Card, spoil: Any, code: str) -> None:
    ben = site.person("Ben")
    body = site.join_body(card, ben)
    spoil(site, card, body)
    refused(ben.browser.post(f"/invitations/{card.invite_id}/join", body), 422, code)
    accepted(site.browser().get(f"/invitations/{card.invite_id}"))
    refused(ben.browser.get("/session"), 401, "signed-out")


def test_an_account_id_is_taken_once(site: Site, card: Card) -> None:
    ben = site.person("Ben")
    site.join(card, ben)
    other = site.invite(new_id())
    answer = ben.browser.post(f"/invitations/{other.invite_id}/join", site.join_body(other, ben))
    refused(answer, 409, "account-exists")


def test_the_list_holds_what_the_issuer_checks(site: Site, card: Card) -> None:
    ben = site.person("Ben")
    site.join(card, ben)
    row = accepted(site.ada.browser.get("/staff/invitations"))["invitations"][0]
    sent = site.join_body(card, ben)
    assert (row["join"], row["join_mac"], row["invite"]) == (sent["join"], sent["mac"], card.invite)
    assert (row["state"], row["staff_id"], row["participant_id"]) == ("joined", card.participant_id, None)
