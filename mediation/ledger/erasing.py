"""Erasing a case from the trail: its key is destroyed, its events lose what they said, and the tree stays as it is.

The entries keep their places, so every proof of others holds; `case.erased`, in the agency's scope, names the places
whose openings are gone.
"""

from collections.abc import Iterator, Sequence
from datetime import datetime
from itertools import zip_longest
from typing import Final

from sqlalchemy import delete, select, text, update
from sqlalchemy.orm import Session

from mediation.access import SYSTEM
from mediation.db import dialect_of, table_of
from mediation.ledger import integrating
from mediation.ledger.models import AuditCounter, AuditEvent, AuditKey, AuditLog, AuditShown
from mediation.ledger.operations import KEYS, append

SPANS: Final = 100
"""How many spans one event names: 8 KB hold more than twice as many."""
_HOLD: Final = text("SELECT pg_advisory_xact_lock(:lock)")


def erase(session: Session, case_id: str, now: datetime) -> int:
    """Erase what the trail says of a case, as part of the operation that erases its rows; returns how many events.

    Events that wait are placed first. Never commits.
    """
    if dialect_of(session) == "postgresql":
        session.execute(_HOLD, {"lock": integrating.LOCK})
    while integrating.integrate(session, now) == integrating.BATCH:
        pass
    places = session.scalars(select(AuditEvent.idx).where(AuditEvent.case_id == case_id).order_by(AuditEvent.idx)).all()
    events = table_of(AuditEvent)
    session.execute(update(events).where(events.c.case_id == case_id).values(sealed=None, case_id=None))
    session.execute(delete(AuditShown).where(AuditShown.case_id == case_id))
    session.execute(delete(AuditCounter).where(AuditCounter.scope == case_id))
    session.execute(delete(AuditKey).where(AuditKey.scope == case_id))
    session.info.get(KEYS, {}).pop(case_id, None)
    named = list(_named(session, [each for each in places if each is not None]))
    for begin in range(0, max(1, len(named)), SPANS):
        refs = {str(number): span for number, span in enumerate(named[begin : begin + SPANS])}
        append(session, "case.erased", actor=SYSTEM, case_id=None, refs=refs, at=now)
    return len(places)


def _named(session: Session, places: Sequence[int]) -> Iterator[str]:
    """Spans of places, as an event names them: `first-last` within the newest log, `log:first-last` in one before."""
    logs = session.execute(select(AuditLog.number, AuditLog.first_idx).order_by(AuditLog.number)).all()
    for log, following in zip_longest(logs, logs[1:]):
        mine = [each for each in places if each >= log.first_idx and (not following or each < following.first_idx)]
        for first, last in _spans(mine):
            prefix = f"{log.number}:" if following else ""
            yield f"{prefix}{first - log.first_idx}-{last - log.first_idx}"


def _spans(places: Sequence[int]) -> Iterator[tuple[int, int]]:
    """Neighbours together: (first, last)."""
    first = last = None
    for each in places:
        if last is not None and first is not None and each != last + 1:
            yield first, last
            first = each
        first, last = each if first is None else first, each
    if first is not None and last is not None:
        yield first, last
