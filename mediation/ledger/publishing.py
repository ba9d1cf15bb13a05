"""Once a day, at a fixed hour, the head that everybody signed in may see; a silent and a busy day look alike.

In a small agency the growth of the log in the night is news about the other side. So the published size grows by a
fixed step: events that say nothing (`audit.padded`) fill it up. A day with more events than a step grows by two of
them, or as many as it takes; an agency whose days do chooses a larger step (AUDIT_STEP).
"""

from datetime import datetime, timedelta
from math import ceil
from typing import Final

from sqlalchemy import bindparam, func, select, update
from sqlalchemy.orm import Session

from mediation.access import SYSTEM
from mediation.db import settings_of
from mediation.ledger.integrating import hold_log, integrate
from mediation.ledger.logs import current_log, newest, size_of
from mediation.ledger.models import AuditCheckpoint, AuditEvent
from mediation.ledger.operations import append, write


def due(session: Session, now: datetime) -> bool:
    """Whether the hour has come since the last time; before anything was published it has as soon as there is a log."""
    log = current_log(session)
    if log is None:
        return False
    last = newest(session, log.number, published=True)
    return last is None or last.published_at is None or last.published_at < last_hour(session, now)


def last_hour(session: Session, now: datetime) -> datetime:
    """The newest publishing hour that is over."""
    hour = now.replace(hour=settings_of(session).audit_hour, minute=0, second=0, microsecond=0)
    return hour if hour <= now else hour - timedelta(days=1)


def publish(session: Session, now: datetime) -> int:
    """Fill the log up to the next step, place what waits, and publish that head; returns its size, or 0 where it is not
    due or somebody else holds the log. Its signature follows (`signing.py`). Never commits.
    """
    log = current_log(session)
    if log is None or not hold_log(session) or not due(session, now):
        return 0
    size = size_of(session, log.number)
    target = _pad(session, log.number, size, now)
    while size < target:
        size += integrate(session, now, limit=target - size)
    session.execute(_PUBLISH, {"of_log": log.number, "of_size": target, "at": now})
    return target


def _pad(session: Session, log: int, size: int, now: datetime) -> int:
    """Queue as many events that say nothing as the next step needs; returns the size that is then published."""
    last = newest(session, log, published=True)
    published = last.size if last else 0
    waiting = session.scalar(_COUNT) or 0
    step = settings_of(session).audit_step
    steps = max(1, ceil((size + waiting - published) / step))
    target = published + steps * step
    for _ in range(target - size - waiting):
        append(session, "audit.padded", actor=SYSTEM, case_id=None, refs={}, at=now)
    write(session)
    return target


_COUNT: Final = select(func.count()).select_from(AuditEvent).where(AuditEvent.idx.is_(None))
_HEAD: Final = AuditCheckpoint.metadata.tables[AuditCheckpoint.__tablename__]
_PUBLISH: Final = (
    update(_HEAD)
    .where(_HEAD.c.log == bindparam("of_log"), _HEAD.c.size == bindparam("of_size"))
    .values(published_at=bindparam("at"))
)
