"""Messages: handed in, held, taken back, their keys sealed anew."""

from typing import Annotated, Any, Literal

from flask import Response, g
from pydantic import BaseModel, Field

from mediation.messages import choices, holding, rewrapping, submission, taking_back, views
from mediation.protocol.encoding import unb64
from mediation.web import guard
from mediation.web.api import Envelope, IdText, Strict, blueprint
from mediation.web.api.case_bodies import KeySeal
from mediation.web.api.cases import OVERSEERS
from mediation.web.api.message_bodies import (
    AnyChoice,
    CipherText,
    HoldAnswer,
    MessageAnswer,
    MessagePath,
    MessageRecipientPath,
)
from mediation.web.transaction import clock, no_content

api = blueprint("messages")


class MessageBody(Strict):
    """A message as its writer's browser made it."""

    message: Envelope
    ciphertext: CipherText
    order_block: Annotated[str, Field(pattern=r"^[A-Za-z0-9_-]*$", max_length=2000)]
    wraps: Annotated[list[KeySeal], Field(max_length=40)]


class MessageIdAnswer(BaseModel):
    """The stored message."""

    message_id: IdText


class HeldAnswer(BaseModel):
    """A message on hold."""

    held: HoldAnswer


class Nothing(Strict):
    """An empty object."""


class TakenBackAnswer(BaseModel):
    """Always this."""

    answer: Literal["taken-back"]


class AssistedChoiceBody(Strict):
    """What an assisted person did with a letter, and whether the writer may know."""

    choice: AnyChoice
    tell: bool


class ChoiceAnswer(BaseModel):
    """What the recipient chose."""

    state: AnyChoice
    tell: bool


@api.post("/messages", responses={"200": MessageIdAnswer, "201": MessageIdAnswer})
@guard.signed_in
def submit(body: MessageBody) -> tuple[dict[str, Any], int]:
    """Hand in a message; the same bytes again are accepted. 409 `message-exists`, 403 `not-admitted`."""
    given = submission.Submission(
        body.message.model_dump(),
        unb64(body.ciphertext),
        unb64(body.order_block),
        {each.box_kid: unb64(each.seal) for each in body.wraps},
    )
    message_id, new = submission.submit(g.session, g.actor, given, clock())
    return {"message_id": message_id}, 201 if new else 200


@api.get("/messages/<message_id>", responses={"200": MessageAnswer})
@guard.staff(*OVERSEERS)
def show(path: MessagePath) -> dict[str, Any]:
    """One message, for staff."""
    return views.message_view(g.session, g.actor, path.message_id, clock())


@api.put("/messages/<message_id>/hold", responses={"200": HeldAnswer})
@guard.staff("facilitator")
def hold(path: MessagePath, body: Nothing) -> dict[str, Any]:
    """Put a message on hold. 409 `message-held` (by somebody else), `not-in-review`."""
    message = holding.hold(g.session, g.actor, path.message_id, clock())
    return {"held": views.held(message)}


@api.delete("/messages/<message_id>/hold", responses={"204": None})
@guard.staff("facilitator")
def unhold(path: MessagePath) -> Response:
    """Take a message off hold; not on hold is fine too."""
    holding.unhold(g.session, g.actor, path.message_id, clock())
    return no_content()


@api.post("/messages/<message_id>/withdrawal", responses={"202": TakenBackAnswer})
@guard.signed_in
def take_back(path: MessagePath, body: Nothing) -> tuple[dict[str, str], int]:
    """Take a message back: always the same answer. 409 `not-takeable` for private and note."""
    taking_back.take_back(g.session, g.actor, path.message_id, clock())
    return {"answer": "taken-back"}, 202


@api.post("/messages/<message_id>/wraps", responses={"201": MessageIdAnswer})
@guard.staff("facilitator")
def rewrap(path: MessagePath, body: KeySeal) -> tuple[dict[str, str], int]:
    """Store a wrap for somebody entitled who has a new key. 422 `wraps-wrong`."""
    rewrapping.rewrap(g.session, g.actor, path.message_id, body.box_kid, unb64(body.seal), clock())
    return {"message_id": path.message_id}, 201


@api.put("/messages/<message_id>/recipients/<participant_id>/choice", responses={"200": ChoiceAnswer})
@guard.staff("facilitator")
def choose_for(path: MessageRecipientPath, body: AssistedChoiceBody) -> dict[str, Any]:
    """Write down what an assisted recipient did. 409 `not-assisted`, `already-opened`, `recalled`, `not-standing`."""
    row = choices.choose_for(
        g.session, g.actor, path.message_id, path.participant_id, body.choice, tell=body.tell, now=clock()
    )
    return {"state": str(row.state), "tell": row.tell}
