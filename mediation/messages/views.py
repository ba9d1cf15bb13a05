"""What staff see of messages: everything for the case's facilitators, nothing that opens for those who oversee."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from mediation.access import Actor, require
from mediation.cases import views as case_views
from mediation.cases.heads import Verified, verified
from mediation.cases.models import Case, Member
from mediation.cases.queries import case_for, is_facilitator, members_of
from mediation.messages.letters import CHOSEN
from mediation.messages.models import Decision, Message, MessageRecipient, Wrap
from mediation.messages.offering import is_offered
from mediation.messages.rows import message_for
from mediation.messages.states import UNOPENED, DecisionState, RecipientState
from mediation.messages.tasks import open_tasks
from mediation.protocol import decision as decisions
from mediation.protocol import envelope as envelopes
from mediation.protocol.encoding import b64, format_time
from mediation.protocol.errors import ProtocolError
from mediation.protocol.primitives import kid


@dataclass(frozen=True)
class Shelf:
    """A case's messages with all that belongs to them, loaded at once; `sealed` for its facilitators."""

    messages: Sequence[Message]
    recipients: dict[str, list[MessageRecipient]]
    decisions: dict[str, list[Decision]]
    wraps: dict[str, dict[str, bytes]]
    people: dict[str, Member]
    file: Verified
    sealed: bool
    now: datetime


def case_view(session: Session, actor: Actor, case_id: str, now: datetime, from_seq: int = 1) -> dict[str, Any]:
    """A whole case but its messages. Raises `not-found`."""
    case = case_for(session, actor, case_id)
    return _view(session, actor, case, verified(session, case, now), from_seq)


def case_and_messages(
    session: Session, actor: Actor, case_id: str, now: datetime
) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    """As `case_view` and `case_messages`, from one look at the case."""
    return _both(session, actor, case_for(session, actor, case_id), now)


def around(
    session: Session, actor: Actor, message_id: str, now: datetime
) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    """As `case_and_messages`, of the case of a message, which is among them. Raises `not-found`."""
    _, case = message_for(session, actor, message_id)
    return _both(session, actor, case, now)


def _both(session: Session, actor: Actor, case: Case, now: datetime) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    file = verified(session, case, now)
    return _view(session, actor, case, file), _messages(session, actor, case, file, now)


def _view(session: Session, actor: Actor, case: Case, file: Verified, from_seq: int = 1) -> dict[str, Any]:
    shown = case_views.summary(session, actor, case, from_seq) | case_views.details(session, actor, case, file)
    return shown | {"tasks": [_task(task) for task in open_tasks(session, [case.case_id])]}


def case_messages(session: Session, actor: Actor, case_id: str, now: datetime) -> list[dict[str, Any]]:
    """Every message of a case, oldest first. Raises `not-found`."""
    case = case_for(session, actor, case_id)
    return _messages(session, actor, case, verified(session, case, now), now)


def _messages(session: Session, actor: Actor, case: Case, file: Verified, now: datetime) -> list[dict[str, Any]]:
    require(actor, "message:read", case)
    wanted = select(Message).where(Message.case_id == case.case_id).order_by(Message.number)
    messages = session.scalars(wanted).all()
    shelf = _shelf(session, case, file, messages, now, sealed=is_facilitator(actor, case))
    return [_message(shelf, message) for message in shelf.messages]


def message_view(session: Session, actor: Actor, message_id: str, now: datetime) -> dict[str, Any]:
    """One message. Raises `not-found`."""
    message, case = message_for(session, actor, message_id)
    require(actor, "message:read", case)
    file = verified(session, case, now)
    return _message(_shelf(session, case, file, [message], now, sealed=is_facilitator(actor, case)), message)


def _shelf(
    session: Session, case: Case, file: Verified, messages: Sequence[Message], now: datetime, *, sealed: bool
) -> Shelf:
    ids = [message.message_id for message in messages]
    recipients: dict[str, list[MessageRecipient]] = defaultdict(list)
    ordered = select(MessageRecipient).where(MessageRecipient.message_id.in_(ids))
    for row in session.scalars(ordered.order_by(MessageRecipient.participant_id)):
        recipients[row.message_id].append(row)
    made: dict[str, list[Decision]] = defaultdict(list)
    proposed = select(Decision).where(Decision.message_id.in_(ids))
    for decision in session.scalars(proposed.order_by(Decision.proposed_at, Decision.hash)):
        made[decision.message_id].append(decision)
    wraps: dict[str, dict[str, bytes]] = defaultdict(dict)
    for wrap in session.scalars(select(Wrap).where(Wrap.message_id.in_(ids))):
        wraps[wrap.message_id][wrap.box_kid] = wrap.seal
    people = {member.participant_id: member for member in members_of(session, case.case_id)}
    return Shelf(messages, recipients, made, wraps, people, file, sealed, now)


def _message(shelf: Shelf, message: Message) -> dict[str, Any]:
    rows = shelf.recipients[message.message_id]
    return {
        "message_id": message.message_id,
        "message": message.envelope,
        "ciphertext": b64(message.ciphertext) if shelf.sealed else None,
        "order_block": b64(message.order_block) if shelf.sealed else None,
        "wrap": _epoch_wrap(shelf, message) if shelf.sealed else None,
        "submitted_at": format_time(message.submitted_at),
        "state": _state(rows),
        "taken_back": message.taken_back_at is not None,
        "held": held(message),
        "recipients": [_recipient(shelf, row) for row in rows],
        "decisions": [_decision(shelf, message, decision) for decision in shelf.decisions[message.message_id]],
    }


def held(message: Message) -> dict[str, str] | None:
    """Who put a message on hold and when: {by, at}; None where nobody did."""
    if message.held_by is None or message.held_at is None:
        return None
    return {"by": message.held_by, "at": format_time(message.held_at)}


def _epoch_wrap(shelf: Shelf, message: Message) -> dict[str, Any] | None:
    box_kid = kid(shelf.file.chain.epoch_pks[message.epoch - 1])
    seal = shelf.wraps[message.message_id].get(box_kid)
    return None if seal is None else {"epoch": message.epoch, "box_kid": box_kid, "seal": b64(seal)}


def _state(rows: Sequence[MessageRecipient]) -> str:
    """Where a message stands as a whole; what is still to be done comes first."""
    states = {row.state for row in rows}
    if not states:
        return "filed"
    if RecipientState.IN_REVIEW in states:
        return "in_review"
    if states & {RecipientState.RELEASED, RecipientState.OPENED, *UNOPENED}:
        return "released"
    closed = (RecipientState.RETURNED, RecipientState.STOPPED)
    return next((str(state) for state in closed if state in states), "recalled")


def _recipient(shelf: Shelf, row: MessageRecipient) -> dict[str, Any]:
    state = "offered" if row.state in UNOPENED else str(row.state)
    if row.state is RecipientState.RELEASED and is_offered(row, shelf.people[row.participant_id], shelf.now):
        state = "offered"
    return {
        "participant_id": row.participant_id,
        "state": state,
        "choice": CHOSEN.get(row.state),
        "tell": row.tell,
    }


def _decision(shelf: Shelf, message: Message, row: Decision) -> dict[str, Any]:
    return {
        "hash": row.hash,
        "decision": row.envelope,
        "state": str(row.state),
        "by": row.proposed_by,
        "proposed_at": format_time(row.proposed_at),
        "not_before": None if row.not_before is None else format_time(row.not_before),
        "consents": row.consents,
        "note_epoch": b64(row.note_epoch) if shelf.sealed and row.note_epoch is not None else None,
        "needs": _needs(shelf, message, row) if row.state is DecisionState.PROPOSED else 0,
    }


def _needs(shelf: Shelf, message: Message, row: Decision) -> int:
    """How many signatures a proposal still lacks; one where only the scribe has signed."""
    head, statement = shelf.file.head, envelopes.parse(message.envelope, "message")
    try:
        proposed = decisions.read(row.envelope, head, statement)
    except ProtocolError:  # nobody who signed it counts any more
        return head.approvals_required
    return max(1, decisions.needed(head, proposed) - len(proposed.signers))


def _task(task: Any) -> dict[str, Any]:
    return {
        "task_id": task.task_id,
        "kind": task.kind,
        "message_id": task.message_id,
        "participant_id": task.participant_id,
        "created_at": format_time(task.created_at),
    }
