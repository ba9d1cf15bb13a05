"""How somebody may be reached by text: recorded by themselves or by a facilitator, shown with the last digits only."""

from typing import Annotated, Any, Literal

from flask import g
from pydantic import Field

from mediation import sms
from mediation.access import require
from mediation.cases import queries, views
from mediation.web import guard
from mediation.web.api import Strict, blueprint
from mediation.web.api.case_bodies import CaseParticipantPath, ContactAnswer
from mediation.web.transaction import clock

api = blueprint("contact")


class ContactBody(Strict):
    """Text, "my facilitator will ring me" (call), or "I will sign in" (none); number and wording for texts."""

    channel: Literal["text", "call", "none"]
    number: Annotated[str, Field(min_length=1, max_length=40)] | None
    wording: Annotated[str, Field(pattern=r"^[a-z-]{1,16}$")]


@api.get("/contact", responses={"200": ContactAnswer})
@guard.participant
def show() -> dict[str, Any]:
    """How one is reached oneself. 403 `not-admitted`."""
    member = queries.own_member(g.session, g.actor)
    require(g.actor, "contact:record", member)
    return views.contact(g.session, member.participant_id)


@api.put("/contact", responses={"200": ContactAnswer})
@guard.participant
def record(body: ContactBody) -> dict[str, Any]:
    """Say how one may be reached. 422 `bad-number`, `number-missing`."""
    member = queries.own_member(g.session, g.actor)
    _record(member, member.case_id, member.participant_id, body)
    return views.contact(g.session, member.participant_id)


@api.put("/cases/<case_id>/participants/<participant_id>/contact", responses={"200": ContactAnswer})
@guard.staff("facilitator")
def record_for(path: CaseParticipantPath, body: ContactBody) -> dict[str, Any]:
    """Record how a participant may be reached. 422 as above."""
    case = queries.case_for(g.session, g.actor, path.case_id)
    member = queries.member_of(g.session, case, path.participant_id)
    _record(case, case.case_id, member.participant_id, body)
    return views.contact(g.session, member.participant_id)


def _record(target: object, case_id: str, participant_id: str, body: ContactBody) -> None:
    sms.set_contact(
        g.session,
        g.actor,
        target=target,
        participant_id=participant_id,
        case_id=case_id,
        channel=body.channel,
        number=body.number,
        wording=body.wording,
        now=clock(),
    )
