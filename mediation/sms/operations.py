"""Recording how somebody may be reached, and queueing and cancelling texts in the transaction of the act behind them.

One unread alert at most: until the person has signed in, further ones coalesce with it. A cancelled text is never sent.
Alerts go to numbers that were confirmed by a code (see `codes`), whose own texts are no alerts and have other rules; an
answer to what somebody wrote (see `incoming`) is none either, and is called back with them.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from mediation import ledger
from mediation.access import SYSTEM, Actor, require
from mediation.db import ask
from mediation.errors import Conflict, Invalid
from mediation.sms import codes, numbers, sharing, wordings
from mediation.sms.models import Contact, OutboxText
from mediation.sms.outbox import queue, tell
from mediation.sms.profile import Profile, next_time, parsed_number
from mediation.sms.states import UNREAD, TextState
from mediation.sms.tasks import TextTaskKind, open_task
from mediation.sms.tasks import settle as settle_tasks

LIFETIME: Final = timedelta(days=3)


def set_contact(
    session: Session,
    actor: Actor,
    *,
    target: object,
    participant_id: str,
    case_id: str,
    profile: Profile,
    now: datetime,
) -> Contact:
    """Record how `participant_id` may be reached; `target` is what `contact:record` is checked against.

    Texts without a number go on to the one that is known: pages show it masked and cannot send it back.
    Raises `bad-number`, `number-missing`, and what `Profile.check` raises. A changed contact cancels what is queued for
    the old one; a number that somebody else has too waits until a facilitator has asked (see `sharing`); another number
    is to be confirmed anew.
    """
    require(actor, "contact:record", target)
    profile.check()
    contact = held(session, participant_id) or Contact(participant_id=participant_id, case_id=case_id)
    line, former = _line(contact), contact.number
    known = contact.number if profile.channel == "text" else None
    e164 = known if profile.number is None else parsed_number(profile.number)
    if profile.channel == "text" and e164 is None:
        raise Invalid("number-missing", field="number")
    if e164 is not None:
        numbers.hold(session, e164)
    contact.channel, contact.number, contact.wording = profile.channel, e164, profile.wording
    contact.language, contact.code_word, contact.hours = profile.language, profile.code_word, profile.hours.as_json
    contact.number_index = None if e164 is None else numbers.indexes(session, e164)[0]
    if e164 != former:
        contact.confirmed_at = contact.confirmed_by = None
    contact.recorded_by, contact.recorded_at = actor.account_id, now
    session.add(contact)
    refs = {"participant": participant_id}
    ledger.append(session, "contact.recorded", actor=actor, case_id=case_id, refs=refs, at=now)
    sharing.look(session, contact, line[0], now)
    if _line(contact) != line:
        codes.call_off(session, participant_id, contact.case_id, now)
    _ask_to_confirm(session, contact, cancel(session, participant_id, now=now), now)
    return contact


def _line(contact: Contact) -> tuple[str | None, str]:
    """Where a code goes, and in which language: one that is on its way is called off when either changes."""
    return contact.number if contact.channel == "text" else None, contact.language


def _ask_to_confirm(session: Session, contact: Contact, cancelled: int, now: datetime) -> None:
    """A task where an alert was called off and the new number gets none before it is confirmed; none any more where
    nothing is to be confirmed.
    """
    about = (contact.participant_id, contact.case_id, now)
    if contact.channel != "text" or contact.confirmed_at is not None:
        settle_tasks(session, [TextTaskKind.UNCONFIRMED], *about)
    elif cancelled:
        open_task(session, TextTaskKind.UNCONFIRMED, *about)


def held(session: Session, participant_id: str) -> Contact | None:
    """The contact recorded for a participant as it is now, held until this transaction ends: what confirms a number
    and what changes it never cross.
    """
    return session.get(Contact, participant_id, with_for_update=True, populate_existing=True)


def confirm(
    session: Session, actor: Actor, *, target: object, participant_id: str, code: str, now: datetime
) -> Contact:
    """Note that a number was confirmed by the code that went to it; once more with the same code changes nothing.

    Raises `number-missing`, `number-stopped`, `code-wrong`, `code-gone`; the caller commits a wrong try too.
    """
    require(actor, "contact:confirm", target)
    contact = to_confirm(session, participant_id)
    text_id = codes.take(session, contact, code, now)
    if text_id is not None:
        contact.confirmed_at, contact.confirmed_by = now, actor.account_id
        case_id, refs = contact.case_id, {"participant": participant_id, "text": text_id, "wording": wordings.CODE}
        ledger.append(session, "contact.confirmed", actor=actor, case_id=case_id, refs=refs, at=now)
        settle_tasks(session, [TextTaskKind.UNCONFIRMED], participant_id, contact.case_id, now)
    return contact


def to_confirm(session: Session, participant_id: str) -> Contact:
    """The contact of a participant, held, whose texts go to a number. Raises `number-missing`, `number-stopped`."""
    contact = held(session, participant_id)
    if contact is None or contact.channel != "text" or contact.number is None:
        raise Invalid("number-missing", field="number")
    if numbers.is_stopped(session, contact.number):
        raise Conflict("number-stopped")
    return contact


def masked(number: str | None) -> str | None:
    """A number as it is shown: its last three digits."""
    return None if number is None else f"••• {number[-3:]}"


def contact_of(session: Session, participant_id: str) -> Contact | None:
    """The contact recorded for a participant. The caller has checked who asks."""
    return session.get(Contact, participant_id)


def contacts_of(session: Session, participant_ids: Sequence[str]) -> dict[str, Contact]:
    """The contacts recorded for several participants, by participant_id. The caller has checked who asks."""
    rows = session.scalars(select(Contact).where(Contact.participant_id.in_(participant_ids)))
    return {row.participant_id: row for row in rows}


def enqueue(
    session: Session, participant_id: str, wording: str = "update", not_before: datetime | None = None, *, now: datetime
) -> str | None:
    """Queue one alert, in the wording that the person chose (`wording` where they chose none); its text_id.

    It waits for the person's own hours; where none comes within a month, a worker puts it away with a task. None, and
    nothing queued, where the person wants no texts, has not confirmed their number (then a task asks the facilitator),
    or has an unread alert already (an earlier `not_before` brings a queued one forward).
    """
    contact = ask(session, _WANTED, {"of_person": participant_id}).one_or_none()
    if contact is None:
        return None
    if contact.confirmed_at is None:
        ledger.hold(session, SYSTEM, contact.case_id, now)
        open_task(session, TextTaskKind.UNCONFIRMED, participant_id, contact.case_id, now)
        return None
    wanted = max(now, not_before or now)
    due = next_time(contact.hours, wanted) or wanted
    if waiting := [text for text in _unread(session, participant_id) if text.wording != wordings.ANSWER]:
        later = any(due < text.not_before for text in waiting)
        for text in _unread_held(session, participant_id, now) if later else ():
            if text.state == TextState.QUEUED and due < text.not_before and text.wording != wordings.ANSWER:
                text.not_before, text.expires_at = due, due + LIFETIME
                tell(session, "sms.queued", text, now)
        return None
    words = contact.wording or wording
    return queue(session, words, participant_id, contact.case_id, now=now, due=due, expires_at=due + LIFETIME)


_WANTED: Final = select(Contact.case_id, Contact.wording, Contact.hours, Contact.confirmed_at).where(
    Contact.participant_id == bindparam("of_person"), Contact.channel == "text", Contact.number.is_not(None)
)


def cancel(session: Session, participant_id: str, *, now: datetime) -> int:
    """Cancel what is queued for a participant; returns how many. One that is on its way already cannot be called back,
    but it is not tried again.
    """
    found = _unread_held(session, participant_id, now)
    queued = [text for text in found if text.state == TextState.QUEUED]
    for text in queued:
        _cancel(session, text, now)
    for text in found:
        if text.state in (TextState.SENDING, TextState.SENT) and text.recalled_at is None:
            text.recalled_at = now
            tell(session, "sms.recalled", text, now)
    return len(queued)


def _cancel(session: Session, text: OutboxText, now: datetime) -> None:
    text.state = TextState.CANCELLED
    tell(session, "sms.cancelled", text, now)


def seen(session: Session, participant_id: str, *, now: datetime) -> None:
    """The person has signed in: what is queued is cancelled, and the next offer may alert again."""
    for text in _unread_held(session, participant_id, now):
        if text.state == TextState.QUEUED:
            _cancel(session, text, now)
        else:
            text.seen_at = now
            tell(session, "sms.seen", text, now)


def _unread(session: Session, participant_id: str) -> list[OutboxText]:
    """What is stored, as this transaction has changed it, which need not be written for it."""
    with session.no_autoflush:
        stored = session.scalars(_UNREAD, {"of_person": participant_id}).all()
    return [text for text in stored if text.state in UNREAD and text.seen_at is None]


def _unread_held(session: Session, participant_id: str, now: datetime) -> list[OutboxText]:
    """The same as they are now, and no worker begins to send one of them before this transaction ends. Workers hold
    the counter first as well (`delivery`), so that neither waits for what the other has.
    """
    found = _unread(session, participant_id)
    for case_id in sorted({text.case_id for text in found}):
        ledger.hold(session, SYSTEM, case_id, now)
    return list(session.scalars(_UNREAD_LOCKED, {"of_person": participant_id})) if found else []


_UNREAD: Final = select(OutboxText).where(
    OutboxText.participant_id == bindparam("of_person"),
    OutboxText.state.in_(UNREAD),
    OutboxText.seen_at.is_(None),
    OutboxText.wording != wordings.CODE,
)
_UNREAD_LOCKED: Final = _UNREAD.order_by(OutboxText.text_id).with_for_update().execution_options(populate_existing=True)
