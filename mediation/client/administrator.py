"""The administrator's desk: who works here, proven by a roster that this person signs as an issuer.

Nobody is admitted to the staff before their six words have been heard, and no roster is issued that the agency's own
chain does not allow.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any, Final

from mediation.client import cards, trust
from mediation.client.cards import Card
from mediation.client.case_room import Case
from mediation.client.errors import ClientError
from mediation.client.people import Hears
from mediation.client.set_up import ROSTER_LASTS
from mediation.client.signing_in import SignedIn
from mediation.protocol import invitation, invitation_secret, joining, roster
from mediation.protocol.anchors import Anchors
from mediation.protocol.authority import Authority
from mediation.protocol.encoding import b64, new_id, unb64
from mediation.protocol.joining import Joiner
from mediation.protocol.roster import Staff

NAME: Final = "invitations"
PAGE: Final = 50
"""How many invitations the server lists at once."""
RENEW_FROM: Final = timedelta(days=10)
"""Before expiry, from when on a renewal is offered."""


@dataclass(frozen=True)
class Newcomer:
    """Somebody who has joined the staff and waits to be admitted."""

    invite_id: str
    display_name: str
    roles: tuple[str, ...]
    joiner: Joiner
    words: Sequence[str]


class Administrator:
    """What an administrator does, signed in as `me`."""

    def __init__(self, me: SignedIn) -> None:
        self.me = me

    def authority(self) -> Authority:
        """The agency and its rosters now, verified. Raises what `trust.load` raises."""
        return trust.load(self.me).authority

    def staff(self) -> list[Staff]:
        """Everybody on the newest roster."""
        return list(self.authority().roster.staff.values())

    def settings(self, settings: Mapping[str, Any]) -> Any:
        """Replace the agency's settings: support numbers, waiting words, labels. Raises ApiError."""
        return self.me.transport.put("/agency/settings", settings)

    def invite(self, display_name: str, roles: Sequence[str]) -> Card:
        """A card for a new member of staff. Raises ApiError, and what `trust.load` raises."""
        now, secret, staff_id = self.me.clock(), invitation_secret.new_secret(), new_id()
        own = cards.secrets_of(secret)
        known = trust.load(self.me)
        invite = invitation.build(
            self.me.keys.sign_seed,
            agency_id=known.authority.agency.agency_id,
            case_id=None,
            participant_id=staff_id,
            key_com=own.key_com,
            expires_at=now + cards.LASTS,
        )
        entry = {"ik": b64(own.ik), "staff_id": staff_id, "display_name": display_name, "roles": sorted(roles)}
        self.me.memory.change(NAME, lambda value: {**(value or {}), own.invite_id: entry})
        self.me.transport.post("/invitations", cards.body(own, known, None, invite, None))
        return cards.card(self.me.transport.base_url, secret, staff_id, now + cards.LASTS)

    def waiting(self) -> list[Newcomer]:
        """Those who have joined by a card of this administrator's, their answers verified.

        Raises what `joining.check_staff` raises: one answer that fails hides the others, until it is cancelled.
        """
        kept, found = self.me.memory.read(NAME).value or {}, self.authority()
        return [
            self._newcomer(row, kept[row["invite_id"]], found)
            for row in self._invitations()
            if row["state"] == "joined" and row["invite_id"] in kept
        ]

    def _invitations(self) -> list[Mapping[str, Any]]:
        """Every invitation to the staff, newest first."""
        found: list[Mapping[str, Any]] = self.me.transport.get("/staff/invitations")["invitations"]
        page = found
        while len(page) == PAGE:
            after = {"after": found[-1]["invite_id"]}
            page = self.me.transport.get("/staff/invitations", after)["invitations"]
            found += page
        return found

    def _newcomer(self, row: Mapping[str, Any], kept: Mapping[str, Any], found: Authority) -> Newcomer:
        joiner = joining.check_staff(
            row["join"], unb64(row["join_mac"]), row["invite"], unb64(kept["ik"]), found, self._used(), found.now
        )
        if joiner.participant_id != kept["staff_id"]:
            raise ClientError("not-mine")
        words = joiner.words(self.me.keys.root_pk)
        return Newcomer(row["invite_id"], kept["display_name"], tuple(kept["roles"]), joiner, words)

    def _used(self) -> frozenset[str]:
        return frozenset(self.me.pins.value["opened"])

    def admit(self, invite_ids: Sequence[str], hears: Hears) -> Authority:
        """Issue a roster with the newcomers of these invitations.

        Raises `words-differ`, `not-mine`, ApiError, and what `waiting` raises.
        """
        newcomers = {each.invite_id: each for each in self.waiting()}
        if not set(invite_ids) <= set(newcomers):
            raise ClientError("not-mine")
        admitted = [newcomers[each] for each in invite_ids]
        for each in admitted:
            if not hears(each.words):
                raise ClientError("words-differ")
        joined = {each.joiner.participant_id: _staff(each) for each in admitted}
        known = {each.staff_id: each for each in self.staff()}
        found = self.issue(list((known | joined).values()), admits=invite_ids)
        used = {each.joiner.invite_hash for each in admitted}
        self.me.pins.keep(lambda value: {**value, "opened": sorted({*value["opened"], *used})})
        return found

    def renew(self) -> Authority:
        """Issue the roster anew for another 30 days. Raises what `issue` raises."""
        return self.issue(self.staff())

    def remove(self, staff_id: str) -> Authority:
        """Issue a roster without somebody who left. Raises what `issue` raises."""
        return self.issue([each for each in self.staff() if each.staff_id != staff_id])

    def give_roles(self, staff_id: str, roles: Sequence[str]) -> Authority:
        """Issue a roster on which somebody has other roles. Raises what `issue` raises."""
        wanted = tuple(sorted(roles))
        return self.issue([replace(each, roles=wanted) if each.staff_id == staff_id else each for each in self.staff()])

    def case(self, case_id: str) -> Case:
        """A case that this administrator cannot open, to sign a statement in place of one facilitator who cannot."""
        return Case(self.me, case_id, opens=False)

    def issue(self, staff: Sequence[Staff], admits: Sequence[str] = ()) -> Authority:
        """A new roster of exactly these people, anchoring every case. Raises ApiError (422 `roster-anchors`, …)."""
        found = self.authority()
        leaves = self.me.transport.get("/anchors")["leaves"]
        envelope = roster.build(
            self.me.keys.sign_seed,
            agency=found.agency.newest,
            staff=staff,
            anchors=Anchors((each["case_id"], each["hash"]) for each in leaves).field,
            issued_at=found.now,
            expires_at=found.now + ROSTER_LASTS,
            previous=found.roster,
        )
        roster.verify_chain([*(each.statement.envelope for each in found.rosters), envelope], found.agency)
        self.me.transport.post("/rosters", {"roster": envelope, "admits": list(admits)})
        return self.authority()


def _staff(newcomer: Newcomer) -> Staff:
    joiner = newcomer.joiner
    return Staff(joiner.participant_id, newcomer.display_name, newcomer.roles, joiner.sign_pk, joiner.box_pk)


def is_due(found: Authority) -> bool:
    """Whether a new roster should be issued: within 10 days of expiry, or already lapsed."""
    return found.lapse() is not None or found.roster.expires_at - found.now <= RENEW_FROM
