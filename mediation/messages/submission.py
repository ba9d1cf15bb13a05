"""Handing in a message: its writer's signature, ciphertext and wraps, checked in every way that needs no secret.

A relay or summary then waits for facilitators; a private is there for its reader at once; a note is filed.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Row, bindparam, select, update
from sqlalchemy.orm import Session

from mediation import ledger, sms
from mediation.access import Actor, require
from mediation.cases.finding import OwnCase, hold_own
from mediation.cases.heads import verified
from mediation.cases.models import Case, Member
from mediation.cases.queries import case_for
from mediation.cases.states import Standing
from mediation.db import ask, change, insert, table_of, whole
from mediation.errors import Conflict, NotAllowed, NotFound
from mediation.messages.models import Message, MessageRecipient, Wrap
from mediation.messages.rows import recipients_of
from mediation.messages.states import RecipientState
from mediation.messages.tasks import TaskKind, answered, set_task
from mediation.protocol import envelope as envelopes
from mediation.protocol import message as messages
from mediation.protocol import message_kinds
from mediation.protocol.envelope import Statement
from mediation.protocol.errors import ProtocolError


@dataclass(frozen=True)
class Submission:
    """A message as it is handed in: the envelope, the ciphertext, the sealed order block, wraps by box kid."""

    envelope: Mapping[str, Any]
    ciphertext: bytes
    order_block: bytes
    wraps: Mapping[str, bytes]


def submit(session: Session, actor: Actor, given: Submission, now: datetime) -> tuple[str, bool]:
    """Store a message; its id, and whether it is new (the same bytes again change nothing).

    Raises `not-admitted`, `not-found`, `not-signed-by-you`, `message-exists`, `not-standing`, `answers-unknown`, and
    what `message.check_submission` raises.
    """
    claimed = envelopes.parse(given.envelope, "message")
    case = _case(session, actor, claimed.payload)
    message_id: str = claimed.payload["message_id"]
    known = ask(session, _STORED, {"of_message": message_id}).one_or_none()
    if known is not None:
        _check_same(known, given)
        return message_id, False
    _check_standing(session, case, claimed.payload)
    file = verified(session, case, now)
    statement = messages.check_submission(
        file.head, file.people, given.envelope, given.ciphertext, given.order_block, given.wraps
    )
    _check_answers(session, case, statement.payload)
    refs = {"message": message_id, "statement": statement.hash}
    ledger.append(session, "message.submitted", actor=actor, case_id=case.case_id, refs=refs, at=now)
    message = _store(session, case, statement, given, now)
    _tell(session, actor, message, now)
    return message_id, True


_STORED: Final = select(Message.envelope, Message.ciphertext).where(Message.message_id == bindparam("of_message"))


def _case(session: Session, actor: Actor, payload: Mapping[str, Any]) -> Case | OwnCase:
    """The case, if the actor is the one who writes: the member, the facilitator, or the scribe."""
    if actor.kind == "participant":
        own = hold_own(session, actor)
        require(actor, "message:submit", own)
        if payload["case_id"] != own.case_id:
            raise NotFound("not-found")
        if payload["scribe"] is not None or payload["author_id"] != own.participant_id:
            raise NotAllowed("not-signed-by-you")
        return own
    case = case_for(session, actor, payload["case_id"], lock=True)
    require(actor, "message:submit-as-staff", case)
    hand = payload["author_id"] if payload["scribe"] is None else payload["scribe"]["staff_id"]
    if hand != actor.staff_id:
        raise NotAllowed("not-signed-by-you")
    return case


def _check_standing(session: Session, case: Case | OwnCase, payload: Mapping[str, Any]) -> None:
    """Somebody who paused writes to their facilitators only."""
    author = case if isinstance(case, OwnCase) else session.get(Member, payload["author_id"])
    if payload["kind"] == "relay" and author is not None and author.standing is not Standing.ACTIVE:
        raise Conflict("not-standing")


def _check_same(known: Row[*tuple[Any, ...]], given: Submission) -> None:
    if known.envelope != given.envelope or known.ciphertext != given.ciphertext:
        raise Conflict("message-exists")


def _check_answers(session: Session, case: Case | OwnCase, payload: Mapping[str, Any]) -> None:
    """What is answered must be known to every reader, and, since nobody can answer the unseen, to a writing member."""
    if payload["answers"] is None:
        return
    answered_message = session.get(Message, payload["answers"])
    if answered_message is None or answered_message.case_id != case.case_id:
        raise ProtocolError("answers-unknown")
    people = set(payload["recipients"])
    if not message_kinds.by_facilitator(payload) and payload["scribe"] is None:
        people.add(payload["author_id"])
    known = {person: {answered_message.message_id} for person in people if _knows(session, answered_message, person)}
    message_kinds.check_answers({**payload, "recipients": sorted(people)}, known)


def _knows(session: Session, message: Message, participant_id: str) -> bool:
    if participant_id in (message.author_id, message.thread_with):
        return True
    rows = recipients_of(session, message.message_id)
    return any(row.participant_id == participant_id and row.offered_at is not None for row in rows)


def _store(session: Session, case: Case | OwnCase, statement: Statement, given: Submission, now: datetime) -> Message:
    payload = statement.payload
    number = case.messages + 1
    change(session, Case, _COUNT, {"of_case": case.case_id, "messages": number})
    message = Message(
        message_id=payload["message_id"],
        case_id=case.case_id,
        number=number,
        kind=payload["kind"],
        author_id=payload["author_id"],
        author_kid=payload["author_kid"],
        scribe_id=None if payload["scribe"] is None else payload["scribe"]["staff_id"],
        thread_with=_thread(payload),
        hash=statement.hash,
        envelope=dict(given.envelope),
        ciphertext=given.ciphertext,
        order_block=given.order_block,
        epoch=case.epoch,
        submitted_at=now,
    )
    insert(session, message)
    wraps = given.wraps.items()
    insert(session, *(Wrap(message_id=message.message_id, box_kid=box_kid, seal=seal) for box_kid, seal in wraps))
    if message.kind in message_kinds.DECIDED:
        insert(session, *(_awaiting(message, participant_id, now) for participant_id in payload["recipients"]))
    return message


_COUNT: Final = whole(Case, update(table_of(Case)).where(Case.case_id == bindparam("of_case")))


def _thread(payload: Mapping[str, Any]) -> str | None:
    """The participant whose private thread a message belongs to."""
    if payload["kind"] != "private":
        return None
    return str(payload["recipients"][0] if payload["recipients"] else payload["author_id"])


def _awaiting(message: Message, participant_id: str, now: datetime) -> MessageRecipient:
    return MessageRecipient(
        message_id=message.message_id, participant_id=participant_id, state=RecipientState.IN_REVIEW, changed_at=now
    )


def _tell(session: Session, actor: Actor, message: Message, now: datetime) -> None:
    """A private reaches its reader at once: a text to the participant, a task to the facilitators."""
    if message.thread_with is None:
        return
    if message.author_id == message.thread_with:
        set_task(session, TaskKind.PRIVATE, message, message.thread_with, now)
        return
    answered(session, message, message.thread_with, now, actor.name)
    standing = session.scalar(select(Member.standing).where(Member.participant_id == message.thread_with))
    if standing is Standing.ACTIVE:
        sms.enqueue(session, message.thread_with, now=now)
