"""What texts ask of a case's facilitators: each kind is open once for a participant, and done when somebody says so."""

from collections.abc import Collection, Sequence
from datetime import datetime
from enum import StrEnum

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from mediation.db import insert
from mediation.protocol.encoding import new_id
from mediation.sms.models import Contact, TextTask


class TextTaskKind(StrEnum):
    """The kinds. None of them says what a text said."""

    FAILED = "text-failed"
    """A text did not reach them: ring, or choose another way."""
    RECHECK = "number-recheck"
    """Their number takes no texts: check it with them."""
    OPTED_OUT = "text-opted-out"
    """They answered STOP."""
    OPTED_IN = "text-opted-in"
    """They answered START."""
    HELP = "text-help"
    """They answered HELP."""
    ANSWERED = "text-answered"
    """Somebody answered from their phone; what was written is not kept."""
    SHARED = "number-shared"
    """Their number is recorded for somebody else as well: nothing is sent to it until a facilitator has asked them."""
    UNCONFIRMED = "number-unconfirmed"
    """Something waits for them, and no text says so, because nobody has confirmed their number by a code."""
    DUE = "contact-due"
    """It is nearly ninety days since anybody asked them whether this is still safe."""


def open_task(session: Session, kind: str, participant_id: str, case_id: str, now: datetime) -> bool:
    """Open a task unless one of its kind is open for this participant; whether it was opened. The caller appends the
    event of what led to it, and holds the case's counter.
    """
    if is_open(session, kind, participant_id, case_id):
        return False
    task = TextTask(task_id=new_id(), case_id=case_id, participant_id=participant_id, kind=kind, created_at=now)
    insert(session, task)
    return True


def heard(session: Session, kind: str, participant_id: str, case_id: str, now: datetime) -> bool:
    """The same for what came from their phone: a task that is open already notes when it came last."""
    for task in _open(session, [kind], participant_id, case_id):
        task.heard_at = now
        return False
    return open_task(session, kind, participant_id, case_id, now)


def is_open(session: Session, kind: str, participant_id: str, case_id: str) -> bool:
    """Whether a task of this kind waits for somebody to see to it."""
    same = (TextTask.case_id == case_id, TextTask.participant_id == participant_id, TextTask.kind == kind)
    return session.scalar(select(TextTask.task_id).where(*same, TextTask.done_at.is_(None))) is not None


def _open(session: Session, kinds: Collection[str], participant_id: str, case_id: str) -> Sequence[TextTask]:
    about = (TextTask.case_id == case_id, TextTask.participant_id == participant_id, TextTask.kind.in_(kinds))
    return session.scalars(select(TextTask).where(*about, TextTask.done_at.is_(None))).all()


def heard_last(
    session: Session, kinds: Collection[str], participant_id: str, case_id: str, since: datetime
) -> dict[str, datetime]:
    """When each of these kinds last came from a participant's phone, whether its task is done or not, if that was after
    `since` and from the number that they have now: from the day on which it was confirmed, or recorded where it is not.
    The caller has checked who asks.
    """
    at = func.coalesce(TextTask.heard_at, TextTask.created_at)
    of_number = at >= func.coalesce(Contact.confirmed_at, Contact.recorded_at)
    about = (TextTask.case_id == case_id, TextTask.participant_id == participant_id, TextTask.kind.in_(kinds))
    wanted = (
        select(TextTask.kind, func.max(at))
        .join(Contact, Contact.participant_id == TextTask.participant_id)
        .where(*about, at > since, of_number)
    )
    return {row.kind: row[1] for row in session.execute(wanted.group_by(TextTask.kind))}


def settle(session: Session, kinds: Collection[str], participant_id: str, case_id: str, now: datetime) -> None:
    """Close these tasks about a participant: what they asked for has been done. The caller appends its event."""
    for task in _open(session, kinds, participant_id, case_id):
        task.done_at = now
