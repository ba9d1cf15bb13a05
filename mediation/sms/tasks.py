"""What texts ask of a case's facilitators: each kind is open once for a participant, and done when somebody says so."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import select
from sqlalchemy.orm import Session

from mediation.db import insert
from mediation.protocol.encoding import new_id
from mediation.sms.models import TextTask


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


def open_task(session: Session, kind: str, participant_id: str, case_id: str, now: datetime) -> bool:
    """Open a task unless one of its kind is open for this participant; whether it was opened. The caller appends the
    event of what led to it, and holds the case's counter.
    """
    same = (TextTask.case_id == case_id, TextTask.participant_id == participant_id, TextTask.kind == kind)
    if session.scalar(select(TextTask.task_id).where(*same, TextTask.done_at.is_(None))) is not None:
        return False
    task = TextTask(task_id=new_id(), case_id=case_id, participant_id=participant_id, kind=kind, created_at=now)
    insert(session, task)
    return True
