"""What was safe in spring may not be in summer: somebody asks everybody who gets texts again, at least every 90 days.

A facilitator gets the task a week before. It is settled when the contact is recorded anew, or when they say that they
have asked; texts go on meanwhile, so that nobody is cut off by a facilitator's holiday.
"""

from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import exists, or_, select
from sqlalchemy.orm import Session

from mediation import ledger
from mediation.access import SYSTEM
from mediation.cases.models import Member
from mediation.cases.states import Standing
from mediation.sms.models import Contact, TextTask
from mediation.sms.tasks import TextTaskKind, open_task

ASKS_AFTER: Final = timedelta(days=83)
MOST: Final = 50
"""Tasks of one turn: it holds their cases meanwhile."""


def sweep(session: Session, now: datetime) -> int:
    """Open the tasks that are due, in the order of their cases, as everybody holds them; returns how many."""
    asked = exists().where(
        TextTask.case_id == Contact.case_id,
        TextTask.participant_id == Contact.participant_id,
        TextTask.kind == TextTaskKind.DUE,
        or_(TextTask.done_at.is_(None), TextTask.done_at > now - ASKS_AFTER),
    )
    due = select(Contact.case_id, Contact.participant_id).where(
        Contact.channel == "text", Contact.recorded_at <= now - ASKS_AFTER, ~asked
    )
    present = due.join(Member, Member.participant_id == Contact.participant_id).where(
        Member.in_head.is_(True), Member.standing != Standing.WITHDRAWN
    )
    rows = session.execute(present.limit(MOST)).all()
    return sum(_open(session, participant_id, case_id, now) for case_id, participant_id in sorted(map(tuple, rows)))


def _open(session: Session, participant_id: str, case_id: str, now: datetime) -> bool:
    refs = {"participant": participant_id}
    ledger.append(session, "contact.due", actor=SYSTEM, case_id=case_id, refs=refs, at=now)
    return open_task(session, TextTaskKind.DUE, participant_id, case_id, now)
