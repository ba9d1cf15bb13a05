"""The events of the audit log for auditors, each with what proves it."""

from datetime import date
from typing import Annotated, Any

from flask import g
from pydantic import BaseModel, Field

from mediation.ledger import browsing
from mediation.protocol.encoding import b64
from mediation.web import guard
from mediation.web.api import B64Text, Count, HashText, blueprint

api = blueprint("events")

LogNumber = Annotated[int, Field(ge=1, le=9999)]


class EventsQuery(BaseModel):
    """Which events. `case_of`: those of the same case as the event at this index; `first` and `last` are days (UTC),
    both included; `before`: an index, for the next page.
    """

    log: LogNumber | None = None
    case_of: Count | None = None
    actor: Annotated[str, Field(max_length=22)] | None = None
    kind: Annotated[str, Field(max_length=40)] | None = None
    first: date | None = None
    last: date | None = None
    before: Count | None = None


class EventAnswer(BaseModel):
    """An event at its index: `opening` is salt ‖ event, `proof` the hashes up to the root of the head."""

    index: Count
    opening: B64Text
    proof: list[HashText]


class EventsAnswer(BaseModel):
    """Newest first, under the newest signed head of the log, null before there is one; `more` is the `before` of the
    next page, null on the last one.
    """

    log: LogNumber
    note: str | None
    events: list[EventAnswer]
    more: Count | None


@api.get("/audit/events", responses={"200": EventsAnswer})
@guard.staff("auditor")
def listed(query: EventsQuery) -> dict[str, Any]:
    """Events by case, actor, kind and day, pseudonymous."""
    return answer(browsing.events(g.session, g.actor, browsing.Wanted(**query.model_dump())))


def answer(page: browsing.Page) -> dict[str, Any]:
    """A page of events as it is answered."""
    events = [
        {"index": each.index, "opening": b64(each.opening), "proof": [b64(hash_) for hash_ in each.proof]}
        for each in page.events
    ]
    return {"log": page.log, "note": page.note, "events": events, "more": page.more}
