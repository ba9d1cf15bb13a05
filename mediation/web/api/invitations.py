"""Invitations to a case or to the staff: made, looked at by whoever holds the card, used, cancelled."""

from typing import Annotated, Any, Literal

from flask import Response, g
from pydantic import BaseModel, Field

from mediation.accounts import invitations as operations
from mediation.accounts.models import Invitation
from mediation.cases import heads, queries
from mediation.errors import NotFound
from mediation.protocol import envelope
from mediation.protocol.encoding import unb64
from mediation.web import guard, signing_in, tries
from mediation.web.api import Envelope, HashText, IdText, PathOf, Strict, blueprint
from mediation.web.api.agency import AccountAnswer
from mediation.web.api.bodies import Account
from mediation.web.transaction import clock, no_content

api = blueprint("invitations")

Blob = Annotated[str, Field(pattern=r"^[A-Za-z0-9_-]*$", min_length=2, max_length=3_000_000)]


class InvitationBody(Strict):
    """An invitation as the inviter's browser made it; `sealed_secret` is null for staff."""

    invite_id: HashText
    blob: Blob
    mac: HashText
    sealed_secret: Annotated[str, Field(pattern=r"^[A-Za-z0-9_-]*$", max_length=400)] | None


class InviteIdAnswer(BaseModel):
    """The stored invitation."""

    invite_id: HashText


class InvitePath(PathOf):
    """An invitation."""

    invite_id: HashText


class CaseInvitationsPath(PathOf):
    """A case."""

    case_id: IdText


class ShownAnswer(BaseModel):
    """What whoever holds the card checks."""

    blob: str
    mac: str


class JoinBody(Strict):
    """The answer to an invitation: the join statement, its MAC under the card's secret, and a new account."""

    join: Envelope
    mac: HashText
    account: Account


class InvitationAnswer(BaseModel):
    """An invitation as the person who admits needs it."""

    invite_id: HashText
    staff_id: IdText | None
    participant_id: IdText | None
    invite: Envelope
    blob: str
    sealed_secret: str | None
    state: Literal["open", "joined", "admitted", "cancelled"]
    created_at: str
    expires_at: str
    join: Envelope | None
    join_mac: str | None


class CaseInvitationsAnswer(BaseModel):
    """Invitations, newest first."""

    invitations: list[InvitationAnswer]


@api.post("/invitations", responses={"201": InviteIdAnswer})
@guard.staff("facilitator", "administrator")
def create(body: InvitationBody) -> tuple[dict[str, Any], int]:
    """Store an invitation: to a case by one of its facilitators, to the staff by an administrator. 409
    `invitation-exists`.
    """
    given = operations.Offered(body.invite_id, unb64(body.blob), body.mac, body.sealed_secret)
    case_id = envelope.parse(operations.invite_of(given.blob), "invite").payload["case_id"]
    if case_id is None:
        row = operations.create_for_staff(g.session, g.actor, given, clock())
    else:
        case = queries.case_for(g.session, g.actor, case_id)
        head = heads.verified(g.session, case, clock()).head
        row = operations.create_for_case(g.session, g.actor, case, head, given, clock())
    return {"invite_id": row.invite_id}, 201


@api.get("/invitations/<invite_id>", responses={"200": ShownAnswer})
@guard.anyone
def show(path: InvitePath) -> dict[str, Any]:
    """What whoever holds the card checks. 404 `invitation-unknown`, 410 `invitation-used|-expired|-cancelled`."""
    try:
        return operations.shown(g.session, path.invite_id, clock())
    except NotFound:
        tries.count(tries.for_address())
        raise


@api.post("/invitations/<invite_id>/join", responses={"200": AccountAnswer, "201": AccountAnswer})
@guard.anyone
def join(path: InvitePath, body: JoinBody) -> tuple[dict[str, Any], int]:
    """Use an invitation; signs in an account that waits to be admitted. The same again: 200. 410 as above."""
    statement = body.join.model_dump()
    record = body.account.record()
    with tries.counted(tries.for_address()):
        account, new = operations.join(g.session, g.actor, path.invite_id, statement, body.mac, record, clock())
    signing_in.start(account)
    return {"sign_in_name": account.sign_in_name, "account_id": account.account_id}, 201 if new else 200


@api.get("/cases/<case_id>/invitations", responses={"200": CaseInvitationsAnswer})
@guard.staff("facilitator")
def of_case(path: CaseInvitationsPath) -> dict[str, Any]:
    """Every invitation to a case, for its facilitators."""
    case = queries.case_for(g.session, g.actor, path.case_id)
    return {"invitations": operations.for_case(g.session, g.actor, case)}


@api.delete("/invitations/<invite_id>", responses={"204": None})
@guard.staff("facilitator", "administrator")
def cancel(path: InvitePath) -> Response:
    """Cancel an invitation; whoever joined with it can no longer sign in. 409 `invitation-admitted`."""
    row = operations.for_cancelling(g.session, path.invite_id)
    operations.cancel(g.session, g.actor, row, _case_of(row), clock())
    return no_content()


def _case_of(row: Invitation) -> Any:
    return None if row.case_id is None else queries.case_for(g.session, g.actor, row.case_id)
