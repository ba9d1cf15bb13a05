"""The next statement of a case: proposed by one facilitator, adopted as soon as all who must have signed it.

Everything that the protocol asks of a step is checked at the first signature and again at the last, because messages
may have come and gone in between. What is written in the case is given by the caller (`record`), which knows messages.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from mediation import ledger
from mediation.access import Actor, require
from mediation.accounts.models import Invitation
from mediation.cases import admission, anchors
from mediation.cases.adoption import move_head, store_documents, store_epoch, store_facilitators, store_members
from mediation.cases.heads import Verified, documents_named, kept_documents, remember, verified
from mediation.cases.models import Case, CaseStatement
from mediation.cases.parts import Parts, check_seals
from mediation.cases.queries import case_for
from mediation.cases.signatures import by_signers, merge
from mediation.cases.states import StatementAction, StatementState, next_statement
from mediation.errors import Conflict, NotAllowed, NotFound
from mediation.protocol import case_chain, case_head, case_review, case_rules, members
from mediation.protocol import envelope as envelopes
from mediation.protocol.case_review import KeptDocuments
from mediation.protocol.case_signers import Signed
from mediation.protocol.counted import Lists, Record
from mediation.protocol.envelope import Statement
from mediation.protocol.members import Members


@dataclass(frozen=True)
class Step:
    """A checked step: the statement, who signed it so far, everybody in it, whom it admits."""

    statement: Statement
    signed: Signed
    people: Members
    parts: Parts
    admits: Invitation | None


def propose(
    session: Session,
    actor: Actor,
    case_id: str,
    envelope: Mapping[str, Any],
    parts: Parts,
    record: Record,
    now: datetime,
) -> tuple[CaseStatement, bool]:
    """Hand in the next statement, with as many signatures as there are; its row, and whether it is new.

    Raises `not-found`, `head-moved`, `proposal-exists`, `proposal-closed` (dropped before), `not-signed-by-you`,
    `seals-wrong`, `id-taken`, and what `admission.check`, `case_chain.check_proposal`, `case_review.check_lists` and
    `members.open_all` raise.
    """
    case = case_for(session, actor, case_id, lock=True)
    require(actor, "case:state", case)
    claimed = envelopes.parse(envelope, "case")
    known = session.get(CaseStatement, claimed.hash)
    if known is not None and known.case_id == case.case_id:
        return _again(known), False
    if claimed.payload["prev"] != case.head_hash:
        raise Conflict("head-moved")
    if _open_proposal(session, case) is not None:
        raise Conflict("proposal-exists")
    file = verified(session, case, now)
    step = check(session, file, envelope, parts, record, now)
    _check_hand(actor, step.signed)
    row = _row(session, actor, case, step, now)
    if step.signed.enough:
        _adopt(session, actor, case, file, row, step, now)
    else:
        _log(session, "case.proposed", actor, row, now)
    return row, True


def _again(known: CaseStatement) -> CaseStatement:
    if known.state is StatementState.DROPPED:
        raise Conflict("proposal-closed")
    return known


def _open_proposal(session: Session, case: Case) -> CaseStatement | None:
    wanted = select(CaseStatement).where(CaseStatement.case_id == case.case_id)
    return session.scalar(wanted.where(CaseStatement.state == StatementState.PROPOSED))


def check(
    session: Session, file: Verified, envelope: Mapping[str, Any], parts: Parts, record: Record, now: datetime
) -> Step:
    """Every check of a step that needs no secret, but the number of signatures."""
    statement, signed = case_chain.check_proposal(file.chain, envelope, file.authority)
    payload, case_id = statement.payload, file.chain.case_id
    parts = _with_stored(session, case_id, payload, parts)
    people = members.open_all(payload, parts.documents)
    lists_before = _lists(session, file)
    case_review.check_lists(file.head, file.people, lists_before, record, payload, people, parts.kept)
    check_seals(parts, payload, file.authority, begins=case_rules.changes_staff(file.chain.payload, payload))
    admits = admission.check(session, file, people, parts.admits, now)
    return Step(statement, signed, people, parts, admits)


def _with_stored(session: Session, case_id: str, payload: Mapping[str, Any], parts: Parts) -> Parts:
    """The parts with the documents that the server has already."""
    given = parts.documents_by_hash()
    missing = [hash_ for hash_ in payload["members"] if hash_ not in given]
    documents = [*given.values(), *documents_named(session, case_id, missing)]
    return Parts(parts.seals, parts.previous_secret, documents, parts.kept, parts.admits)


def _lists(session: Session, file: Verified) -> Lists:
    """The lists that the present head commits to."""
    stored = kept_documents(session, file.chain.case_id, [file.head.kept, *(each.kept for each in file.people.people)])
    of_members = {each.participant_id: stored.get(each.kept or "") for each in file.people.people}
    documents = KeptDocuments(stored.get(file.head.kept or ""), of_members)
    return case_review.open_lists(file.chain.payload, file.people, documents)


def _check_hand(actor: Actor, signed: Signed) -> None:
    """Nobody hands in what they have not signed themselves."""
    stood_in = None if signed.stand_in is None else signed.stand_in.staff_id
    if actor.staff_id not in (*signed.facilitators, stood_in):
        raise NotAllowed("not-signed-by-you")


def _row(session: Session, actor: Actor, case: Case, step: Step, now: datetime) -> CaseStatement:
    assert actor.staff_id is not None
    row = CaseStatement(
        hash=step.statement.hash,
        case_id=case.case_id,
        seq=step.statement.payload["seq"],
        envelope=by_signers(step.statement),
        state=StatementState.PROPOSED,
        parts=step.parts.as_json(),
        posted_by=actor.staff_id,
        posted_at=now,
    )
    session.add(row)
    session.flush()
    return row


def sign(
    session: Session, actor: Actor, case_id: str, hash_: str, envelope: Mapping[str, Any], record: Record, now: datetime
) -> tuple[CaseStatement, bool]:
    """Add a signature to a proposal; its row, and whether the signature is new. The last one adopts it.

    Raises `not-found`, `proposal-closed`, `not-signed-by-you`, and as `propose`.
    """
    case = case_for(session, actor, case_id, lock=True)
    require(actor, "case:state", case)
    row = _proposal(session, case, hash_)
    merged = merge(row.envelope, envelope, "case")
    if merged == row.envelope:
        return row, False
    next_statement(row.state, StatementAction.SIGN)
    file = verified(session, case, now)
    step = check(session, file, merged, Parts.from_json(row.parts), record, now)
    _check_hand(actor, step.signed)
    row.envelope = by_signers(step.statement)
    _log(session, "case.signed", actor, row, now)
    if step.signed.enough:
        _adopt(session, actor, case, file, row, step, now)
    return row, True


def _proposal(session: Session, case: Case, hash_: str) -> CaseStatement:
    row = session.get(CaseStatement, hash_, populate_existing=True)
    if row is None or row.case_id != case.case_id:
        raise NotFound("not-found")
    return row


def drop(session: Session, actor: Actor, case_id: str, hash_: str, now: datetime) -> None:
    """Drop a proposal; it can never be signed again. Again: nothing changes. Raises `not-found`, `proposal-closed`."""
    case = case_for(session, actor, case_id, lock=True)
    require(actor, "case:state", case)
    row = _proposal(session, case, hash_)
    before, row.state = row.state, next_statement(row.state, StatementAction.DROP)
    if before is not row.state:
        row.parts = {}
        _log(session, "case.dropped", actor, row, now)


def _adopt(
    session: Session, actor: Actor, case: Case, file: Verified, row: CaseStatement, step: Step, now: datetime
) -> None:
    chain = case_chain.extend(file.chain, row.envelope, file.authority)
    proof = anchors.proof(session, file.authority.roster.hash, case.case_id)
    case_head.check_current(case_head.assess(chain, file.authority, proof))
    anchored = case_review.needs_lists(file.head, chain.payload, file.people, step.people)
    move_head(session, case, chain, anchors=anchored)
    row.state, row.adopted_at = next_statement(row.state, StatementAction.ADOPT), now
    row.parts = {}
    accounts = admission.admit(session, actor, step.admits, now)
    store_facilitators(session, case, chain.payload)
    store_epoch(session, case.case_id, chain.payload["epoch"], step.parts)
    store_documents(session, case.case_id, step.people, step.parts)
    store_members(session, case, step.people, accounts, now)
    _log(session, "case.stated", actor, row, now)
    remember(chain)


def _log(session: Session, kind: str, actor: Actor, row: CaseStatement, now: datetime) -> None:
    ledger.append(session, kind, actor=actor, case_id=row.case_id, refs={"statement": row.hash}, at=now)
