"""A case on a server for tests, with its invitations: what a facilitator's browser sends, without any message.

`CaseSite.open(site, fay)` opens a case of Fay's; `.invite(side)` makes a card, `.newcomer()` somebody who waits,
`.member()` somebody who was admitted.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from mediation.protocol import case, epoch, invitation, invitation_secret, members
from mediation.protocol.encoding import b64, new_id
from mediation.protocol.envelope import parse
from mediation.protocol.primitives import kid, random_bytes
from tests.agency_site import Card, Person, Site, created, now


@dataclass
class CaseSite:
    """A case without members, of one facilitator."""

    site: Site
    facilitator: Person
    case_id: str
    nonce: bytes
    statement: dict[str, Any]

    @classmethod
    def open(cls, site: Site, facilitator: Person) -> CaseSite:
        nonce, secret = random_bytes(16), epoch.new_secret()
        roster = site.authority().roster
        documents = members.fill([])
        statement = case.first(
            facilitator.keys.sign_seed,
            nonce,
            roster=roster,
            facilitators=[roster.staff[facilitator.id]],
            approvals_required=1,
            members=members.hashes(documents),
            epoch_pk=epoch.public_key(secret),
            issued_on=now().date(),
            expires_on=now().date() + timedelta(days=30),
        )
        case_id = case.case_id(roster.staff[facilitator.id].sign_kid, nonce)
        seal = epoch.seal(secret, case_id, 1, facilitator.box_pk)
        body = {
            "nonce": b64(nonce),
            "case": statement,
            "seals": [{"box_kid": kid(facilitator.box_pk), "seal": b64(seal)}],
            "documents": documents,
        }
        created(facilitator.browser.post("/cases", body))
        return cls(site, facilitator, case_id, nonce, statement)

    def card(self, side: str = "person_harmed", signer: Person | None = None, days: int = 6) -> Card:
        """An invitation to the case, not yet handed in."""
        secret = invitation_secret.secrets(invitation_secret.new_secret())
        participant_id = new_id()
        invite = invitation.build(
            (signer or self.facilitator).keys.sign_seed,
            agency_id=self.site.agency_id,
            case_id=self.case_id,
            participant_id=participant_id,
            key_com=secret.key_com,
            expires_at=now() + timedelta(days=days),
            side=side,
            role="party",
        )
        blob, mac = invitation.close(
            self.site.agency, self.site.rosters, [self.statement], self.nonce, invite, secret.k
        )
        body = {"invite_id": secret.invite_id, "blob": b64(blob), "mac": b64(mac), "sealed_secret": b64(bytes(80))}
        return Card(invite, secret, participant_id, body)

    def invite(self, side: str = "person_harmed") -> Card:
        card = self.card(side)
        created(self.facilitator.browser.post("/invitations", card.body))
        return card

    def newcomer(self, side: str = "person_harmed") -> Person:
        """Somebody who has joined and waits to be admitted."""
        card = self.invite(side)
        person = self.site.person("Pat", card.participant_id)
        self.site.join(card, person)
        return person

    def member(self, side: str = "person_harmed") -> Person:
        """Somebody who has been admitted; the only member so far, and nobody can be invited after them."""
        card = self.invite(side)
        person = self.site.person("Pat", card.participant_id)
        self.site.join(card, person)
        document = members.build(
            participant_id=person.id,
            side=side,
            role="party",
            assisted=False,
            sign_pk=person.sign_pk,
            box_pk=person.box_pk,
            invite_hash=parse(card.invite, "invite").hash,
        )
        created(self.facilitator.browser.post(f"/cases/{self.case_id}/statements", self._admission(document, card)))
        return person

    def _admission(self, document: dict[str, Any], card: Card) -> dict[str, Any]:
        roster, today = self.site.authority().roster, now().date()
        before, documents = parse(self.statement, "case"), members.fill([document])
        payload = case.renew(before, roster, issued_on=today, expires_on=today + timedelta(days=30))
        return {
            "case": case.sign(case.admit(payload, members.hashes(documents)), self.facilitator.keys.sign_seed),
            "seals": [],
            "previous_secret": None,
            "documents": documents,
            "kept": {"facilitators": None, "members": {}},
            "admits": card.invite_id,
        }
