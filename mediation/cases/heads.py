"""The verified head of a case: everything is checked from the agency's root key on, before anything rests on it.

Verifying a chain costs 2 to 3 ms and more with every renewal. It depends on nothing but the bytes that a few hashes
stand for (the case's newest statement, the agency's, the roster's), so what was verified is remembered under
those. What depends on the time is judged each time.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Protocol

from sqlalchemy import select
from sqlalchemy.orm import Session

from mediation.accounts import authority
from mediation.accounts.recent import Recent
from mediation.cases import anchors
from mediation.cases.models import CaseStatement, KeptList, MemberDocument
from mediation.cases.states import StatementState
from mediation.protocol import case_chain, case_head, members
from mediation.protocol.authority import Authority
from mediation.protocol.case_chain import Chain
from mediation.protocol.case_head import Head
from mediation.protocol.encoding import unb64
from mediation.protocol.members import Members

_chains: Recent[str, Chain] = Recent(1024)
_verified: "Recent[tuple[str, str, str], Verified]" = Recent(1024)


class Headed(Protocol):
    """What a case's row says about its head."""

    @property
    def case_id(self) -> str:
        """The case."""

    @property
    def agency_id(self) -> str:
        """Its agency."""

    @property
    def nonce(self) -> str:
        """What its id was made from."""

    @property
    def head_hash(self) -> str:
        """The hash of its newest statement."""


@dataclass(frozen=True)
class Verified:
    """A case as it is now: `people` has every member of the head open."""

    authority: Authority
    chain: Chain
    head: Head
    people: Members


def verified(session: Session, case: Headed, now: datetime) -> Verified:
    """The case's head, verified. Not whether it has expired: `case_head.check_current` judges that."""
    word = authority.of(session, case.agency_id, now)
    key = (case.head_hash, word.agency.newest.hash, word.roster.hash)
    found = _verified.get(key, lambda: _verify(session, case, word))
    return replace(found, authority=word, head=case_head.judged(found.head, word))


def _verify(session: Session, case: Headed, word: Authority) -> Verified:
    chain = chain_of(session, case, word)
    head = case_head.assess(chain, word, anchors.proof(session, word.roster.hash, case.case_id))
    return Verified(word, chain, head, members.open_all(chain.payload, documents(session, case.case_id, chain.payload)))


def forget() -> None:
    """Verify everything anew from what is stored: for whoever doubts it."""
    _chains.clear()
    _verified.clear()


def chain_of(session: Session, case: Headed, word: Authority) -> Chain:
    """The case's adopted chain, verified."""
    return _chains.get(case.head_hash, lambda: _follow(session, case, word))


def _follow(session: Session, case: Headed, word: Authority) -> Chain:
    return case_chain.follow(adopted(session, case.case_id), word, nonce=unb64(case.nonce))


def remember(chain: Chain) -> None:
    """Spare the next request what has just been verified."""
    _chains.put(chain.hash, chain)


def adopted(session: Session, case_id: str, from_seq: int = 1) -> list[dict[str, Any]]:
    """The envelopes of the adopted statements, oldest first."""
    wanted = select(CaseStatement.envelope).where(
        CaseStatement.case_id == case_id,
        CaseStatement.state == StatementState.ADOPTED,
        CaseStatement.seq >= from_seq,
    )
    return list(session.scalars(wanted.order_by(CaseStatement.seq)))


def documents(session: Session, case_id: str, payload: dict[str, Any]) -> list[dict[str, Any]]:
    """The stored documents behind the entries of a case payload, fillers included."""
    return documents_named(session, case_id, payload["members"])


def documents_named(session: Session, case_id: str, hashes: Sequence[str]) -> list[dict[str, Any]]:
    """The stored documents with these hashes; those that are not stored are left out."""
    wanted = select(MemberDocument.document).where(MemberDocument.case_id == case_id, MemberDocument.hash.in_(hashes))
    return list(session.scalars(wanted.order_by(MemberDocument.hash)))


def documents_of(session: Session, case_id: str) -> list[dict[str, Any]]:
    """Every document that a statement of the case ever named."""
    wanted = select(MemberDocument.document).where(MemberDocument.case_id == case_id)
    return list(session.scalars(wanted.order_by(MemberDocument.hash)))


def kept_documents(session: Session, case_id: str, hashes: Sequence[str | None]) -> dict[str, dict[str, Any]]:
    """The kept lists of a case that have these hashes, by hash."""
    wanted = select(KeptList).where(KeptList.case_id == case_id, KeptList.hash.in_([one for one in hashes if one]))
    return {row.hash: row.document for row in session.scalars(wanted)}
