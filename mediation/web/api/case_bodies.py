"""Bodies and answers about cases that several modules of the API share."""

from typing import Annotated, Any, Literal

from pydantic import BaseModel, Field, JsonValue

from mediation.cases.parts import Parts
from mediation.protocol.case_review import KeptDocuments
from mediation.protocol.encoding import unb64
from mediation.web.api import Envelope, HashText, IdText, PathOf, Strict

SealText = Annotated[str, Field(pattern=r"^[A-Za-z0-9_-]*$", max_length=400, description="a sealed secret, B64")]
Document = Annotated[dict[str, JsonValue], Field(max_length=9, description="a document as the protocol hashes it")]
When = Annotated[str, Field(pattern=r"^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}Z$")]
Day = Annotated[str, Field(pattern=r"^\d{4}-\d{2}-\d{2}$")]


class CasePath(PathOf):
    """A case."""

    case_id: IdText


class CaseStatementPath(PathOf):
    """A statement of a case."""

    case_id: IdText
    hash: HashText


class CaseParticipantPath(PathOf):
    """A participant of a case."""

    case_id: IdText
    participant_id: IdText


class FromQuery(BaseModel):
    """From which case statement on, inclusive; a client resumes from the one that it has pinned."""

    from_: Annotated[int, Field(ge=1, le=2**31 - 1, alias="from")] = 1


class KeySeal(Strict):
    """Something sealed to one box key."""

    box_kid: HashText
    seal: SealText


class KeptBody(Strict):
    """What the lists of a case statement open to; null where they are null. A participant left out counts as null."""

    facilitators: Document | None
    members: Annotated[dict[str, Document | None], Field(max_length=200)]


class StepBody(Strict):
    """The next statement of a case, and what travels beside it."""

    case: Envelope
    seals: Annotated[list[KeySeal], Field(max_length=40)]
    previous_secret: SealText | None
    documents: Annotated[list[Document], Field(max_length=200)]
    kept: KeptBody
    admits: HashText | None

    def parts(self) -> Parts:
        """As the operations take them."""
        return Parts(
            seals={each.box_kid: unb64(each.seal) for each in self.seals},
            previous_secret=None if self.previous_secret is None else unb64(self.previous_secret),
            documents=self.documents,
            kept=KeptDocuments(self.kept.facilitators, self.kept.members),
            admits=self.admits,
        )


class AnchorAnswer(BaseModel):
    """The proof that the newest roster anchors a case."""

    hash: HashText
    index: int
    path: list[HashText]


class StandingAnswer(BaseModel):
    """Whether somebody takes part, since when, and whether a facilitator has seen it."""

    participant_id: IdText
    standing: Literal["active", "paused", "withdrawn"]
    since: When
    acknowledged: bool


class ContactAnswer(BaseModel):
    """How somebody may be reached; of a number only the last digits, and when it was confirmed by a code."""

    participant_id: IdText
    channel: Literal["text", "call", "none"]
    masked: str | None
    wording: str | None
    language: str | None
    code_word: str | None
    hours: dict[str, Any] | None
    confirmed_at: When | None


class KeptAnswer(BaseModel):
    """What the lists of a head open to."""

    facilitators: dict[str, Any] | None
    members: dict[str, dict[str, Any] | None]
