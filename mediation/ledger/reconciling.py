"""Holds the database against its own audit log: entries, tiles and heads here, rows in the rooms that know them.

Everything is read in one snapshot and in memory that grows with the largest case, not with the log.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from mediation.db import UnreadableError, settings_of
from mediation.ledger.binding import REF, manifest_hash
from mediation.ledger.holding import UNREADABLE, Elsewhere, check_rows
from mediation.ledger.log_check import check_logs, check_timestamps
from mediation.ledger.models import AuditCounter, AuditEvent, AuditKey, AuditLog
from mediation.ledger.operations import AGENCY_SCOPE, open_whole, pseudonym
from mediation.ledger.state import Head
from mediation.ledger.trail import Binding, Recorded, Room, Trail
from mediation.ledger.verifying import ERASED, Progress, Report, erased_spans
from mediation.protocol import event as events
from mediation.protocol.encoding import parse_canonical
from mediation.protocol.errors import ProtocolError

BLOCK: Final = 4096
UNTOLD: Final = ("session.started", "session.ended", "audit.padded")
"""Events of the agency that tell of no row: as many as there are days and visits, so they are not kept in memory."""


def reconcile(
    session: Session,
    rooms: Sequence[Room],
    signed: Mapping[str, Head],
    progress: Progress = lambda done, of: None,
) -> Report:
    """What does not agree. `signed`: the signer's file, read before this session began. Never commits."""
    report = Report("database")
    check_logs(session, report, signed, settings_of(session).audit_keys, progress)
    check_timestamps(session, report, settings_of(session).timestamp_roots)
    total = session.scalar(select(func.count()).select_from(AuditEvent)) or 0
    elsewhere = Elsewhere()
    for case_id in _scopes(session):
        trail = _Opening(session, case_id, report).trail()
        if trail is not None:
            check_rows(session, trail, report, elsewhere)
            for room in rooms:
                _hold(session, room, trail, report)
        progress(min(report.events, total), total)
    return report


def _hold(session: Session, room: Room, trail: Trail, report: Report) -> None:
    """What a room finds. One that meets a row which cannot be read, by now found, ends there."""
    try:
        room(session, trail, report)
    except UNREADABLE:
        report.find("row-differs", f"{trail.case_id or AGENCY_SCOPE}: not all of it can be read.")


def _scopes(session: Session) -> Iterator[str | None]:
    """None for the agency, then every case that has a key or an event."""
    yield None
    keys = select(AuditKey.scope).where(AuditKey.scope != AGENCY_SCOPE)
    named = select(AuditEvent.case_id).where(AuditEvent.case_id.is_not(None))
    yield from session.scalars(keys.union(named)).all()


class _Opening:
    """Opens the events of one scope: each is its entry's, of this scope, and no number of an actor is missing."""

    def __init__(self, session: Session, case_id: str | None, report: Report) -> None:
        self._session = session
        self._case_id = case_id
        self._scope = case_id or AGENCY_SCOPE
        self._report = report
        self._next: dict[str, int] = {}
        self._sealed_away: list[int | None] = []
        self._erased: list[range] = []

    def trail(self) -> Trail | None:
        """The opened events; None, and a finding, where the scope's key is not there."""
        try:
            key = self._session.scalar(select(AuditKey.key).where(AuditKey.scope == self._scope))
        except UnreadableError:
            key = None
        if key is None:
            if self._case_id is not None or self._session.scalar(select(AuditEvent.qid).limit(1)) is not None:
                self._report.find("key-missing", f"{self._scope}: the key of its events is gone.")
            return None
        trail = Trail(self._case_id, key)
        for row in self._rows():
            found = self._opened(trail, row)
            if found is not None and (self._case_id is not None or found.kind not in UNTOLD):
                trail.events.append(Recorded(row.idx, found))
        trail.whole = bool(trail.events) and trail.events[0].ref(REF) != ""
        self._check_counters()
        self._check_erased()
        return trail

    def _rows(self) -> Iterator[Any]:
        last: int | None = None
        while True:
            wanted = _EVENTS.where(AuditEvent.case_id == self._case_id)  # IS NULL for the agency
            if last is not None:
                wanted = wanted.where(AuditEvent.qid > last)
            rows = self._session.execute(wanted.order_by(AuditEvent.qid).limit(BLOCK)).all()
            yield from rows
            if len(rows) < BLOCK:
                return
            last = rows[-1].qid

    def _opened(self, trail: Trail, row: Any) -> events.Event | None:
        if row.sealed is None:
            self._sealed_away.append(row.idx)
            return None
        try:
            salt, text, bound = open_whole(trail.key, row)
            found = events.opened(row.commitment, salt + text)
        except ProtocolError as error:
            self._report.find(error.code, f"Event {row.event_id}: {error.sentence}", row.idx)
            return None
        self._report.events += 1
        if found.case != pseudonym(trail.key, "case", self._scope):
            self._report.find("event-misplaced", f"Event {row.event_id} belongs to another case.", row.idx)
        self._note_bound(trail, row, found, bound)
        self._count(row, found)
        self._note_erasure(found, row)
        return found

    def _note_bound(self, trail: Trail, row: Any, found: events.Event, bound: bytes) -> None:
        if found.refs.get(REF, "") != (manifest_hash(bound) if bound else ""):
            self._report.find("rows-wrong", f"Event {row.event_id} binds other rows than are beside it.", row.idx)
        elif bound:
            for table, rows in parse_canonical(bound).items():
                trail.bound.update({(table, name): Binding(row.qid, trail.key, hash_) for name, hash_ in rows.items()})

    def _count(self, row: Any, found: events.Event) -> None:
        wanted = self._next.get(found.actor, 0)
        if found.n != wanted:
            code = "event-missing" if found.n > wanted else "number-twice"
            self._report.find(code, f"Event {row.event_id} has number {found.n} where {wanted} comes next.", row.idx)
        self._next[found.actor] = found.n + 1

    def _check_counters(self) -> None:
        """The counters say how many there must be: the last event of somebody is not missing either."""
        counted = select(AuditCounter.actor, AuditCounter.next_n).where(AuditCounter.scope == self._scope)
        if {row.actor: row.next_n for row in self._session.execute(counted)} != self._next:
            self._report.find("event-missing", f"{self._scope}: other numbers were given out than there are events.")

    def _note_erasure(self, found: events.Event, row: Any) -> None:
        if found.kind == ERASED:
            logs = {each.number: each.first_idx for each in self._session.execute(_LOGS)}
            self._erased += [span for each in erased_spans(found) for span in _spans(each, logs)]

    def _check_erased(self) -> None:
        for idx in self._sealed_away:
            if idx is None or not any(idx in each for each in self._erased):
                self._report.find("opening-missing", "Nobody can read this entry, and no erasure says why.", idx)


def _spans(text: str, logs: Mapping[int, int]) -> Iterator[range]:
    """The idx that a ref of an erasure names: `log:first-last`, of the newest log without `log:`."""
    number, colon, span = text.rpartition(":")
    first, _, last = span.partition("-")
    begin = logs.get(int(number) if colon else max(logs, default=0))
    if begin is not None and first.isdigit():
        yield range(begin + int(first), begin + int(last or first) + 1)


_EVENTS: Final = select(
    AuditEvent.qid, AuditEvent.idx, AuditEvent.event_id, AuditEvent.commitment, AuditEvent.sealed
)
_LOGS: Final = select(AuditLog.number, AuditLog.first_idx)
