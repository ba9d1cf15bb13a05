"""Six digits that show that somebody has the phone of a number: ten minutes, five tries, once.

A code is stored nowhere: it is derived from the random id of the text that takes it, so that whoever reads the
database has none, and a worker that takes over from one that died says the same again. It stands for the number that
it was sent to and for no other. One code works for a participant at a time; asking again ends the one before. Source:
sms.md, Sign-in and confirmation codes.
"""

import hmac
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import case, delete, func, select
from sqlalchemy.orm import Session

from mediation import ledger
from mediation.access import SYSTEM
from mediation.db import settings_of
from mediation.errors import Gone, Invalid
from mediation.protocol.encoding import new_id
from mediation.protocol.primitives import mac
from mediation.sms import numbers, wordings
from mediation.sms.models import CodeSent, ConfirmationCode, Contact, OutboxText
from mediation.sms.outbox import move, queue, tell
from mediation.sms.states import TextState

PURPOSE: Final = "confirm"
LASTS: Final = timedelta(minutes=10)
TRIES: Final = 5
AGAIN_AFTER: Final = timedelta(minutes=1)
"""Whoever asks again sooner, perhaps because the answer was lost, gets the same answer and no second text."""
DAY: Final = timedelta(days=1)
"""How long a code is counted, and so how long its row is kept."""


def digits(key: bytes, text_id: str) -> str:
    """The code that a text takes: 128 bits of a keyed hash, modulo a million, with its leading zeros."""
    derived = mac(key, f"code {PURPOSE} {text_id}".encode())
    return f"{int.from_bytes(derived[:16]) % 10**6:06}"


def said(session: Session, text_id: str, language: str) -> str:
    """What the phone shows; made at the last moment and kept nowhere."""
    return wordings.code_text(language, digits(settings_of(session).peppers[0], text_id))


def asked_lately(session: Session, contact: Contact, now: datetime) -> ConfirmationCode | None:
    """The code that was asked for less than a minute ago and still works for this number, or was not sent and may not
    show it. When its text went out does not count: else a number to which none goes would be told by it.
    """
    code = _live(session, contact.participant_id, contact.case_id, now)
    if code is None or contact.number is None or now >= code.created_at + AGAIN_AFTER:
        return None
    return code if code.number_index in (None, *numbers.indexes(session, contact.number)) else None


def make(session: Session, contact: Contact, now: datetime, *, sent: bool) -> datetime:
    """A new code for a contact, and the text that takes it, which waits for no hours: they asked for it this minute.
    Returns when it ends. Not `sent`: nothing goes out, and what comes of it looks the same, but it confirms nothing.

    The caller holds the case and the contact, which has a number.
    """
    assert contact.number is not None
    call_off(session, contact.participant_id, contact.case_id, now)
    text_id, expires_at = new_id(), now + LASTS
    row = ConfirmationCode(
        text_id=text_id,
        purpose=PURPOSE,
        participant_id=contact.participant_id,
        case_id=contact.case_id,
        number_index=numbers.indexes(session, contact.number)[0] if sent else None,
        created_at=now,
        expires_at=expires_at,
        tries=0,
    )
    session.add(row)
    session.flush()
    if sent:
        session.add(CodeSent(sent_id=new_id(), at=now))
        about = (contact.participant_id, contact.case_id)
        queue(session, wordings.CODE, *about, now=now, due=now, expires_at=expires_at, text_id=text_id)
    return expires_at


def take(session: Session, contact: Contact, typed: str, now: datetime) -> str | None:
    """Use the code that somebody typed: the id of its text; None where the very same code confirmed it already.

    Raises `code-wrong` while there are tries left, and `code-gone`. A wrong one counts even so: the caller commits.
    """
    code = _live(session, contact.participant_id, contact.case_id, now)
    known = () if contact.number is None else numbers.indexes(session, contact.number)
    if code is None and _confirmed(session, contact, typed):
        return None
    if code is None or now >= code.expires_at or (code.number_index is not None and code.number_index not in known):
        raise Gone("code-gone")
    code.tries += 1
    if code.number_index is None or not _is(session, code, typed):
        if code.tries < TRIES:
            raise Invalid("code-wrong", field="code")
        code.ended_at = now
        raise Gone("code-gone")
    code.used_at = code.ended_at = now
    return code.text_id


def _confirmed(session: Session, contact: Contact, typed: str) -> bool:
    """Whether this very code confirmed the contact: the answer was lost, and the same is sent once more."""
    if contact.confirmed_at is None:
        return False
    used = select(ConfirmationCode).where(ConfirmationCode.participant_id == contact.participant_id)
    found = session.scalars(used.where(ConfirmationCode.used_at == contact.confirmed_at))
    return any(_is(session, code, typed) for code in found)


def _is(session: Session, code: ConfirmationCode, typed: str) -> bool:
    """Whether this is the code, in the same time whatever was typed; under a former pepper it still is."""
    keys = settings_of(session).peppers
    found = [hmac.compare_digest(digits(key, code.text_id), typed) for key in keys]
    return any(found)


def call_off(session: Session, participant_id: str, case_id: str, now: datetime) -> None:
    """The code of a participant works no more, and its text is not sent, or not tried again."""
    code = _live(session, participant_id, case_id, now)
    if code is None:
        return
    code.ended_at = now
    session.flush()
    text = session.get(OutboxText, code.text_id, with_for_update=True, populate_existing=True)
    if text is None:
        return
    if text.state == TextState.QUEUED:
        move(session, text, "cancel", now)
    elif text.state in (TextState.SENDING, TextState.SENT) and text.recalled_at is None:
        text.recalled_at = now
        tell(session, "sms.recalled", text, now)


def _live(session: Session, participant_id: str, case_id: str, now: datetime) -> ConfirmationCode | None:
    """The one code that has not ended, held; and the counter before it, in the order in which workers hold them."""
    mine = (ConfirmationCode.participant_id == participant_id, ConfirmationCode.purpose == PURPOSE)
    wanted = select(ConfirmationCode).where(*mine, ConfirmationCode.ended_at.is_(None))
    if session.scalar(wanted.with_only_columns(ConfirmationCode.text_id)) is None:
        return None
    ledger.hold(session, SYSTEM, case_id, now)
    held = wanted.with_for_update().execution_options(populate_existing=True)
    return session.scalars(held).one_or_none()


def is_wanted(session: Session, text: OutboxText, contact: Contact) -> bool:
    """Whether a code still works for the number that it would go to."""
    code = session.get(ConfirmationCode, text.text_id, populate_existing=True)
    number = contact.number
    return (
        number is not None
        and code is not None
        and code.ended_at is None
        and code.number_index in numbers.indexes(session, number)
    )


@dataclass(frozen=True)
class Today:
    """Codes of the last 24 hours: all that were sent, those for one participant, those to one number; and when the
    oldest of each was made.
    """

    all: int
    person: int
    number: int
    oldest: datetime | None
    oldest_of_person: datetime | None
    oldest_of_number: datetime | None


def today(session: Session, contact: Contact, now: datetime) -> Today:
    """What has been sent since this time yesterday; `contact` has a number."""
    assert contact.number is not None
    made = ConfirmationCode.created_at
    person = case((ConfirmationCode.participant_id == contact.participant_id, made))
    number = case((ConfirmationCode.number_index.in_(numbers.indexes(session, contact.number)), made))
    columns = [func.count(person), func.count(number), func.min(person), func.min(number)]
    one = session.execute(select(*columns).where(made > now - DAY)).one()
    sent = session.execute(select(func.count(), func.min(CodeSent.at)).where(CodeSent.at > now - DAY)).one()
    return Today(sent[0], one[0], one[1], sent[1], one[2], one[3])


def sent_today(session: Session, now: datetime) -> int:
    """How many codes were sent since this time yesterday, those of cases that were erased since as well."""
    return session.scalar(select(func.count()).where(CodeSent.at > now - DAY)) or 0


def sweep(session: Session, now: datetime) -> None:
    """Forget codes that count no more."""
    session.execute(delete(ConfirmationCode).where(ConfirmationCode.created_at <= now - DAY))
    session.execute(delete(CodeSent).where(CodeSent.at <= now - DAY))
