"""What auditors look events up by: case, actor, kind and time, drawn from the opened events after they were placed.

Kept apart from the events, so that an act writes one row and an erasure leaves nothing: whatever stands here can be
drawn anew, and proves nothing.
"""

import json
from datetime import datetime
from typing import Final

from sqlalchemy import bindparam, func, insert, select
from sqlalchemy.orm import Session

from mediation.ledger.integrating import hold_log
from mediation.ledger.models import AuditEvent, AuditKey, AuditShown
from mediation.ledger.operations import AGENCY_SCOPE, open_event
from mediation.protocol.encoding import parse_time

BATCH: Final = 1024


def behind(session: Session) -> bool:
    """Whether there is a placed event that has not been drawn."""
    return session.scalar(_NEXT, {"after": _drawn(session), "few": 1}) is not None


def draw(session: Session, now: datetime) -> int:
    """Draw up to a batch of events; returns how many. Never commits."""
    if not hold_log(session):
        return 0
    rows = session.execute(_NEXT, {"after": _drawn(session), "few": BATCH}).all()
    shown = [_shown(row, key) for row, key in rows]
    if shown:
        session.execute(_ADD, shown)
    return len(rows)


def _shown(row: AuditEvent, key: bytes) -> dict[str, object]:
    _, text = open_event(key, row)
    event = json.loads(text)
    return {
        "idx": row.idx,
        "case_id": row.case_id,
        "actor": event["actor"],
        "kind": event["kind"],
        "at": parse_time(event["at"]),
    }


def _drawn(session: Session) -> int:
    newest = session.scalar(_NEWEST)
    return -1 if newest is None else newest


_NEWEST: Final = select(func.max(AuditShown.idx))
_NEXT: Final = (
    select(AuditEvent, AuditKey.key)
    .join(AuditKey, AuditKey.scope == func.coalesce(AuditEvent.case_id, AGENCY_SCOPE))
    .where(AuditEvent.idx > bindparam("after"), AuditEvent.sealed.is_not(None))
    .order_by(AuditEvent.idx)
    .limit(bindparam("few"))
)
"""With their keys: what came of a case while it was erased has none, can be read by nobody, and holds up nothing."""
_ADD: Final = insert(AuditShown.metadata.tables[AuditShown.__tablename__])
