"""Queued texts reach the provider once: claimed and leased in one transaction, sent with none open, recorded in
another.

Why no text goes out twice: it is sent only while `sending` under a lease that is much longer than a call may take, and
one row is leased to one worker. Where it is not known whether the provider took it (no answer, or the worker died),
the row stays `sending`; when the lease has run out, and so any call is over and its text on the provider's list, that
list is asked. Found, it is recorded as sent; only where it is not on the list does it go back to `queued`. What this
cannot exclude: a machine that stood still for minutes between its last look at the lease and the call itself, a
provider whose list is minutes behind (a receipt that comes meanwhile settles it, see `reports`), and an agency that
changes the number which a text names while that text is in doubt (Twilio's list is searched by the words). Source:
sms.md, From act to phone.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import ColumnElement, Engine, literal, select, true
from sqlalchemy.orm import InstrumentedAttribute, Session

from mediation import ledger
from mediation.access import SYSTEM, require
from mediation.db import reading, writing
from mediation.sms import codes, numbers, opting, senders, sharing, wordings
from mediation.sms.models import Contact, DemonstrationText, OutboxText
from mediation.sms.outbox import move, tell
from mediation.sms.outcomes import Outcome, ask_for_help, opts_out, settle
from mediation.sms.profile import next_time
from mediation.sms.providers import Clock, Provider, RefusedError, Report, RetryLaterError, UnsureError
from mediation.sms.states import TextState
from mediation.sms.tasks import TextTaskKind, open_task

LEASE: Final = timedelta(minutes=2)
MARGIN: Final = timedelta(seconds=30)
"""A call begins only while the lease has so much left: more than a call takes."""
SHOWN: Final = 200
"""Texts on the demonstration's page."""

Phone = Callable[[Session], str]
"""The agency's own number, as a text may name it; empty where there is none."""


def no_phone(session: Session) -> str:
    """For an agency without a number: whoever would be asked to ring is told that there is something."""
    return ""


@dataclass(frozen=True)
class Claimed:
    """A text to send now, or (`since`) one that may have gone out since then, of which the provider is asked. The
    number is read at the last moment, so that a changed contact counts.
    """

    text_id: str
    number: str
    body: str
    leased_until: datetime
    since: datetime | None = None


def deliver(engine: Engine, provider: Provider, clock: Clock, phone: Phone = no_phone) -> bool:
    """Send the next text that is due. False when there is none."""
    claimed = take(engine, provider, clock(), 1, phone)
    put_down(engine, provider, [(each, carry(engine, provider, each, clock)) for each in claimed], clock())
    return bool(claimed)


def take(engine: Engine, provider: Provider, now: datetime, most: int, phone: Phone = no_phone) -> list[Claimed]:
    """Claim up to so many texts, and commit that; none while the sender is paused or stopped."""
    with writing(engine) as session:
        found = claim(session, now, most, phone) if senders.may_send(session, provider.sender, now) else []
        session.commit()
    return found


def carry(engine: Engine, provider: Provider, claimed: Claimed, clock: Clock) -> Outcome:
    """Take one text to the provider, or ask for it there; no transaction is open meanwhile."""
    asked = claimed.since is not None
    try:
        if claimed.since is not None:
            found = provider.find(claimed.number, claimed.body, claimed.text_id, claimed.since)
            return Outcome(found=tuple(found), absent=not found, asked=True)
        if not still_wanted(engine, claimed, clock()):
            return Outcome(absent=True)
        return Outcome(found=(Report(provider.send(claimed.number, claimed.body, claimed.text_id)),))
    except RetryLaterError as later:
        return Outcome(wait=later.seconds, asked=asked)
    except RefusedError as refused:
        return Outcome(code=refused.code, wait=refused.seconds, asked=asked)
    except UnsureError:
        return Outcome(unsure=True, asked=asked)


def still_wanted(engine: Engine, claimed: Claimed, now: datetime) -> bool:
    """The last look before a call: it is ours, with time left, not too old, and nobody has called it back since it was
    claimed.
    """
    columns = (OutboxText.state, OutboxText.leased_until, OutboxText.recalled_at, OutboxText.seen_at)
    wanted = select(*columns, OutboxText.expires_at).where(OutboxText.text_id == claimed.text_id)
    with reading(engine) as session:
        row = session.execute(wanted).one_or_none()
        session.commit()
    if row is None or (row.state, row.leased_until) != (TextState.SENDING, claimed.leased_until):
        return False
    in_time = now + MARGIN <= claimed.leased_until and now < row.expires_at
    return row.recalled_at is None and row.seen_at is None and in_time


def put_down(engine: Engine, provider: Provider, outcomes: Sequence[tuple[Claimed, Outcome]], now: datetime) -> None:
    """Record what came of some tries in one transaction, which holds all their cases first."""
    with writing(engine) as session:
        texts = [claimed.text_id for claimed, _ in outcomes]
        cases = session.scalars(select(OutboxText.case_id).where(OutboxText.text_id.in_(texts))).all()
        stopping = {claimed.number for claimed, outcome in outcomes if opts_out(outcome)}
        opting.hold_for(session, cases, stopping, now)
        for claimed, outcome in outcomes:
            record(session, claimed.text_id, outcome, now, provider)
        session.commit()


def claim(session: Session, now: datetime, most: int = 1, phone: Phone = no_phone) -> list[Claimed]:
    """Lease texts that are due, or whose lease ran out; codes first, for which somebody waits at a screen. Texts too
    old, or for nobody any more, are put away.
    """
    require(SYSTEM, "text:deliver")
    found = _claim_of(session, _CODES, now, most, phone)
    return found + _claim_of(session, true(), now, most - len(found), phone)


_CODES: Final = OutboxText.wording == literal(wordings.CODE, literal_execute=True)
"""Written out, since their indexes are on those rows alone."""


def _claim_of(session: Session, which: ColumnElement[bool], now: datetime, most: int, phone: Phone) -> list[Claimed]:
    abandoned = which & (OutboxText.state == TextState.SENDING) & (OutboxText.leased_until <= now)
    doubtful = _held(session, abandoned, OutboxText.leased_until, now, most)
    found = [_claim_to_ask(session, text, now, phone) for text in doubtful]
    due = which & (OutboxText.state == TextState.QUEUED) & (OutboxText.not_before <= now)
    while len(found) < most and (texts := _held(session, due, OutboxText.not_before, now, most - len(found))):
        found += [claimed for text in texts if (claimed := _claim(session, text, now, phone)) is not None]
    return found


def _held(
    session: Session, wanted: ColumnElement[bool], order: InstrumentedAttribute[Any], now: datetime, most: int
) -> list[OutboxText]:
    """Texts to put away or to send; those of a case in which somebody acts at this moment, the next time."""
    found: list[OutboxText] = []
    passed: list[str] = []
    rows = select(OutboxText.text_id, OutboxText.case_id).where(wanted).order_by(order, OutboxText.text_id)
    while len(found) < most:
        seen = session.execute(rows.where(OutboxText.text_id.not_in(passed)).limit(most - len(found))).all()
        if not seen:
            break
        for row in seen:
            passed.append(row.text_id)
            if ledger.hold(session, SYSTEM, row.case_id, now, wait=False):
                mine = select(OutboxText).where(OutboxText.text_id == row.text_id, wanted)
                locked = mine.with_for_update(skip_locked=True).execution_options(populate_existing=True)
                found += session.scalars(locked)
    return found


def _claim(session: Session, text: OutboxText, now: datetime, phone: Phone) -> Claimed | None:
    contact = session.get(Contact, text.participant_id, populate_existing=True)
    if now >= text.expires_at:
        _expire(session, text, now)
        return None
    if contact is None or contact.channel != "text" or contact.number is None:
        move(session, text, "cancel", now)
        return None
    if numbers.is_stopped(session, contact.number):
        open_task(session, TextTaskKind.OPTED_OUT, text.participant_id, text.case_id, now)
        move(session, text, "suppress", now)
        return None
    if not _MAY_GO.get(text.wording, _alert_may_go)(session, text, contact, now):
        return None
    text.state = TextState.SENDING
    text.leased_until, text.tried_at, text.attempts = now + LEASE, now, text.attempts + 1
    tell(session, "sms.claimed", text, now)
    return Claimed(text.text_id, contact.number, _said(session, text, contact, phone), text.leased_until)


def _alert_may_go(session: Session, text: OutboxText, contact: Contact, now: datetime) -> bool:
    """Only to a confirmed number, at the person's hours, and where nobody has to be asked first; else it waits."""
    if contact.confirmed_at is None:
        move(session, text, "cancel", now)
        return False
    allowed = next_time(contact.hours, now)
    if allowed is None or allowed >= text.expires_at:
        _expire(session, text, now)
        return False
    if sharing.waits(session, contact):
        allowed = max(allowed, now + sharing.LOOKS_AGAIN)
    if allowed > now:
        text.not_before = allowed
        move(session, text, "wait", now)
        return False
    return True


def _code_may_go(session: Session, text: OutboxText, contact: Contact, now: datetime) -> bool:
    """At any hour, but only while the code works for this number, and to no number that waits for a facilitator."""
    if sharing.waits(session, contact) or not codes.is_wanted(session, text, contact):
        move(session, text, "cancel", now)
        return False
    return True


def _answer_may_go(session: Session, text: OutboxText, contact: Contact, now: datetime) -> bool:
    """At any hour, since they have just written, but to no number that waits for a facilitator."""
    if sharing.waits(session, contact):
        move(session, text, "cancel", now)
        return False
    return True


_MAY_GO: Final = {wordings.CODE: _code_may_go, wordings.ANSWER: _answer_may_go}
"""What alone goes by other rules than an alert."""


def _said(session: Session, text: OutboxText, contact: Contact | None, phone: Phone) -> str:
    """What the phone will show; of somebody who is gone, what it would have shown by itself."""
    language, word = (wordings.LANGUAGE, None) if contact is None else (contact.language, contact.code_word)
    if text.wording == wordings.CODE:
        return codes.said(session, text.text_id, language)
    if text.wording == wordings.ANSWER:
        return wordings.answer_text(language)
    return wordings.text(text.wording, language, phone=phone(session), word=word)


def _expire(session: Session, text: OutboxText, now: datetime) -> None:
    ask_for_help(session, TextTaskKind.FAILED, text, now)
    move(session, text, "expire", now)


def _claim_to_ask(session: Session, text: OutboxText, now: datetime, phone: Phone) -> Claimed:
    contact = session.get(Contact, text.participant_id, populate_existing=True)
    text.leased_until = now + LEASE
    tell(session, "sms.asked", text, now)
    number = "" if contact is None or _went_elsewhere(text, contact) else contact.number
    return Claimed(text.text_id, number or "", _said(session, text, contact, phone), text.leased_until, text.tried_at)


def _went_elsewhere(text: OutboxText, contact: Contact) -> bool:
    """Whether a text went to a number before the one that is known now, in whose list another one would be taken for
    it: alerts go to confirmed numbers alone, and another number is confirmed anew. An answer is called back whatever is
    recorded.
    """
    assert text.tried_at is not None
    since = contact.recorded_at if text.wording == wordings.ANSWER else contact.confirmed_at
    return text.wording != wordings.CODE and (since is None or since > text.tried_at)


def record(session: Session, text_id: str, outcome: Outcome, now: datetime, provider: Provider) -> None:
    """Write down what came of a try; a text that is no longer being sent stays as it is."""
    text = session.get(OutboxText, text_id)
    if text is None:
        return
    ledger.hold(session, SYSTEM, text.case_id, now)
    session.refresh(text, with_for_update=True)
    if text.state == TextState.SENDING:
        settle(session, text, outcome, now, provider)


def demonstration_texts(session: Session) -> list[dict[str, object]]:
    """The newest of what the console provider kept: [{number, body, at}]. Empty outside demonstrations."""
    newest = select(DemonstrationText).order_by(DemonstrationText.at.desc(), DemonstrationText.text_id)
    rows = session.scalars(newest.limit(SHOWN))
    return [{"number": row.number, "body": row.body, "at": row.at} for row in rows]
