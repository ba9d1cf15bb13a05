"""What a recipient does with a letter that is offered: open it, keep it, read it with a facilitator, or not want it.

The choice is theirs alone: the writer learns it only where the recipient agreed to tell. A paused person opens nothing
new; what somebody has opened they may read again at any time.
"""

from datetime import datetime
from typing import Final

from sqlalchemy.orm import Session

from mediation import ledger
from mediation.access import Actor, require
from mediation.cases.finding import own_case
from mediation.cases.heads import verified
from mediation.cases.models import Case, Member
from mediation.cases.queries import member_of
from mediation.cases.states import Standing
from mediation.errors import Conflict, NotFound
from mediation.messages.models import Message, MessageRecipient
from mediation.messages.offering import is_due, offer
from mediation.messages.rows import message_for, move, recipient_of, wrap_for
from mediation.messages.states import CHOICES, RecipientAction, RecipientState
from mediation.messages.tasks import TaskKind, close_tasks, open_about, set_task
from mediation.protocol import case_head

EVENTS: Final = {
    RecipientAction.KEEP: "message.kept",
    RecipientAction.ASK_TO_READ_TOGETHER: "message.with-facilitator",
    RecipientAction.DECLINE: "message.not-wanted",
    RecipientAction.OPEN: "message.opened",
}


def choose(
    session: Session, actor: Actor, message_id: str, choice: str, *, tell: bool, now: datetime
) -> MessageRecipient:
    """The recipient keeps a letter, asks to read it with a facilitator, or does not want it; all can be changed later.

    Raises `not-found` (never offered), `already-opened`, `recalled`, `not-standing`, and the head's lapse.
    """
    row, message, member = _own_offer(session, actor, message_id)
    require(actor, "message:choose", row)
    _choose(session, actor, row, message, member, CHOICES[choice], tell=tell, now=now)
    return row


def open_letter(session: Session, actor: Actor, message_id: str, *, tell: bool, now: datetime) -> tuple[Message, bytes]:
    """The recipient opens a letter, or reads it again: the message and the wrap for their key.

    Raises as `choose`; `letter-not-ready` while nobody has sealed it to the recipient's new key.
    """
    row, message, member = _own_offer(session, actor, message_id)
    require(actor, "message:choose", row)
    wrap = wrap_for(session, message_id, member.box_kid)
    if row.state is not RecipientState.OPENED:
        _choose(session, actor, row, message, member, RecipientAction.OPEN, tell=tell, now=now)
    elif tell and not row.tell:
        row.tell, row.told = True, str(row.state)
        _record(session, "message.told", actor, row, message, now)
    if wrap is None:
        raise Conflict("letter-not-ready")
    return message, wrap


def choose_for(
    session: Session, actor: Actor, message_id: str, participant_id: str, choice: str, *, tell: bool, now: datetime
) -> MessageRecipient:
    """A facilitator writes down what an assisted person did with a letter. Raises `not-assisted` and as `choose`."""
    message, case = message_for(session, actor, message_id, lock=True)
    require(actor, "message:choose-for", case)
    member = member_of(session, case, participant_id)
    if not member.assisted or member.account_id is not None:
        raise Conflict("not-assisted")
    row = recipient_of(session, message_id, participant_id)
    if row.state is not RecipientState.OPENED or CHOICES[choice] is not RecipientAction.OPEN:
        _choose(session, actor, row, message, member, CHOICES[choice], tell=tell, now=now)
    return row


def _own_offer(session: Session, actor: Actor, message_id: str) -> tuple[MessageRecipient, Message, Member]:
    _, member = own_case(session, actor, lock=True)
    row = recipient_of(session, message_id, member.participant_id)
    message = session.get_one(Message, message_id)
    return row, message, member


def _choose(
    session: Session,
    actor: Actor,
    row: MessageRecipient,
    message: Message,
    member: Member,
    action: RecipientAction,
    *,
    tell: bool,
    now: datetime,
) -> None:
    _check_offered(session, row, message, member, now)
    move(row, action, now)
    row.tell = tell
    if tell:
        row.told = str(row.state)  # what was told stays told: an untold choice must not show as a change
    _record(session, EVENTS[action], actor, row, message, now)
    _settle(session, actor, row, message, now)


def _check_offered(session: Session, row: MessageRecipient, message: Message, member: Member, now: datetime) -> None:
    """What was never offered does not exist for its recipient; what no longer is says so."""
    if row.offered_at is None and not is_due(row, now):
        raise NotFound("not-found")
    if row.state is RecipientState.RECALLED:
        raise Conflict("recalled")
    if member.standing is not Standing.ACTIVE:
        raise Conflict("not-standing")
    case_head.check_current(verified(session, session.get_one(Case, message.case_id), now).head)
    if is_due(row, now):
        offer(session, row, message, member, now)


def _record(session: Session, kind: str, actor: Actor, row: MessageRecipient, message: Message, now: datetime) -> None:
    refs = {"message": message.message_id, "recipient": row.participant_id}
    if row.decision_hash:
        refs["decision"] = row.decision_hash
    ledger.append(session, kind, actor=actor, case_id=message.case_id, refs=refs, at=now)


def _settle(session: Session, actor: Actor, row: MessageRecipient, message: Message, now: datetime) -> None:
    """Open and close the facilitators' tasks that follow from a choice."""
    person = row.participant_id
    waiting = open_about(session, message.message_id, person)
    settled = {TaskKind.READ_TOGETHER}
    if row.state is RecipientState.WITH_FACILITATOR:
        set_task(session, TaskKind.READ_TOGETHER, message, person, now, waiting)
        settled = set()
    if row.state is RecipientState.OPENED:
        set_task(session, TaskKind.ASK_HOW_IT_LANDED, message, person, now, waiting)
    if row.state in (RecipientState.OPENED, RecipientState.NOT_WANTED):
        settled.add(TaskKind.PRINT)
    close_tasks([task for task in waiting if task.kind in settled], now, actor.staff_id)
