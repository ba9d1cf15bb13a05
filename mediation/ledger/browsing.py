"""What an auditor looks at: events by case, actor, kind and day, a page at a time, each with its opening and its proof.

Found by what was drawn from the events (`showing.py`), which proves nothing; what is shown are the openings, and each
comes with the proof that it stands at its place under the newest signed head. That nothing was left out of a list is
proved by an export alone.
"""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any, Final

from sqlalchemy import Select, bindparam, select
from sqlalchemy.orm import Session

from mediation.access import Actor, require
from mediation.errors import NotFound
from mediation.ledger.logs import current_log, newest
from mediation.ledger.models import AuditCheckpoint, AuditEvent, AuditLog, AuditShown
from mediation.ledger.proving import Opened, opened

PAGE: Final = 25
SLACK: Final = timedelta(hours=1)
"""Places follow the times of events but for acts that were committed late; none lasts as long as this."""


@dataclass(frozen=True)
class Wanted:
    """Which events. `case_of`: those of the same case as the event at this index; `first` and `last` are days, both
    included; `before`: an index, for the next page.
    """

    log: int | None = None
    case_of: int | None = None
    actor: str | None = None
    kind: str | None = None
    first: date | None = None
    last: date | None = None
    before: int | None = None


@dataclass(frozen=True)
class Page:
    """Events, newest first, under one signed head: `log` is its number, `note` None before anything was signed."""

    log: int
    note: str | None
    size: int
    signed_at: datetime | None
    events: list[Opened]
    more: int | None


def events(session: Session, actor: Actor, wanted: Wanted) -> Page:
    """A page of events. Raises `not-found` for a log, or for the event of a case, that is not there."""
    require(actor, "log:audit")
    log = current_log(session) if wanted.log is None else session.get(AuditLog, wanted.log)
    head = newest(session, log.number, signed=True) if log else None
    if log is None and wanted.log is not None:
        raise NotFound("not-found")
    if log is None or head is None:
        return Page(1 if log is None else log.number, None, 0, None, [], None)
    rows = sorted(session.execute(_chosen(session, log, head, wanted)), key=lambda row: row.idx, reverse=True)
    shown = rows[:PAGE]
    more = shown[-1].idx - log.first_idx if len(rows) > PAGE else None
    return Page(log.number, head.note, head.size, head.made_at, opened(session, log, head, shown), more)


def _chosen(session: Session, log: AuditLog, head: AuditCheckpoint, wanted: Wanted) -> Select[*tuple[Any, ...]]:
    """The events in any order, one more than a page has. Their places are found first, and apart: joined at once,
    PostgreSQL walks the whole log from its newest end to the page.
    """
    begin, end = log.first_idx, log.first_idx + head.size
    if wanted.before is not None:
        end = min(end, log.first_idx + wanted.before)
    query = select(AuditShown.idx)
    if wanted.first is not None:
        moment = datetime.combine(wanted.first, time(), head.made_at.tzinfo)
        query, begin = query.where(AuditShown.at >= moment), max(begin, _first(session, moment - SLACK, end))
    if wanted.last is not None:
        moment = datetime.combine(wanted.last, time(), head.made_at.tzinfo) + timedelta(days=1)
        query, end = query.where(AuditShown.at < moment), min(end, _first(session, moment + SLACK, end))
    if wanted.case_of is not None:
        query = query.where(AuditShown.case_id == _case_of(session, log.first_idx + wanted.case_of))
    for column, value in ((AuditShown.actor, wanted.actor), (AuditShown.kind, wanted.kind)):
        query = query if value is None else query.where(column == value)
    found = query.where(AuditShown.idx >= begin, AuditShown.idx < end).order_by(AuditShown.idx.desc()).limit(PAGE + 1)
    places = found.subquery("places")
    return _EVENTS.join(places, AuditEvent.idx == places.c.idx)


def _first(session: Session, moment: datetime, otherwise: int) -> int:
    """The place of the first event from a moment on."""
    found = session.scalar(_FROM, {"moment": moment})
    return otherwise if found is None else found


def _case_of(session: Session, idx: int) -> str | None:
    row = session.get(AuditShown, idx)
    if row is None:
        raise NotFound("not-found")
    return row.case_id


_EVENTS: Final = select(AuditEvent.idx, AuditEvent.event_id, AuditEvent.case_id, AuditEvent.sealed)
_FROM: Final = (
    select(AuditShown.idx)
    .where(AuditShown.at >= bindparam("moment"))
    .order_by(AuditShown.at, AuditShown.idx)
    .limit(1)
)
