"""A case of the protocol's tests whose every step, consent, message and decision is handed in to the server as well."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, TypeVar

from mediation.access import ANYONE, Actor
from mediation.accounts import invitations
from mediation.accounts.records import BUNDLE_SIZE, AccountRecord
from mediation.cases import consents, opening
from mediation.cases.models import Case as CaseRow
from mediation.cases.parts import Parts
from mediation.messages import deciding, handover, submission
from mediation.messages.deciding import Proposed, SealedNote
from mediation.messages.submission import Submission
from mediation.protocol import case, case_rules, consent, epoch, invitation, joining, members, note
from mediation.protocol.consent import Consent
from mediation.protocol.decision_signing import Choice
from mediation.protocol.encoding import b64
from mediation.protocol.envelope import parse
from mediation.protocol.joining import Joiner
from mediation.protocol.message import Sealed
from mediation.protocol.primitives import kid, random_bytes
from tests.cases.office import Office
from tests.protocol.world import NOW, Envelope, Person, person
from tests.protocol.world_case import SCRIBED, TEXT_HASH, Case, document

Answer = TypeVar("Answer")


@dataclass
class Served(Case):
    """A case whose every step the server takes as well."""

    office: Office = field(init=False, repr=False, compare=False)
    admitting: str | None = None
    reference: str = ""

    @classmethod
    def start(cls, office: Office, facilitators: Sequence[Person], approvals: int = 1, now: datetime = NOW) -> Served:
        """A new case, opened on the server."""
        world = cls.open(office.agency, facilitators, approvals, now)
        world.office = office
        parts = Parts(seals=world.seals())
        row, new = office.do(
            opening.open_case, world.actor(facilitators[0]), world.envelopes[0], world.nonce, parts, now
        )
        assert new
        world.reference = row.reference
        office.cases.append(world)
        return world

    def at(self, office: Office) -> Served:
        """At another server."""
        self.office = office
        return self

    def actor(self, who: Person) -> Actor:
        """Somebody of this case as an actor."""
        return self.office.actor(
            who, None if who.id in self.office.agency.staff or who.id in _ids(self) else self.case_id
        )

    def do(self, operation: Callable[..., Answer], who: Person, *args: Any, **named: Any) -> Answer:
        """One act by somebody of this case, at its time (given last, or as `now` with other named arguments)."""
        if named:
            return self.office.do(operation, self.actor(who), *args, **named, now=self.now)
        return self.office.do(operation, self.actor(who), *args, self.now)

    def see(self, query: Callable[..., Answer], who: Person, *args: Any) -> Answer:
        """One look by somebody of this case, at its time."""
        return self.office.see(query, self.actor(who), *args, self.now)

    @property
    def row(self) -> CaseRow:
        """The case's row."""
        return self.office.rows(CaseRow, case_id=self.case_id)[0]

    def seals(self) -> dict[str, bytes]:
        """The newest epoch's secret for everybody who gets it."""
        payload = self.chain().payload
        staff = [self.agency.staff[entry["staff_id"]].box_pk for entry in payload["facilitators"]]
        return self._sealed(payload["epoch"], staff)

    def _sealed(self, number: int, keys: Sequence[bytes]) -> dict[str, bytes]:
        everybody = [*keys, self.agency.recovery.box_pk]
        return {kid(key): epoch.seal(self.secret, self.case_id, number, key) for key in everybody}

    # Steps ---------------------------------------------------------------------------------------------------------

    def carry_out(
        self, payload: dict[str, Any], documents: Sequence[Mapping[str, Any]], signers: Sequence[Person]
    ) -> None:
        """As in the world, and handed in: by the first signer, then by each other one."""
        self.hand_in(payload, self.parts(payload, documents), signers)

    def parts(self, payload: Mapping[str, Any], documents: Sequence[Mapping[str, Any]]) -> Parts:
        """What travels beside a step."""
        begins = case_rules.changes_staff(self.chain().payload, payload)
        staff = [self.agency.staff[entry["staff_id"]].box_pk for entry in payload["facilitators"]]
        return Parts(
            seals=self._sealed(payload["epoch"], staff) if begins else {},
            previous_secret=self.links[payload["epoch"]] if begins else None,
            documents=[dict(each) for each in documents],
            kept=self.lists,
            admits=self.admitting,
        )

    def hand_in(self, payload: dict[str, Any], parts: Parts, signers: Sequence[Person]) -> None:
        """Propose a step and collect its signatures."""
        envelope = case.sign(payload, signers[0].sign_seed)
        row, _ = self.do(handover.propose_step, signers[0], self.case_id, envelope, parts)
        for each in signers[1:]:
            if row.state == "adopted":
                break
            signed = case.sign(payload, each.sign_seed)
            row, _ = self.do(handover.sign_step, each, self.case_id, row.hash, signed)
        assert row.state == "adopted", row.state
        self.envelopes.append(row.envelope)

    def renew(self, *signers: Person) -> None:
        """A renewal, handed in."""
        payload = self.renewed()
        self.hand_in(payload, Parts(kept=self.lists), signers or self.facilitators[:1])

    # People --------------------------------------------------------------------------------------------------------

    def join(self, who: Person, side: str = "person_harmed", role: str = "party") -> Joiner:
        """Somebody is invited and joins, on the server too."""
        invite, own, secret = self.invite(who, side, role)
        opening_ = invitation.close(
            self.agency.statements, self.agency.rosters, self.envelopes, self.nonce, invite, own.k
        )
        opened = invitation.open_(*opening_, secret, self.now)
        answer, answer_mac = joining.build(
            who.sign_seed, who.box_pk, account_id=who.account_id, invite_hash=opened.invite.hash, k=opened.secrets.k
        )
        joiner = joining.check(answer, answer_mac, invite, own.ik, self.head(), self.used, self.now)
        offered = invitations.Offered(own.invite_id, opening_[0], b64(opening_[1]), b64(bytes(80)))
        facilitator = self.actor(self.facilitators[0])
        self.office.do(invitations.create_for_case, facilitator, self.row, self.head(), offered, self.now)
        record = AccountRecord(
            who.account_id, b64(random_bytes(16)), 3, 64 * 1024 * 1024, random_bytes(32), random_bytes(BUNDLE_SIZE)
        )
        self.office.do(invitations.join, ANYONE, own.invite_id, answer, b64(answer_mac), record, self.now)
        self.used.append(joiner.invite_hash)
        self.admitting = own.invite_id
        return joiner

    def admit(self, *documents: Mapping[str, Any], signers: Sequence[Person] = ()) -> None:
        """As in the world; the invitation that was joined last is admitted with the step."""
        super().admit(*documents, signers=signers)
        self.admitting = None

    def readmit(self, who: Person, side: str = "person_harmed") -> None:
        """Somebody with new keys is admitted in place of their old ones."""
        self.admit(document(self.join(who, side)))

    def agree(self, who: Person, scribe: Person | None = None) -> Consent:
        """Somebody consents, on the server; after a change of keys the chain goes on from what the old key signed."""
        given = self.consents.setdefault(who.id, [])
        envelope = consent.build(
            (scribe or who).sign_seed,
            case_id=self.case_id,
            participant_id=who.id,
            text_hash=TEXT_HASH,
            at=self.now,
            scribe=None if scribe is None else {"staff_id": scribe.id, "means": SCRIBED},
            previous=parse(given[-1], "consent") if given else None,
        )
        self.do(consents.give, scribe or who, envelope)
        given.append(envelope)
        return self.newest(who)

    # Messages ------------------------------------------------------------------------------------------------------

    def submission(self, sealed: Sealed) -> Submission:
        """A sealed message as it is handed in."""
        return Submission(sealed.envelope, sealed.ciphertext, sealed.order_block, sealed.wraps)

    def write(
        self, who: Person, to: Sequence[Person], text: str = "I would like to understand.", **named: Any
    ) -> Sealed:
        """A message, written and handed in."""
        sealed = super().write(who, to, text, **named)
        try:
            self.do(submission.submit, named.get("scribe") or who, self.submission(sealed))
        except Exception:
            self.messages.remove(sealed)
            raise
        return sealed

    def decide(self, sealed: Sealed, choice: Choice, *signers: Person) -> Envelope:
        """A decision, proposed by the first signer and signed by the others, final on the server too."""
        signing = list(signers or self.facilitators[: self.head().approvals_required])
        proposal = self.propose(sealed, choice, signing[0])
        final = len(signing) == 1
        row, _ = self.do(
            deciding.propose, signing[0], message_id(sealed), self.proposed(proposal, sealed, choice, final)
        )
        envelope = proposal.envelope
        for each in signing[1:]:
            envelope = self.co_sign(sealed, envelope, proposal.consents, each, choice.note)
            wrap = self.wrap_for(sealed, choice) if each is signing[-1] else None
            row, _ = self.do(deciding.sign, each, row.hash, envelope, wrap)
        assert row.state == "final"
        self.decisions.append(envelope)
        return envelope

    def proposed(self, proposal: Any, sealed: Sealed, choice: Choice, final: bool = True) -> Proposed:
        """A proposal as it is handed in."""
        sealed_note = None
        if choice.note is not None:
            to = self.box_pk(choice.recipient_id)
            epoch_pk = epoch.public_key(self.secret)
            recipient = None if to is None else note.seal(choice.note, to)
            sealed_note = SealedNote(recipient, note.seal(choice.note, epoch_pk))
        wrap = self.wrap_for(sealed, choice) if final else None
        return Proposed(proposal.envelope, proposal.consents, sealed_note, wrap)

    def box_pk(self, participant_id: str | None) -> bytes | None:
        """A member's box key."""
        return self.members().get(participant_id or "").box_pk

    def wrap_for(self, sealed: Sealed, choice: Choice) -> bytes | None:
        """The wrap that makes a release final."""
        from mediation.protocol import message

        box_pk = None if choice.recipient_id is None else self.box_pk(choice.recipient_id)
        return None if box_pk is None else message.wrap(sealed.key, self.case_id, message_id(sealed), box_pk)

    def later(self, **by: float) -> None:
        """Time passes."""
        self.now += timedelta(**by)


def message_id(sealed: Sealed) -> str:
    """The message_id of a sealed message."""
    return str(sealed.statement.payload["message_id"])


def assisted(name: str, **changes: Any) -> dict[str, Any]:
    """The member document of somebody without a device."""
    fields: dict[str, Any] = {
        "participant_id": person(name).id,
        "side": "person_harmed",
        "role": "party",
        "assisted": True,
        "sign_pk": None,
        "box_pk": None,
        "invite_hash": None,
    }
    return members.build(**{**fields, **changes})


def _ids(served: Served) -> set[str]:
    return {each.id for each in served.office.agency.people.values()}
