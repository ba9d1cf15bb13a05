"""What a recipient does with a letter that is offered: open it, keep it, read it with a facilitator, or not want it.

The choice is theirs alone: the writer learns it only where the recipient agreed to tell. A paused person opens nothing
new; what somebody has opened they may read again at any time.
"""

from dataclasses import replace
from datetime import datetime
from typing import Final

from sqlalchemy.orm import Session

from mediation import ledger
from mediation.access import Actor, require
from mediation.cases.finding import OwnCase, hold_own
from mediation.cases.heads import Headed, verified
from mediation.cases.models import Member
from mediation.cases.queries import member_of
from mediation.cases.states import Standing
from mediation.errors import Conflict, NotFound
from mediation.messages.offering import is_due, offer
from mediation.messages.rows import Recipient, hold_message, letter_of, move, recipient_of, store
from mediation.messages.states import CHOICES, RecipientAction, RecipientState
from mediation.messages.tasks import TaskKind, close_tasks, open_about, set_task
from mediation.protocol import case_head

EVENTS: Final = {
    RecipientAction.KEEP: "message.kept",
    RecipientAction.ASK_TO_READ_TOGETHER: "message.with-facilitator",
    RecipientAction.DECLINE: "message.not-wanted",
    RecipientAction.OPEN: "message.opened",
}


def choose(session: Session, actor: Actor, message_id: str, choice: str, *, tell: bool, now: datetime) -> Recipient:
    """The recipient keeps a letter, asks to read it with a facilitator, or does not want it; all can be changed later.

    Raises `not-found` (never offered), `already-opened`, `recalled`, `not-standing`, and the head's lapse.
    """
    own = hold_own(session, actor)
    row = recipient_of(session, message_id, own.participant_id)
    require(actor, "message:choose", row)
    return _choose(session, actor, own, row, own, CHOICES[choice], tell=tell, now=now)


def open_letter(session: Session, actor: Actor, message_id: str, *, tell: bool, now: datetime) -> tuple[bytes, bytes]:
    """The recipient opens a letter, or reads it again: the ciphertext and the wrap for their key.

    Raises as `choose`; `letter-not-ready` while nobody has sealed it to the recipient's new key.
    """
    own = hold_own(session, actor)
    row, ciphertext, wrap = letter_of(session, message_id, own)
    require(actor, "message:choose", row)
    if row.state is not RecipientState.OPENED:
        _choose(session, actor, own, row, own, RecipientAction.OPEN, tell=tell, now=now)
    elif tell and not row.tell:
        _record(session, "message.told", actor, row, now)
        store(session, replace(row, tell=True, told=str(row.state)))
    if wrap is None:
        raise Conflict("letter-not-ready")
    return ciphertext, wrap


def choose_for(
    session: Session, actor: Actor, message_id: str, participant_id: str, choice: str, *, tell: bool, now: datetime
) -> Recipient:
    """A facilitator writes down what an assisted person did with a letter. Raises `not-assisted` and as `choose`."""
    _, case = hold_message(session, actor, message_id)
    require(actor, "message:choose-for", case)
    member = member_of(session, case, participant_id)
    if not member.assisted or member.account_id is not None:
        raise Conflict("not-assisted")
    row = recipient_of(session, message_id, participant_id)
    if row.state is RecipientState.OPENED and CHOICES[choice] is RecipientAction.OPEN:
        return row
    return _choose(session, actor, case, row, member, CHOICES[choice], tell=tell, now=now)


def _choose(
    session: Session,
    actor: Actor,
    case: Headed,
    row: Recipient,
    member: Member | OwnCase,
    action: RecipientAction,
    *,
    tell: bool,
    now: datetime,
) -> Recipient:
    """What was told stays told: an untold choice must not show as a change."""
    _check_offered(session, case, row, member, now)
    if is_due(row, now):
        row = offer(session, row, member, now)
    row = move(row, action, now, tell=tell)
    if tell:
        row = replace(row, told=str(row.state))
    _record(session, EVENTS[action], actor, row, now)
    store(session, row)
    _settle(session, actor, row, now)
    return row


def _check_offered(
    session: Session, case: Headed, row: Recipient, member: Member | OwnCase, now: datetime
) -> None:
    """What was never offered does not exist for its recipient; what no longer is says so."""
    if row.offered_at is None and not is_due(row, now):
        raise NotFound("not-found")
    if row.state is RecipientState.RECALLED:
        raise Conflict("recalled")
    if member.standing is not Standing.ACTIVE:
        raise Conflict("not-standing")
    case_head.check_current(verified(session, case, now).head)


def _record(session: Session, kind: str, actor: Actor, row: Recipient, now: datetime) -> None:
    refs = {"message": row.message_id, "recipient": row.participant_id}
    if row.decision_hash:
        refs["decision"] = row.decision_hash
    ledger.append(session, kind, actor=actor, case_id=row.case_id, refs=refs, at=now)


def _settle(session: Session, actor: Actor, row: Recipient, now: datetime) -> None:
    """Open and close the facilitators' tasks that follow from a choice."""
    person = row.participant_id
    waiting = open_about(session, row.message_id, person)
    settled = {TaskKind.READ_TOGETHER}
    if row.state is RecipientState.WITH_FACILITATOR:
        set_task(session, TaskKind.READ_TOGETHER, row, person, now, waiting)
        settled = set()
    if row.state is RecipientState.OPENED:
        set_task(session, TaskKind.ASK_HOW_IT_LANDED, row, person, now, waiting)
    if row.state in (RecipientState.OPENED, RecipientState.NOT_WANTED):
        settled.add(TaskKind.PRINT)
    close_tasks(session, [waiting[kind] for kind in settled if kind in waiting], now, actor.staff_id)
