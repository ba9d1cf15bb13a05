"""What the product asks of a case's facilitators: answer, ask how a letter landed, read it together, print it."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import select
from sqlalchemy.orm import Session

from mediation import ledger
from mediation.access import Actor, require
from mediation.cases.queries import case_for
from mediation.errors import NotFound
from mediation.messages.models import Message, Task
from mediation.protocol.encoding import new_id


class TaskKind(StrEnum):
    """The kinds of task that are stored; other things to do are derived (see `queue`)."""

    PRIVATE = "private"
    ASK_HOW_IT_LANDED = "ask-how-it-landed"
    READ_TOGETHER = "read-together"
    PRINT = "print"


def set_task(session: Session, kind: TaskKind, message: Message, participant_id: str, now: datetime) -> None:
    """Open a task about a message and a participant, unless it is open already."""
    if _open(session, kind, message.message_id, participant_id) is None:
        session.add(
            Task(
                task_id=new_id(),
                case_id=message.case_id,
                kind=kind,
                message_id=message.message_id,
                participant_id=participant_id,
                created_at=now,
            )
        )


def close_task(
    session: Session, kind: TaskKind, message_id: str, participant_id: str, now: datetime, by: str | None = None
) -> None:
    """Close a task that has settled itself, if it is open."""
    task = _open(session, kind, message_id, participant_id)
    if task is not None:
        task.done_at, task.done_by = now, by


def answered(session: Session, participant_id: str, now: datetime, by: str) -> None:
    """A facilitator wrote to a participant privately: what they had written is no longer waiting for an answer."""
    wanted = select(Task).where(
        Task.participant_id == participant_id, Task.kind == TaskKind.PRIVATE, Task.done_at.is_(None)
    )
    for task in session.scalars(wanted):
        task.done_at, task.done_by = now, by


def finish(session: Session, actor: Actor, task_id: str, now: datetime) -> None:
    """Mark a task as done; once more changes nothing. Raises `not-found`."""
    task = session.get(Task, task_id)
    if task is None:
        raise NotFound("not-found")
    case = case_for(session, actor, task.case_id, lock=True)
    require(actor, "task:finish", case)
    session.refresh(task)
    if task.done_at is None:
        task.done_at, task.done_by = now, actor.staff_id
        refs = {"task": task.task_id, "message": task.message_id}
        ledger.append(session, "task.done", actor=actor, case_id=task.case_id, refs=refs, at=now)


def _open(session: Session, kind: TaskKind, message_id: str, participant_id: str) -> Task | None:
    return session.scalar(
        select(Task).where(
            Task.kind == kind,
            Task.message_id == message_id,
            Task.participant_id == participant_id,
            Task.done_at.is_(None),
        )
    )


def open_tasks(session: Session, case_ids: list[str]) -> list[Task]:
    """The open tasks of these cases, oldest first."""
    wanted = select(Task).where(Task.case_id.in_(case_ids), Task.done_at.is_(None))
    return list(session.scalars(wanted.order_by(Task.created_at, Task.task_id)))
