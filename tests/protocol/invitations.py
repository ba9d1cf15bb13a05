"""Invitations on paper and at the server, for the tests of joining."""

import dataclasses
from datetime import timedelta
from typing import Any

from mediation.protocol import invitation, invitation_secret, joining
from mediation.protocol.encoding import canonical, pae, parse_canonical
from mediation.protocol.invitation import Invitation
from mediation.protocol.invitation_secret import InviteSecrets
from mediation.protocol.joining import Joiner
from mediation.protocol.primitives import mac
from tests.protocol.world import DAY, NOW, Agency, Envelope, Person, person
from tests.protocol.world_case import Case

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
