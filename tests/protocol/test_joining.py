"""Joining: whoever admits a newcomer sees through every swap."""

import dataclasses
from typing import Any

import pytest

from mediation.protocol import joining, members
from mediation.protocol.encoding import canonical, new_id, pae
from mediation.protocol.primitives import mac, random_bytes
from tests.protocol.copies import copied
from tests.protocol.forging import resigned
from tests.protocol.invitations import World
from tests.protocol.refusals import refused
from tests.protocol.world import DAY, NOW, person
from tests.protocol.world_case import document


@pytest.fixture
def world() -> World:
    return copied(World)


# The answer ---------------------------------------------------------------------------------------------------------


def test_the_facilitator_takes_the_answer_and_both_see_the_same_words(world: World) -> None:
    joiner = world.check(world.hana, *world.hana.answer())
    assert (joiner.participant_id, joiner.side, joiner.role) == (world.hana.who.id, "person_harmed", "party")
    assert (joiner.sign_pk, joiner.box_pk) == (world.hana.who.sign_pk, world.hana.who.box_pk)
    assert joiner.words(world.agency.root_pk) == joiner.words(world.hana.opened().root_pk)
    assert len(joiner.words(world.agency.root_pk)) == 6


def test_the_words_differ_for_any_other_key(world: World) -> None:
    joiner = world.check(world.hana, *world.hana.answer())
    right, mallory = joiner.words(world.agency.root_pk), person("Mallory")
    assert dataclasses.replace(joiner, sign_pk=mallory.sign_pk).words(world.agency.root_pk) != right
    assert dataclasses.replace(joiner, box_pk=mallory.box_pk).words(world.agency.root_pk) != right
    assert joiner.words(mallory.sign_pk) != right


def test_a_server_s_own_join_is_refused(world: World) -> None:
    """It does not know k, with or without the MAC of the true one."""
    invite_hash = world.hana.opened().invite.hash
    mallory = person("Mallory")
    join, mac_ = joining.build(
        mallory.sign_seed, mallory.box_pk, account_id=new_id(), invite_hash=invite_hash, k=random_bytes(32)
    )
    for each in (mac_, world.hana.answer()[1], bytes(32)):
        with refused("join-mac-wrong"):
            world.check(world.hana, join, each)


def test_an_answer_to_another_invitation_is_refused(world: World) -> None:
    with refused("join-mac-wrong"):
        world.check(world.hana, *world.rob.answer())
    with refused("join-invite-wrong"):
        world.check(world.hana, *world.rob.answer(k=world.hana.own.k))


def test_the_facilitator_notices_when_the_two_invites_are_swapped(world: World) -> None:
    """Hana answers hers; the server presents it under Rob's invite."""
    with refused("invite-key-wrong"):
        world.check(world.hana, *world.hana.answer(), invite=world.rob.invite)


def test_an_invitation_is_used_once(world: World) -> None:
    joiner = world.check(world.hana, *world.hana.answer())
    with refused("invite-used"):
        world.check(world.hana, *world.hana.answer(), used=[joiner.invite_hash])


def test_an_expired_invite_admits_nobody(world: World) -> None:
    with refused("invite-expired"):
        world.check(world.hana, *world.hana.answer(), now=NOW + 8 * DAY)


def test_a_leaver_s_invite_admits_nobody(world: World) -> None:
    answer = world.hana.answer()
    world.case.step([], facilitators=[world.agency.finn], signers=[world.agency.fay])
    with refused("unknown-signer"):
        world.check(world.hana, *answer)


def test_a_join_signed_by_another_key_is_refused(world: World) -> None:
    join, _ = world.hana.answer()
    other = resigned(join, "join", world.rob.who)
    mac_ = mac(world.hana.own.k, pae("mediation/v1/join", canonical(other)))
    with refused("unknown-signer"):
        world.check(world.hana, other, mac_)


def test_an_altered_join_is_refused(world: World) -> None:
    join, mac_ = world.hana.answer()
    with refused("join-mac-wrong"):
        world.check(world.hana, {**join, "signatures": world.rob.answer()[0]["signatures"]}, mac_)


def test_the_newcomer_knows_their_own_entry(world: World) -> None:
    joiner = world.check(world.hana, *world.hana.answer())
    who, member = world.hana.who, members.parse(document(joiner))
    assert member is not None
    joining.check_admitted(member, who.id, who.sign_pk, who.box_pk)
    other = person("Mallory")
    for mine in (
        (other.id, who.sign_pk, who.box_pk),
        (who.id, other.sign_pk, who.box_pk),
        (who.id, who.sign_pk, other.box_pk),
    ):
        with refused("not-me"):
            joining.check_admitted(member, *mine)


# Staff --------------------------------------------------------------------------------------------------------------


def test_staff_join_the_same_way(world: World) -> None:
    opened = world.zoe.opened()
    assert opened.chain is None
    assert opened.root_pk == world.agency.root_pk
    joiner = world.check_staff(world.zoe, *world.zoe.answer())
    assert (joiner.participant_id, joiner.side, joiner.role) == (world.zoe.who.id, None, None)


def test_only_an_issuer_in_date_invites_to_the_staff(world: World) -> None:
    with refused("unknown-signer"):
        world.invited_to_staff(person("Sam"), world.agency.fay).opened()
    early = {"now": NOW - 3 * DAY}
    invited = world.invited_to_staff(person("Sam"), expires_at=NOW + 3 * DAY)
    assert invited.opened()
    with refused("issuer-not-in-date"):
        invited.opened(**early)


def test_an_invite_to_a_case_is_none_to_the_staff(world: World) -> None:
    changes: dict[str, Any] = {"case_id": world.case.case_id, "side": "person_harmed", "role": "party"}
    with refused("invite-case-wrong"):
        world.invited_to_staff(person("Sam"), **changes).opened()


@pytest.mark.parametrize("changes", [{"side": "person_harmed"}, {"role": "party"}, {"assisted": True}])
def test_an_invite_to_the_staff_has_no_side_or_role(world: World, changes: dict[str, Any]) -> None:
    with refused("bad-field"):
        world.invited_to_staff(person("Sam"), **changes)


def test_staff_refusals_are_the_same(world: World) -> None:
    answer, other = world.zoe.answer(), world.invited_to_staff(person("Sam"))
    with refused("invite-used"):
        world.check_staff(world.zoe, *answer, used=[world.zoe.opened().invite.hash])
    with refused("invite-expired"):
        world.check_staff(world.zoe, *answer, now=NOW + 8 * DAY)
    with refused("invite-key-wrong"):
        world.check_staff(world.zoe, *answer, invite=other.invite)
    with refused("join-mac-wrong"):
        world.check_staff(world.zoe, *other.answer())
    with refused("agency-mixed"):
        invited = world.invited_to_staff(person("Sam"), agency_id=new_id())
        world.check_staff(invited, *answer, ik=invited.own.ik)
    with refused("unknown-signer"):
        world.check(world.zoe, *answer)
