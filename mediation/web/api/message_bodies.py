"""Bodies and answers about messages that several modules of the API share."""

from typing import Annotated, Any, Literal

from pydantic import BaseModel, Field

from mediation.web.api import Envelope, HashText, IdText, PathOf
from mediation.web.api.case_bodies import When

CipherText = Annotated[str, Field(pattern=r"^[A-Za-z0-9_-]*$", max_length=360_000, description="a ciphertext, B64")]
NoteText = Annotated[str, Field(pattern=r"^[A-Za-z0-9_-]*$", max_length=44_000, description="a sealed note, B64")]
OfferChoice = Literal["kept", "with_facilitator", "not_wanted"]
AnyChoice = Literal["kept", "with_facilitator", "not_wanted", "opened"]


class MessagePath(PathOf):
    """A message."""

    message_id: IdText


class MessageRecipientPath(PathOf):
    """A recipient of a message."""

    message_id: IdText
    participant_id: IdText


class EpochWrapAnswer(BaseModel):
    """A message's key, sealed to an epoch's key."""

    epoch: int
    box_kid: HashText
    seal: str


class HoldAnswer(BaseModel):
    """Who put a message on hold, and when."""

    by: IdText
    at: When


class RecipientAnswer(BaseModel):
    """Where a message stands for one recipient."""

    participant_id: IdText
    state: Literal["in_review", "returned", "stopped", "released", "offered", "opened", "recalled"]
    choice: AnyChoice | None
    tell: bool


class DecisionAnswer(BaseModel):
    """A decision, final or not; `needs` counts the signatures missing."""

    hash: HashText
    decision: Envelope
    state: Literal["proposed", "final", "dropped"]
    by: IdText
    proposed_at: When
    not_before: When | None
    consents: dict[str, Any]
    note_epoch: str | None
    needs: int


class MessageAnswer(BaseModel):
    """A message as staff are given it; for those who oversee without anything that opens."""

    message_id: IdText
    message: Envelope
    ciphertext: str | None
    order_block: str | None
    wrap: EpochWrapAnswer | None
    submitted_at: When
    state: Literal["in_review", "returned", "stopped", "released", "recalled", "filed"]
    taken_back: bool
    held: HoldAnswer | None
    recipients: list[RecipientAnswer]
    decisions: list[DecisionAnswer]
