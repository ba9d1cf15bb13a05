"""Texts that people send to us: keywords are recorded, told to the facilitator and obeyed; anything else is not kept.

Applied once, however often the provider repeats it. No number and no words leave this module.
"""

from datetime import datetime
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from mediation import ledger
from mediation.access import SYSTEM, Actor, require
from mediation.sms import codes, numbers
from mediation.sms.models import Contact, OutboxText, ReceivedText
from mediation.sms.outcomes import move
from mediation.sms.states import TextState
from mediation.sms.tasks import TextTaskKind, open_task
from mediation.sms.webhooks import Keyword, keyword

ANSWER: Final = "This number cannot take replies."
"""The one answer to whatever is no keyword; one segment, and no word of whose number it is."""

_MEANS: Final[dict[Keyword | None, tuple[str, TextTaskKind]]] = {
    "stop": ("sms.opted-out", TextTaskKind.OPTED_OUT),
    "start": ("sms.opted-in", TextTaskKind.OPTED_IN),
    "help": ("sms.help-asked", TextTaskKind.HELP),
    None: ("sms.answered", TextTaskKind.ANSWERED),
}


def take_in(
    session: Session, provider_id: str, number: str, body: str, now: datetime, said: Keyword | None = None
) -> str | None:
    """A text from a number to us; the answer, if it gets one: once until a facilitator has seen to it, so that two
    machines cannot answer each other for ever, and only to a number that we know. `said`: the keyword that the provider
    found in it.
    """
    require(SYSTEM, "text:receive")
    if session.get(ReceivedText, provider_id) is not None:
        return None
    session.add(ReceivedText(provider_id=provider_id, at=now))
    said = said or keyword(body)
    if said == "start" and numbers.is_stopped_by(session, number, "operator"):
        said = None  # what an operator stopped, whoever holds the phone does not start again: the facilitator is told
    if said == "stop":
        stop(session, SYSTEM, number, "opted-out", now)
        return None
    if said == "start":
        numbers.allow(session, number)
    new = [_tell(session, each, said, now) for each in numbers.holders(session, number)]
    return ANSWER if said is None and any(new) else None


def stop(session: Session, actor: Actor, number: str, reason: str, now: datetime) -> int:
    """Nothing goes to a number any more, what is queued for it is put away, and a code that went to it works no more;
    returns how many people have it.
    """
    require(actor, "text:stop")
    numbers.stop(session, number, reason, now)
    holders = numbers.holders(session, number)
    for contact in holders:
        _tell(session, contact, "stop", now)
        for text in _waiting(session, contact):
            move(session, text, "suppress", now)
        codes.call_off(session, contact.participant_id, contact.case_id, now)
    return len(holders)


def allow(session: Session, actor: Actor, number: str, now: datetime) -> int:
    """Texts may go to a number again; returns how many people have it."""
    require(actor, "text:stop")
    if not numbers.is_stopped(session, number):
        return 0
    numbers.allow(session, number)
    holders = numbers.holders(session, number)
    for contact in holders:
        _tell(session, contact, "start", now)
    return len(holders)


def _tell(session: Session, contact: Contact, said: Keyword | None, now: datetime) -> bool:
    ledger.hold(session, SYSTEM, contact.case_id, now)
    kind, task = _MEANS[said]
    refs = {"participant": contact.participant_id}
    ledger.append(session, kind, actor=SYSTEM, case_id=contact.case_id, refs=refs, at=now)
    return open_task(session, task, contact.participant_id, contact.case_id, now)


def _waiting(session: Session, contact: Contact) -> list[OutboxText]:
    mine = select(OutboxText).where(
        OutboxText.participant_id == contact.participant_id, OutboxText.state == TextState.QUEUED
    )
    locked = mine.order_by(OutboxText.text_id).with_for_update().execution_options(populate_existing=True)
    return list(session.scalars(locked))
