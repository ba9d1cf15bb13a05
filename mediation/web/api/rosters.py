"""The staff and the rosters that name them."""

from typing import Annotated, Any, Literal

from flask import g
from pydantic import BaseModel, Field

from mediation.accounts import authority, invitations
from mediation.accounts import rosters as operations
from mediation.cases import adoption, anchors
from mediation.web import guard
from mediation.web.api import Envelope, HashText, IdText, Strict, blueprint
from mediation.web.api.invitations import InvitationAnswer
from mediation.web.transaction import clock

api = blueprint("rosters")


class RosterBody(Strict):
    """A roster that follows the newest one; `admits` are the joined invitations of the newcomers on it."""

    roster: Envelope
    admits: Annotated[list[HashText], Field(max_length=100)]


class RosterAnswer(BaseModel):
    """The stored roster."""

    hash: str
    seq: int


class Leaf(BaseModel):
    """A case and the hash that a roster anchors for it."""

    case_id: IdText
    hash: HashText


class AnchorsAnswer(BaseModel):
    """The leaves for the next roster, in the order of case_id."""

    leaves: list[Leaf]


class StaffEntry(BaseModel):
    """Somebody on the newest roster; `sign_in_name` is shown to administrators only."""

    staff_id: IdText
    display_name: str
    roles: list[Literal["administrator", "auditor", "facilitator", "supervisor"]]
    sign_kid: HashText
    box_kid: HashText
    issuer: bool
    sign_in_name: str | None


class StaffAnswer(BaseModel):
    """Everybody on the newest roster."""

    staff: list[StaffEntry]


class AfterInvitationQuery(BaseModel):
    """The last invitation of the page before."""

    after: HashText | None = None


class InvitationsAnswer(BaseModel):
    """Invitations, newest first."""

    invitations: list[InvitationAnswer]


@api.get("/anchors", responses={"200": AnchorsAnswer})
@guard.staff("administrator")
def leaves() -> dict[str, Any]:
    """What the next roster has to anchor."""
    found = anchors.leaves(g.session, g.actor.agency_id)
    return {"leaves": [{"case_id": case_id, "hash": hash_} for case_id, hash_ in sorted(found.items())]}


@api.post("/rosters", responses={"201": RosterAnswer})
@guard.staff("administrator")
def issue(body: RosterBody) -> tuple[dict[str, Any], int]:
    """Issue a roster. Newcomers are in, leavers' sessions end and what was sealed to them is deleted. 409
    `roster-moved`.
    """
    authority.hold(g.session, g.actor.agency_id)
    found = anchors.leaves(g.session, g.actor.agency_id)
    issued = operations.issue(g.session, g.actor, body.roster.model_dump(), body.admits, found, clock())
    if issued.new:
        anchors.record(g.session, issued.hash, found)
        adoption.forget_seals(g.session, issued.left.values())
    return {"hash": issued.hash, "seq": issued.seq}, 201


@api.get("/staff", responses={"200": StaffAnswer})
@guard.staff("administrator", "facilitator", "supervisor")
def staff() -> dict[str, Any]:
    """Everybody on the newest roster."""
    return {"staff": operations.listed(g.session, g.actor, clock())}


@api.get("/staff/invitations", responses={"200": InvitationsAnswer})
@guard.staff("administrator")
def staff_invitations(query: AfterInvitationQuery) -> dict[str, Any]:
    """The invitations to the staff, newest first, 50 at a time: with 50 of them, ask again with the last one's id as
    `after`.
    """
    authority.the_agency(g.session)
    return {"invitations": invitations.for_staff(g.session, g.actor, query.after)}
