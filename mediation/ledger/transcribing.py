"""What a facilitator's client makes a transcript of a case from: every event up to the one that records the transcript
itself, each with its opening and its proof.

The event is appended first, and nothing is given before a signed head holds it. The head is the first one that does, so
that it does not change while pages of events are fetched.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from mediation.access import Actor, OfCase, require
from mediation.errors import Conflict, NotFound
from mediation.ledger import proving
from mediation.ledger.logs import newest
from mediation.ledger.models import AuditCheckpoint, AuditEvent, AuditKey, AuditLog
from mediation.ledger.operations import acts, append, name_key, pseudonym, scope_key
from mediation.ledger.proving import Opened, opened

KIND: Final = "case.exported"
PAGE: Final = 500


@dataclass(frozen=True)
class Published:
    """An earlier published head, which witnesses may have signed, and the hashes that show that the later begins with
    it.
    """

    note: str
    proof: list[bytes]


@dataclass(frozen=True)
class Head:
    """A signed head of the log `number`, under which events are proved."""

    number: int
    note: str
    published: Published | None


@dataclass(frozen=True)
class Placed:
    """An event of the case; `log` is the place of its head among the page's."""

    log: int
    event: Opened


@dataclass(frozen=True)
class Page:
    """Events of a case, oldest first. `name_key`: what its pseudonyms are made with; `more`: the index after which the
    next page begins, None on the last one.
    """

    name_key: bytes
    heads: list[Head]
    events: list[Placed]
    more: int | None


def announce(session: Session, actor: Actor, case: OfCase, participant_id: str | None, at: datetime) -> str:
    """Append the transcript's own event, of the passed-on letters or of what concerns one participant; returns its
    event_id. It names how many events of the case each actor, or that participant, has caused, so that none can be left
    out without a trace. Never commits.
    """
    require(actor, "case:export", case)
    counted = acts(session, case.case_id)
    refs = {"what": "letters"} | {who: str(number) for who, number in counted.items()}
    if participant_id is not None:
        who = pseudonym(scope_key(session, case.case_id, at), "actor", participant_id)
        refs = {"what": "person", "participant": participant_id, "actor": who, "acts": str(counted.get(who, 0))}
    return append(session, KIND, actor=actor, case_id=case.case_id, refs=refs, at=at)


def given(session: Session, actor: Actor, case: OfCase, export_id: str, after: int | None = None) -> Page:
    """A page of the case's events, up to the transcript's own. Raises `not-found`; `not-signed-yet` while no signed
    head holds that one.
    """
    require(actor, "case:export", case)
    last = _place_of(session, case, export_id)
    logs = list(session.scalars(select(AuditLog).where(AuditLog.first_idx <= last).order_by(AuditLog.number)))
    heads = [_head(session, log, None) for log in logs[:-1]] + [_head(session, logs[-1], last)]
    rows = session.execute(
        _EVENTS, {"of_case": case.case_id, "last": last, "after": -1 if after is None else after}
    ).all()
    placed: list[Placed] = []
    for number, (log, head) in enumerate(zip(logs, heads, strict=True)):
        after = logs[number + 1].first_idx if number + 1 < len(logs) else last + 1
        own = [row for row in rows[:PAGE] if log.first_idx <= row.idx < after]
        placed += [Placed(number, each) for each in opened(session, log, head, own)]
    key = session.scalars(_KEY, {"of_case": case.case_id}).one()
    shown = [_shown(session, head) for head in heads]
    return Page(name_key(key), shown, placed, rows[PAGE - 1].idx if len(rows) > PAGE else None)


def _place_of(session: Session, case: OfCase, export_id: str) -> int:
    """Where the transcript's own event stands in the log."""
    found = session.execute(_PLACE, {"of_event": export_id, "of_case": case.case_id}).one_or_none()
    if found is None:
        raise NotFound("not-found")
    if found.idx is None:
        raise Conflict("not-signed-yet")
    return int(found.idx)


def _head(session: Session, log: AuditLog, idx: int | None) -> AuditCheckpoint:
    """The first signed head that holds the event at `idx`; of a log that was closed, its last one."""
    if idx is None:
        found = newest(session, log.number, signed=True)
    else:
        holding = (AuditCheckpoint.log == log.number, AuditCheckpoint.size > idx - log.first_idx)
        signed = select(AuditCheckpoint).where(*holding, AuditCheckpoint.note.is_not(None))
        found = session.scalar(signed.order_by(AuditCheckpoint.size).limit(1))
    if found is None:
        raise Conflict("not-signed-yet")
    return found


def _shown(session: Session, head: AuditCheckpoint) -> Head:
    """A head with the newest published one before it."""
    before = select(AuditCheckpoint).where(
        AuditCheckpoint.log == head.log,
        AuditCheckpoint.published_at.is_not(None),
        AuditCheckpoint.note.is_not(None),
        AuditCheckpoint.size <= head.size,
    )
    old = session.scalar(before.order_by(AuditCheckpoint.size.desc()).limit(1))
    if old is None:
        return Head(head.log, head.note or "", None)
    proof = proving.consistency(session, head.log, old.size, head.size)
    return Head(head.log, head.note or "", Published(old.note or "", proof))


_KEY: Final = select(AuditKey.key).where(AuditKey.scope == bindparam("of_case"))
_OF_CASE: Final = AuditEvent.case_id == bindparam("of_case")
_PLACE: Final = select(AuditEvent.idx).where(AuditEvent.event_id == bindparam("of_event"), _OF_CASE)
_EVENTS: Final = (
    select(AuditEvent.idx, AuditEvent.event_id, AuditEvent.case_id, AuditEvent.sealed)
    .where(_OF_CASE, AuditEvent.idx > bindparam("after"), AuditEvent.idx <= bindparam("last"))
    .order_by(AuditEvent.idx)
    .limit(PAGE + 1)
)
