"""The audit log for everybody signed in: what was published of it."""

from typing import Any

from flask import g
from pydantic import BaseModel

from mediation.ledger import reading
from mediation.protocol.encoding import b64
from mediation.web import guard
from mediation.web.api import B64Text, Count, blueprint

api = blueprint("log")


class PublishedQuery(BaseModel):
    """How many entries the head has that the asker kept; 0 for none."""

    size: Count = 0


class PublishedAnswer(BaseModel):
    """The newest published head as a signed note, null before the first, and the hashes that prove that it begins with
    the asker's.
    """

    note: str | None
    proof: list[B64Text]


@api.get("/audit/published", responses={"200": PublishedAnswer})
@guard.signed_in
def published(query: PublishedQuery) -> dict[str, Any]:
    """The newest published head, with the proof that it contains the one that the asker kept."""
    found = reading.published(g.session, g.actor, query.size)
    return {"note": found.note, "proof": [b64(each) for each in found.proof]}
