"""What the log tells of one scope (a case, or the agency), opened, in the order in which it happened; and how rooms
hold their rows against it.

A row and what was told of it are compared as facts: name to value. A difference is a finding, whichever side it is on.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from mediation.ledger.operations import pseudonym
from mediation.ledger.verifying import Report
from mediation.protocol import envelope as envelopes
from mediation.protocol.encoding import format_time
from mediation.protocol.errors import ProtocolError
from mediation.protocol.event import Event

Facts = dict[str, Any]
Told = dict[Any, Facts]


@dataclass(frozen=True, slots=True)
class Binding:
    """How an event left a row: its place among all events, the key of its scope, and the row's hash (None: deleted)."""

    qid: int
    key: bytes
    hash: str | None


Bound = dict[tuple[str, str], Binding]
"""The newest binding of each row, by the names of its table (with `@` and a case, see `binding`) and of the row."""


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
    bound: Bound = field(default_factory=dict)
    whole: bool = False
    """Whether every row is bound: the first event binds those that came with it. Older ones bind nothing."""

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
