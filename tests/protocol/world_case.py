"""One case with real keys, for tests: facilitators, members, consents, messages and decisions, step by step.

Every step is done as the real parties would do it, with the checks that they make. `now` moves only where a test says.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, TypeVar

from mediation.protocol import (
    case,
    case_chain,
    case_head,
    case_review,
    consent,
    counted,
    decision,
    epoch,
    invitation,
    invitation_secret,
    joining,
    kept,
    members,
    message,
    message_open,
)
from mediation.protocol.case_chain import Chain
from mediation.protocol.case_head import Head
from mediation.protocol.case_review import KeptDocuments
from mediation.protocol.consent import Consent
from mediation.protocol.counted import Lists, Record
from mediation.protocol.decision import Decision
from mediation.protocol.decision_signing import Choice, Proposal, co_sign, propose
from mediation.protocol.envelope import parse
from mediation.protocol.joining import Joiner
from mediation.protocol.members import Members
from mediation.protocol.message import Content, Sealed, Sender
from mediation.protocol.message_open import Opened
from mediation.protocol.note import Note
from mediation.protocol.order import Order
from mediation.protocol.primitives import random_bytes
from mediation.protocol.reading import Reader
from tests.protocol.world import MONTH, NOW, Agency, Envelope, Person, person

T = TypeVar("T")

CHECKPOINT = {"origin": "mediation.example/audit/1", "size": 0, "root": "47DEQpj8HBSa-_TImW-5JCeuQeRkm5NMpJWZG3hSuFU"}
TEXT_HASH = "x" * 42 + "8"
SCRIBED = "dictation"


@dataclass
class Case:
    """A case as its facilitators hold it; `secret` is the newest epoch's."""

    agency: Agency
    nonce: bytes
    creator: Person
    facilitators: list[Person]
    secret: bytes
    now: datetime = NOW
    envelopes: list[Envelope] = field(default_factory=list)
    documents: list[Mapping[str, Any]] = field(default_factory=list)
    lists: KeptDocuments = field(default_factory=KeptDocuments)
    links: dict[int, bytes] = field(default_factory=dict)
    messages: list[Sealed] = field(default_factory=list)
    decisions: list[Envelope] = field(default_factory=list)
    consents: dict[str, list[Envelope]] = field(default_factory=dict)
    orders: dict[str, tuple[int, str]] = field(default_factory=dict)
    used: list[str] = field(default_factory=list)
    anchored: str = ""
    made: dict[str, tuple[list[Any], Any]] = field(default_factory=dict, repr=False)

    @classmethod
    def open(
        cls, agency: Agency, facilitators: Sequence[Person], approvals: int = 1, now: datetime = NOW, days: int = 30
    ) -> Case:
        """A new case, created by the first of its facilitators, without members."""
        world = cls(agency, random_bytes(16), facilitators[0], list(facilitators), epoch.new_secret(), now)
        world.envelopes.append(
            case.first(
                world.creator.sign_seed,
                world.nonce,
                roster=agency.authority(now).roster,
                facilitators=[agency.staff[each.id] for each in facilitators],
                approvals_required=approvals,
                members=[],
                epoch_pk=epoch.public_key(world.secret),
                issued_on=now.date(),
                expires_on=now.date() + timedelta(days=days),
            )
        )
        world.anchored = world.chain().hash
        agency.cases.append(world)
        return world

    @property
    def case_id(self) -> str:
        return self.chain().case_id

    def chain(self) -> Chain:
        """The verified chain."""
        return self.once("chain", self._chain)

    def _chain(self) -> Chain:
        return case_chain.follow(self.envelopes, self.agency.authority(self.now), nonce=self.nonce)

    def once(self, name: str, make: Callable[[], T]) -> T:
        """What was made before, as long as nothing that it depends on has changed: verifying takes milliseconds."""
        state = [*self.envelopes, *self.agency.statements, *self.agency.rosters, self.now]
        if name not in self.made or self.made[name][0] != state:
            self.made[name] = (state, make())
        found: T = self.made[name][1]
        return found

    def proof(self) -> dict[str, Any] | None:
        """The case's anchor in the newest roster, None while it is younger."""
        hashes = self.agency.anchors.hashes
        mine = next((case_id for case_id, hash_ in hashes.items() if hash_ in self.chain().lineage), None)
        return None if mine is None else self.agency.anchors.prove(mine)

    def head(self, now: datetime | None = None) -> Head:
        """The head as it stands at `now`, the case's own time if none is given."""
        at = now or self.now
        return self.once(f"head {at}", lambda: case_head.assess(self.chain(), self.agency.authority(at), self.proof()))

    def members(self) -> Members:
        """Every member, as facilitators and the server hold them."""
        return members.open_all(self.chain().payload, self.documents)

    def record(self) -> Record:
        """Everything submitted and decided."""
        return Record([each.envelope for each in self.messages], self.decisions)

    def kept(self) -> Lists:
        """The kept lists under the present head."""
        return case_review.open_lists(self.chain().payload, self.members(), self.lists)

    # Steps ---------------------------------------------------------------------------------------------------------

    def renewed(self) -> dict[str, Any]:
        """The payload of a renewal now, to be changed further."""
        days = {"issued_on": self.now.date(), "expires_on": (self.now + MONTH).date()}
        return case.renew(self.chain().statement, self.agency.authority(self.now).roster, **days)

    def take(self, payload: dict[str, Any], signers: Sequence[Person]) -> None:
        """Sign a step and take it."""
        self.envelopes.append(case.sign(payload, *(each.sign_seed for each in signers)))
        self.chain()

    def renew(self, *signers: Person) -> None:
        """A renewal, by the first facilitator if nobody is named."""
        self.take(self.renewed(), signers or self.facilitators[:1])

    def admit(self, *documents: Mapping[str, Any], signers: Sequence[Person] = ()) -> None:
        """Members with these documents come in, in place of those with the same participant_id."""
        coming = {each["participant_id"] for each in documents}
        staying = [each for each in self.documents if each.get("participant_id", "") not in coming | {""}]
        self.step([*staying, *documents], signers=signers)

    def step(
        self,
        documents: Sequence[Mapping[str, Any]],
        *,
        signers: Sequence[Person] = (),
        facilitators: Sequence[Person] | None = None,
        approvals: int | None = None,
    ) -> None:
        """A step to these member documents, and to other facilitators or approvals, with the lists that it needs."""
        payload, filled = self.prepare(documents, facilitators=facilitators, approvals=approvals)
        self.take(payload, signers or self.facilitators)
        self.documents = filled
        self.anchored = self.anchored or self.chain().hash
        self.facilitators = list(facilitators or self.facilitators)

    def prepare(
        self,
        documents: Sequence[Mapping[str, Any]],
        *,
        facilitators: Sequence[Person] | None = None,
        approvals: int | None = None,
    ) -> tuple[dict[str, Any], list[Mapping[str, Any]]]:
        """The payload of a step, not yet signed, and its documents; the case's secret and lists move on already."""
        head, before = self.head(), self.members()
        after = members.Members(tuple(filter(None, map(members.parse, documents))), (), complete=True)
        payload = self.renewed()
        if facilitators is not None or approvals is not None:
            payload = self._restaff(payload, facilitators, approvals)
        if case_review.needs_lists(head, payload, before, after):
            documents = self._relist(head, before, documents)
            payload = case.relist(payload, kept.document_hash(self.lists.facilitators))
            self.anchored = ""
        filled = members.fill(documents)
        return case.admit(payload, members.hashes(filled)), filled

    def _restaff(
        self, payload: dict[str, Any], facilitators: Sequence[Person] | None, approvals: int | None
    ) -> dict[str, Any]:
        previous, self.secret = self.secret, epoch.new_secret()
        self.links[payload["epoch"] + 1] = epoch.link(self.secret, previous, self.case_id, payload["epoch"] + 1)
        staff = [self.agency.staff[each.id] for each in facilitators or self.facilitators]
        required = payload["approvals_required"] if approvals is None else approvals
        return case.staff(payload, staff, required, epoch.public_key(self.secret))

    def _relist(self, head: Head, before: Members, documents: Sequence[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
        lists = counted.counted(head, before, self.record(), self.kept()).lists
        ids = [each["participant_id"] for each in documents if "participant_id" in each]
        kept_documents = {each: kept.build(lists.of(each)) for each in ids}
        self.lists = KeptDocuments(kept.build(lists.facilitators), kept_documents)
        return [
            {**each, "kept": kept.document_hash(kept_documents[each["participant_id"]])}
            for each in documents
            if "participant_id" in each
        ]

    def secrets(self) -> dict[str, bytes]:
        """Every epoch's secret by its kid."""
        chain = self.chain()
        return epoch.open_history(self.secret, chain.case_id, chain.epoch_pks, self.links)

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
