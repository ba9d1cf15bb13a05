"""Opening a case: its first statement, by its creator, under the newest roster."""

import re
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from mediation import ledger
from mediation.access import Actor, require
from mediation.accounts import authority
from mediation.accounts.models import Agency
from mediation.cases.adoption import store_documents, store_epoch, store_facilitators, store_members
from mediation.cases.heads import remember
from mediation.cases.models import Case, CaseStatement
from mediation.cases.parts import Parts, check_seals
from mediation.cases.states import StatementState
from mediation.errors import Conflict, Invalid, NotAllowed
from mediation.protocol import authority as authorities
from mediation.protocol import case_chain, case_head, members
from mediation.protocol.authority import Authority
from mediation.protocol.case_chain import Chain
from mediation.protocol.encoding import b64, parse_date
from mediation.protocol.errors import ProtocolError
from mediation.protocol.members import Members


def open_case(
    session: Session, actor: Actor, envelope: Mapping[str, Any], nonce: bytes, parts: Parts, now: datetime
) -> tuple[Case, bool]:
    """Open a case; its row, and whether it is new (the same statement again changes nothing).

    Raises `case-exists`, `roster-not-newest`, `seals-wrong`, `not-joined`, `kept-changed`, `not-signed-by-you`,
    `id-taken`, and what `case_chain.start`, `case_head.check_current` and `members.open_all` raise.
    """
    require(actor, "case:open")
    word = _authority(session, actor, now)
    chain = case_chain.start(envelope, nonce, word)
    known = session.get(Case, chain.case_id)
    if known is not None:
        if known.agency_id != actor.agency_id or not _is_first(session, known, chain):
            raise Conflict("case-exists")
        return known, False
    people = _check(actor, chain, word, parts)
    case = _store(session, actor, chain, b64(nonce), now)
    store_facilitators(session, case, chain.payload)
    store_epoch(session, case.case_id, 1, parts)
    store_documents(session, case.case_id, people, parts)
    store_members(session, case, people, {}, now)
    ledger.append(session, "case.created", actor=actor, case_id=case.case_id, refs={"statement": chain.hash}, at=now)
    remember(chain)
    return case, True


def _authority(session: Session, actor: Actor, now: datetime) -> Authority:
    """The authority, while the agency is held: cases are numbered one after the other."""
    agency_id = authority.hold(session, actor.agency_id)
    word = authority.of(session, agency_id, now)
    authorities.check_current(word)
    return word


def _is_first(session: Session, known: Case, chain: Chain) -> bool:
    return session.get(CaseStatement, chain.hash) is not None and known.case_id == chain.case_id


def _check(actor: Actor, chain: Chain, word: Authority, parts: Parts) -> Members:
    if chain.payload["roster"] != word.roster.hash:
        raise Invalid("roster-not-newest")
    head = case_head.assess(chain, word, None)
    case_head.check_current(head)
    if actor.staff_id not in head.signed.facilitators:
        raise NotAllowed("not-signed-by-you")
    people = members.open_all(chain.payload, parts.documents)
    if any(person.sign_pk is not None for person in people.people):
        raise ProtocolError("not-joined")
    if any(person.kept is not None for person in people.people):
        raise ProtocolError("kept-changed")
    check_seals(parts, chain.payload, word, begins=True)
    return people


def _store(session: Session, actor: Actor, chain: Chain, nonce: str, now: datetime) -> Case:
    assert actor.agency_id is not None and actor.staff_id is not None
    newest = session.scalar(select(func.max(Case.number)).where(Case.agency_id == actor.agency_id)) or 0
    number = 1 + max(newest, session.get_one(Agency, actor.agency_id).numbered)
    case = Case(
        case_id=chain.case_id,
        agency_id=actor.agency_id,
        nonce=nonce,
        number=number,
        reference=f"{_initials(session, actor.agency_id, now)}-{number:04d}",
        created_at=now,
        head_hash=chain.hash,
        head_seq=1,
        epoch=1,
        anchor_hash=chain.hash,
        expires_on=parse_date(chain.payload["expires_on"]),
        messages=0,
    )
    session.add(case)
    session.flush()
    session.add(
        CaseStatement(
            hash=chain.hash,
            case_id=case.case_id,
            seq=1,
            envelope=chain.statement.envelope,
            state=StatementState.ADOPTED,
            parts={},
            posted_by=actor.staff_id,
            posted_at=now,
            adopted_at=now,
        )
    )
    return case


def _initials(session: Session, agency_id: str, now: datetime) -> str:
    """Two or three letters of the agency's name, for paper and telephone."""
    words = re.findall(r"[A-Za-z]+", authority.of(session, agency_id, now).agency.newest.payload["name"])
    letters = "".join(word[0] for word in words[:3]) if len(words) > 1 else "".join(words)[:2]
    return letters.upper() or "C"
