"""A participant's letters: those offered to them, their own, their private thread; and what they choose."""

from typing import Any, Literal

from flask import g
from pydantic import BaseModel

from mediation.messages import choices, letters
from mediation.protocol.encoding import b64
from mediation.web import guard
from mediation.web.api import Envelope, IdText, Strict, blueprint
from mediation.web.api.case_bodies import Day
from mediation.web.api.message_bodies import AnyChoice, MessagePath, OfferChoice
from mediation.web.api.messages import ChoiceAnswer
from mediation.web.transaction import clock

api = blueprint("letters")


class OfferAnswer(BaseModel):
    """A letter offered to the reader; ciphertext and wrap once it was opened, nothing of one that was recalled.

    `place`: where it stands among all of the reader's letters, their own included, from 0, oldest first.
    """

    message_id: IdText
    message: Envelope | None
    decision: Envelope | None
    note: str | None
    state: Literal["offered", "kept", "with_facilitator", "not_wanted", "opened", "recalled"]
    tell: bool
    offered_on: Day
    place: int
    ciphertext: str | None
    wrap: str | None


class ToldAnswer(BaseModel):
    """What a recipient agreed to tell."""

    participant_id: IdText
    choice: AnyChoice


class OwnAnswer(BaseModel):
    """A letter of the reader's own, with its neutral status and its place among all of their letters."""

    message_id: IdText
    message: Envelope
    ciphertext: str
    wrap: str | None
    status: Literal["with_facilitator", "returned", "stopped", "passed_on", "taken_back", "recalled"]
    told: list[ToldAnswer] | None
    submitted_on: Day
    place: int


class PrivateAnswer(BaseModel):
    """A message of the reader's private thread with the facilitators."""

    message_id: IdText
    message: Envelope
    ciphertext: str
    wrap: str | None
    on: Day


class LettersAnswer(BaseModel):
    """Everything that a participant has, oldest first."""

    offers: list[OfferAnswer]
    own: list[OwnAnswer]
    private: list[PrivateAnswer]


class ChoiceBody(Strict):
    """What to do with a letter, and whether its writer may know."""

    choice: OfferChoice
    tell: bool


class OpeningBody(Strict):
    """Whether the writer may know that the letter was opened."""

    tell: bool


class OpeningAnswer(BaseModel):
    """What opens a letter."""

    ciphertext: str
    wrap: str


@api.get("/letters", responses={"200": LettersAnswer})
@guard.participant
def show() -> dict[str, Any]:
    """The reader's letters. 403 `not-admitted`."""
    return letters.letters(g.session, g.actor, clock())


@api.put("/letters/<message_id>/choice", responses={"200": ChoiceAnswer})
@guard.participant
def choose(path: MessagePath, body: ChoiceBody) -> dict[str, Any]:
    """Keep a letter, read it with a facilitator, or not want it. 409 `already-opened`, `recalled`, `not-standing`."""
    row = choices.choose(g.session, g.actor, path.message_id, body.choice, tell=body.tell, now=clock())
    return {"state": str(row.state), "tell": row.tell}


@api.post("/letters/<message_id>/opening", responses={"200": OpeningAnswer})
@guard.participant
def open_letter(path: MessagePath, body: OpeningBody) -> dict[str, str]:
    """Open a letter, or read it again. 409 `recalled`, `not-standing`, `letter-not-ready`."""
    ciphertext, wrap = choices.open_letter(g.session, g.actor, path.message_id, tell=body.tell, now=clock())
    return {"ciphertext": b64(ciphertext), "wrap": b64(wrap)}
