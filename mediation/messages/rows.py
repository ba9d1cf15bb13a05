"""Finding messages and offers, always through the actor; and the one way in which a recipient's row changes."""

from datetime import datetime
from functools import cache
from typing import Final

from sqlalchemy import Insert, bindparam, select
from sqlalchemy.orm import Session

from mediation.access import Actor
from mediation.cases.finding import Finding, find_case, own_case
from mediation.cases.models import Case, Member
from mediation.cases.queries import may_see
from mediation.db import dialect_of, insert_for
from mediation.errors import NotFound
from mediation.messages.models import Message, MessageRecipient, Wrap
from mediation.messages.states import RecipientAction, RecipientState, next_recipient

_OF_MESSAGE: Final = Finding.by(
    select(Case).where(
        Case.case_id == select(Message.case_id).where(Message.message_id == bindparam("message_id")).scalar_subquery()
    )
)
_RECIPIENTS: Final = (
    select(MessageRecipient)
    .where(MessageRecipient.message_id == bindparam("of_message"))
    .order_by(MessageRecipient.participant_id)
    .execution_options(populate_existing=True)
)


def message_for(session: Session, actor: Actor, message_id: str, *, lock: bool = False) -> tuple[Message, Case]:
    """A message of one of a member of staff's cases, and the case. Raises `not-found`."""
    of_message = {"message_id": message_id}
    case = None if actor.kind == "participant" else find_case(session, actor, _OF_MESSAGE, of_message, lock=lock)
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
    return list(session.scalars(_RECIPIENTS, {"of_message": message_id}))


def recipient_of(session: Session, message_id: str, participant_id: str) -> MessageRecipient:
    """Where a message stands for one recipient. Raises `not-found`."""
    row = session.get(MessageRecipient, (message_id, participant_id))
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
    with session.no_autoflush:
        session.execute(_put(dialect_of(session)), {"message_id": message_id, "box_kid": box_kid, "seal": seal})


@cache
def _put(dialect: str) -> Insert:
    """The statement, made once."""
    made = insert_for(dialect, Wrap)
    return made.on_conflict_do_update(index_elements=[Wrap.message_id, Wrap.box_kid], set_={"seal": made.excluded.seal})
