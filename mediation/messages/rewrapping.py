"""Sealing a message's key, or a content note, again to somebody entitled to it who has a new key.

The commitment in the message and the note's hash in the decision refuse anything else, so no signature is needed.
"""

from datetime import datetime

from sqlalchemy.orm import Session

from mediation import ledger
from mediation.access import Actor, require
from mediation.cases.finding import HeldCase
from mediation.cases.heads import Verified, verified
from mediation.cases.models import Member
from mediation.errors import Invalid, NotFound
from mediation.messages.deciding import MAX_NOTE
from mediation.messages.models import Decision, Message
from mediation.messages.rows import hold_message, put_wrap, recipients_of
from mediation.messages.states import UNOPENED, DecisionState, RecipientState
from mediation.protocol import case_head
from mediation.protocol.errors import ProtocolError
from mediation.protocol.message import WRAP_SIZE
from mediation.protocol.primitives import kid

RELEASED = (RecipientState.RELEASED, *UNOPENED, RecipientState.OPENED)


def rewrap(session: Session, actor: Actor, message_id: str, box_kid: str, seal: bytes, now: datetime) -> None:
    """Store a remade wrap. Raises `not-found`, `wraps-wrong` (that key is not entitled), the head's lapse."""
    message, case = hold_message(session, actor, message_id)
    require(actor, "message:rewrap", case)
    file = verified(session, case, now)
    case_head.check_current(file.head)
    if len(seal) != WRAP_SIZE or box_kid not in _entitled(session, file, message):
        raise ProtocolError("wraps-wrong")
    put_wrap(session, message_id, box_kid, seal)
    _log(session, actor, case, message, now)


def _entitled(session: Session, file: Verified, message: Message) -> set[str]:
    """The box keys for which there may be a wrap: the epoch's, a writing member's, those of readers it was given to."""
    people = {message.author_id, message.thread_with}
    people |= {row.participant_id for row in recipients_of(session, message.message_id) if row.state in RELEASED}
    rows = (session.get(Member, person) for person in people if person is not None)
    kids = {row.box_kid for row in rows if row is not None and row.in_head and row.case_id == message.case_id}
    return {kid(file.head.epoch_pk), *(one for one in kids if one is not None)}


def renote(session: Session, actor: Actor, hash_: str, seal: bytes, now: datetime) -> None:
    """Store a content note sealed again to its recipient, also of a release that waits for more signatures.

    Raises `not-found`, `note-wrong`, the head's lapse.
    """
    row = session.get(Decision, hash_)
    if row is None:
        raise NotFound("not-found")
    message, case = hold_message(session, actor, row.message_id)
    require(actor, "message:rewrap", case)
    case_head.check_current(verified(session, case, now).head)
    session.refresh(row)
    recipient = None if row.recipient_id is None else session.get(Member, row.recipient_id)
    if recipient is None or recipient.box_kid is None or row.note_epoch is None or row.state is DecisionState.DROPPED:
        raise Invalid("note-wrong")
    if len(seal) > MAX_NOTE:
        raise Invalid("note-wrong")
    row.note_recipient = seal
    _log(session, actor, case, message, now)


def _log(session: Session, actor: Actor, case: HeldCase, message: Message, now: datetime) -> None:
    refs = {"message": message.message_id}
    ledger.append(session, "message.rewrapped", actor=actor, case_id=case.case_id, refs=refs, at=now)
