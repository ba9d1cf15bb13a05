"""The list of cases: each with its newest notes, in which its title and its people's names are, sealed to facilitators.

A fixed number of questions, whatever the number of cases, notes and people.
"""

from collections.abc import Sequence
from typing import Any, Final

from sqlalchemy import func, literal, select
from sqlalchemy.orm import Session

from mediation.access import Actor
from mediation.accounts.lasting import lasting
from mediation.cases import listing
from mediation.cases.listing import Listed
from mediation.cases.summaries import CASES, Summaries, by_case
from mediation.messages.models import Message, Wrap
from mediation.protocol.encoding import b64, format_time

NOTES_IN_LIST: Final = 8

_PLACE: Final = func.row_number().over(partition_by=Message.case_id, order_by=Message.number.desc())
_NEWEST: Final = (
    select(Message.message_id, _PLACE.label("place"))
    .where(Message.case_id.in_(CASES), Message.kind == literal("note", literal_execute=True))
    .subquery("newest")
)
NOTES: Final = (
    select(
        Message.message_id,
        Message.case_id,
        lasting(Message.envelope),
        Message.ciphertext,
        Message.order_block,
        Message.epoch,
        Message.submitted_at,
        Wrap.box_kid,
        Wrap.seal,
    )
    .join(_NEWEST, _NEWEST.c.message_id == Message.message_id)
    .outerjoin(Wrap, Wrap.message_id == Message.message_id)
    .where(_NEWEST.c.place <= NOTES_IN_LIST)
    .order_by(Message.case_id, Message.number)
)
"""A note has one row for each of its wraps."""


def case_list(session: Session, actor: Actor, after: str | None = None) -> list[dict[str, Any]]:
    """A page of the actor's cases, newest first, those older than the case `after`, each with its newest notes.

    One whose stored rows do not fit its head stands there without documents and notes, and hides no other.
    """
    return listed(session, actor, listing.page(session, actor, after))


def named(session: Session, actor: Actor, case_ids: Sequence[str]) -> list[dict[str, Any]]:
    """Those of the actor's cases, as `case_list` shows them."""
    return listed(session, actor, listing.some(session, actor, case_ids))


def listed(session: Session, actor: Actor, cases: Sequence[Listed]) -> list[dict[str, Any]]:
    """Cases that were found through the actor, as a list shows them."""
    summaries = Summaries(session, actor, cases)
    notes = by_case(session, NOTES, cases=[case.case_id for case in cases])
    return [summaries.of(case) | {"notes": _notes(case, summaries, notes[case.case_id])} for case in cases]


def _notes(case: Listed, summaries: Summaries, rows: Sequence[Any]) -> list[dict[str, Any]]:
    outline = summaries.outline(case)
    if outline is None:
        return []
    found: dict[str, dict[str, Any]] = {}
    for row in rows:
        wrapped = row.box_kid == outline.epoch_kids[row.epoch - 1]
        if wrapped or row.message_id not in found:
            found[row.message_id] = _note(row, sealed=summaries.sealed(case), wrapped=wrapped)
    return [*found.values()]


def _note(row: Any, *, sealed: bool, wrapped: bool) -> dict[str, Any]:
    """As `views.message_view` shows it: a note has no recipients and needs no decision."""
    wrap = {"epoch": row.epoch, "box_kid": row.box_kid, "seal": b64(row.seal)} if sealed and wrapped else None
    return {
        "message_id": row.message_id,
        "message": row.envelope,
        "ciphertext": b64(row.ciphertext) if sealed else None,
        "order_block": b64(row.order_block) if sealed else None,
        "wrap": wrap,
        "submitted_at": format_time(row.submitted_at),
        "state": "filed",
        "taken_back": False,
        "held": None,
        "recipients": [],
        "decisions": [],
    }
