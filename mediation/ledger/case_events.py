"""What was recorded of a case, for those who facilitate it: newest first, a page at a time, each event with its opening
and, once a signed head covers it, with its proof.

The case's name key comes along: with it a client works out for itself under which names everybody acts in the events,
and that they are this case's, instead of taking a server's word for who did what.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from mediation.access import Actor, OfCase, require
from mediation.errors import NotFound
from mediation.ledger.models import AuditEvent, AuditKey
from mediation.ledger.operations import name_key
from mediation.ledger.proving import Place, opened, openings, places

PAGE: Final = 25


@dataclass(frozen=True)
class CaseEvent:
    """An event: `opening` is salt ‖ event. It stands at `index` of the log number `log`, and `proof` leads up to the
    root of that log's head; all three are None before a signed head covers it.
    """

    event_id: str
    opening: bytes
    log: int | None = None
    index: int | None = None
    proof: Sequence[bytes] | None = None


@dataclass(frozen=True)
class CasePage:
    """Events, newest first; `heads`: the note and the size of each log's head; `more`: the event_id after which the
    next page begins, None on the last one.
    """

    name_key: bytes
    heads: dict[int, tuple[str, int]]
    events: list[CaseEvent]
    more: str | None


def events(
    session: Session, actor: Actor, case: OfCase, before: str | None = None, *, published: bool = False
) -> CasePage:
    """A page of the case's events, those before the event `before`, under the newest signed head, or the newest one
    that was `published`. Raises `not-found` for a `before` that is not of this case.
    """
    require(actor, "events:read", case)
    key = session.scalar(_KEY, {"of_case": case.case_id})
    if key is None:
        raise NotFound("not-found")
    asked = {"of_case": case.case_id}
    if before is None:
        rows = session.execute(_NEWEST, asked).all()
    else:
        rows = session.execute(_BEFORE, asked | {"qid": _qid(session, asked | {"of_event": before})}).all()
    heads, found = _proved(session, rows[:PAGE], published=published)
    return CasePage(name_key(key), heads, found, rows[PAGE - 1].event_id if len(rows) > PAGE else None)


def _qid(session: Session, asked: dict[str, Any]) -> int:
    """Where the next page begins."""
    found = session.scalar(_ONE, asked)
    if found is None:
        raise NotFound("not-found")
    return found


def _proved(
    session: Session, rows: Sequence[Any], *, published: bool
) -> tuple[dict[int, tuple[str, int]], list[CaseEvent]]:
    """The events in the order of their rows, and the heads that they are proved under."""
    heads: dict[int, tuple[str, int]] = {}
    found: dict[int, CaseEvent] = {}
    for place, own in _covered(session, rows, published=published):
        number, head = place.log.number, place.head
        assert head is not None and head.note is not None
        heads[number] = (head.note, head.size)
        for row, each in zip(own, opened(session, place.log, head, own), strict=True):
            found[row.qid] = CaseEvent(row.event_id, each.opening, number, each.index, each.proof)
    bare = [row for row in rows if row.qid not in found]
    for row, opening in zip(bare, openings(session, bare), strict=True):
        found[row.qid] = CaseEvent(row.event_id, opening)
    return heads, [found[row.qid] for row in rows]


def _covered(session: Session, rows: Sequence[Any], *, published: bool) -> Iterable[tuple[Place, list[Any]]]:
    """The rows that a head covers, for each log together."""
    placed = [row for row in rows if row.idx is not None]
    together: dict[int, tuple[Place, list[Any]]] = {}
    for row, place in zip(placed, places(session, [row.idx for row in placed], published=published), strict=True):
        if place.index(row.idx) is not None:
            together.setdefault(place.log.number, (place, []))[1].append(row)
    return together.values()


_OF_CASE: Final = AuditEvent.case_id == bindparam("of_case")
_KEY: Final = select(AuditKey.key).where(AuditKey.scope == bindparam("of_case"))
_ONE: Final = select(AuditEvent.qid).where(AuditEvent.event_id == bindparam("of_event"), _OF_CASE)
_NEWEST: Final = (
    select(AuditEvent.qid, AuditEvent.idx, AuditEvent.event_id, AuditEvent.case_id, AuditEvent.sealed)
    .where(_OF_CASE)
    .order_by(AuditEvent.qid.desc())
    .limit(PAGE + 1)
)
_BEFORE: Final = _NEWEST.where(AuditEvent.qid < bindparam("qid"))
