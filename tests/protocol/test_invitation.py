"""Joining: the person invited sees through every swap, and so does whoever admits them."""

import copy
import dataclasses
import functools
from datetime import timedelta
from typing import Any

import pytest

from mediation.protocol import invitation, invitation_secret, joining, members
from mediation.protocol.encoding import SKEW, canonical, new_id, pae, parse_canonical
from mediation.protocol.invitation import Invitation
from mediation.protocol.invitation_secret import InviteSecrets
from mediation.protocol.joining import Joiner
from mediation.protocol.primitives import mac, random_bytes
from tests.protocol.forging import forged, resigned
from tests.protocol.refusals import refused
from tests.protocol.world import DAY, NOW, Agency, Envelope, Person, person
from tests.protocol.world_case import Case, document

SECOND = timedelta(seconds=1)


@dataclasses.dataclass
class Invited:
    """Somebody's invitation, on paper and at the server, and their answer."""

    who: Person
    invite: Envelope
    own: InviteSecrets
    secret: bytes
    blob: bytes
    mac: bytes

    def opened(self, **changes: Any) -> Invitation:
        fields = {"blob": self.blob, "mac_": self.mac, "secret": self.secret, "now": NOW, **changes}
        return invitation.open_(**fields)

    def answer(self, k: bytes | None = None) -> tuple[Envelope, bytes]:
        invite_hash = self.opened().invite.hash
        return joining.build(
            self.who.sign_seed,
            self.who.box_pk,
            account_id=self.who.account_id,
            invite_hash=invite_hash,
            k=k or self.own.k,
        )

    def part(self, place: int, value: Any) -> tuple[bytes, bytes]:
        """The blob with one of its five parts replaced, and its right MAC: what whoever knew k could make."""
        parts = parse_canonical(self.blob)
        blob = canonical([*parts[:place], value, *parts[place + 1 :]])
        return blob, mac(self.own.k, pae("mediation/v1/invite", blob))


class World:
    """A case of Fay; Hana is invited as the person harmed, Rob as the person responsible, Zoe to the staff."""

    def __init__(self) -> None:
        self.agency = Agency.found()
        self.case = Case.open(self.agency, [self.agency.fay, self.agency.finn])
        self.hana = self.invited(person("Hana"), "person_harmed")
        self.rob = self.invited(person("Rob"), "person_responsible")
        self.zoe = self.invited_to_staff(person("Zoe"))

    def invited(self, who: Person, side: str) -> Invited:
        invite, own, secret = self.case.invite(who, side)
        return self.closed(who, invite, own, secret)

    def closed(self, who: Person, invite: Envelope, own: InviteSecrets, secret: bytes) -> Invited:
        blob, mac_ = invitation.close(
            self.agency.statements, self.agency.rosters, self.case.envelopes, self.case.nonce, invite, own.k
        )
        return Invited(who, invite, own, secret, blob, mac_)

    def invited_to_staff(self, who: Person, issuer: Person | None = None, **changes: Any) -> Invited:
        secret = invitation_secret.new_secret()
        own = invitation_secret.secrets(secret)
        fields: dict[str, Any] = {
            "agency_id": self.agency.agency_id,
            "case_id": None,
            "participant_id": who.id,
            "key_com": own.key_com,
            "expires_at": NOW + 7 * DAY,
        }
        invite = invitation.build((issuer or self.agency.ada).sign_seed, **{**fields, **changes})
        blob, mac_ = invitation.close(self.agency.statements, self.agency.rosters, [], None, invite, own.k)
        return Invited(who, invite, own, secret, blob, mac_)

    def check(self, invited: Invited, join: Any, mac_: bytes, **changes: Any) -> Joiner:
        fields: dict[str, Any] = {"invite": invited.invite, "ik": invited.own.ik, "used": (), "now": NOW, **changes}
        return joining.check(
            join, mac_, fields["invite"], fields["ik"], self.case.head(), fields["used"], fields["now"]
        )

    def check_staff(self, invited: Invited, join: Any, mac_: bytes, **changes: Any) -> Joiner:
        fields: dict[str, Any] = {"invite": invited.invite, "ik": invited.own.ik, "used": (), "now": NOW, **changes}
        authority = self.agency.authority()
        return joining.check_staff(join, mac_, fields["invite"], fields["ik"], authority, fields["used"], fields["now"])


@functools.cache
def built() -> World:
    return World()


@pytest.fixture
def world() -> World:
    return copy.deepcopy(built())


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


@pytest.mark.parametrize("blob", [b"", b"{}", b"[]", b"[[],[],[],null]", b"[ ]", b"[[],[],[],null,{},{}]"])
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
