"""What the log tells of one scope (a case, or the agency), opened, in the order in which it happened; and how rooms
hold their rows against it.

A row and what was told of it are compared as facts: name to value. A difference is a finding, whichever side it is on.
"""

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from mediation.db import Base, UnreadableError
from mediation.ledger.binding import REF, columns, hash_of_values
from mediation.ledger.operations import pseudonym
from mediation.ledger.verifying import Report
from mediation.protocol import envelope as envelopes
from mediation.protocol.encoding import format_time
from mediation.protocol.errors import ProtocolError
from mediation.protocol.event import Event

Facts = dict[str, Any]
Told = dict[Any, Facts]
AT_ONCE: Final = 500
"""Rows that are read at once."""


@dataclass(frozen=True)
class Recorded:
    """An event, and its place in the log (None while it waits)."""

    idx: int | None
    event: Event

    @property
    def kind(self) -> str:
        """Its kind, of KINDS."""
        return self.event.kind

    @property
    def at(self) -> str:
        """When it happened."""
        return self.event.at

    def ref(self, name: str) -> str:
        """What it names, empty where it names nothing so."""
        return self.event.refs.get(name, "")


@dataclass
class Trail:
    """The events of a case, or (`case_id` None) those of the agency that tell of rows."""

    case_id: str | None
    key: bytes
    events: list[Recorded] = field(default_factory=list)

    def of(self, *kinds: str) -> Iterator[Recorded]:
        """Those of some kinds, oldest first."""
        return (each for each in self.events if each.kind in kinds)

    def name(self, who: str | None) -> str | None:
        """The pseudonym under which somebody acts here; None for nobody."""
        return None if who is None else pseudonym(self.key, "actor", who)


Room = Callable[[Session, Trail, Report], None]
"""Holds the rows of one room against a trail."""


def time(value: datetime | None) -> str | None:
    """A row's time, as events write it."""
    return None if value is None else format_time(value)


def hash_of(envelope: Any, kind: str) -> str | None:
    """The hash of a stored statement, None where it cannot be read."""
    try:
        return envelopes.parse(envelope, kind).hash
    except ProtocolError:
        return None


def payload_of(envelope: Any, kind: str) -> Mapping[str, Any]:
    """What a stored statement says, nothing where it cannot be read."""
    try:
        return envelopes.parse(envelope, kind).payload
    except ProtocolError:
        return {}


def hold_against(report: Report, what: str, rows: Told, told: Told) -> None:
    """Find every row that no event tells of, every event whose row is gone, and every fact that differs."""
    for key in sorted({*rows, *told}, key=str):
        name = f"{what} {' for '.join(key) if isinstance(key, tuple) else key}"
        if key not in told:
            report.find("row-unrecorded", f"{name}: no event tells of it.")
        elif key not in rows:
            report.find("row-missing", f"{name}: the log tells of it, and it is not there.")
        else:
            wrong = [each for each in told[key] if rows[key].get(each) != told[key][each]]
            if wrong:
                report.find("row-differs", f"{name}: not as the log tells it ({', '.join(wrong)}).")


def hold_rows(
    session: Session, report: Report, trail: Trail, model: type[Base], key: str, name: str, kinds: Collection[str]
) -> None:
    """Find every row that is not as the newest event of these kinds left it which names it and holds its hash: `name`
    of the event is `key` of the row. Events from before there were such hashes hold none; that a row is there and has
    an event, its room checks.
    """
    table = model.__tablename__
    newest = {each.ref(name): each.ref(REF) for each in trail.of(*kinds) if each.ref(REF)}
    named = list(newest)
    for first in range(0, len(named), AT_ONCE):
        for one, values in _stored(session, model, key, named[first : first + AT_ONCE]).items():
            if values is None:
                report.find("row-differs", f"{table} {one}: it cannot be read.")
            elif hash_of_values(trail.key, model, values) != newest[one]:
                report.find("row-differs", f"{table} {one}: not as it was when the log told of it last.")


def _stored(
    session: Session, model: type[Base], key: str, named: Sequence[str]
) -> dict[str, Mapping[str, Any] | None]:
    """All columns of the rows that are there, by key; None of one that cannot be read."""
    wanted = select(*(getattr(model, name) for name in columns(model))).where(getattr(model, key).in_(named))
    try:
        return {row[key]: {**row} for row in session.execute(wanted).mappings()}
    except UnreadableError:
        if len(named) == 1:
            return {named[0]: None}
        return {one: values for each in named for one, values in _stored(session, model, key, [each]).items()}
