"""Sending somebody a code for their number: who may ask for one, and how often.

Codes cost money and can be used to pester a phone, so they are limited by person, account, address and number, in all,
and by the day. Where somebody else has the number too, nothing is sent before a facilitator has asked, and a
participant is answered as always: else a code would tell who is known here. The limit of a number is above that of a
person, so that nobody reaches it alone, and is kept from participants for the same reason. Source: sms.md.
"""

from datetime import datetime, timedelta
from typing import Final

import structlog
from sqlalchemy.orm import Session

from mediation.access import Actor, require
from mediation.accounts import throttle
from mediation.accounts.throttle import Bucket
from mediation.cases.models import Member
from mediation.cases.states import Standing
from mediation.db import settings_of
from mediation.errors import Conflict, TooManyTries
from mediation.sms import codes, sharing
from mediation.sms.models import Contact
from mediation.sms.operations import to_confirm

PERSON: Final = 3
NUMBER: Final = 5
ACCOUNT: Final = 10
ADDRESS: Final = 20
ALL: Final = 60
"""Codes within `throttle.WINDOW`."""
PERSON_A_DAY: Final = 8
NUMBER_A_DAY: Final = 12
"""Codes within 24 hours; what all may have is a setting."""
log = structlog.get_logger("mediation.sms")


def send_code(
    session: Session, actor: Actor, member: Member, address: str, now: datetime, *, target: object
) -> datetime:
    """Send a code to the number of a member; returns when it ends. Once more within a minute sends and counts nothing,
    and returns the same. `target` is what `contact:confirm` is checked against, `address` the asker's; the caller holds
    the case.

    Raises `not-standing`, `number-missing`, `number-stopped`, `number-confirmed`, `too-many-codes` and `codes-spent`
    (429); for staff also `number-shared`.
    """
    require(actor, "contact:confirm", target)
    if member.standing is not Standing.ACTIVE:
        raise Conflict("not-standing")
    contact = to_confirm(session, member.participant_id)
    if contact.confirmed_at is not None:
        raise Conflict("number-confirmed")
    lately = codes.asked_lately(session, contact, now)
    if lately is not None and (actor.kind != "staff" or lately.number_index is not None):
        return lately.expires_at
    _count(session, actor, member.participant_id, address, now)
    today = codes.today(session, contact, now)
    _check(today, settings_of(session).sms_codes_a_day, now)
    open_to_all = sharing.waits(session, contact)
    wait = _number_s_wait(session, contact, today, now)
    if actor.kind == "staff" and open_to_all:
        raise Conflict("number-shared")
    if actor.kind == "staff" and wait:
        raise TooManyTries("too-many-codes", retry_after=wait)
    return codes.make(session, contact, now, sent=not open_to_all and not wait)


def _count(session: Session, actor: Actor, participant_id: str, address: str, now: datetime) -> None:
    """In one order for everybody; the last bucket lets one in after the other, so that no day's limit is overrun."""
    buckets = [
        Bucket("code person", participant_id, PERSON),
        Bucket("code account", str(actor.account_id), ACCOUNT),
        Bucket("code address", address, ADDRESS),
        Bucket("code all", "", ALL),
    ]
    wait = _full(session, buckets, now)
    if wait:
        raise TooManyTries("too-many-codes", retry_after=wait)


def _full(session: Session, buckets: list[Bucket], now: datetime) -> int:
    """Count one; seconds to wait if that was one too many, and then nothing is counted."""
    try:
        with session.begin_nested():
            throttle.take(session, buckets, now)
    except TooManyTries as error:
        return int(error.detail["retry_after"])
    return 0


def _check(today: codes.Today, most: int, now: datetime) -> None:
    if today.person >= PERSON_A_DAY:
        raise TooManyTries("too-many-codes", retry_after=_until(today.oldest_of_person, now))
    if today.all >= most:
        log.error("sms.codes-spent", count=today.all)
        raise TooManyTries("codes-spent", retry_after=_until(today.oldest, now))


def _number_s_wait(session: Session, contact: Contact, today: codes.Today, now: datetime) -> int:
    """Seconds for which this number gets no more codes."""
    if today.number >= NUMBER_A_DAY:
        return _until(today.oldest_of_number, now)
    return _full(session, [Bucket("code number", str(contact.number), NUMBER)], now)


def _until(oldest: datetime | None, now: datetime) -> int:
    """Seconds until a code is forgotten; a day where there was none."""
    left = codes.DAY if oldest is None else oldest + codes.DAY - now
    return max(1, int(left / timedelta(seconds=1)))
