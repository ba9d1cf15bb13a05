"""What a facilitator's client makes a transcript from: its own event first, then the events of the case with proofs."""

from typing import Any

from flask import g
from pydantic import BaseModel

from mediation.cases import queries
from mediation.cases.heads import documents_of
from mediation.errors import NotFound
from mediation.ledger import transcribing
from mediation.ledger.transcribing import Published
from mediation.protocol.encoding import b64
from mediation.web import guard
from mediation.web.api import B64Text, Count, HashText, IdText, PathOf, Strict, blueprint
from mediation.web.api.case_bodies import CasePath
from mediation.web.transaction import clock

api = blueprint("exports")


class ExportBody(Strict):
    """Whom the transcript is about; null for the letters that were passed on."""

    participant_id: IdText | None


class ExportAnswer(BaseModel):
    """The transcript's own event."""

    export_id: IdText


class ExportPath(PathOf):
    """The transcript of a case."""

    case_id: IdText
    export_id: IdText


class ExportQuery(BaseModel):
    """The index after which the page begins: `more` of the page before."""

    after: Count | None = None


class PublishedHeadAnswer(BaseModel):
    """An earlier, published head, and the hashes that show that the later one begins with it."""

    note: str
    proof: list[HashText]


class SignedHeadAnswer(BaseModel):
    """A signed head of a log."""

    log: Count
    note: str
    published: PublishedHeadAnswer | None


class ProvedEventAnswer(BaseModel):
    """An event at its index under one of the heads, `log` being its place among them: `opening` is salt ‖ event."""

    log: Count
    index: Count
    opening: B64Text
    proof: list[HashText]


class ExportedAnswer(BaseModel):
    """A page of the case's events, oldest first. `name_key` makes the pseudonyms of the case; `documents` are those of
    everybody who ever was a member.
    """

    name_key: HashText
    heads: list[SignedHeadAnswer]
    events: list[ProvedEventAnswer]
    documents: list[dict[str, Any]]
    more: Count | None


@api.post("/cases/<case_id>/exports", responses={"201": ExportAnswer})
@guard.staff("facilitator")
def announce(path: CasePath, body: ExportBody) -> tuple[dict[str, Any], int]:
    """Record that a transcript is made: a facilitator of the case alone may."""
    case = queries.case_for(g.session, g.actor, path.case_id)
    everybody = {each.participant_id for each in queries.members_of(g.session, case.case_id)}
    if body.participant_id is not None and body.participant_id not in everybody:
        raise NotFound("not-found")
    return {"export_id": transcribing.announce(g.session, g.actor, case, body.participant_id, clock())}, 201


@api.get("/cases/<case_id>/exports/<export_id>", responses={"200": ExportedAnswer})
@guard.staff("facilitator")
def events(path: ExportPath, query: ExportQuery) -> dict[str, Any]:
    """The events up to the transcript's own. 409 `not-signed-yet` until a signed head holds that one."""
    case = queries.case_for(g.session, g.actor, path.case_id)
    page = transcribing.given(g.session, g.actor, case, path.export_id, query.after)
    return {
        "name_key": b64(page.name_key),
        "heads": [
            {"log": each.number, "note": each.note, "published": _published(each.published)} for each in page.heads
        ],
        "events": [
            {
                "log": each.log,
                "index": each.event.index,
                "opening": b64(each.event.opening),
                "proof": [b64(hash_) for hash_ in each.event.proof],
            }
            for each in page.events
        ],
        "documents": documents_of(g.session, case.case_id),
        "more": page.more,
    }


def _published(head: Published | None) -> dict[str, Any] | None:
    return None if head is None else {"note": head.note, "proof": [b64(hash_) for hash_ in head.proof]}
