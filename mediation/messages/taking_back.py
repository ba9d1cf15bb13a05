"""Taking a message back always gives the same answer and looks the same afterwards, so that it is no read receipt."""

from datetime import datetime
from typing import Final

from sqlalchemy.orm import Session

from mediation import ledger
from mediation.access import Actor, require
from mediation.errors import Conflict, NotAllowed
from mediation.messages.models import Message
from mediation.messages.offering import offer_in_case
from mediation.messages.recalling import recall
from mediation.messages.rows import hold_message, own_message

TAKEABLE: Final = ("relay", "summary")


def take_back(session: Session, actor: Actor, message_id: str, now: datetime) -> None:
    """Take a message back: nobody who has not opened it can, nothing more is decided about it. Again: nothing changes.

    Its writer does; for what a facilitator wrote down or summed up, a facilitator of the case. Needs no passphrase and
    no case that holds. Raises `not-found`, `not-takeable` (private, note).
    """
    message = _message(session, actor, message_id)
    if message.kind not in TAKEABLE:
        raise Conflict("not-takeable")
    if message.taken_back_at is not None:
        return
    offer_in_case(session, message.case_id, now)
    message.taken_back_at = now
    message.held_by = message.held_at = None
    refs = {"message": message.message_id, "statement": message.hash}
    ledger.append(session, "message.taken-back", actor=actor, case_id=message.case_id, refs=refs, at=now)
    recall(session, actor, message, now)


def _message(session: Session, actor: Actor, message_id: str) -> Message:
    if actor.kind == "participant":
        message, _ = own_message(session, actor, message_id, lock=True)
        require(actor, "message:take-back", message)
        return message
    message, case = hold_message(session, actor, message_id)
    require(actor, "message:take-back-for", case)
    if message.kind == "relay" and message.scribe_id is None:
        raise NotAllowed("not-allowed")  # the writer has their own control for it
    return message
