"""Finding messages and offers, always through the actor; and the one way in which a recipient's row changes."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from mediation.access import Actor
from mediation.cases.models import Case, Member
from mediation.cases.queries import find_case, may_see, own_case
from mediation.errors import NotFound
from mediation.messages.models import Message, MessageRecipient, Wrap
from mediation.messages.states import RecipientAction, RecipientState, next_recipient


def message_for(session: Session, actor: Actor, message_id: str, *, lock: bool = False) -> tuple[Message, Case]:
    """A message of one of a member of staff's cases, and the case. Raises `not-found`."""
    where = Case.case_id == select(Message.case_id).where(Message.message_id == message_id).scalar_subquery()
    case = None if actor.kind == "participant" else find_case(session, actor, where, lock=lock)
    if case is None or not may_see(session, actor, case):
        raise NotFound("not-found")
    return session.get_one(Message, message_id, populate_existing=lock), case


def own_message(session: Session, actor: Actor, message_id: str, *, lock: bool = False) -> tuple[Message, Member]:
    """A message that the participant wrote, and their row. Raises `not-found`, `not-admitted`."""
    _, member = own_case(session, actor, lock=lock)
    message = session.get(Message, message_id, populate_existing=lock)
    if message is None or message.author_id != member.participant_id or message.case_id != member.case_id:
        raise NotFound("not-found")
    return message, member


def recipients_of(session: Session, message_id: str) -> list[MessageRecipient]:
    """Where a message stands for each of its recipients, as the database has it now."""
    wanted = select(MessageRecipient).where(MessageRecipient.message_id == message_id)
    ordered = wanted.order_by(MessageRecipient.participant_id)
    return list(session.scalars(ordered.execution_options(populate_existing=True)))


def recipient_of(session: Session, message_id: str, participant_id: str) -> MessageRecipient:
    """Where a message stands for one recipient. Raises `not-found`."""
    row = session.get(MessageRecipient, (message_id, participant_id), populate_existing=True)
    if row is None:
        raise NotFound("not-found")
    return row


def move(row: MessageRecipient, action: RecipientAction, now: datetime) -> RecipientState:
    """Change the state of a recipient's row, which was read under the lock of its case. Raises Conflict as `states`
    says.
    """
    row.state, row.changed_at = next_recipient(row.state, action), now
    return row.state


def wrap_for(session: Session, message_id: str, box_kid: str | None) -> bytes | None:
    """The message's key sealed to this box key, if there is one."""
    row = session.get(Wrap, (message_id, box_kid)) if box_kid else None
    return None if row is None else row.seal


def put_wrap(session: Session, message_id: str, box_kid: str, seal: bytes) -> None:
    """Store a wrap, in place of a former one for the same key."""
    row = session.get(Wrap, (message_id, box_kid))
    if row is None:
        session.add(Wrap(message_id=message_id, box_kid=box_kid, seal=seal))
    else:
        row.seal = seal
