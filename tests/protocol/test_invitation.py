"""Invitations: the person invited sees through every swap."""

from datetime import timedelta
from typing import Any

import pytest

from mediation.protocol import invitation, invitation_secret
from mediation.protocol.encoding import SKEW, new_id, pae
from mediation.protocol.primitives import mac
from tests.protocol.copies import copied
from tests.protocol.forging import forged, resigned
from tests.protocol.invitations import World
from tests.protocol.refusals import refused
from tests.protocol.world import DAY, NOW, person
from tests.protocol.world_case import Case

SECOND = timedelta(seconds=1)


@pytest.fixture
def world() -> World:
    return copied(World)


# The person invited -------------------------------------------------------------------------------------------------


def test_the_person_invited_learns_the_root_key_and_the_case(world: World) -> None:
    opened = world.hana.opened()
    assert opened.root_pk == world.agency.root_pk
    assert opened.chain is not None
    assert opened.chain.case_id == world.case.case_id
    assert opened.invite.payload["participant_id"] == world.hana.who.id


def test_another_code_opens_nothing(world: World) -> None:
    with refused("invite-mac-wrong"):
        world.hana.opened(secret=world.rob.secret)


def test_nothing_in_it_can_be_altered(world: World) -> None:
    for place in range(0, len(world.hana.blob), 997):
        altered = bytearray(world.hana.blob)
        altered[place] ^= 1
        with refused("invite-mac-wrong"):
            world.hana.opened(blob=bytes(altered))
    with refused("invite-mac-wrong"):
        world.hana.opened(mac_=bytes(32))


def test_two_invitations_cannot_be_swapped(world: World) -> None:
    """The server gives the person harmed the invitation of the person responsible, or puts its invite in theirs."""
    with refused("invite-mac-wrong"):
        world.hana.opened(blob=world.rob.blob, mac_=world.rob.mac)
    blob, mac_ = world.hana.part(4, world.rob.invite)
    with refused("invite-key-wrong"):
        world.hana.opened(blob=blob, mac_=mac_)


def test_a_server_with_its_own_secret_is_found_out(world: World) -> None:
    """It swaps k: the blob is whole, but the code on paper is another."""
    own_secret = invitation_secret.new_secret()
    own = invitation_secret.secrets(own_secret)
    forgery = mac(own.k, pae("mediation/v1/invite", world.hana.blob))
    with refused("invite-mac-wrong"):
        world.hana.opened(mac_=forgery)
    with refused("invite-key-wrong"):
        world.hana.opened(mac_=forgery, secret=own_secret)


@pytest.mark.parametrize(
    ("place", "value", "code"),
    [
        (0, [], "bad-field"),
        (0, None, "bad-field"),
        (1, [], "chain-empty"),
        (1, {}, "bad-field"),
        (2, [], "bad-field"),
        (2, "x", "bad-field"),
        (3, None, "bad-field"),
        (3, "AAAA", "bad-length"),
        (3, 7, "bad-base64"),
        (4, {}, "bad-envelope"),
    ],
)
def test_its_parts_have_exactly_their_form(world: World, place: int, value: Any, code: str) -> None:
    blob, mac_ = world.hana.part(place, value)
    with refused(code):
        world.hana.opened(blob=blob, mac_=mac_)


@pytest.mark.parametrize(
    "blob",
    [b"", b"5", b"{}", b'{"a":1,"b":2,"c":3,"d":4,"e":5}', b"[]", b"[[],[],[],null]", b"[ ]", b"[[],[],[],null,{},{}]"],
)
def test_something_else_is_no_invitation(world: World, blob: bytes) -> None:
    with pytest.raises(Exception, match=r"bad-field|not-canonical"):
        world.hana.opened(blob=blob, mac_=mac(world.hana.own.k, pae("mediation/v1/invite", blob)))


def test_an_invite_by_somebody_who_is_not_a_facilitator_of_the_case_is_refused(world: World) -> None:
    for who in (world.agency.flo, world.agency.ada, world.agency.sue, person("Mallory")):
        blob, mac_ = world.hana.part(4, resigned(world.hana.invite, "invite", who))
        with refused("unknown-signer"):
            world.hana.opened(blob=blob, mac_=mac_)


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"case_id": new_id()}, "invite-case-wrong"),
        ({"agency_id": new_id()}, "agency-mixed"),
        ({"case_id": None, "side": None, "role": None}, "invite-case-wrong"),
        ({"expires_at": "2026-03-02T08:49:59Z"}, "invite-expired"),
        ({"expires_at": "2026-03-09T09:10:01Z"}, "invite-too-long"),
        ({"key_com": "A" * 43}, "invite-key-wrong"),
        ({"side": None}, "bad-field"),
        ({"role": None}, "bad-field"),
    ],
)
def test_an_invite_has_exactly_its_form(world: World, changes: dict[str, Any], code: str) -> None:
    with refused(code):
        blob, mac_ = world.hana.part(4, forged(world.hana.invite, "invite", world.agency.fay, **changes))
        world.hana.opened(blob=blob, mac_=mac_)


def test_an_invite_lasts_seven_days_with_ten_minutes_of_skew(world: World) -> None:
    assert world.hana.opened(now=NOW + 7 * DAY + SKEW)
    assert world.hana.opened(now=NOW - SKEW)
    with refused("invite-expired"):
        world.hana.opened(now=NOW + 7 * DAY + SKEW + SECOND)
    with refused("invite-too-long"):
        world.hana.opened(now=NOW - SKEW - SECOND)


def test_an_expired_roster_or_case_does_not_spoil_an_invitation(world: World) -> None:
    """They are fetched anew and chained to these."""
    case = Case.open(world.agency, [world.agency.fay], days=1)
    case.now = NOW + 28 * DAY
    invite, own, secret = case.invite(person("Sam"))
    blob, mac_ = invitation.close(
        world.agency.statements, world.agency.rosters, case.envelopes, case.nonce, invite, own.k
    )
    opened = invitation.open_(blob, mac_, secret, NOW + 31 * DAY)
    assert opened.authority.lapse() == "roster-expired"
    assert opened.chain is not None


def test_a_forged_chain_inside_is_refused_like_any_other(world: World) -> None:
    rosters = [resigned(world.agency.rosters[0], "roster", world.agency.fay)]
    blob, mac_ = world.hana.part(1, rosters)
    with refused("unknown-signer"):
        world.hana.opened(blob=blob, mac_=mac_)


# The secret kept for the other facilitators -------------------------------------------------------------------------


def test_every_facilitator_of_the_case_recovers_the_secret(world: World) -> None:
    case, own = world.case, world.hana.own
    blob = invitation.keep(own.ik, case.head().epoch_pk, case.case_id, own.invite_id)
    assert invitation.recover(blob, case.secrets(), case.case_id, own.invite_id) == own.ik
    case.step([], facilitators=[world.agency.flo], signers=[world.agency.fay])
    assert invitation.recover(blob, case.secrets(), case.case_id, own.invite_id) == own.ik


def test_a_secret_kept_for_another_invitation_or_case_is_refused(world: World) -> None:
    case, own = world.case, world.hana.own
    blob = invitation.keep(own.ik, case.head().epoch_pk, case.case_id, own.invite_id)
    with refused("invite-secret-misplaced"):
        invitation.recover(blob, case.secrets(), case.case_id, world.rob.own.invite_id)
    with refused("invite-secret-misplaced"):
        invitation.recover(blob, case.secrets(), new_id(), own.invite_id)
    with refused("cannot-open"):
        invitation.recover(blob, {}, case.case_id, own.invite_id)
