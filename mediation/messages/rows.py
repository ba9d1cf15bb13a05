"""Finding messages and offers, always through the actor; and the one way in which a recipient's row changes."""

from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from datetime import datetime
from functools import cache
from typing import Any, Final

from sqlalchemy import Insert, Row, Select, String, and_, bindparam, select, update
from sqlalchemy.orm import Session

from mediation.access import Actor
from mediation.cases.finding import Finding, HeldCase, OwnCase, find_case, hold_case, holding, own_case
from mediation.cases.models import Case, Member
from mediation.cases.queries import may_see
from mediation.db import ask, change, dialect_of, insert_for, table_of, whole
from mediation.db.rows import note
from mediation.errors import NotFound
from mediation.messages.models import Message, MessageRecipient, Wrap
from mediation.messages.states import RecipientAction, RecipientState, next_recipient


@dataclass(frozen=True)
class Recipient:
    """Where a message of a case stands for one of its recipients, as it was read while the case is held: see
    `MessageRecipient`. `move` makes the next one, `store` writes it.
    """

    case_id: str
    message_id: str
    participant_id: str
    state: RecipientState
    tell: bool
    told: str | None
    decision_hash: str | None
    not_before: datetime | None
    offered_at: datetime | None
    changed_at: datetime
    revision: int


_KEY: Final = ("message_id", "participant_id", "revision")
_CHANGING: Final = tuple(each.name for each in fields(Recipient)[1:] if each.name not in _KEY)
RECIPIENTS: Final[Select[*tuple[Any, ...]]] = select(
    Message.case_id, *(getattr(MessageRecipient, each.name) for each in fields(Recipient)[1:])
).join(Message, Message.message_id == MessageRecipient.message_id)
"""The columns of a Recipient, to be narrowed."""

_CASE_OF: Final = select(Message.case_id).where(Message.message_id == bindparam("of_message")).scalar_subquery()
_OF_MESSAGE: Final = Finding.by(select(Case).where(Case.case_id == _CASE_OF))
_HOLD: Final = holding(_CASE_OF)
_MESSAGE: Final = select(Message).where(Message.message_id == bindparam("of_message"))
_MESSAGE_HELD: Final = _MESSAGE.execution_options(populate_existing=True)
_ALL: Final = RECIPIENTS.where(MessageRecipient.message_id == bindparam("of_message")).order_by(
    MessageRecipient.participant_id
)
_ONE: Final = RECIPIENTS.where(
    MessageRecipient.message_id == bindparam("of_message"), MessageRecipient.participant_id == bindparam("of_person")
)
_LETTER: Final = _ONE.add_columns(Message.ciphertext, Wrap.seal).outerjoin(
    Wrap, and_(Wrap.message_id == Message.message_id, Wrap.box_kid == bindparam("of_key", type_=String))
)
_STORE: Final = whole(
    MessageRecipient,
    update(table_of(MessageRecipient)).where(
        MessageRecipient.message_id == bindparam("of_message"),
        MessageRecipient.participant_id == bindparam("of_person"),
        MessageRecipient.revision == bindparam("as_read"),
    ),
)


def message_for(session: Session, actor: Actor, message_id: str) -> tuple[Message, Case]:
    """A message of one of a member of staff's cases, and the case, to be read. Raises `not-found`."""
    of_message = {"of_message": message_id}
    case = None if actor.kind == "participant" else find_case(session, actor, _OF_MESSAGE, of_message, lock=False)
    if case is None or not may_see(session, actor, case):
        raise NotFound("not-found")
    return session.scalars(_MESSAGE, of_message).one(), case


def hold_message(session: Session, actor: Actor, message_id: str) -> tuple[Message, HeldCase]:
    """A message of one of a member of staff's cases, and the case, held. Raises `not-found`."""
    of_message = {"of_message": message_id}
    case = None if actor.kind == "participant" else hold_case(session, actor, _HOLD, of_message)
    if case is None or not may_see(session, actor, case):
        raise NotFound("not-found")
    return session.scalars(_MESSAGE_HELD, of_message).one(), case


def own_message(session: Session, actor: Actor, message_id: str, *, lock: bool = False) -> tuple[Message, Member]:
    """A message that the participant wrote, and their row. Raises `not-found`, `not-admitted`."""
    _, member = own_case(session, actor, lock=lock)
    message = session.get(Message, message_id, populate_existing=lock)
    if message is None or message.author_id != member.participant_id or message.case_id != member.case_id:
        raise NotFound("not-found")
    return message, member


def recipients_of(session: Session, message_id: str) -> list[Recipient]:
    """Where a message stands for each of its recipients."""
    return [Recipient(*row) for row in ask(session, _ALL, {"of_message": message_id})]


def recipient_of(session: Session, message_id: str, participant_id: str) -> Recipient:
    """Where a message stands for one recipient. Raises `not-found`."""
    return Recipient(*_found(session, _ONE, {"of_message": message_id, "of_person": participant_id}))


def letter_of(session: Session, message_id: str, member: OwnCase) -> tuple[Recipient, bytes, bytes | None]:
    """Where a message stands for a member, its ciphertext, and its key sealed to theirs, if it is. Raises `not-found`.
    """
    mine = {"of_message": message_id, "of_person": member.participant_id, "of_key": member.box_kid}
    found = _found(session, _LETTER, mine)
    return Recipient(*found[:-2]), found.ciphertext, found.seal


def _found(
    session: Session, wanted: Select[*tuple[Any, ...]], parameters: Mapping[str, str | None]
) -> Row[*tuple[Any, ...]]:
    row = ask(session, wanted, parameters).one_or_none()
    if row is None:
        raise NotFound("not-found")
    return row


def move(row: Recipient, action: RecipientAction, now: datetime, **changes: Any) -> Recipient:
    """The row in its next state, with what else changes, to be stored. Raises Conflict as `states` says."""
    return replace(row, state=next_recipient(row.state, action), changed_at=now, **changes)


def store(session: Session, row: Recipient) -> None:
    """Write a recipient's row. Raises StaleDataError should it have changed since it was read: an act forgot to hold
    its case.
    """
    found = {"of_message": row.message_id, "of_person": row.participant_id, "as_read": row.revision}
    changes = {name: getattr(row, name) for name in _CHANGING}
    change(session, MessageRecipient, _STORE, {**found, **changes, "revision": row.revision + 1})


def put_wrap(session: Session, message_id: str, box_kid: str, seal: bytes) -> None:
    """Store a wrap, in place of a former one for the same key."""
    row = {"message_id": message_id, "box_kid": box_kid, "seal": seal}
    ask(session, _put(dialect_of(session)), row)
    note(session, Wrap, row)


@cache
def _put(dialect: str) -> Insert:
    """The statement, made once."""
    made = insert_for(dialect, Wrap)
    return made.on_conflict_do_update(index_elements=[Wrap.message_id, Wrap.box_kid], set_={"seal": made.excluded.seal})
