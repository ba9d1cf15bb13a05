"""A number to which nothing goes any more, or again: everybody who has it is told, and their facilitators.

Who it is that stopped or started does not matter: whoever holds the phone by a keyword, the provider that refuses the
number because it was told so first, or an operator.
"""

from collections.abc import Collection
from datetime import datetime
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from mediation import ledger
from mediation.access import SYSTEM, Actor, require
from mediation.sms import codes, numbers
from mediation.sms.models import Contact, OutboxText
from mediation.sms.outbox import move
from mediation.sms.states import TextState
from mediation.sms.tasks import TextTaskKind, heard
from mediation.sms.webhooks import Keyword

_MEANS: Final[dict[Keyword | None, tuple[str, TextTaskKind]]] = {
    "stop": ("sms.opted-out", TextTaskKind.OPTED_OUT),
    "start": ("sms.opted-in", TextTaskKind.OPTED_IN),
    "help": ("sms.help-asked", TextTaskKind.HELP),
    None: ("sms.answered", TextTaskKind.ANSWERED),
}


def stop(session: Session, actor: Actor, number: str, reason: str, now: datetime) -> int:
    """Nothing goes to a number any more, what is queued for it is put away, and a code that went to it works no more;
    returns how many people have it. Whoever holds a case already has held those of `hold_for` first.
    """
    require(actor, "text:stop")
    numbers.stop(session, number, reason, now)
    holders = numbers.holders(session, number)
    for contact in holders:
        note(session, contact, "stop", now)
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
        note(session, contact, "start", now)
    return len(holders)


def note(session: Session, contact: Contact, said: Keyword | None, now: datetime) -> bool:
    """That this came from somebody's phone (None: no keyword), for their facilitators; whether it is news to them."""
    ledger.hold(session, SYSTEM, contact.case_id, now)
    kind, task = _MEANS[said]
    refs = {"participant": contact.participant_id}
    ledger.append(session, kind, actor=SYSTEM, case_id=contact.case_id, refs=refs, at=now)
    return heard(session, task, contact.participant_id, contact.case_id, now)


def hold_for(session: Session, cases: Collection[str], stopping: Collection[str], now: datetime) -> None:
    """Hold these cases and those of everybody who has one of the numbers `stopping`, in the order in which everybody
    holds them.
    """
    told = {each.case_id for number in stopping for each in numbers.holders(session, number)}
    for case_id in sorted({*cases, *told}):
        ledger.hold(session, SYSTEM, case_id, now)


def _waiting(session: Session, contact: Contact) -> list[OutboxText]:
    mine = select(OutboxText).where(
        OutboxText.participant_id == contact.participant_id, OutboxText.state == TextState.QUEUED
    )
    locked = mine.order_by(OutboxText.text_id).with_for_update().execution_options(populate_existing=True)
    return list(session.scalars(locked))
