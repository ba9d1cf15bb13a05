"""What comes of a try and of a provider's news: the one place where a text that was sent moves on.

Bounded: a text is tried `ATTEMPTS` times at most and never after it has expired; then it has failed, and a task asks
the facilitator. What was called back meanwhile is not tried again. Source: sms.md, From act to phone.
"""

import random
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

import structlog
from sqlalchemy import select
from sqlalchemy.orm import Session

from mediation.access import SYSTEM
from mediation.sms import numbers, opting, senders, wordings
from mediation.sms.answers import Verdict, verdict
from mediation.sms.models import Contact, OutboxText, TextTry
from mediation.sms.outbox import move, tell
from mediation.sms.providers import Provider, Report
from mediation.sms.states import TextState
from mediation.sms.tasks import TextTaskKind, open_task

ATTEMPTS: Final = 8
FIRST_WAIT: Final = timedelta(seconds=30)
LONGEST_WAIT: Final = timedelta(hours=2)
SETTLES_AFTER: Final = timedelta(minutes=1)
"""So long after a call that brought no answer, the provider's list has the text, if it took it."""
ASKED_FOR: Final = timedelta(days=1)
"""How long after its time is up the provider is still asked for a text of which nothing is known."""
NEWS_AFTER: Final = timedelta(minutes=15)
"""How long a receipt is waited for before the provider is asked; from then on, longer each time."""
log = structlog.get_logger("mediation.sms")


@dataclass(frozen=True)
class Outcome:
    """What came of a try: texts that the provider has (of which the oldest unknown one is this); or it surely did not
    go out (`absent`); or nobody knows (`unsure`); or the provider's code; or seconds to wait. `asked`: the provider was
    only asked for it.
    """

    found: tuple[Report, ...] = ()
    absent: bool = False
    unsure: bool = False
    code: str | None = None
    wait: int = 0
    asked: bool = False


def opts_out(outcome: Outcome) -> bool:
    """Whether a number may turn out to want no texts: then everybody's case who has it is held first."""
    codes = (outcome.code or "", *(each.code for each in outcome.found))
    return any(verdict(code) is Verdict.SUPPRESS for code in codes)


def settle(session: Session, text: OutboxText, outcome: Outcome, now: datetime, provider: Provider) -> None:
    """Move on a text that is `sending`, whose row and case are held."""
    report = _new_one(session, outcome.found)
    if report is not None or (outcome.found and not outcome.asked):
        accept(session, text, report or outcome.found[0], now, reports=provider.reports)
    elif outcome.absent or outcome.found:
        again(session, text, now, timedelta(0))
    elif outcome.asked:
        _ask_later(session, text, outcome, now, provider.sender)
    elif outcome.unsure:
        text.leased_until = now + SETTLES_AFTER
        tell(session, "sms.unsure", text, now)
    elif outcome.code is not None:
        _refused(session, text, outcome.code, outcome.wait, now, provider.sender)
    else:
        again(session, text, now, max(timedelta(seconds=outcome.wait), back_off(text.attempts)))


def _new_one(session: Session, found: tuple[Report, ...]) -> Report | None:
    known = select(TextTry.provider_id).where(TextTry.provider_id.in_([each.provider_id for each in found]))
    taken = set(session.scalars(known)) if found else set()
    return next((each for each in found if each.provider_id not in taken), None)


def accept(session: Session, text: OutboxText, report: Report, now: datetime, *, reports: bool) -> None:
    """The provider has it, under its own id; what it knows of it already counts as well."""
    if session.get(TextTry, report.provider_id) is None:
        ask_at = now + NEWS_AFTER if reports else None
        session.add(TextTry(provider_id=report.provider_id, text_id=text.text_id, taken_at=now, ask_at=ask_at))
    text.provider_id, text.sent_at, text.leased_until, text.error = report.provider_id, now, None, None
    move(session, text, "accept", now)
    hear(session, text, report, now)


def hear(session: Session, text: OutboxText, report: Report, now: datetime) -> None:
    """News of a text: only of its newest try, and only while it is `sent`, so that nothing is applied twice or moves
    back.
    """
    if text.state != TextState.SENT or report.provider_id != text.provider_id or report.news == "way":
        return
    made = session.get(TextTry, report.provider_id)
    if made is not None:
        made.ask_at = None
    if report.news == "delivered":
        move(session, text, "deliver", now)
        return
    text.error = report.code[:24] or report.news
    ending = "fail" if report.news == "failed" else "lose"
    found = verdict(report.code)
    if found in (Verdict.AGAIN, Verdict.SLOW, Verdict.STOP):
        again(session, text, now, back_off(text.attempts), ending)
    else:
        _over(session, text, found, now, ending)


def _refused(session: Session, text: OutboxText, code: str, seconds: int, now: datetime, sender: str) -> None:
    found, text.error = verdict(code), code
    if found in (Verdict.SLOW, Verdict.STOP):
        text.attempts -= 1  # nothing is wrong with this text
        again(session, text, now, _hold_back(session, sender, found, code, seconds, now))
    elif found == Verdict.AGAIN:
        again(session, text, now, max(timedelta(seconds=seconds), back_off(text.attempts)))
    else:
        _over(session, text, found, now, "fail")


def _hold_back(session: Session, sender: str, found: Verdict, code: str, seconds: int, now: datetime) -> timedelta:
    if found == Verdict.SLOW:
        return senders.pause(session, sender, seconds, now)
    senders.stop(session, sender, code, now)
    return timedelta(0)


def _ask_later(session: Session, text: OutboxText, outcome: Outcome, now: datetime, sender: str) -> None:
    """The list could not be had: the text is neither sent nor given up meanwhile."""
    if outcome.code is not None and verdict(outcome.code) in (Verdict.SLOW, Verdict.STOP):
        _hold_back(session, sender, verdict(outcome.code), outcome.code, outcome.wait, now)
    text.asks += 1
    if now >= text.expires_at + ASKED_FOR:
        text.error = "unknown"
        _over(session, text, Verdict.FAIL, now, "fail")
        return
    text.leased_until = now + max(timedelta(seconds=outcome.wait), back_off(text.asks))
    tell(session, "sms.unsure", text, now)


def again(session: Session, text: OutboxText, now: datetime, wait: timedelta, ending: str = "fail") -> None:
    """Back to the queue, unless nobody wants it any more, or it was tried often or for long enough."""
    text.leased_until = None
    if text.recalled_at is not None or text.seen_at is not None:
        move(session, text, "cancel" if text.state == TextState.SENDING else ending, now)
    elif text.attempts >= ATTEMPTS or now + wait >= text.expires_at:
        _over(session, text, Verdict.FAIL, now, ending)
    else:
        text.not_before = now + wait
        move(session, text, "retry", now)


def _over(session: Session, text: OutboxText, found: Verdict, now: datetime, ending: str) -> None:
    """It did not arrive and will not be tried again."""
    kind = TextTaskKind.FAILED
    if found == Verdict.SUPPRESS:
        kind, ending = TextTaskKind.OPTED_OUT, "suppress"
        _opt_out(session, text, now)
    elif found == Verdict.RECHECK:
        kind = TextTaskKind.RECHECK
    elif found == Verdict.FILTERED:
        log.error("sms.filtered", code=text.error)
    text.leased_until = None
    ask_for_help(session, kind, text, now)
    move(session, text, ending, now)


def ask_for_help(session: Session, kind: str, text: OutboxText, now: datetime) -> None:
    """A task for the facilitators of whoever a text did not reach; not for an answer that came to nothing, since nobody
    waits for it and another task says already that they wrote to us.
    """
    if kind != TextTaskKind.FAILED or text.wording != wordings.ANSWER:
        open_task(session, kind, text.participant_id, text.case_id, now)


def _opt_out(session: Session, text: OutboxText, now: datetime) -> None:
    """The provider was told STOP by this number, and we perhaps not. Where the text was called back since, the number
    that is known now may be another one: what goes to the former will be refused again.
    """
    contact = session.get(Contact, text.participant_id)
    number = None if contact is None or text.recalled_at is not None else contact.number
    if number is not None and not numbers.is_stopped(session, number):
        opting.stop(session, SYSTEM, number, "opted-out", now)


def back_off(attempts: int) -> timedelta:
    """How long to wait after so many tries: half a minute, doubled each time, two hours at most; a part of it by
    chance, so that what failed together is not tried together.
    """
    doublings: int = max(0, min(attempts, ATTEMPTS) - 1)
    longest = min(FIRST_WAIT * (1 << doublings), LONGEST_WAIT)
    return timedelta(seconds=round(longest.total_seconds() * random.uniform(0.75, 1.25)))  # noqa: S311  # no secret
