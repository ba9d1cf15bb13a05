"""A case's history with real keys, for tests: its statements, members, lists and epochs, step by step.

Every step is done as the real parties would do it, with the checks that they make. `now` moves only where a test says.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Self, TypeVar

from mediation.protocol import (
    case,
    case_chain,
    case_head,
    case_review,
    counted,
    epoch,
    kept,
    members,
)
from mediation.protocol.case_chain import Chain
from mediation.protocol.case_head import Head
from mediation.protocol.case_review import KeptDocuments
from mediation.protocol.counted import Lists, Record
from mediation.protocol.members import Members
from mediation.protocol.message import Sealed
from mediation.protocol.primitives import random_bytes
from tests.protocol.world import MONTH, NOW, Agency, Envelope, Person

T = TypeVar("T")


@dataclass
class History:
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
    ) -> Self:
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
        if self.case_id not in self.agency.anchors:
            return None
        proof = self.agency.anchors.prove(self.case_id)
        return proof if proof["hash"] in self.chain().lineage else None

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
        self.carry_out(payload, filled, signers or self.facilitators)
        self.documents = filled
        self.anchored = self.anchored or self.chain().hash
        self.facilitators = list(facilitators or self.facilitators)

    def carry_out(
        self, payload: dict[str, Any], documents: Sequence[Mapping[str, Any]], signers: Sequence[Person]
    ) -> None:
        """Sign a step to these documents and take it."""
        self.take(payload, signers)

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
