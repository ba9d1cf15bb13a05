"""Nothing passes unreviewed: releasing, returning and stopping, signed by as many facilitators as the case requires.

A decision with too few signatures is a proposal; the last signature makes it final and brings the recipient's wrap. A
release is refused unless both sides are admitted, their newest consents are cited, and neither paused nor withdrew.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Row, bindparam, select
from sqlalchemy.orm import Session

from mediation import ledger
from mediation.access import Actor, require
from mediation.cases.consents import Willing, willing
from mediation.cases.finding import HeldCase
from mediation.cases.heads import Verified, verified
from mediation.cases.queries import MemberNow
from mediation.cases.signatures import by_signers, merge
from mediation.cases.states import Standing
from mediation.db import ask, insert
from mediation.errors import Conflict, Invalid, NotAllowed, NotFound
from mediation.messages.models import Decision, Message
from mediation.messages.offering import is_due, offer
from mediation.messages.recalling import drop, drop_open
from mediation.messages.rows import Recipient, hold_message, move, put_wrap, recipient_of, recipients_of, store
from mediation.messages.states import (
    DecisionAction,
    DecisionState,
    RecipientAction,
    RecipientState,
    next_decision,
    next_recipient,
)
from mediation.protocol import decision as decisions
from mediation.protocol import decision_signing
from mediation.protocol import envelope as envelopes
from mediation.protocol.errors import ProtocolError
from mediation.protocol.message import WRAP_SIZE

MAX_NOTE: Final = 32 * 1024
ACTIONS: Final = {"release": RecipientAction.RELEASE, "return": RecipientAction.RETURN, "stop": RecipientAction.STOP}
EVENTS: Final = {"release": "message.released", "return": "message.returned", "stop": "message.stopped"}


@dataclass(frozen=True)
class SealedNote:
    """A content note, sealed to the recipient (None for one without keys) and to the epoch key."""

    recipient: bytes | None
    epoch: bytes


@dataclass(frozen=True)
class Proposed:
    """A decision as it is handed in: the envelope, the consents document, the note, the wrap that makes it final."""

    envelope: Mapping[str, Any]
    consents: Mapping[str, Any]
    note: SealedNote | None = None
    wrap: bytes | None = None


def propose(session: Session, actor: Actor, message_id: str, given: Proposed, now: datetime) -> tuple[Decision, bool]:
    """Decide about a message, or propose to; the row, and whether it is new (the same again changes nothing).

    Raises `not-found`, `proposal-closed` (dropped before), `message-held`, `not-signed-by-you`, `already-decided`,
    `recalled`, `decision-open`, `note-wrong`, `wraps-wrong`, and what `decision_signing.check_submission` raises.
    """
    message, case = hold_message(session, actor, message_id)
    require(actor, "message:decide", case)
    hash_ = envelopes.parse(given.envelope, "decision").hash
    before = ask(session, _ABOUT, {"of_message": message_id}).all()
    if any(each.hash == hash_ for each in before):
        return _again(session.get_one(Decision, hash_)), False
    _check_hold(actor, message)
    file = verified(session, case, now)
    people = willing(session, file)
    submitted = _check(file, people, message, given.envelope, given.consents, proposal=True)
    _check_hand(actor, submitted)
    concerned = _concerned(session, message, submitted.recipient_id)
    _check_room(concerned, submitted, before)
    _check_note(people, given.note, submitted)
    row = _row(actor, message, submitted, given, now)
    _lift_hold(message)
    if decision_signing.is_final(submitted, file.head, envelopes.parse(message.envelope, "message")):
        _finish(session, actor, row, concerned, people, given.wrap, now)
    else:
        _check_no_wrap(given.wrap)
        _log(session, "decision.proposed", actor, row, now)
    insert(session, row)
    return row, True


_ABOUT: Final = select(Decision.hash, Decision.recipient_id, Decision.state).where(
    Decision.message_id == bindparam("of_message")
)


def _again(known: Decision) -> Decision:
    if known.state is DecisionState.DROPPED:
        raise Conflict("proposal-closed")
    return known


def _check_hold(actor: Actor, message: Message) -> None:
    if message.held_by is not None and message.held_by != actor.staff_id:
        raise Conflict("message-held")


def _lift_hold(message: Message) -> None:
    if message.held_by is not None:
        message.held_by = message.held_at = None


def _check(
    file: Verified,
    people: Willing,
    message: Message,
    envelope: Mapping[str, Any],
    consents: Mapping[str, Any],
    *,
    proposal: bool,
) -> decisions.Decision:
    return decision_signing.check_submission(
        file.head,
        file.people,
        message.envelope,
        envelope,
        consents,
        newest=people.consents,
        standing=people.standing,
        taken_back=message.taken_back_at is not None,
        proposal=proposal,
    )


def _check_hand(actor: Actor, submitted: decisions.Decision) -> None:
    if actor.staff_id not in submitted.signers:
        raise NotAllowed("not-signed-by-you")


def _concerned(session: Session, message: Message, recipient_id: str | None) -> list[Recipient]:
    """Where the message stands for the one recipient that is decided about, or (None) for all. Raises `not-found`."""
    if recipient_id is None:
        return recipients_of(session, message.message_id)
    return [recipient_of(session, message.message_id, recipient_id)]


def _check_room(
    concerned: Sequence[Recipient], submitted: decisions.Decision, before: Sequence[Row[*tuple[Any, ...]]]
) -> None:
    """There is something left to decide, and no other proposal about it is waiting."""
    if submitted.recipient_id is not None:
        next_recipient(concerned[0].state, ACTIONS[submitted.decision])
    elif not any(row.state is RecipientState.IN_REVIEW for row in concerned):
        raise Conflict("already-decided")
    for recipient_id in (each.recipient_id for each in before if each.state is DecisionState.PROPOSED):
        if submitted.recipient_id is None or recipient_id in (None, submitted.recipient_id):
            raise Conflict("decision-open")


def _check_note(people: Willing, note: SealedNote | None, submitted: decisions.Decision) -> None:
    if (note is None) != (submitted.payload["note_hash"] is None):
        raise Invalid("note-wrong")
    if note is None:
        return
    has_key = people.members[str(submitted.recipient_id)].box_kid is not None
    if (note.recipient is not None) != has_key or max(len(note.epoch), len(note.recipient or b"")) > MAX_NOTE:
        raise Invalid("note-wrong")


def _row(
    actor: Actor, message: Message, submitted: decisions.Decision, given: Proposed, now: datetime
) -> Decision:
    assert actor.staff_id is not None
    return Decision(
        hash=submitted.statement.hash,
        case_id=message.case_id,
        message_id=message.message_id,
        recipient_id=submitted.recipient_id,
        decision=submitted.decision,
        envelope=by_signers(submitted.statement),
        state=DecisionState.PROPOSED,
        not_before=submitted.not_before,
        consents=dict(given.consents),
        note_recipient=None if given.note is None else given.note.recipient,
        note_epoch=None if given.note is None else given.note.epoch,
        proposed_by=actor.staff_id,
        proposed_at=now,
    )


def sign(
    session: Session, actor: Actor, hash_: str, envelope: Mapping[str, Any], wrap: bytes | None, now: datetime
) -> tuple[Decision, bool]:
    """Add a signature to a proposal; its row, and whether the signature is new. The last one makes it final.

    Raises `not-found`, `proposal-closed`, `message-held`, `not-signed-by-you`, `recalled`, `already-decided`,
    `wraps-wrong`, and what `decision_signing.check_submission` raises.
    """
    row, message, case = _decision(session, actor, hash_)
    require(actor, "message:decide", case)
    merged = merge(row.envelope, envelope, "decision")
    if merged == row.envelope:
        return row, False
    next_decision(row.state, DecisionAction.SIGN)
    _check_hold(actor, message)
    file = verified(session, case, now)
    people = willing(session, file)
    submitted = _check(file, people, message, merged, row.consents, proposal=False)
    _check_hand(actor, submitted)
    row.envelope = by_signers(submitted.statement)
    _lift_hold(message)
    _log(session, "decision.signed", actor, row, now)
    if decision_signing.is_final(submitted, file.head, envelopes.parse(message.envelope, "message")):
        _finish(session, actor, row, _concerned(session, message, row.recipient_id), people, wrap, now)
    else:
        _check_no_wrap(wrap)
    return row, True


def _decision(session: Session, actor: Actor, hash_: str) -> tuple[Decision, Message, HeldCase]:
    message_id = session.scalar(select(Decision.message_id).where(Decision.hash == hash_))
    if message_id is None:
        raise NotFound("not-found")
    message, case = hold_message(session, actor, message_id)
    return session.get_one(Decision, hash_, populate_existing=True), message, case


def drop_proposal(session: Session, actor: Actor, hash_: str, now: datetime) -> None:
    """Drop a proposal; it can never be signed again. Again: nothing changes. Raises `not-found`, `proposal-closed`."""
    row, _, case = _decision(session, actor, hash_)
    require(actor, "message:decide", case)
    drop(session, actor, row, now)


def _finish(
    session: Session,
    actor: Actor,
    row: Decision,
    concerned: Sequence[Recipient],
    people: Willing,
    wrap: bytes | None,
    now: datetime,
) -> None:
    row.state, row.decided_at = next_decision(row.state, DecisionAction.FINISH), now
    _log(session, EVENTS[row.decision], actor, row, now)
    if row.recipient_id is None:
        _check_no_wrap(wrap)
        _close(session, actor, row, concerned, now)
    else:
        _release(session, row, concerned[0], people.members[concerned[0].participant_id], wrap, now)


def _close(session: Session, actor: Actor, row: Decision, concerned: Sequence[Recipient], now: datetime) -> None:
    """A return or a stop closes the message for everyone it was not yet released to."""
    for recipient in concerned:
        if recipient.state is RecipientState.IN_REVIEW:
            store(session, move(recipient, ACTIONS[row.decision], now, decision_hash=row.hash))
    drop_open(session, actor, [row.message_id], now)


def _release(
    session: Session, row: Decision, waiting: Recipient, member: MemberNow, wrap: bytes | None, now: datetime
) -> None:
    _check_wrap(member, wrap)
    decided = {"decision_hash": row.hash, "not_before": row.not_before}
    recipient = move(waiting, RecipientAction.RELEASE, now, **decided)
    if wrap is not None and member.box_kid is not None:
        put_wrap(session, row.message_id, member.box_kid, wrap)
    if is_due(recipient, now) and member.standing is Standing.ACTIVE:
        recipient = offer(session, recipient, member, now)
    store(session, recipient)


def _check_wrap(member: MemberNow, wrap: bytes | None) -> None:
    expected = None if member.box_kid is None else WRAP_SIZE
    if (None if wrap is None else len(wrap)) != expected:
        raise ProtocolError("wraps-wrong")


def _check_no_wrap(wrap: bytes | None) -> None:
    """Before a decision is final nobody hands over a key."""
    if wrap is not None:
        raise ProtocolError("wraps-wrong")


def _log(session: Session, kind: str, actor: Actor, row: Decision, now: datetime) -> None:
    refs = {"decision": row.hash, "message": row.message_id}
    ledger.append(session, kind, actor=actor, case_id=row.case_id, refs=refs, at=now)
