"""What waits for facilitators today: whoever paused or stopped first, then oldest first, so that age is seen.

Everything is derived from where cases and messages stand, but for the stored tasks.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from sqlalchemy.orm import Session

from mediation.access import Actor, require
from mediation.accounts import authority, roster
from mediation.accounts.recent import Recent
from mediation.errors import NotFound
from mediation.messages.queue_rows import EVERY, OWN, REFS, RENEW_DAYS
from mediation.protocol.encoding import format_time, parse_time, unb64
from mediation.protocol.errors import ProtocolError
from mediation.protocol.primitives import kid

WAITING_AFTER: Final = timedelta(days=2)
LATE_AFTER: Final = timedelta(days=5)
PAGE: Final = 100
"""How many things stand on a page; the rest comes when it is asked for."""
KEY: Final = r"^[01] \d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}Z [A-Za-z0-9_-]{22,43}$"
"""What says where a page ended: the place, the time and the id of its last thing."""
_BEGIN: Final = (-1, datetime(1970, 1, 1, tzinfo=UTC), "")
_agreeing: Recent[str, list[str]] = Recent(8)


@dataclass(frozen=True)
class Page:
    """Some of what waits, and the key after which the rest comes; None where this is all."""

    items: list[dict[str, Any]]
    more: str | None


def queue(session: Session, actor: Actor, now: datetime) -> list[dict[str, Any]]:
    """The first page of everything that waits in the actor's cases; a supervisor sees it for the whole agency."""
    return page(session, actor, now).items


def page(session: Session, actor: Actor, now: datetime, after: str | None = None) -> Page:
    """A page of what waits: what comes after the key `after`. Raises `not-found` for what is no key."""
    require(actor, "queue:read")
    rank, since, key = _place(after)
    wanted = EVERY if "supervisor" in actor.roles else OWN
    given = {
        "agency": actor.agency_id,
        "staff": actor.staff_id,
        "soon": (now + timedelta(days=RENEW_DAYS - 1)).date(),
        "agreeing": _on_the_roster(session, str(actor.agency_id)),
        "rank": rank,
        "since": since,
        "key": key,
        "size": PAGE + 1,
    }
    rows = session.connection().execute(wanted, given).all()
    more = _key(rows[PAGE - 1]) if len(rows) > PAGE else None
    return Page([_item(row, now) for row in rows[:PAGE]], more)


def _place(after: str | None) -> tuple[int, datetime, str]:
    if after is None:
        return _BEGIN
    if re.fullmatch(KEY, after) is None:
        raise NotFound("not-found")
    rank, since, key = after.split(" ")
    try:
        return int(rank), parse_time(since), key
    except ProtocolError as error:
        raise NotFound("not-found") from error


def _key(row: Any) -> str:
    return f"{row.rank} {format_time(row.since)} {row.key}"


def _on_the_roster(session: Session, agency_id: str) -> list[str]:
    """Everybody on the newest roster as the head of a case names them, if the two agree: staff_id and sign_kid."""
    hash_ = authority.state(session, agency_id).roster
    return _agreeing.get(str(hash_), lambda: list(_named(roster.listed(session, agency_id))))


def _named(entries: roster.Entries) -> Iterable[str]:
    return (staff_id + kid(unb64(entry["sign_pk"])) for staff_id, entry in entries.items())


def _item(row: Any, now: datetime) -> dict[str, Any]:
    age = max(timedelta(0), now - row.since)
    return {
        "kind": row.kind,
        "case_id": row.case_id,
        "since": format_time(row.since),
        **{name: getattr(row, name) for name in REFS},
        "reference": row.reference,
        "days": age.days,
        "ageing": "late" if age >= LATE_AFTER else "waiting" if age >= WAITING_AFTER else "new",
    }
