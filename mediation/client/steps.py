"""The next statement of a case: built so that every list holds exactly what counts, and checked before it is signed.

The check (`review`) is the same for one's own step and for a colleague's proposal.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any, Final

from mediation.client.case_file import CaseFile
from mediation.client.errors import ClientError
from mediation.client.recovery import accepted_recovery_pk
from mediation.protocol import case, case_chain, case_review, case_rules, counted, envelope, epoch, kept, members
from mediation.protocol.case_review import KeptDocuments
from mediation.protocol.counted import Lists, Record
from mediation.protocol.encoding import b64
from mediation.protocol.envelope import Statement
from mediation.protocol.joining import Joiner
from mediation.protocol.members import Members
from mediation.protocol.primitives import kid
from mediation.protocol.roster import Staff

LASTS: Final = timedelta(days=30)
Document = Mapping[str, Any]


@dataclass(frozen=True)
class Change:
    """What is to change: facilitators, approvals, or people (their new member documents by participant_id, None for
    somebody who leaves). Nothing at all is a renewal."""

    facilitators: Sequence[Staff] | None = None
    approvals: int | None = None
    people: Mapping[str, Document | None] = field(default_factory=dict)
    joiner: Joiner | None = None
    admits: str | None = None


@dataclass(frozen=True)
class Step:
    """A new statement before it is handed in: its envelope, and what travels beside it."""

    envelope: dict[str, Any]
    seals: Mapping[str, bytes]
    previous_secret: bytes | None
    documents: Sequence[Document]
    kept: KeptDocuments
    admits: str | None

    @property
    def body(self) -> dict[str, Any]:
        """What the server is sent."""
        return {
            "case": self.envelope,
            "seals": [{"box_kid": box_kid, "seal": b64(seal)} for box_kid, seal in self.seals.items()],
            "previous_secret": None if self.previous_secret is None else b64(self.previous_secret),
            "documents": list(self.documents),
            "kept": {"facilitators": self.kept.facilitators, "members": dict(self.kept.members)},
            "admits": self.admits,
        }


@dataclass(frozen=True)
class Adopted:
    """What became of a step: `adopted`, or `proposed` until others have signed it; its hash."""

    state: str
    hash: str


def record(file: CaseFile) -> Record:
    """Everything that was handed in and finally decided in the case, as the server has it."""
    views = file.me.transport.get(f"/cases/{file.case_id}/messages")
    decisions = [each["decision"] for view in views for each in view["decisions"] if each["state"] == "final"]
    return Record([view["message"] for view in views], decisions)


def take(file: CaseFile, change: Change) -> Adopted:
    """Build, check, sign and hand in the next statement.

    Raises ApiError (409 `head-moved`, `proposal-exists`, 422 `kept-mismatch`, …), `recovery-changed`, and what
    `review` raises.
    """
    step = build(file, change, record(file))
    answer = file.me.transport.post(f"/cases/{file.case_id}/statements", step.body)
    return Adopted(answer["state"], answer["hash"])


def build(file: CaseFile, change: Change, written: Record) -> Step:
    """The signed step, checked. Raises `recovery-changed` and what `review` raises."""
    payload, secret = _payload(file, change)
    documents = _documents(file, change)
    lists = KeptDocuments(file.kept.facilitators, dict(file.kept.members))
    if case_review.needs_lists(file.head, payload, file.people, _people(documents)):
        expected = counted.counted(file.head, file.people, written, file.lists).lists
        documents, lists = _relist(documents, expected)
        payload = case.relist(payload, kept.document_hash(lists.facilitators))
    filled = _fill(documents, file.people.fillers)
    payload = case.admit(payload, members.hashes(filled))
    signed = case.sign(payload, file.me.keys.sign_seed)
    joiners = {} if change.joiner is None else {change.joiner.participant_id: change.joiner}
    review(file, signed, filled, lists, written, joiners)
    seals, link = _seals(file, payload, change, secret)
    return Step(signed, seals, link, filled, lists, change.admits)


def _payload(file: CaseFile, change: Change) -> tuple[dict[str, Any], bytes | None]:
    today = file.head.now.date()
    before, roster = file.head.chain.statement, file.head.authority.roster
    payload = case.renew(before, roster, issued_on=today, expires_on=today + LASTS)
    facilitators = list(file.head.counting.values()) if change.facilitators is None else change.facilitators
    approvals = file.head.approvals_required if change.approvals is None else change.approvals
    secret = epoch.new_secret()
    changed = case.staff(payload, facilitators, approvals, epoch.public_key(secret))
    asked = change.facilitators is not None or change.approvals is not None
    return (changed, secret) if asked and case_rules.changes_staff(payload, changed) else (payload, None)


def _documents(file: CaseFile, change: Change) -> list[Document]:
    now: dict[str, Document | None] = {each.participant_id: each.document for each in file.people.people}
    return [document for document in (now | dict(change.people)).values() if document is not None]


def _people(documents: Sequence[Document]) -> Members:
    parsed = (members.parse(document) for document in documents)
    return Members(tuple(each for each in parsed if each is not None), (), complete=True)


def _relist(documents: Sequence[Document], expected: Lists) -> tuple[list[Document], KeptDocuments]:
    """Everybody's document with a new list of what still may be read."""
    listed: list[Document] = []
    of_members: dict[str, Document | None] = {}
    for document in documents:
        participant_id = document["participant_id"]
        of_members[participant_id] = kept.build(expected.of(participant_id))
        hash_ = kept.document_hash(of_members[participant_id])
        listed.append({**document, "salt": members.filler()["salt"], "kept": hash_})
    return listed, KeptDocuments(kept.build(expected.facilitators), of_members)


def _fill(documents: Sequence[Document], fillers: Sequence[Document]) -> list[Document]:
    """With as many fillers as are needed, the present ones first, so that little changes."""
    wanted = -len(documents) % members.MULTIPLE
    present = fillers[:wanted]
    return [*documents, *present, *(members.filler() for _ in range(wanted - len(present)))]


def _seals(
    file: CaseFile, payload: Mapping[str, Any], change: Change, secret: bytes | None
) -> tuple[dict[str, bytes], bytes | None]:
    """A new epoch's secret for its facilitators and the recovery key, and the one before under the new one."""
    if secret is None:
        return {}, None
    number, staff = payload["epoch"], change.facilitators or list(file.head.counting.values())
    keys = [each.box_pk for each in staff]
    recovery_pk = accepted_recovery_pk(file.me, file.head.authority)
    keys += [] if recovery_pk is None else [recovery_pk]
    seals = {kid(key): epoch.seal(secret, file.case_id, number, key) for key in keys}
    previous = file.secrets.get(kid(file.head.epoch_pk))
    if previous is None:  # somebody who only stands in cannot hand the case on
        raise ClientError("not-mine")
    return seals, epoch.link(secret, previous, file.case_id, number)


def review(
    file: CaseFile,
    signed: object,
    documents: Sequence[Document],
    lists: KeptDocuments,
    written: Record,
    joiners: Mapping[str, Joiner],
) -> Statement:
    """The full check of a step before it is signed.

    Raises what `case_chain.check_proposal`, `members.open_all`, `case_review.check_lists` and `check_admissions`
    raise.
    """
    statement, _ = case_chain.check_proposal(file.head.chain, signed, file.head.authority)
    after = members.open_all(statement.payload, documents)
    case_review.check_lists(file.head, file.people, file.lists, written, statement.payload, after, lists)
    case_review.check_admissions(file.people, after, joiners)
    return statement


@dataclass(frozen=True)
class Proposal:
    """A colleague's step that waits for more signatures, as the server has it. `admits`: whose invitation."""

    view: Mapping[str, Any]

    @property
    def hash(self) -> str:
        """Its statement hash."""
        return str(self.view["hash"])

    @property
    def admits(self) -> str | None:
        """The invite_id of whoever it admits."""
        found = self.view["admits"]
        return None if found is None else str(found)

    @property
    def payload(self) -> dict[str, Any]:
        """What it would say: nothing here is verified yet."""
        return envelope.parse(self.view["case"], "case").payload


def proposals(file: CaseFile) -> list[Proposal]:
    """The open proposals of the case."""
    return [Proposal(each) for each in file.view["proposals"]]


def proposal(file: CaseFile, hash_: str) -> Proposal:
    """One open proposal. Raises `proposal-unknown`."""
    for each in proposals(file):
        if each.hash == hash_:
            return each
    raise ClientError("proposal-unknown")


def co_sign(file: CaseFile, asked: Proposal, joiner: Joiner | None) -> Adopted:
    """Sign a colleague's proposal after the full check; `joiner` is whoever it admits, heard by this facilitator too.

    Raises ApiError and what `review` raises.
    """
    listed = set(asked.payload["members"])
    given = {members.document_hash(each): each for each in (*file.people.documents, *asked.view["documents"])}
    documents = [document for hash_, document in given.items() if hash_ in listed]
    lists = KeptDocuments(asked.view["kept"]["facilitators"], asked.view["kept"]["members"])
    joiners = {} if joiner is None else {joiner.participant_id: joiner}
    statement = review(file, asked.view["case"], documents, lists, record(file), joiners)
    signed = envelope.add_signature(statement.envelope, "case", file.me.keys.sign_seed)
    path = f"/cases/{file.case_id}/statements/{asked.hash}/signatures"
    answer = file.me.transport.post(path, {"case": signed})
    return Adopted(answer["state"], answer["hash"])


def drop(file: CaseFile, hash_: str) -> None:
    """Drop a proposal; it cannot be signed any more. Raises ApiError."""
    file.me.transport.delete(f"/cases/{file.case_id}/statements/{hash_}")
