"""What a participant sees of letters: those offered to them, their own with a neutral status, their private thread.

Nothing here tells that something was returned, stopped, taken back or rewritten by the other side, nor when exactly it
was written; dates only. A writer's status never changes because of anything that the reader does.

Each question is asked once for all letters, so that their number changes nothing but the size of the answers.
"""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Executable
from sqlalchemy.orm import Session, lazyload

from mediation.access import Actor, require
from mediation.cases import views
from mediation.cases.heads import Verified, verified
from mediation.cases.models import Case, Member
from mediation.cases.queries import own_member
from mediation.cases.states import Standing
from mediation.cases.summaries import standing
from mediation.errors import NotFound
from mediation.messages.letter_rows import OFFERED, OWN, SENT_TO, STANDS
from mediation.messages.offering import is_due, is_offered
from mediation.messages.states import RecipientState
from mediation.protocol.encoding import b64, format_date

CHOSEN: Final = {
    RecipientState.KEPT: "kept",
    RecipientState.WITH_FACILITATOR: "with_facilitator",
    RecipientState.NOT_WANTED: "not_wanted",
    RecipientState.OPENED: "opened",
}


@dataclass(frozen=True)
class Reading:
    """Who reads, in which case, and whether the head holds, so that something new may be offered."""

    session: Session
    member: Member
    case: Case
    file: Verified
    holds: bool
    now: datetime


def letters(session: Session, actor: Actor, now: datetime) -> dict[str, Any]:
    """{offers, own, private} of the participant, oldest first. Raises `not-admitted`."""
    require(actor, "letters:read")
    reading = _own_reading(session, actor, now)
    return _letters(reading, _offers(reading))


def membership(session: Session, actor: Actor, now: datetime, from_seq: int = 1) -> dict[str, Any]:
    """The participant's membership: `waiting`, `admitted` or `removed`, and what their client verifies with."""
    require(actor, "letters:read")
    found = _stand(session, actor)
    if found.member is None:
        return _plain(session, actor, found)
    reading = _reading(session, found.case, found.member, now)
    return _membership(reading, _offers(reading), from_seq)


def membership_and_letters(
    session: Session, actor: Actor, now: datetime
) -> tuple[dict[str, Any], dict[str, Any] | None]:
    """Both at once, as a page needs them, from one look at each row; no letters for somebody who is not admitted."""
    require(actor, "letters:read")
    found = _stand(session, actor)
    if found.member is None:
        return _plain(session, actor, found), None
    reading = _reading(session, found.case, found.member, now)
    offers = _offers(reading)
    return _membership(reading, offers), _letters(reading, offers)


def _letters(reading: Reading, offers: Sequence[Any]) -> dict[str, Any]:
    rows = _rows(reading, OWN)
    own = [row for row in rows if row.part == "letter"]
    recipients = _recipients(reading)
    places = _places(reading, offers, own)
    return {
        "offers": [_offer(reading, row) | {"place": places[row.message_id]} for row in offers],
        "own": [_own(reading, row, recipients[row.message_id]) | {"place": places[row.message_id]} for row in own],
        "private": [_private(row) for row in rows if row.part == "private"],
    }


def _membership(reading: Reading, offers: Sequence[Any], from_seq: int = 1) -> dict[str, Any]:
    writers = {row.author_id for row in offers if row.state is not RecipientState.RECALLED}
    others = frozenset(writers - {reading.member.participant_id})
    return views.membership(reading.session, reading.case, reading.member, reading.file, others, from_seq)


def plain_membership(session: Session, actor: Actor) -> dict[str, Any]:
    """As `membership`, from the rows alone and with nothing to verify: whoever wants to pause never depends on it."""
    require(actor, "letters:read")
    return _plain(session, actor, _stand(session, actor))


@dataclass(frozen=True)
class Stand:
    """Where a participant stands: `waiting`, `removed`, or `admitted` and then with their row."""

    state: str
    case: Case
    member: Member | None = None


def _stand(session: Session, actor: Actor) -> Stand:
    case, row = session.execute(STANDS, {"case": actor.case_id, "person": actor.participant_id}).one()
    if row is None or row.account_id != actor.account_id:
        return Stand("waiting", case)
    return Stand("admitted", case, row) if row.in_head else Stand("removed", case)


def _plain(session: Session, actor: Actor, found: Stand) -> dict[str, Any]:
    shown = views.waiting(session, actor, found.case, found.state)
    return shown if found.member is None else shown | {"standing": standing(found.member)}


def must_be_offered(session: Session, actor: Actor, message_id: str, now: datetime) -> None:
    """Raises `not-found` for an admitted participant to whom this letter was not offered."""
    require(actor, "letters:read")
    if _stand(session, actor).member is not None and letter(session, actor, message_id, now) is None:
        raise NotFound("not-found")


def letter(session: Session, actor: Actor, message_id: str, now: datetime) -> dict[str, Any] | None:
    """One offer of `letters` without its place, or None where there is none for this participant."""
    require(actor, "letters:read")
    reading = _own_reading(session, actor, now)
    return next((_offer(reading, row) for row in _offers(reading) if row.message_id == message_id), None)


def _own_reading(session: Session, actor: Actor, now: datetime) -> Reading:
    member = own_member(session, actor)
    return _reading(session, session.get_one(Case, member.case_id, options=[lazyload(Case.facilitators)]), member, now)


def _reading(session: Session, case: Case, member: Member, now: datetime) -> Reading:
    file = verified(session, case, now)
    return Reading(session, member, case, file, file.head.lapse is None, now)


def _given(reading: Reading) -> dict[str, Any]:
    return {"person": reading.member.participant_id, "box_kid": reading.member.box_kid}


def _rows(reading: Reading, wanted: Executable) -> Sequence[Any]:
    return reading.session.connection().execute(wanted, _given(reading)).all()


def _offers(reading: Reading) -> list[Any]:
    found = [row for row in _rows(reading, OFFERED) if _is_shown(reading, row)]
    return sorted(found, key=lambda row: (_offered_at(reading, row), row.number))


def _is_shown(reading: Reading, row: Any) -> bool:
    """What somebody opened stays theirs, what was recalled leaves a trace; anything else only while all is well."""
    if row.state in (RecipientState.OPENED, RecipientState.RECALLED):
        return row.offered_at is not None
    return reading.holds and is_offered(row, reading.member, reading.now)


def _offered_at(reading: Reading, row: Any) -> datetime:
    """For the order alone: people are told the date."""
    at: datetime = row.offered_at or row.not_before or reading.now
    return at


def _places(reading: Reading, offers: Sequence[Any], own: Sequence[Any]) -> dict[str, int]:
    """Where each letter stands among all of this person's, from 0: by when it was offered to them, or sent by them.

    A place tells the order of letters of one day, and no time of day.
    """
    times = [(_offered_at(reading, row), row.number, row.message_id) for row in offers]
    times += [(row.submitted_at, row.number, row.message_id) for row in own]
    return {message_id: place for place, (_, _, message_id) in enumerate(sorted(times))}


def _offer(reading: Reading, row: Any) -> dict[str, Any]:
    blank = row.state is RecipientState.RECALLED
    opened = row.state is RecipientState.OPENED
    return {
        "message_id": row.message_id,
        "message": None if blank else row.envelope,
        "decision": None if blank else row.decision,
        "note": None if blank else _b64(row.note_recipient),
        "state": "recalled" if blank else CHOSEN.get(row.state, "offered"),
        "tell": False if blank else row.tell,
        "offered_on": format_date(_offered_at(reading, row).date()),
        "ciphertext": b64(row.ciphertext) if opened else None,
        "wrap": _b64(row.seal) if opened else None,
    }


def _b64(data: bytes | None) -> str | None:
    return None if data is None else b64(data)


def _recipients(reading: Reading) -> dict[str, list[Any]]:
    found: dict[str, list[Any]] = defaultdict(list)
    for row in _rows(reading, SENT_TO):
        found[row.message_id].append(row)
    return found


def _own(reading: Reading, message: Any, rows: Sequence[Any]) -> dict[str, Any]:
    passed = any(_was_passed_on(reading, row) for row in rows)
    return {
        "message_id": message.message_id,
        "message": message.envelope,
        "ciphertext": b64(message.ciphertext),
        "wrap": _b64(message.seal),
        "status": own_status(message, rows, passed=passed),
        "told": _told(message, rows),
        "submitted_on": format_date(message.submitted_at.date()),
    }


def _was_passed_on(reading: Reading, row: Any) -> bool:
    """Whether it reached the other side: it was offered, or it would be if they looked now."""
    if row.offered_at is not None:
        return True
    takes_part = row.in_head and row.standing is Standing.ACTIVE
    return reading.holds and takes_part and is_due(row, reading.now)


def own_status(message: Any, rows: Sequence[Any], *, passed: bool) -> str:
    """What a writer sees of their message: neutral, and after taking it back always the same."""
    states = {row.state for row in rows}
    if message.taken_back_at is not None:
        return "taken_back"
    if RecipientState.RETURNED in states:
        return "returned"
    if RecipientState.STOPPED in states:
        return "stopped"
    if passed:
        return "passed_on"
    return "recalled" if states == {RecipientState.RECALLED} else "with_facilitator"


def _told(message: Any, rows: Sequence[Any]) -> list[dict[str, str]] | None:
    """The last choice that each recipient agreed to tell, whatever they did since; nothing once it was taken back."""
    if message.taken_back_at is not None:
        return None
    told = [(row.participant_id, row.told) for row in rows if row.told is not None]
    return [{"participant_id": recipient, "choice": choice} for recipient, choice in told] or None


def _private(row: Any) -> dict[str, Any]:
    return {
        "message_id": row.message_id,
        "message": row.envelope,
        "ciphertext": b64(row.ciphertext),
        "wrap": _b64(row.seal),
        "on": format_date(row.submitted_at.date()),
    }
