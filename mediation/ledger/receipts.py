"""What a participant gets for each act of their own: that it was recorded, and a proof of it under a published head.

Nobody's acts but the asker's, in their own case, and of these only `OWN`. A receipt rests on the newest head that was
published, never on a newer one, and before it is covered its place in the log is not told: how the log grows within a
day is news about the other side.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from mediation.access import Actor, require
from mediation.errors import Conflict, NotFound
from mediation.ledger.models import AuditEvent, AuditKey, AuditShown
from mediation.ledger.operations import pseudonym
from mediation.ledger.proving import opened, places
from mediation.protocol import log_proof
from mediation.protocol.errors import ProtocolError

PAGE: Final = 50
OWN: Final = frozenset(
    {
        "invitation.joined",
        "session.started",
        "session.ended",
        "consent.given",
        "consent.paused",
        "consent.withdrawn",
        "contact.recorded",
        "contact.confirmed",
        "message.submitted",
        "message.taken-back",
        "message.opened",
        "message.kept",
        "message.with-facilitator",
        "message.not-wanted",
        "message.told",
    }
)
"""The kinds of events that a participant causes."""


@dataclass(frozen=True)
class Receipt:
    """An act of somebody's own. `index`: its place in the log, None before a published head covers it."""

    receipt_id: str
    kind: str
    at: datetime
    index: int | None


def listed(session: Session, actor: Actor, before: str | None = None) -> tuple[list[Receipt], str | None]:
    """A page of the actor's own acts, newest first: those before the receipt `before`; and the last receipt_id where
    there are more. Raises `not-found` for a `before` that is nobody's or somebody else's.
    """
    require(actor, "receipts:read")
    key = _key(session, actor)
    if key is None:
        return [], None
    who = pseudonym(key, "actor", actor.name)
    wanted = _OWN if before is None else _OWN.where(AuditShown.idx < _own_row(session, actor, who, before).idx)
    rows = session.execute(wanted, {"of_case": actor.case_id, "of_actor": who, "few": PAGE + 1}).all()
    both = zip(rows, places(session, [row.idx for row in rows], published=True), strict=True)
    found = [Receipt(row.event_id, row.kind, row.at, place.index(row.idx)) for row, place in both]
    return found[:PAGE], found[PAGE - 1].receipt_id if len(found) > PAGE else None


def proof(session: Session, actor: Actor, receipt_id: str) -> log_proof.LogProof:
    """The proof of one act of the actor's own. Raises `not-found`; `not-published` where no published head covers it
    yet; `cannot-open` where the event was changed past the application.
    """
    require(actor, "receipts:read")
    key = _key(session, actor)
    if key is None:
        raise NotFound("not-found")
    row = _own_row(session, actor, pseudonym(key, "actor", actor.name), receipt_id)
    (place,) = places(session, [row.idx], published=True)
    if place.head is None or place.index(row.idx) is None:
        raise Conflict("not-published")
    (found,) = opened(session, place.log, place.head, [session.scalars(_EVENT, {"of_idx": row.idx}).one()])
    if not found.opening:
        raise ProtocolError("cannot-open")
    return log_proof.LogProof(found.index, found.opening, tuple(found.proof), place.head.note or "")


def _key(session: Session, actor: Actor) -> bytes | None:
    """The key of the actor's own case; None where it was erased."""
    return session.scalar(_KEY, {"of_case": actor.case_id})


def _own_row(session: Session, actor: Actor, who: str, receipt_id: str) -> AuditShown:
    mine = {"of_case": actor.case_id, "of_actor": who, "of_event": receipt_id}
    row = session.scalars(_ONE, mine).one_or_none()
    if row is None:
        raise NotFound("not-found")
    return row


_KEY: Final = select(AuditKey.key).where(AuditKey.scope == bindparam("of_case"))
_MINE: Final = (
    AuditShown.actor == bindparam("of_actor"),
    AuditShown.case_id == bindparam("of_case"),
    AuditShown.kind.in_(OWN),
)
_OWN: Final = (
    select(AuditShown.idx, AuditShown.kind, AuditShown.at, AuditEvent.event_id)
    .join(AuditEvent, AuditEvent.idx == AuditShown.idx)
    .where(*_MINE)
    .order_by(AuditShown.idx.desc())
    .limit(bindparam("few"))
)
_ONE: Final = (
    select(AuditShown)
    .join(AuditEvent, AuditEvent.idx == AuditShown.idx)
    .where(AuditEvent.event_id == bindparam("of_event"), *_MINE)
)
_EVENT: Final = select(AuditEvent).where(AuditEvent.idx == bindparam("of_idx"))
