"""Adopting a case statement: the one place where what the head says becomes the rows that everything else searches.

The chain was verified before. The head moves by compare-and-swap, so of two statements with the same number one is
adopted; a unique index says so too.
"""

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from mediation.cases.models import (
    Case,
    CaseFacilitator,
    EpochLink,
    EpochSeal,
    KeptList,
    Member,
    MemberDocument,
    UsedInvite,
)
from mediation.cases.parts import Parts
from mediation.cases.states import Standing
from mediation.db import bulk
from mediation.errors import Conflict
from mediation.protocol.case_chain import Chain
from mediation.protocol.encoding import parse_date
from mediation.protocol.kept import document_hash as kept_hash
from mediation.protocol.members import Member as Person
from mediation.protocol.members import Members, document_hash


def move_head(session: Session, case: Case, chain: Chain, *, anchors: bool) -> None:
    """Make the chain's newest statement the case's head. Raises `head-moved` if another one came first."""
    payload = chain.payload
    values: dict[str, Any] = {
        "head_hash": chain.hash,
        "head_seq": chain.seq,
        "epoch": payload["epoch"],
        "expires_on": parse_date(payload["expires_on"]),
    }
    if anchors:
        values["anchor_hash"] = chain.hash
    swap = update(Case).where(Case.case_id == case.case_id, Case.head_hash == payload["prev"])
    if bulk(session, Case, swap.values(**values)) != 1:
        raise Conflict("head-moved")


def store_facilitators(session: Session, case: Case, payload: Mapping[str, Any]) -> None:
    """The facilitators are those whom the head names; the seals of those who left the case are gone."""
    named = {entry["staff_id"]: entry for entry in payload["facilitators"]}
    for row in list(case.facilitators):
        entry = named.get(row.staff_id)
        if entry is None or entry["box_kid"] != row.box_kid:
            forget_seals(session, [row.box_kid], case.case_id)
        if entry is None:
            case.facilitators.remove(row)
    present = {row.staff_id: row for row in case.facilitators}
    for staff_id, entry in named.items():
        if staff_id in present:
            present[staff_id].sign_kid, present[staff_id].box_kid = entry["sign_kid"], entry["box_kid"]
        else:
            case.facilitators.append(CaseFacilitator(case_id=case.case_id, **entry))


def store_epoch(session: Session, case_id: str, epoch: int, parts: Parts) -> None:
    """The seals and the link of a new epoch; nothing without one."""
    for box_kid, seal in parts.seals.items():
        session.add(EpochSeal(case_id=case_id, epoch=epoch, box_kid=box_kid, seal=seal))
    if parts.previous_secret is not None:
        session.add(EpochLink(case_id=case_id, epoch=epoch, previous_secret=parts.previous_secret))


def store_documents(session: Session, case_id: str, people: Members, parts: Parts) -> None:
    """Every document behind the head's entries, every kept list, and the invites that can admit nobody again."""
    ids = {document_hash(person.document): person.participant_id for person in people.people}
    for document in people.documents:
        hash_ = document_hash(document)
        if session.get(MemberDocument, (case_id, hash_)) is None:
            session.add(
                MemberDocument(case_id=case_id, hash=hash_, participant_id=ids.get(hash_), document=dict(document))
            )
    _store_kept(session, case_id, None, parts.kept.facilitators)
    for person in people.people:
        _store_kept(session, case_id, person.participant_id, parts.kept.members.get(person.participant_id))
    for person in people.people:
        if person.invite_hash is not None and session.get(UsedInvite, (case_id, person.invite_hash)) is None:
            session.add(UsedInvite(case_id=case_id, invite_hash=person.invite_hash))


def _store_kept(session: Session, case_id: str, participant_id: str | None, document: Mapping[str, Any] | None) -> None:
    hash_ = kept_hash(document)
    if document is None or hash_ is None or session.get(KeptList, (case_id, hash_)) is not None:
        return
    session.add(KeptList(case_id=case_id, hash=hash_, participant_id=participant_id, document=dict(document)))


def store_members(session: Session, case: Case, people: Members, accounts: Mapping[str, str], now: datetime) -> None:
    """One row for everybody who is or was a member; `accounts` gives the account of each newly admitted one.

    Raises `id-taken` for an identifier of another case.
    """
    rows = {row.participant_id: row for row in session.scalars(select(Member).where(Member.case_id == case.case_id))}
    for person in people.people:
        row = rows.pop(person.participant_id, None) or _new_member(session, case, person, now)
        row.side, row.role, row.assisted = person.side, person.role, person.assisted
        row.sign_kid, row.box_kid = person.sign_kid, person.box_kid
        row.document_hash = document_hash(person.document)
        row.account_id = accounts.get(person.participant_id, row.account_id if person.sign_kid else None)
        row.in_head = True
    for left in rows.values():
        left.in_head = False


def _new_member(session: Session, case: Case, person: Person, now: datetime) -> Member:
    if session.get(Member, person.participant_id) is not None:
        raise Conflict("id-taken")
    row = Member(participant_id=person.participant_id, case_id=case.case_id, standing=Standing.ACTIVE, since=now)
    session.add(row)
    return row


def forget_seals(session: Session, box_kids: Collection[str], case_id: str | None = None) -> None:
    """Delete the epoch seals of these box keys, in one case or (somebody left the agency) in all."""
    if box_kids:  # SQLite would read every seal to find none
        wanted = delete(EpochSeal).where(EpochSeal.box_kid.in_(box_kids))
        bulk(session, EpochSeal, wanted if case_id is None else wanted.where(EpochSeal.case_id == case_id))
