"""Two cases in the middle of their correspondence, for the tests of messages, decisions and reading."""

from typing import Any

from mediation.protocol import decision, decision_signing, message, message_open, primitives
from mediation.protocol.decision import Decision
from mediation.protocol.decision_signing import Choice, Proposal
from mediation.protocol.encoding import b64, canonical, format_date
from mediation.protocol.envelope import Statement, make
from mediation.protocol.message import Sealed
from mediation.protocol.message_open import Opened
from mediation.protocol.padding import pad
from mediation.protocol.primitives import hash32
from tests.protocol.copies import copied
from tests.protocol.forging import forged
from tests.protocol.world import NOW, Agency, Envelope, Person, person
from tests.protocol.world_case import Case


class People:
    """A case of Fay and Finn with Hana, Rob, and, with help, Xan."""

    def __init__(self) -> None:
        self.agency = Agency.found()
        self.case = Case.open(self.agency, [self.agency.fay, self.agency.finn])
        self.hana = self.case.welcome(person("Hana"))
        self.rob = self.case.welcome(person("Rob"), "person_responsible")
        self.xan = self.case.assist("Xan")


class Messages(People):
    """The same, and one message of each kind."""

    def __init__(self) -> None:
        super().__init__()
        self.relay = self.case.write(self.hana, [self.rob])
        self.scribed = self.case.write(self.xan, [self.rob], scribe=self.agency.fay)
        self.summary = self.case.write(self.agency.fay, [self.rob], kind="summary")
        self.to_rob = self.case.write(self.agency.fay, [self.rob], kind="private")
        self.from_rob = self.case.write(self.rob, [], kind="private")
        self.note = self.case.write(self.agency.fay, [], kind="note")

    @property
    def all(self) -> list[Sealed]:
        return self.case.messages

    def submit(self, sealed: Sealed, **changes: Any) -> Statement:
        fields: dict[str, Any] = {
            "envelope_": sealed.envelope,
            "ciphertext": sealed.ciphertext,
            "order_block": sealed.order_block,
            "wraps": sealed.wraps,
            **changes,
        }
        return message.check_submission(self.case.head(), self.case.members(), **fields)

    def open(self, sealed: Sealed, **changes: Any) -> Opened:
        fields: dict[str, Any] = {
            "kept": (),
            "envelope": sealed.envelope,
            "ciphertext": sealed.ciphertext,
            "wraps": sealed.wraps,
            "order_block": sealed.order_block,
            "secrets": self.case.secrets(),
            **changes,
        }
        return message_open.open_as_facilitator(self.case.head(), self.case.members(), **fields)

    def forged(self, sealed: Sealed, *signers: Person, **changes: Any) -> Envelope:
        if signers:
            changes.setdefault("author_kid", signers[0].sign_kid)
        return forged(sealed.envelope, "message", *(signers or [self.hana]), **changes)


def reseal(case: Case, writer: Person, sealed: Sealed, plaintext: object, *, padded: bytes | None = None) -> Sealed:
    """Somebody's message with any plaintext, otherwise made as it should be."""
    payload = sealed.statement.payload
    content = pad(canonical(plaintext)) if padded is None else padded
    place = message.place(payload["case_id"], payload["message_id"])
    ciphertext = primitives.aead_seal(primitives.kdf(sealed.key, 1, message.CONTEXT), content, place)
    envelope = forged(sealed.envelope, "message", writer, ct_hash=b64(hash32(ciphertext)))
    statement = message.verify(envelope, case.head(), case.members()).statement
    return Sealed(statement, ciphertext, sealed.order_block, sealed.wraps, sealed.key)


class Decisions:
    """A case of Fay and Finn; Hana writes to Rob and Sam, and Xan, with help, to Rob."""

    def __init__(self, approvals: int) -> None:
        self.agency = Agency.found()
        self.case = Case.open(self.agency, [self.agency.fay, self.agency.finn], approvals=approvals)
        self.hana = self.case.welcome(person("Hana"))
        self.rob = self.case.welcome(person("Rob"), "person_responsible")
        self.sam = self.case.welcome(person("Sam"), "person_responsible", "supporter")
        self.xan = self.case.assist("Xan")
        self.letter = self.case.write(self.hana, [self.rob, self.sam])
        self.scribed = self.case.write(self.xan, [self.rob], scribe=self.agency.fay)

    def propose(self, sealed: Sealed | None = None, signer: Person | None = None, **choice: Any) -> Proposal:
        fields = {"decision": "release", "recipient_id": self.rob.id, **choice}
        return self.case.propose(sealed or self.letter, Choice(**fields), signer or self.agency.fay)

    def verify(self, envelope: object, sealed: Sealed | None = None, **options: Any) -> Decision:
        return decision.verify(envelope, self.case.head(), (sealed or self.letter).statement, **options)

    def submit(self, signed: Proposal, sealed: Sealed | None = None, **changes: Any) -> Decision:
        people = self.case.members()
        fields: dict[str, Any] = {
            "message_envelope": (sealed or self.letter).envelope,
            "envelope_": signed.envelope,
            "consents_document": signed.consents,
            "newest": {each: found.hash for each, found in self.case.agreed().items()},
            "standing": {each.participant_id for each in people.people},
            **changes,
        }
        return decision_signing.check_submission(self.case.head(), people, **fields)


def bare(world: Decisions) -> Envelope:
    """A release by Finn that rests on nothing."""
    payload = {
        "case_id": world.case.case_id,
        "message_hash": world.letter.statement.hash,
        "decision": "release",
        "recipient_id": world.rob.id,
        "not_before": None,
        "note_hash": None,
        "approvals": 2,
        "consents_hash": "A" * 43,
        "checkpoint": None,
        "decided_on": format_date(NOW.date()),
    }
    return make("decision", payload, [world.agency.finn.sign_seed])


def messages() -> Messages:
    """The messages' world, fresh."""
    return copied(Messages)


def decisions(approvals: int) -> Decisions:
    """The decisions' world with so many approvals, fresh."""
    return copied(Decisions, approvals)
