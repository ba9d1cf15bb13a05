"""Decisions: proposed, signed, dropped; their content notes sealed anew."""

from typing import Annotated, Any, Literal

from flask import Response, g
from pydantic import BaseModel, Field

from mediation.messages import deciding, rewrapping
from mediation.protocol.encoding import unb64
from mediation.web import guard
from mediation.web.api import Envelope, HashText, PathOf, Strict, blueprint
from mediation.web.api.case_bodies import Document, SealText
from mediation.web.api.message_bodies import MessagePath, NoteText
from mediation.web.transaction import clock, no_content

api = blueprint("decisions")


class DecisionPath(PathOf):
    """A decision."""

    hash: HashText


class NoteBody(Strict):
    """A content note, sealed to the recipient (null for one without keys) and to the epoch key."""

    recipient: NoteText | None
    epoch: NoteText


class DecisionBody(Strict):
    """A decision and what travels beside it; `wrap` exactly when this signature makes a release final."""

    decision: Envelope
    consents: Document
    note: NoteBody | None
    wrap: SealText | None

    def proposed(self) -> deciding.Proposed:
        """As the operation takes it."""
        return deciding.Proposed(
            envelope=self.decision.model_dump(),
            consents=self.consents,
            note=None if self.note is None else _note(self.note),
            wrap=None if self.wrap is None else unb64(self.wrap),
        )


def _note(body: NoteBody) -> deciding.SealedNote:
    return deciding.SealedNote(None if body.recipient is None else unb64(body.recipient), unb64(body.epoch))


class DecisionSignatureBody(Strict):
    """A proposed decision with one more signature; `wrap` exactly when it makes a release final."""

    decision: Envelope
    wrap: SealText | None


class DecidedAnswer(BaseModel):
    """A decision, and whether it has all its signatures."""

    hash: HashText
    state: Literal["proposed", "final"]


class RecipientNoteBody(Strict):
    """A content note sealed to its recipient's new key."""

    recipient: Annotated[NoteText, Field(min_length=1)]


class HashOnlyAnswer(BaseModel):
    """What was changed."""

    hash: HashText


@api.post("/messages/<message_id>/decisions", responses={"200": DecidedAnswer, "201": DecidedAnswer})
@guard.staff("facilitator")
def propose(path: MessagePath, body: DecisionBody) -> tuple[dict[str, Any], int]:
    """Release, return or stop a message; a proposal while signatures are missing. 409 `decision-open`."""
    row, new = deciding.propose(g.session, g.actor, path.message_id, body.proposed(), clock())
    return {"hash": row.hash, "state": str(row.state)}, 201 if new else 200


@api.post("/decisions/<hash>/signatures", responses={"200": DecidedAnswer, "201": DecidedAnswer})
@guard.staff("facilitator")
def sign(path: DecisionPath, body: DecisionSignatureBody) -> tuple[dict[str, Any], int]:
    """Add one's signature to a proposal; the last one makes it final. 409 `proposal-closed`, 422 `proposal-too-old`."""
    wrap = None if body.wrap is None else unb64(body.wrap)
    row, new = deciding.sign(g.session, g.actor, path.hash, body.decision.model_dump(), wrap, clock())
    return {"hash": row.hash, "state": str(row.state)}, 201 if new else 200


@api.delete("/decisions/<hash>", responses={"204": None})
@guard.staff("facilitator")
def drop(path: DecisionPath) -> Response:
    """Drop a proposal for good. 409 `proposal-closed` once it is final."""
    deciding.drop_proposal(g.session, g.actor, path.hash, clock())
    return no_content()


@api.put("/decisions/<hash>/note", responses={"200": HashOnlyAnswer})
@guard.staff("facilitator")
def renote(path: DecisionPath, body: RecipientNoteBody) -> dict[str, str]:
    """Store a content note sealed again to its recipient. 422 `note-wrong`."""
    rewrapping.renote(g.session, g.actor, path.hash, unb64(body.recipient), clock())
    return {"hash": path.hash}
