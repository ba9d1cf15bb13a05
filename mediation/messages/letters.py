"""What a participant sees of letters: those offered to them, their own with a neutral status, their private thread.

Nothing here tells that something was returned, stopped, taken back or rewritten by the other side, nor when exactly it
was written; dates only. A writer's status never changes because of anything that the reader does.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from mediation.access import Actor, require
from mediation.cases import views
from mediation.cases.heads import verified
from mediation.cases.models import Case, Member
from mediation.cases.queries import case_for, own_member
from mediation.cases.states import Standing
from mediation.messages.models import Decision, Message, MessageRecipient
from mediation.messages.offering import is_due, is_offered
from mediation.messages.rows import wrap_for
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
    holds: bool
    now: datetime


def letters(session: Session, actor: Actor, now: datetime) -> dict[str, Any]:
    """{offers, own, private} of the participant, oldest first. Raises `not-admitted`."""
    require(actor, "letters:read")
    reading = _reading(session, actor, now)
    offers, own = _offers(reading), _written(reading)
    places = _places(reading, offers, own)
    return {
        "offers": [_offer(reading, row, message) | {"place": places[message.message_id]} for row, message in offers],
        "own": [_own(reading, message) | {"place": places[message.message_id]} for message in own],
        "private": [_private(reading, message) for message in _thread(reading)],
    }


def membership(session: Session, actor: Actor, now: datetime, from_seq: int = 1) -> dict[str, Any]:
    """The participant's membership: `waiting`, `admitted` or `removed`, and what their client verifies with."""
    plain = plain_membership(session, actor)
    if plain["state"] != "admitted":
        return plain
    reading = _reading(session, actor, now)
    row, case = reading.member, reading.case
    shown = [message for offered, message in _offers(reading) if offered.state is not RecipientState.RECALLED]
    writers = frozenset(message.author_id for message in shown)
    return views.membership(session, case, row, writers - {row.participant_id}, now, from_seq)


def plain_membership(session: Session, actor: Actor) -> dict[str, Any]:
    """As `membership`, from the rows alone and with nothing to verify: whoever wants to pause never depends on it."""
    require(actor, "letters:read")
    row = session.get(Member, actor.participant_id)
    case = session.get_one(Case, actor.case_id)
    if row is None or row.account_id != actor.account_id:
        return views.waiting(session, actor, case, "waiting")
    if not row.in_head:
        return views.waiting(session, actor, case, "removed")
    return views.waiting(session, actor, case, "admitted") | {"standing": views.standing(row)}


def letter(session: Session, actor: Actor, message_id: str, now: datetime) -> dict[str, Any] | None:
    """One offer of `letters` without its place, or None where there is none for this participant."""
    require(actor, "letters:read")
    reading = _reading(session, actor, now)
    found = (each for each in _offers(reading) if each[1].message_id == message_id)
    return next((_offer(reading, row, message) for row, message in found), None)


def _reading(session: Session, actor: Actor, now: datetime) -> Reading:
    member = own_member(session, actor)
    case = case_for(session, actor, member.case_id)
    return Reading(session, member, case, verified(session, case, now).head.lapse is None, now)


def _offers(reading: Reading) -> list[tuple[MessageRecipient, Message]]:
    wanted = select(MessageRecipient, Message).join(Message)
    mine = wanted.where(MessageRecipient.participant_id == reading.member.participant_id)
    found = [(row, message) for row, message in reading.session.execute(mine) if _is_shown(reading, row)]
    return sorted(found, key=lambda each: (_offered_at(reading, each[0]), each[1].number))


def _is_shown(reading: Reading, row: MessageRecipient) -> bool:
    """What somebody opened stays theirs, what was recalled leaves a trace; anything else only while all is well."""
    if row.state in (RecipientState.OPENED, RecipientState.RECALLED):
        return row.offered_at is not None
    return reading.holds and is_offered(row, reading.member, reading.now)


def _offered_at(reading: Reading, row: MessageRecipient) -> datetime:
    """For the order alone: people are told the date."""
    return row.offered_at or row.not_before or reading.now


def _places(
    reading: Reading, offers: Sequence[tuple[MessageRecipient, Message]], own: Sequence[Message]
) -> dict[str, int]:
    """Where each letter stands among all of this person's, from 0: by when it was offered to them, or sent by them.

    A place tells the order of letters of one day, and no time of day.
    """
    times = [(_offered_at(reading, row), message.number, message.message_id) for row, message in offers]
    times += [(message.submitted_at, message.number, message.message_id) for message in own]
    return {message_id: place for place, (_, _, message_id) in enumerate(sorted(times))}


def _offer(reading: Reading, row: MessageRecipient, message: Message) -> dict[str, Any]:
    blank = row.state is RecipientState.RECALLED
    opened = row.state is RecipientState.OPENED
    decision = None if blank else reading.session.get(Decision, row.decision_hash)
    wrap = wrap_for(reading.session, message.message_id, reading.member.box_kid) if opened else None
    return {
        "message_id": message.message_id,
        "message": None if blank else message.envelope,
        "decision": None if decision is None else decision.envelope,
        "note": _b64(None if decision is None else decision.note_recipient),
        "state": "recalled" if blank else CHOSEN.get(row.state, "offered"),
        "tell": False if blank else row.tell,
        "offered_on": format_date(_offered_at(reading, row).date()),
        "ciphertext": b64(message.ciphertext) if opened else None,
        "wrap": _b64(wrap),
    }


def _b64(data: bytes | None) -> str | None:
    return None if data is None else b64(data)


def _written(reading: Reading) -> Sequence[Message]:
    mine = select(Message).where(Message.author_id == reading.member.participant_id, Message.kind == "relay")
    return reading.session.scalars(mine.order_by(Message.number)).all()


def _own(reading: Reading, message: Message) -> dict[str, Any]:
    wanted = select(MessageRecipient).where(MessageRecipient.message_id == message.message_id)
    rows = reading.session.scalars(wanted.order_by(MessageRecipient.participant_id)).all()
    passed = any(_was_passed_on(reading, row) for row in rows)
    return {
        "message_id": message.message_id,
        "message": message.envelope,
        "ciphertext": b64(message.ciphertext),
        "wrap": _b64(wrap_for(reading.session, message.message_id, reading.member.box_kid)),
        "status": own_status(message, rows, passed=passed),
        "told": _told(message, rows),
        "submitted_on": format_date(message.submitted_at.date()),
    }


def _was_passed_on(reading: Reading, row: MessageRecipient) -> bool:
    """Whether it reached the other side: it was offered, or it would be if they looked now."""
    if row.offered_at is not None:
        return True
    recipient = reading.session.get_one(Member, row.participant_id)
    takes_part = recipient.in_head and recipient.standing is Standing.ACTIVE
    return reading.holds and takes_part and is_due(row, reading.now)


def own_status(message: Message, rows: Sequence[MessageRecipient], *, passed: bool) -> str:
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


def _told(message: Message, rows: Sequence[MessageRecipient]) -> list[dict[str, str]] | None:
    """The last choice that each recipient agreed to tell, whatever they did since; nothing once it was taken back."""
    if message.taken_back_at is not None:
        return None
    told = [(row.participant_id, row.told) for row in rows if row.told is not None]
    return [{"participant_id": recipient, "choice": choice} for recipient, choice in told] or None


def _thread(reading: Reading) -> Sequence[Message]:
    mine = select(Message).where(Message.thread_with == reading.member.participant_id)
    return reading.session.scalars(mine.order_by(Message.number)).all()


def _private(reading: Reading, message: Message) -> dict[str, Any]:
    return {
        "message_id": message.message_id,
        "message": message.envelope,
        "ciphertext": b64(message.ciphertext),
        "wrap": _b64(wrap_for(reading.session, message.message_id, reading.member.box_kid)),
        "on": format_date(message.submitted_at.date()),
    }
