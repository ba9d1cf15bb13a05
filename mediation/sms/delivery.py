"""Queued texts reach the provider once: claimed and leased in one transaction, sent with none open, recorded in
another.

A worker that died between sending and recording leaves a lease that runs out; the text is then tried again under the
same reference, by which a provider knows it. Source: sms.md, From act to phone.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from mediation import ledger
from mediation.access import SYSTEM, require
from mediation.db import writing
from mediation.sms.models import Contact, DemonstrationText, OutboxText
from mediation.sms.providers import Clock, Provider, RefusedError, RetryLaterError
from mediation.sms.states import TextState, after
from mediation.sms.wordings import WORDINGS

LEASE: Final = timedelta(minutes=2)
ATTEMPTS: Final = 8
FIRST_WAIT: Final = timedelta(seconds=30)
LONGEST_WAIT: Final = timedelta(hours=2)
SHOWN: Final = 200
"""Texts on the demonstration's page."""


@dataclass(frozen=True)
class Claimed:
    """A text to send now: the number is read at the last moment, so that a changed contact counts."""

    text_id: str
    number: str
    body: str


@dataclass(frozen=True)
class Outcome:
    """What came of a try: the provider's id; or seconds to wait; or neither, when it was refused for good."""

    provider_id: str | None = None
    wait: int | None = None


def deliver(engine: Engine, provider: Provider, clock: Clock) -> bool:
    """Send the next text that is due. False when there is none."""
    with writing(engine) as session:
        claimed = claim(session, clock())
        session.commit()
    if claimed is None:
        return False
    outcome = _send(provider, claimed)
    with writing(engine) as session:
        record(session, claimed.text_id, outcome, clock())
        session.commit()
    return True


def _send(provider: Provider, claimed: Claimed) -> Outcome:
    try:
        return Outcome(provider_id=provider.send(claimed.number, claimed.body, claimed.text_id))
    except RetryLaterError as later:
        return Outcome(wait=later.seconds)
    except RefusedError:
        return Outcome()


def claim(session: Session, now: datetime) -> Claimed | None:
    """Lease the next text that is due, or whose lease ran out. Texts too old, or for nobody any more, are put away."""
    require(SYSTEM, "text:deliver")
    while (text := _next(session, now)) is not None:
        contact = session.get(Contact, text.participant_id)
        if now >= text.expires_at:
            _move(session, text, "expire", now)
        elif contact is None or contact.channel != "text" or contact.number is None:
            _move(session, text, "cancel", now)
        else:
            text.state = TextState.SENDING
            text.leased_until, text.attempts = now + LEASE, text.attempts + 1
            ledger.append(session, "sms.claimed", actor=SYSTEM, case_id=text.case_id, refs=_refs(text), at=now)
            return Claimed(text.text_id, contact.number, WORDINGS[text.wording])
    return None


def _next(session: Session, now: datetime) -> OutboxText | None:
    """The next text to put away or to send; of a case in which somebody acts at this moment, the next time."""
    due = (OutboxText.state == TextState.QUEUED) & (OutboxText.not_before <= now)
    abandoned = (OutboxText.state == TextState.SENDING) & (OutboxText.leased_until <= now)
    wanted = select(OutboxText).where(due | abandoned).order_by(OutboxText.not_before, OutboxText.text_id).limit(1)
    busy: list[str] = []
    while (seen := session.scalar(wanted.where(OutboxText.case_id.not_in(busy)))) is not None:
        if ledger.hold(session, SYSTEM, seen.case_id, now, wait=False):
            mine = wanted.where(OutboxText.case_id == seen.case_id).execution_options(populate_existing=True)
            found: OutboxText | None = session.scalar(mine.with_for_update(skip_locked=True))
            if found is not None:
                if found.state == TextState.SENDING:
                    found.state = TextState.QUEUED  # the lease ran out: claimed anew
                return found
        busy.append(seen.case_id)
    return None


def record(session: Session, text_id: str, outcome: Outcome, now: datetime) -> None:
    """Write down what came of a try; a text that is no longer being sent stays as it is."""
    text = session.get(OutboxText, text_id)
    if text is None:
        return
    ledger.hold(session, SYSTEM, text.case_id, now)
    session.refresh(text, with_for_update=True)
    if text.state != TextState.SENDING:
        return
    text.leased_until = None
    if outcome.provider_id is not None:
        text.provider_id, text.sent_at = outcome.provider_id, now
        _move(session, text, "accept", now)
    elif outcome.wait is not None and text.attempts < ATTEMPTS:
        text.not_before = now + max(timedelta(seconds=outcome.wait), back_off(text.attempts))
        _move(session, text, "retry", now)
    else:
        _move(session, text, "fail", now)


def back_off(attempts: int) -> timedelta:
    """How long to wait after so many tries: half a minute, doubled each time, two hours at most."""
    doublings: int = max(0, min(attempts, ATTEMPTS) - 1)
    return min(FIRST_WAIT * (1 << doublings), LONGEST_WAIT)


_KINDS: Final = {
    TextState.SENT: "sms.sent",
    TextState.QUEUED: "sms.queued",
    TextState.FAILED: "sms.failed",
    TextState.EXPIRED: "sms.expired",
    TextState.CANCELLED: "sms.cancelled",
}


def _move(session: Session, text: OutboxText, action: str, now: datetime) -> None:
    reached = after(TextState(text.state), action)
    assert reached is not None, f"{action} from {text.state}"
    text.state = reached
    ledger.append(session, _KINDS[reached], actor=SYSTEM, case_id=text.case_id, refs=_refs(text), at=now)
    session.flush()


def _refs(text: OutboxText) -> dict[str, str]:
    return {"text": text.text_id, "wording": text.wording}


def demonstration_texts(session: Session) -> list[dict[str, object]]:
    """The newest of what the console provider kept: [{number, body, at}]. Empty outside demonstrations."""
    newest = select(DemonstrationText).order_by(DemonstrationText.at.desc(), DemonstrationText.text_id)
    rows = session.scalars(newest.limit(SHOWN))
    return [{"number": row.number, "body": row.body, "at": row.at} for row in rows]
