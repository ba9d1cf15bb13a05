"""The facilitators' queue and their tasks."""

from typing import Annotated, Any, Literal

from flask import Response, g
from pydantic import BaseModel, Field

from mediation.messages import queue, tasks
from mediation.web import guard
from mediation.web.api import HashText, IdText, PathOf, blueprint
from mediation.web.api.case_bodies import When
from mediation.web.api.messages import Nothing
from mediation.web.transaction import clock, no_content

api = blueprint("queue")


class TaskPath(PathOf):
    """A task."""

    task_id: IdText


class QueueItem(BaseModel):
    """Something that waits, since when, and how long that is."""

    kind: Literal[
        "review",
        "second-approval",
        "held",
        "admit",
        "second-signature",
        "acknowledge",
        "private",
        "ask-how-it-landed",
        "read-together",
        "print",
        "text-failed",
        "number-recheck",
        "text-opted-out",
        "text-opted-in",
        "text-help",
        "text-answered",
        "number-shared",
        "number-unconfirmed",
        "contact-due",
        "renew-case",
    ]
    task_id: IdText | None
    case_id: IdText
    reference: str
    message_id: IdText | None
    participant_id: IdText | None
    hash: HashText | None
    invite_id: HashText | None
    since: When
    days: int
    ageing: Literal["new", "waiting", "late"]


class AfterQuery(BaseModel):
    """The key with which the page before ended."""

    after: Annotated[str, Field(pattern=queue.KEY)] | None = None


class QueueAnswer(BaseModel):
    """What waits, oldest first, at most 100; `more` is the key after which the rest comes, null where this is all."""

    items: list[QueueItem]
    more: str | None


@api.get("/queue", responses={"200": QueueAnswer})
@guard.staff("facilitator", "supervisor")
def show(query: AfterQuery) -> dict[str, Any]:
    """What waits in one's own cases; for a supervisor, in all."""
    found = queue.page(g.session, g.actor, clock(), query.after)
    return {"items": found.items, "more": found.more}


@api.post("/tasks/<task_id>/done", responses={"204": None})
@guard.staff("facilitator")
def finish(path: TaskPath, body: Nothing) -> Response:
    """Mark a task as done; once more is fine."""
    tasks.finish(g.session, g.actor, path.task_id, clock())
    return no_content()
