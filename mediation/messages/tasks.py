"""What the product asks of a case's facilitators: answer, ask how a letter landed, read it together, print it."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from enum import StrEnum
from typing import Final, Protocol

from sqlalchemy import bindparam, literal_column, select, update
from sqlalchemy.orm import Session

from mediation import ledger
from mediation.access import Actor, require
from mediation.cases.queries import case_for
from mediation.db import ask, change_some, insert, table_of, whole
from mediation.errors import NotFound
from mediation.messages.models import Task
from mediation.protocol.encoding import new_id
from mediation.sms.models import TextTask


class TaskKind(StrEnum):
    """The kinds of task that are stored; other things to do are derived (see `queue`)."""

    PRIVATE = "private"
    ASK_HOW_IT_LANDED = "ask-how-it-landed"
    READ_TOGETHER = "read-together"
    PRINT = "print"


class About(Protocol):
    """What a task is about: a message of a case."""

    @property
    def case_id(self) -> str:
        """The case."""

    @property
    def message_id(self) -> str:
        """The message."""


def open_about(session: Session, message_id: str, participant_id: str) -> dict[str, str]:
    """The open tasks about a message and a participant: task_id by kind, of which there is one at most."""
    found = ask(session, _OPEN_ABOUT, {"of_message": message_id, "of_person": participant_id})
    return {row.kind: row.task_id for row in found}


_OPEN_ABOUT: Final = select(Task.kind, Task.task_id).where(
    Task.kind.in_([literal_column(f"'{kind}'") for kind in TaskKind]),  # the index of open tasks begins with the kind
    Task.message_id == bindparam("of_message"),
    Task.participant_id == bindparam("of_person"),
    Task.done_at.is_(None),
)


def set_task(
    session: Session,
    kind: TaskKind,
    about: About,
    participant_id: str,
    now: datetime,
    waiting: Mapping[str, str] | None = None,
) -> None:
    """Open a task about a message and a participant, unless it is open already: one of `waiting`, where that is known.
    """
    if waiting is None:
        waiting = open_about(session, about.message_id, participant_id)
    if kind not in waiting:
        task = Task(
            task_id=new_id(),
            case_id=about.case_id,
            kind=kind,
            message_id=about.message_id,
            participant_id=participant_id,
            created_at=now,
        )
        insert(session, task)


def close_tasks(session: Session, task_ids: Sequence[str], now: datetime, by: str | None = None) -> None:
    """Close tasks that have settled themselves."""
    if task_ids:
        change_some(session, Task, _CLOSE, {"these": task_ids, "done_at": now, "done_by": by})


_CLOSE: Final = whole(Task, update(table_of(Task)).where(Task.task_id.in_(bindparam("these", expanding=True))))


def answered(session: Session, about: About, participant_id: str, now: datetime, by: str) -> None:
    """A facilitator wrote to a participant privately: what they had written is no longer waiting for an answer."""
    found = ask(session, _WAITING, {"of_case": about.case_id, "of_person": participant_id})
    close_tasks(session, [row.task_id for row in found if row.kind == TaskKind.PRIVATE], now, by)


_WAITING: Final = select(Task.kind, Task.task_id).where(
    Task.case_id == bindparam("of_case"), Task.participant_id == bindparam("of_person"), Task.done_at.is_(None)
)


def finish(session: Session, actor: Actor, task_id: str, now: datetime) -> None:
    """Mark a task as done; once more changes nothing. Raises `not-found`."""
    task = session.get(Task, task_id) or session.get(TextTask, task_id)
    if task is None:
        raise NotFound("not-found")
    case = case_for(session, actor, task.case_id, lock=True)
    require(actor, "task:finish", case)
    session.refresh(task)
    if task.done_at is None:
        task.done_at, task.done_by = now, actor.staff_id
        refs = {"task": task.task_id} | ({"message": task.message_id} if isinstance(task, Task) else {})
        ledger.append(session, "task.done", actor=actor, case_id=task.case_id, refs=refs, at=now)


def open_tasks(session: Session, case_ids: list[str]) -> list[Task]:
    """The open tasks of these cases, oldest first."""
    wanted = select(Task).where(Task.case_id.in_(case_ids), Task.done_at.is_(None))
    return list(session.scalars(wanted.order_by(Task.created_at, Task.task_id)))
