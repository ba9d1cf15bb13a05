"""Senders that were asked to slow down, or whose credentials are refused: while one is, it claims nothing.

A sender is a fingerprint of its credentials: a worker that was given other ones begins afresh by itself.
"""

from datetime import datetime, timedelta
from typing import Final

import structlog
from sqlalchemy import select
from sqlalchemy.orm import Session

from mediation.sms.models import TextSender

SHORTEST_PAUSE: Final = timedelta(seconds=5)
LONGEST_PAUSE: Final = timedelta(hours=6)
log = structlog.get_logger("mediation.sms")


def may_send(session: Session, sender: str, now: datetime) -> bool:
    """Whether a sender may send at this moment."""
    found = session.get(TextSender, sender, populate_existing=True)
    return found is None or (found.stopped_at is None and (found.paused_until is None or found.paused_until <= now))


def pause(session: Session, sender: str, seconds: int, now: datetime) -> timedelta:
    """Nothing goes out through this sender for so long (what it asked for, within bounds); returns how long."""
    wait = min(max(timedelta(seconds=seconds), SHORTEST_PAUSE), LONGEST_PAUSE)
    found = _of(session, sender)
    found.paused_until = max(found.paused_until or now, now + wait)
    return wait


def stop(session: Session, sender: str, code: str, now: datetime) -> None:
    """Nothing goes out through this sender until `resume`, or until it has other credentials."""
    found = _of(session, sender)
    if found.stopped_at is None:
        found.stopped_at, found.stopped_by = now, code
        log.error("sms.stopped", code=code)


def resume(session: Session) -> int:
    """Every stopped sender may try again; returns how many there were."""
    found = session.scalars(select(TextSender).where(TextSender.stopped_at.is_not(None))).all()
    for each in found:
        each.stopped_at = each.stopped_by = each.paused_until = None
    return len(found)


def stopped(session: Session) -> list[TextSender]:
    """Senders that are stopped, for administrators: the newest first."""
    wanted = select(TextSender).where(TextSender.stopped_at.is_not(None))
    return list(session.scalars(wanted.order_by(TextSender.stopped_at.desc())))


def _of(session: Session, sender: str) -> TextSender:
    found = session.get(TextSender, sender, with_for_update=True, populate_existing=True)
    if found is None:
        found = TextSender(sender=sender)
        session.add(found)
        session.flush()
    return found
