"""The events of the audit log, each with what proves it: for auditors, and of one case for those who facilitate it."""

from datetime import date
from typing import Annotated, Any

from flask import g
from pydantic import BaseModel, Field

from mediation.cases.queries import case_for
from mediation.ledger import browsing, case_events, reading
from mediation.protocol.encoding import b64
from mediation.web import guard
from mediation.web.api import B64Text, Count, HashText, IdText, blueprint
from mediation.web.api.case_bodies import CasePath

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
    """An event at its index: `opening` is salt ‖ event, empty where nobody can open it any more; `proof` the hashes up
    to the root of the head.
    """

    index: Count
    opening: B64Text
    proof: list[HashText]


class EventsAnswer(BaseModel):
    """Newest first, under the newest signed head of the log and its size, null before there is one; `more` is the
    `before` of the next page, null on the last one.
    """

    log: LogNumber
    note: str | None
    size: Count
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
    return {"log": page.log, "note": page.note, "size": page.size, "events": events, "more": page.more}


class CompareQuery(BaseModel):
    """Two sizes of a log, the newest one if `log` is not given."""

    log: LogNumber | None = None
    first: Count
    size: Count


class CompareAnswer(BaseModel):
    """The hashes which prove that the log of `size` entries begins with the one of `first`."""

    proof: list[HashText]


@api.get("/audit/consistency", responses={"200": CompareAnswer})
@guard.staff("auditor", "facilitator")
def compared(query: CompareQuery) -> dict[str, Any]:
    """The proof that a head begins with one that was kept; 404 beyond the newest signed head."""
    proof = reading.consistency(g.session, g.actor, query.log, query.first, query.size)
    return {"proof": [b64(each) for each in proof]}


class CaseEventsQuery(BaseModel):
    """The last event of the page before; `published`: under the newest published head, not the newest signed one."""

    before: IdText | None = None
    published: bool = False


class HeadAnswer(BaseModel):
    """The head of a log as a signed note, and its size."""

    log: LogNumber
    note: str
    size: Count


class CaseEventAnswer(BaseModel):
    """An event: `opening` is salt ‖ event, empty where nobody can open it any more. Its log, its index there and its
    proof are null before a signed head covers it.
    """

    event_id: IdText
    opening: B64Text
    log: LogNumber | None
    index: Count | None
    proof: list[HashText] | None


class CaseEventsAnswer(BaseModel):
    """Newest first. `name_key` makes the pseudonyms of the case; `more` is the `before` of the next page, null on the
    last one.
    """

    name_key: HashText
    heads: list[HeadAnswer]
    events: list[CaseEventAnswer]
    more: IdText | None


@api.get("/cases/<case_id>/events", responses={"200": CaseEventsAnswer})
@guard.staff("facilitator")
def of_case(path: CasePath, query: CaseEventsQuery) -> dict[str, Any]:
    """What was recorded of a case, for its facilitators."""
    case = case_for(g.session, g.actor, path.case_id)
    page = case_events.events(g.session, g.actor, case, query.before, published=query.published)
    return {
        "name_key": b64(page.name_key),
        "heads": [{"log": log, "note": note, "size": size} for log, (note, size) in page.heads.items()],
        "events": [_case_event(each) for each in page.events],
        "more": page.more,
    }


def _case_event(found: case_events.CaseEvent) -> dict[str, Any]:
    proof = None if found.proof is None else [b64(hash_) for hash_ in found.proof]
    return {**vars(found), "opening": b64(found.opening), "proof": proof}
