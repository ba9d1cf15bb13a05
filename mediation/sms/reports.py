"""What providers tell of texts that they took, by a receipt or when they are asked: applied once, never backwards.

A receipt of an id that we do not know settles a text that may have gone out and of which we have heard nothing; any
other one is foreign and changes nothing.
"""

from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from mediation.access import SYSTEM, require
from mediation.db import writing
from mediation.sms import opting
from mediation.sms.models import Contact, OutboxText, TextTry
from mediation.sms.outcomes import NEWS_AFTER, Outcome, accept, hear, opts_out
from mediation.sms.providers import Provider, RefusedError, Report, RetryLaterError, UnsureError
from mediation.sms.states import TextState

HEARD_WITHIN: Final = timedelta(days=3)
"""After this the provider is no longer asked: the text stays `sent`, of which nobody knows more."""


def receive(session: Session, text_id: str | None, report: Report, now: datetime) -> bool:
    """Apply what a provider told; whether it was about a text of ours. `text_id` is our reference, if it named one."""
    require(SYSTEM, "text:deliver")
    made = session.get(TextTry, report.provider_id)
    text = session.get(OutboxText, made.text_id if made is not None else text_id or "")
    if text is None:
        return False
    contact = session.get(Contact, text.participant_id) if opts_out(Outcome(found=(report,))) else None
    stopping = [contact.number] if contact is not None and contact.number is not None else []
    opting.hold_for(session, [text.case_id], stopping, now)
    session.refresh(text, with_for_update=True)
    made = session.get(TextTry, report.provider_id, populate_existing=True)
    if made is None and text.tried_at is not None and text.state in (TextState.QUEUED, TextState.SENDING):
        accept(session, text, report, now, reports=True)
        return True
    if made is not None and made.text_id == text.text_id:
        hear(session, text, report, now)
        return True
    return False


def ask_for_news(engine: Engine, provider: Provider, now: datetime, most: int) -> int:
    """Ask what became of texts of which no receipt came; returns how many were asked about."""
    if not provider.reports:
        return 0
    with writing(engine) as session:
        asked = _due(session, now, most)
        session.commit()
    for provider_id in asked:
        try:
            report = provider.ask(provider_id)
        except (RetryLaterError, UnsureError, RefusedError):
            break  # the next time, which is noted already
        if report is not None:
            with writing(engine) as session:
                receive(session, None, report, now)
                session.commit()
    return len(asked)


def _due(session: Session, now: datetime, most: int) -> list[str]:
    wanted = select(TextTry).where(TextTry.ask_at <= now).order_by(TextTry.ask_at).limit(most)
    found = list(session.scalars(wanted.with_for_update(skip_locked=True)))
    for each in found:
        passed = now - each.taken_at
        each.ask_at = None if passed >= HEARD_WITHIN else now + max(NEWS_AFTER, passed)
    return [each.provider_id for each in found]
