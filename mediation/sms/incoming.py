"""Texts that people send to us: keywords are recorded, told to the facilitator and obeyed; anything else is not kept.

Applied once, however often the provider repeats it. No number and no words leave this module. The one answer that there
is goes out as every text does, whichever the provider: its callbacks get none.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy.orm import Session

from mediation.access import SYSTEM, require
from mediation.sms import numbers, opting, wordings
from mediation.sms.models import Contact, ReceivedText
from mediation.sms.outbox import queue
from mediation.sms.webhooks import Keyword, keyword

ANSWERED_WITHIN: Final = timedelta(minutes=10)
"""Whoever wrote has the phone in their hand; later the answer would be a text out of nowhere."""


def take_in(
    session: Session, provider_id: str, number: str, body: str, now: datetime, said: Keyword | None = None
) -> None:
    """A text from a number to us. What is no keyword is answered once until a facilitator has seen to it, so that two
    machines cannot answer each other for ever, and only to a number that we know and may send to. `said`: the keyword
    that the provider found in it.
    """
    require(SYSTEM, "text:receive")
    if session.get(ReceivedText, provider_id) is not None:
        return
    session.add(ReceivedText(provider_id=provider_id, at=now))
    said = said or keyword(body)
    if said == "start" and numbers.is_stopped_by(session, number, "operator"):
        said = None  # what an operator stopped, whoever holds the phone does not start again: the facilitator is told
    if said == "stop":
        opting.stop(session, SYSTEM, number, "opted-out", now)
        return
    if said == "start":
        numbers.allow(session, number)
    holders = numbers.holders(session, number)
    new = [opting.note(session, each, said, now) for each in holders]
    if said is None and any(new) and not numbers.is_stopped(session, number):
        _answer(session, holders, now)


def _answer(session: Session, holders: Sequence[Contact], now: datetime) -> None:
    """Queue the answer for one of those who have the number and take texts: the phone shows it once."""
    contact = next((each for each in holders if each.channel == "text"), None)
    if contact is not None:
        about = (contact.participant_id, contact.case_id)
        queue(session, wordings.ANSWER, *about, now=now, due=now, expires_at=now + ANSWERED_WITHIN)
