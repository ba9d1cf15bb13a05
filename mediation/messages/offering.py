"""A released message is offered when its time has come, to somebody who is taking part, and never before.

What is offered is derived wherever it is read (`is_offered`), so that nobody waits for a sweep. `offer_in_case`
writes it down, queues the text in the same transaction, and gives facilitators the task to print for a person without
a device. Nothing is offered while the case or the roster has lapsed.
"""

from datetime import datetime

import structlog
from sqlalchemy import ColumnElement, or_, select
from sqlalchemy.orm import Session

from mediation import ledger, sms
from mediation.access import SYSTEM, require
from mediation.cases.finding import OwnCase
from mediation.cases.heads import verified
from mediation.cases.models import Case, Member
from mediation.cases.queries import MemberNow, case_for
from mediation.cases.states import Standing
from mediation.messages.models import Message, MessageRecipient
from mediation.messages.rows import RECIPIENTS, Recipient, move, store
from mediation.messages.states import UNOPENED, RecipientAction, RecipientState
from mediation.messages.tasks import TaskKind, set_task
from mediation.protocol.errors import ProtocolError

log = structlog.get_logger("mediation.messages")


def is_due(row: Recipient | MessageRecipient, now: datetime) -> bool:
    """Whether a release is in force: signed, and its time has come."""
    return row.state is RecipientState.RELEASED and (row.not_before is None or row.not_before <= now)


def is_offered(row: MessageRecipient, member: Member, now: datetime) -> bool:
    """Whether the recipient may choose now, as far as the rows tell; the head must hold as well."""
    takes_part = member.in_head and member.standing is Standing.ACTIVE
    return takes_part and (row.state in UNOPENED or is_due(row, now))


def offer(session: Session, row: Recipient, member: Member | OwnCase | MemberNow, now: datetime) -> Recipient:
    """Offer a release whose time has come: the event, and the text or the task to print; and the row, to be stored."""
    offered = move(row, RecipientAction.OFFER, now, offered_at=now)
    refs = {"message": row.message_id, "recipient": row.participant_id}
    ledger.append(session, "message.offered", actor=SYSTEM, case_id=row.case_id, refs=refs, at=now)
    if member.assisted and member.account_id is None:
        set_task(session, TaskKind.PRINT, row, member.participant_id, now)
    else:
        sms.enqueue(session, member.participant_id, now=now)
    return offered


def _due(now: datetime) -> tuple[ColumnElement[bool], ...]:
    return (
        MessageRecipient.state == RecipientState.RELEASED,
        or_(MessageRecipient.not_before.is_(None), MessageRecipient.not_before <= now),
        Member.standing == Standing.ACTIVE,
        Member.in_head.is_(True),
    )


def cases_with_due(session: Session, now: datetime) -> list[str]:
    """The cases in which something has come due. Each gets a transaction of its own."""
    require(SYSTEM, "message:offer")
    joined = select(Member.case_id).join(MessageRecipient, MessageRecipient.participant_id == Member.participant_id)
    return list(session.scalars(joined.where(*_due(now)).distinct().order_by(Member.case_id)))


def _holds(session: Session, case: Case, now: datetime) -> bool:
    """Whether the case's head holds; a case that cannot be verified holds up no other."""
    try:
        return verified(session, case, now).head.lapse is None
    except ProtocolError as error:
        log.warning("a case cannot be verified", case=case.case_id, code=error.code)
        return False


def offer_in_case(session: Session, case_id: str, now: datetime) -> int:
    """Offer what has come due in one case. Also done before anything is recalled or somebody pauses, so that what both
    sides could see already does not change its look because the sweep had not come by yet."""
    case = case_for(session, SYSTEM, case_id, lock=True)
    if not _holds(session, case, now):
        return 0
    wanted = (
        RECIPIENTS.add_columns(Member)
        .join(Member, Member.participant_id == MessageRecipient.participant_id)
        .where(Message.case_id == case_id, *_due(now))
        .order_by(Message.number)
        .execution_options(populate_existing=True)
    )
    due = session.execute(wanted).all()
    for *row, member in due:
        store(session, offer(session, Recipient(*row), member, now))
    return len(due)
