"""One case with real keys, for tests: facilitators, members, consents, messages and decisions, step by step.

Every step is done as the real parties would do it, with the checks that they make. `now` moves only where a test says.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from mediation.protocol import (
    consent,
    decision,
    invitation,
    invitation_secret,
    joining,
    members,
    message,
    message_open,
)
from mediation.protocol.consent import Consent
from mediation.protocol.decision import Decision
from mediation.protocol.decision_signing import Choice, Proposal, co_sign, propose
from mediation.protocol.envelope import parse
from mediation.protocol.joining import Joiner
from mediation.protocol.message import Content, Sealed, Sender
from mediation.protocol.message_open import Opened
from mediation.protocol.note import Note
from mediation.protocol.order import Order
from mediation.protocol.reading import Reader
from tests.protocol.world import Envelope, Person, person
from tests.protocol.world_history import History

CHECKPOINT = {"origin": "mediation.example/audit/1", "size": 0, "root": "47DEQpj8HBSa-_TImW-5JCeuQeRkm5NMpJWZG3hSuFU"}
TEXT_HASH = "x" * 42 + "8"
SCRIBED = "dictation"


@dataclass
class Case(History):
    """A case with its people and what they write."""

    # People --------------------------------------------------------------------------------------------------------

    def invite(
        self, who: Person, side: str = "person_harmed", role: str = "party", *, assisted: bool = False
    ) -> tuple[Envelope, invitation_secret.InviteSecrets, bytes]:
        """A facilitator's invite of somebody: its envelope, what follows from the code, and S."""
        secret = invitation_secret.new_secret()
        own = invitation_secret.secrets(secret)
        envelope = invitation.build(
            self.facilitators[0].sign_seed,
            agency_id=self.agency.agency_id,
            case_id=self.case_id,
            participant_id=who.id,
            key_com=own.key_com,
            expires_at=self.now + timedelta(days=7),
            side=side,
            role=role,
            assisted=assisted,
        )
        return envelope, own, secret

    def join(self, who: Person, side: str = "person_harmed", role: str = "party") -> Joiner:
        """Somebody is invited and answers; the facilitator's checks hold."""
        invite, own, secret = self.invite(who, side, role)
        blob, mac = invitation.close(
            self.agency.statements, self.agency.rosters, self.envelopes, self.nonce, invite, own.k
        )
        opened = invitation.open_(blob, mac, secret, self.now)
        answer, answer_mac = joining.build(
            who.sign_seed, who.box_pk, account_id=who.account_id, invite_hash=opened.invite.hash, k=opened.secrets.k
        )
        joiner = joining.check(answer, answer_mac, invite, own.ik, self.head(), self.used, self.now)
        self.used.append(joiner.invite_hash)
        return joiner

    def welcome(self, who: Person, side: str = "person_harmed", role: str = "party") -> Person:
        """Somebody is invited, joins, is admitted and consents."""
        self.admit(document(self.join(who, side, role)))
        self.agree(who)
        return who

    def assist(self, name: str, side: str = "person_harmed") -> Person:
        """Somebody without a device takes part with help; their consent is written down."""
        who = person(name)
        self.admit(
            members.build(
                participant_id=who.id,
                side=side,
                role="party",
                assisted=True,
                sign_pk=None,
                box_pk=None,
                invite_hash=None,
            )
        )
        self.agree(who, self.facilitators[0])
        return who

    def agree(self, who: Person, scribe: Person | None = None) -> Consent:
        """Somebody consents anew, themselves or through a scribe."""
        given = self.consents.setdefault(who.id, [])
        people, head = self.members(), self.head()
        previous = self.newest(who).statement if given else None
        written_by = None if scribe is None else {"staff_id": scribe.id, "means": SCRIBED}
        envelope = consent.build(
            (scribe or who).sign_seed,
            case_id=self.case_id,
            participant_id=who.id,
            text_hash=TEXT_HASH,
            at=self.now,
            scribe=written_by,
            previous=previous,
        )
        agreed = consent.check_submission(head, people, envelope, previous)
        given.append(envelope)
        return agreed

    def newest(self, who: Person) -> Consent:
        """Somebody's newest consent."""
        return consent.newest(self.consents[who.id], self.head(), self.members(), who.id)

    def agreed(self) -> dict[str, Consent]:
        """The newest consent of everybody who has given one that counts."""
        ids = [each.participant_id for each in self.members().people if each.participant_id in self.consents]
        return {each: consent.newest(self.consents[each], self.head(), self.members(), each) for each in ids}

    # Messages ------------------------------------------------------------------------------------------------------

    def order(self, sign_kid: str, **changes: Any) -> Order:
        """The next order of a writer's key."""
        seq, prev = self.orders.get(sign_kid, (0, None))
        fields: dict[str, Any] = {
            "seq": seq + 1,
            "prev": prev,
            "written_at": self.now,
            "case_hash": self.chain().hash,
            "seen": 0,
            "memory": seq + 1,
        }
        return Order(**{**fields, **changes})

    def write(
        self,
        who: Person,
        to: Sequence[Person],
        text: str = "I would like to understand what happened.",
        *,
        kind: str = "relay",
        scribe: Person | None = None,
        answers: str | None = None,
        **order: Any,
    ) -> Sealed:
        """A message, written, submitted and stored."""
        writer = scribe or who
        written_by = None if scribe is None else {"staff_id": scribe.id, "means": SCRIBED}
        sealed = message.seal(
            self.head(),
            self.members(),
            Sender(who.id, writer.sign_seed, written_by),
            Content(kind, [each.id for each in to], text, "en", answers),
            self.order(writer.sign_kid, **order),
        )
        self.messages.append(sealed)
        seq = self.orders.get(writer.sign_kid, (0, ""))[0]
        self.orders[writer.sign_kid] = (seq + 1, sealed.statement.payload["message_id"])
        return sealed

    def read(self, sealed: Sealed) -> Opened:
        """A message as a facilitator opens it."""
        return message_open.open_as_facilitator(
            self.head(),
            self.members(),
            self.kept().facilitators,
            sealed.envelope,
            sealed.ciphertext,
            sealed.wraps,
            sealed.order_block,
            self.secrets(),
        )

    def propose(self, sealed: Sealed, choice: Choice, signer: Person | None = None) -> Proposal:
        """A decision by one facilitator."""
        return propose(
            self.head(),
            self.read(sealed),
            choice,
            consents=self.agreed(),
            checkpoint=CHECKPOINT,
            decided_on=self.now.date(),
            seed=(signer or self.facilitators[0]).sign_seed,
            decided=self.decided(sealed),
        )

    def decided(self, sealed: Sealed) -> list[Decision]:
        """The final decisions about a message."""
        lists, head = self.kept().facilitators, self.head()
        about = [each for each in self.decisions if _about(each) == sealed.statement.hash]
        return [decision.verify(each, head, sealed.statement, lists) for each in about]

    def decide(self, sealed: Sealed, choice: Choice, *signers: Person) -> Envelope:
        """A decision signed by as many facilitators as required (or by these), final and stored."""
        signing = list(signers or self.facilitators[: self.head().approvals_required])
        proposal = self.propose(sealed, choice, signing[0])
        envelope = proposal.envelope
        for each in signing[1:]:
            envelope = self.co_sign(sealed, envelope, proposal.consents, each, choice.note)
        decision.verify(envelope, self.head(), sealed.statement)
        self.decisions.append(envelope)
        return envelope

    def co_sign(
        self, sealed: Sealed, envelope: Envelope, consents: object, signer: Person, note: Note | None = None
    ) -> Envelope:
        """One more facilitator signs."""
        return co_sign(
            self.head(),
            self.read(sealed),
            envelope,
            consents,
            consents=self.agreed(),
            note=note,
            seed=signer.sign_seed,
            decided=self.decided(sealed),
        )

    def release(self, sealed: Sealed, to: Person, *signers: Person, **choice: Any) -> Envelope:
        """A final release to one recipient."""
        return self.decide(sealed, Choice("release", to.id, **choice), *signers)

    def wrap(self, sealed: Sealed, to: Person) -> bytes:
        """The recipient's wrap, which the last signer makes."""
        return message.wrap(sealed.key, self.case_id, sealed.statement.payload["message_id"], to.box_pk)

    def reader(self, who: Person, *writers: Person) -> Reader:
        """A member with the documents that they are given: their own and these writers'."""
        wanted = {each.id for each in (who, *writers)}
        given = [each for each in self.documents if each.get("participant_id") in wanted]
        people = members.open_some(self.chain().payload, given)
        return Reader(who.id, who.box_seed, people, self.kept().of(who.id))


def document(joiner: Joiner, kept_hash: str | None = None) -> dict[str, Any]:
    """The member document of somebody who joined."""
    return members.build(
        participant_id=joiner.participant_id,
        side=joiner.side or "",
        role=joiner.role or "",
        assisted=joiner.assisted,
        sign_pk=joiner.sign_pk,
        box_pk=joiner.box_pk,
        invite_hash=joiner.invite_hash,
        kept=kept_hash,
    )


def _about(decision_envelope: Envelope) -> str:
    return str(parse(decision_envelope, "decision").payload["message_hash"])
