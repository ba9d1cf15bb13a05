"""Cases: opened, shown, and changed by their next statement."""

from typing import Annotated, Any, Literal

from flask import Response, g
from pydantic import BaseModel, Field, RootModel

from mediation.cases import opening, steps
from mediation.cases.parts import Parts
from mediation.messages import case_list, handover, letters, views
from mediation.protocol.encoding import unb64
from mediation.web import guard
from mediation.web.api import Envelope, HashText, IdText, Strict, blueprint
from mediation.web.api.case_bodies import (
    AnchorAnswer,
    CasePath,
    CaseStatementPath,
    ContactAnswer,
    Day,
    Document,
    FromQuery,
    KeptAnswer,
    KeySeal,
    StandingAnswer,
    StepBody,
    When,
)
from mediation.web.api.invitations import InvitationAnswer
from mediation.web.api.message_bodies import MessageAnswer
from mediation.web.transaction import clock, no_content

api = blueprint("cases")

OVERSEERS = ("facilitator", "supervisor", "administrator")


class CaseBody(Strict):
    """A case's first statement and what travels beside it."""

    nonce: Annotated[str, Field(pattern=r"^[A-Za-z0-9_-]{21}[AQgw]$", description="16 bytes in base64url")]
    case: Envelope
    seals: Annotated[list[KeySeal], Field(max_length=40)]
    documents: Annotated[list[Document], Field(max_length=200)]


class CaseAnswer(BaseModel):
    """A case, and its reference for paper and telephone."""

    case_id: IdText
    reference: str


class EpochSealAnswer(BaseModel):
    """The secret of an epoch, sealed to the reader."""

    epoch: int
    box_kid: HashText
    seal: str


class EpochLinkAnswer(BaseModel):
    """The secret of the epoch before, under this epoch's."""

    epoch: int
    previous_secret: str


class CaseSummary(CaseAnswer):
    """What verifying a case and opening its epochs takes."""

    nonce: str
    created_on: Day
    expires_on: Day
    statements: list[Envelope]
    anchor: AnchorAnswer | None
    seals: list[EpochSealAnswer]
    links: list[EpochLinkAnswer]
    documents: list[dict[str, Any]]
    kept: KeptAnswer
    consents: list[Envelope]
    standings: list[StandingAnswer]


class ListedCase(CaseSummary):
    """A case in a list, with its newest notes."""

    notes: list[MessageAnswer]


class AfterCaseQuery(BaseModel):
    """The last case of the page before."""

    after: IdText | None = None


class CaseListAnswer(RootModel[list[ListedCase]]):
    """Cases, newest first."""


class ProposalAnswer(BaseModel):
    """A step that waits for signatures; `needs` counts those missing."""

    hash: HashText
    case: Envelope
    by: IdText
    proposed_at: When
    documents: list[dict[str, Any]]
    kept: KeptAnswer
    admits: HashText | None
    needs: int


class TaskAnswer(BaseModel):
    """Something for the facilitators to do."""

    task_id: IdText
    kind: Literal["private", "ask-how-it-landed", "read-together", "print"]
    message_id: IdText
    participant_id: IdText
    created_at: When


class CaseView(CaseSummary):
    """A whole case but its messages."""

    left: list[IdText]
    proposals: list[ProposalAnswer]
    invitations: list[InvitationAnswer]
    contacts: list[ContactAnswer]
    tasks: list[TaskAnswer]


class StepAnswer(BaseModel):
    """A statement, and whether it has all its signatures."""

    hash: HashText
    state: Literal["adopted", "proposed"]


class SignatureBody(Strict):
    """A proposed statement with one more signature."""

    case: Envelope


class NamedFacilitator(BaseModel):
    """A facilitator of the case, by name."""

    staff_id: IdText
    display_name: str


class OtherMember(BaseModel):
    """Somebody whom a member may write to."""

    participant_id: IdText
    side: Literal["person_harmed", "person_responsible", "community"]
    role: str


class MembershipAnswer(BaseModel):
    """A participant's own view of their case."""

    case_id: IdText
    participant_id: IdText
    state: Literal["waiting", "admitted", "removed"]
    nonce: str
    statements: list[Envelope]
    anchor: AnchorAnswer | None
    document: dict[str, Any] | None
    documents: list[dict[str, Any]]
    others: list[OtherMember]
    kept: dict[str, Any] | None
    consents: list[Envelope]
    standing: StandingAnswer | None
    facilitators: list[NamedFacilitator]


@api.post("/cases", responses={"200": CaseAnswer, "201": CaseAnswer})
@guard.staff("facilitator")
def create(body: CaseBody) -> tuple[dict[str, Any], int]:
    """Open a case with its first statement. 422 `roster-not-newest`, `seals-wrong`; 409 `case-exists`."""
    seals = {each.box_kid: unb64(each.seal) for each in body.seals}
    parts = Parts(seals=seals, documents=body.documents)
    case, new = opening.open_case(g.session, g.actor, body.case.model_dump(), unb64(body.nonce), parts, clock())
    return {"case_id": case.case_id, "reference": case.reference}, 201 if new else 200


@api.get("/cases", responses={"200": CaseListAnswer})
@guard.staff(*OVERSEERS)
def listed(query: AfterCaseQuery) -> list[dict[str, Any]]:
    """One's own cases, newest first, 50 at a time; every one for supervisors and administrators, but nothing that
    opens. With 50 of them, ask again with the last one's id as `after`.
    """
    return case_list.case_list(g.session, g.actor, query.after)


@api.get("/cases/<case_id>", responses={"200": CaseView})
@guard.staff(*OVERSEERS)
def show(path: CasePath, query: FromQuery) -> dict[str, Any]:
    """A whole case but its messages."""
    return views.case_view(g.session, g.actor, path.case_id, clock(), query.from_)


@api.get("/cases/<case_id>/messages", responses={"200": RootModel[list[MessageAnswer]]})
@guard.staff(*OVERSEERS)
def messages(path: CasePath) -> list[dict[str, Any]]:
    """Every message of a case, oldest first; for those who oversee, without anything that opens."""
    return views.case_messages(g.session, g.actor, path.case_id, clock())


@api.post("/cases/<case_id>/statements", responses={"200": StepAnswer, "201": StepAnswer})
@guard.staff("facilitator", "administrator")
def propose(path: CasePath, body: StepBody) -> tuple[dict[str, Any], int]:
    """Hand in the next statement; adopted if enough have signed. 409 `head-moved`, 422 `kept-mismatch`."""
    envelope = body.case.model_dump()
    row, new = handover.propose_step(g.session, g.actor, path.case_id, envelope, body.parts(), clock())
    return {"hash": row.hash, "state": str(row.state)}, 201 if new else 200


@api.post("/cases/<case_id>/statements/<hash>/signatures", responses={"200": StepAnswer, "201": StepAnswer})
@guard.staff("facilitator", "administrator")
def sign(path: CaseStatementPath, body: SignatureBody) -> tuple[dict[str, Any], int]:
    """Add one's signature to a proposal; the last one adopts it. 409 `proposal-closed`."""
    envelope = body.case.model_dump()
    row, new = handover.sign_step(g.session, g.actor, path.case_id, path.hash, envelope, clock())
    return {"hash": row.hash, "state": str(row.state)}, 201 if new else 200


@api.delete("/cases/<case_id>/statements/<hash>", responses={"204": None})
@guard.staff("facilitator", "administrator")
def drop(path: CaseStatementPath) -> Response:
    """Drop a proposal for good. 409 `proposal-closed` once it was adopted."""
    steps.drop(g.session, g.actor, path.case_id, path.hash, clock())
    return no_content()


@api.get("/membership", responses={"200": MembershipAnswer})
@guard.participant
def membership(query: FromQuery) -> dict[str, Any]:
    """One's own membership: waiting to be admitted, admitted, or no longer a member."""
    return letters.membership(g.session, g.actor, clock(), query.from_)
