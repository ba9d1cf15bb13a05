"""What auditors look events up by: case, actor, kind and time, drawn from the opened events after they were placed.

Kept apart from the events, so that an act writes one row and an erasure leaves nothing: whatever stands here can be
drawn anew, and proves nothing.
"""

import json
from datetime import datetime
from typing import Any, Final

import structlog
from sqlalchemy import bindparam, exists, func, insert, select
from sqlalchemy.orm import Session

from mediation.ledger.integrating import hold_log
from mediation.ledger.models import AuditEvent, AuditKey, AuditShown
from mediation.ledger.operations import AGENCY_SCOPE
from mediation.ledger.proving import openings
from mediation.protocol.encoding import parse_time
from mediation.protocol.event import SALT_SIZE

BATCH: Final = 1024
UNREADABLE: Final = "cannot-be-opened"
"""The kind under which auditors find an event that was changed past the application, or whose key was."""

log = structlog.get_logger("mediation.ledger")


def behind(session: Session) -> bool:
    """Whether there is a placed event that has not been drawn."""
    return session.scalar(_NEXT, {"after": _drawn(session), "few": 1}) is not None


def draw(session: Session, now: datetime) -> int:
    """Draw up to a batch of events; returns how many. Never commits."""
    if not hold_log(session):
        return 0
    rows = session.scalars(_NEXT, {"after": _drawn(session), "few": BATCH}).all()
    shown: list[dict[str, Any]] = []
    for row, opening in zip(rows, openings(session, rows), strict=True):
        shown.append(_shown(row, opening) if opening else _unreadable(row, shown[-1]["at"] if shown else now))
    if shown:
        session.execute(_ADD, shown)
    return len(rows)


def _shown(row: AuditEvent, opening: bytes) -> dict[str, Any]:
    event = json.loads(opening[SALT_SIZE:])
    return {
        "idx": row.idx,
        "case_id": row.case_id,
        "actor": event["actor"],
        "kind": event["kind"],
        "at": parse_time(event["at"]),
    }


def _unreadable(row: AuditEvent, at: datetime) -> dict[str, Any]:
    """In the place of an event that nobody can open any more, beside those that came with it."""
    log.critical("audit event cannot be opened", case=row.case_id or AGENCY_SCOPE)
    return {"idx": row.idx, "case_id": row.case_id, "actor": "", "kind": UNREADABLE, "at": at}


def _drawn(session: Session) -> int:
    newest = session.scalar(_NEWEST)
    return -1 if newest is None else newest


_NEWEST: Final = select(func.max(AuditShown.idx))
_HAS_KEY: Final = exists().where(AuditKey.scope == func.coalesce(AuditEvent.case_id, AGENCY_SCOPE))
_NEXT: Final = (
    select(AuditEvent)
    .where(AuditEvent.idx > bindparam("after"), AuditEvent.sealed.is_not(None), _HAS_KEY)
    .order_by(AuditEvent.idx)
    .limit(bindparam("few"))
)
"""Where there is a key: what came of a case while it was erased has none, is read by nobody, and holds up nothing."""
_ADD: Final = insert(AuditShown.metadata.tables[AuditShown.__tablename__])
