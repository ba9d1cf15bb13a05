"""What the product asks of a case's facilitators: answer, ask how a letter landed, read it together, print it."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from enum import StrEnum
from typing import Final

from sqlalchemy import bindparam, select
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


def open_about(session: Session, message_id: str, participant_id: str) -> list[Task]:
    """The open tasks about a message and a participant."""
    return list(session.scalars(_OPEN_ABOUT, {"of_message": message_id, "of_person": participant_id}))


_OPEN_ABOUT: Final = select(Task).where(
    Task.message_id == bindparam("of_message"), Task.participant_id == bindparam("of_person"), Task.done_at.is_(None)
)


def set_task(
    session: Session,
    kind: TaskKind,
    message: Message,
    participant_id: str,
    now: datetime,
    waiting: Sequence[Task] | None = None,
) -> None:
    """Open a task about a message and a participant, unless it is open already: one of `waiting`, where that is known.
    """
    if waiting is None:
        waiting = open_about(session, message.message_id, participant_id)
    if kind not in {task.kind for task in waiting}:
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


def close_tasks(tasks: Iterable[Task], now: datetime, by: str | None = None) -> None:
    """Close tasks that have settled themselves."""
    for task in tasks:
        task.done_at, task.done_by = now, by


def answered(session: Session, participant_id: str, now: datetime, by: str) -> None:
    """A facilitator wrote to a participant privately: what they had written is no longer waiting for an answer."""
    wanted = select(Task).where(
        Task.participant_id == participant_id, Task.kind == TaskKind.PRIVATE, Task.done_at.is_(None)
    )
    close_tasks(session.scalars(wanted), now, by)


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


def open_tasks(session: Session, case_ids: list[str]) -> list[Task]:
    """The open tasks of these cases, oldest first."""
    wanted = select(Task).where(Task.case_id.in_(case_ids), Task.done_at.is_(None))
    return list(session.scalars(wanted.order_by(Task.created_at, Task.task_id)))
