"""Recalling what nobody has opened yet: taken back by its writer, or because the writer paused, withdrew or lost a key.

What was opened stays opened, and nothing that the writer can see afterwards tells which it was. In the audit trail,
too, what follows from a participant's act is the server's: among their own receipts, or as a gap in their numbers, it
would tell them what was read, and what was being decided.
"""

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from mediation import ledger, sms
from mediation.access import SYSTEM, Actor
from mediation.cases.models import Member
from mediation.messages.models import Decision, Message, MessageRecipient
from mediation.messages.rows import Recipient, move, recipients_of, store
from mediation.messages.states import RECALLABLE, DecisionAction, DecisionState, RecipientAction, RecipientState
from mediation.messages.states import next_decision as next_state
from mediation.messages.tasks import TaskKind, close_tasks, open_about


def recall(
    session: Session, actor: Actor, message: Message, now: datetime, *, only: Iterable[RecipientState] = RECALLABLE
) -> None:
    """Recall a message from every recipient who has not opened it (or stands in one of `only`), and drop what was
    proposed about it."""
    for row in recipients_of(session, message.message_id):
        if row.state in only:
            recall_one(session, actor, row, now)
    drop_open(session, actor, [message.message_id], now)


def recall_one(session: Session, actor: Actor, row: Recipient, now: datetime) -> None:
    """Recall a message from one recipient who has not opened it; their text is cancelled if nothing else waits."""
    recalled = move(row, RecipientAction.RECALL, now)
    refs = {"message": row.message_id, "recipient": row.participant_id}
    ledger.append(session, "message.recalled", actor=_told_by(actor), case_id=row.case_id, refs=refs, at=now)
    store(session, recalled)
    waiting = open_about(session, row.message_id, row.participant_id)
    close_tasks(session, [waiting[kind] for kind in (TaskKind.PRINT, TaskKind.READ_TOGETHER) if kind in waiting], now)
    if row.state is RecipientState.OFFERED and not _other_news(session, row):
        sms.cancel(session, row.participant_id, now=now)


def _other_news(session: Session, row: Recipient) -> bool:
    """Whether the alert that may be queued for this recipient is about something else as well."""
    offered = select(MessageRecipient.message_id).where(
        MessageRecipient.participant_id == row.participant_id,
        MessageRecipient.state == RecipientState.OFFERED,
        MessageRecipient.message_id != row.message_id,
    )
    private = select(Message.message_id).where(
        Message.thread_with == row.participant_id,
        Message.author_id != row.participant_id,
        Message.submitted_at >= row.offered_at,
    )
    return any(session.scalar(wanted.limit(1)) is not None for wanted in (offered, private))


def drop_open(session: Session, actor: Actor, message_ids: list[str], now: datetime) -> None:
    """Drop every open proposal of a decision about these messages."""
    wanted = select(Decision).where(Decision.message_id.in_(message_ids), Decision.state == DecisionState.PROPOSED)
    for decision in session.scalars(wanted.order_by(Decision.hash)):
        drop(session, actor, decision, now)


def drop_open_for(session: Session, actor: Actor, member: Member, now: datetime) -> None:
    """Drop every open proposal of a release to this participant."""
    wanted = select(Decision).where(
        Decision.case_id == member.case_id,
        Decision.recipient_id == member.participant_id,
        Decision.state == DecisionState.PROPOSED,
    )
    for decision in session.scalars(wanted.order_by(Decision.hash)):
        drop(session, actor, decision, now)


def drop(session: Session, actor: Actor, decision: Decision, now: datetime) -> None:
    """Drop a proposal; it can never be signed again. Raises `proposal-closed`."""
    if decision.state is DecisionState.DROPPED:
        return
    decision.state = next_state(decision.state, DecisionAction.DROP)
    refs = {"decision": decision.hash, "message": decision.message_id}
    ledger.append(session, "decision.dropped", actor=_told_by(actor), case_id=decision.case_id, refs=refs, at=now)


def _told_by(actor: Actor) -> Actor:
    """Whose event a consequence is."""
    return SYSTEM if actor.kind == "participant" else actor
