"""A hold is a facilitator's own, unsigned "not yet": to talk to the writer or a supervisor, or to wait for support."""

from datetime import datetime

from sqlalchemy.orm import Session

from mediation import ledger
from mediation.access import Actor, require
from mediation.errors import Conflict
from mediation.messages.models import Message
from mediation.messages.rows import hold_message, recipients_of
from mediation.messages.states import RecipientState


def hold(session: Session, actor: Actor, message_id: str, now: datetime) -> Message:
    """Put a message on hold; again by the same facilitator changes nothing.

    Raises `not-found`, `not-in-review`, `message-held` (by somebody else).
    """
    message, case = hold_message(session, actor, message_id)
    require(actor, "message:hold", case)
    if not any(row.state is RecipientState.IN_REVIEW for row in recipients_of(session, message_id)):
        raise Conflict("not-in-review")
    if message.held_by not in (None, actor.staff_id):
        raise Conflict("message-held")
    if message.held_by is None:
        message.held_by, message.held_at = actor.staff_id, now
        _log(session, "message.held", actor, message, now)
    return message


def unhold(session: Session, actor: Actor, message_id: str, now: datetime) -> None:
    """Take a message off hold, whichever facilitator of the case put it there; not on hold is fine too."""
    message, case = hold_message(session, actor, message_id)
    require(actor, "message:hold", case)
    if message.held_by is not None:
        message.held_by = message.held_at = None
        _log(session, "message.unheld", actor, message, now)


def _log(session: Session, kind: str, actor: Actor, message: Message, now: datetime) -> None:
    refs = {"message": message.message_id}
    ledger.append(session, kind, actor=actor, case_id=message.case_id, refs=refs, at=now)
