"""How somebody may be reached by text: recorded by themselves or by a facilitator, shown with the last digits only."""

from typing import Annotated, Any, Literal

from flask import g, request
from pydantic import BaseModel, Field

from mediation import sms
from mediation.access import require
from mediation.cases import confirming, queries, views
from mediation.cases.finding import own_case
from mediation.cases.models import Member
from mediation.protocol.encoding import format_time
from mediation.sms.hours import MOST_AVOIDED, ZONE
from mediation.sms.wordings import LANGUAGE, WORD_LENGTH
from mediation.web import guard, tries
from mediation.web.api import IdText, Strict, blueprint
from mediation.web.api.case_bodies import CaseParticipantPath, ContactAnswer, When
from mediation.web.api.messages import Nothing
from mediation.web.transaction import clock

api = blueprint("contact")


class HoursBody(Strict):
    """Weekdays (0 is Monday), from and until (HH:MM, over midnight where until is not later), dates on which nothing is
    to come, and whose clock it is (an IANA name).
    """

    days: Annotated[list[Annotated[int, Field(ge=0, le=6)]], Field(min_length=1, max_length=7)]
    begin: Annotated[str, Field(pattern=r"^[0-9]{2}:[0-9]{2}$")]
    end: Annotated[str, Field(pattern=r"^[0-9]{2}:[0-9]{2}$")]
    avoid: Annotated[
        list[Annotated[str, Field(pattern=r"^[0-9]{4}-[0-9]{2}-[0-9]{2}$")]], Field(max_length=MOST_AVOIDED)
    ]
    zone: Annotated[str, Field(max_length=40)] = ZONE


class ContactBody(Strict):
    """Text, "my facilitator will ring me" (call), or "I will sign in" (none); for texts the number (null keeps the one
    that is known), which words in which language, after which code word, and when.
    """

    channel: Literal["text", "call", "none"]
    number: Annotated[str, Field(min_length=1, max_length=40)] | None
    wording: Annotated[str, Field(pattern=r"^[a-z-]{1,16}$")]
    language: Annotated[str, Field(pattern=r"^[a-z-]{2,8}$")] = LANGUAGE
    code_word: Annotated[str, Field(min_length=1, max_length=WORD_LENGTH)] | None = None
    hours: HoursBody | None = None


class TypedCode(Strict):
    """The six digits that came by text."""

    code: Annotated[str, Field(pattern=r"^[0-9]{6}$")]


class CodeAnswer(BaseModel):
    """That a code was asked for, and until when it works. Whether a phone gets it, nobody knows yet."""

    participant_id: IdText
    expires_at: When


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
    """Say how one may be reached. 422 `bad-number`, `number-missing`, `bad-code-word`, `code-word-missing`,
    `bad-hours`.
    """
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


@api.post("/contact/code", responses={"200": CodeAnswer})
@guard.participant
def send_code(body: Nothing) -> dict[str, Any]:
    """Have a code sent to one's number; the one before works no more. 409 `number-confirmed`, `number-stopped`,
    `not-standing`, 422 `number-missing`, 429 `too-many-codes`, `codes-spent`.
    """
    _, member = own_case(g.session, g.actor, lock=True)
    return _send(member, member)


@api.post("/cases/<case_id>/participants/<participant_id>/contact/code", responses={"200": CodeAnswer})
@guard.staff("facilitator")
def send_code_for(path: CaseParticipantPath, body: Nothing) -> dict[str, Any]:
    """Have a code sent to a participant, who reads it out. As above; 409 `number-shared` too."""
    case = queries.case_for(g.session, g.actor, path.case_id, lock=True)
    return _send(case, queries.member_of(g.session, case, path.participant_id))


@api.post("/contact/confirmation", responses={"200": ContactAnswer})
@guard.participant
def confirm(body: TypedCode) -> dict[str, Any]:
    """Confirm one's number by the code that came; once more with the same is fine. 410 `code-gone`, 422 `code-wrong`,
    `number-missing`, 409 `number-stopped`.
    """
    _, member = own_case(g.session, g.actor, lock=True)
    return _confirm(member, member.participant_id, body)


@api.post("/cases/<case_id>/participants/<participant_id>/contact/confirmation", responses={"200": ContactAnswer})
@guard.staff("facilitator")
def confirm_for(path: CaseParticipantPath, body: TypedCode) -> dict[str, Any]:
    """Confirm a participant's number by the code that they read out. As above."""
    case = queries.case_for(g.session, g.actor, path.case_id, lock=True)
    return _confirm(case, queries.member_of(g.session, case, path.participant_id).participant_id, body)


def _send(target: object, member: Member) -> dict[str, Any]:
    address = request.remote_addr or ""
    ends = confirming.send_code(g.session, g.actor, member, address, clock(), target=target)
    return {"participant_id": member.participant_id, "expires_at": format_time(ends)}


def _confirm(target: object, participant_id: str, body: TypedCode) -> dict[str, Any]:
    with tries.kept():
        sms.confirm(g.session, g.actor, target=target, participant_id=participant_id, code=body.code, now=clock())
    return views.contact(g.session, participant_id)


def _record(target: object, case_id: str, participant_id: str, body: ContactBody) -> None:
    sms.set_contact(
        g.session,
        g.actor,
        target=target,
        participant_id=participant_id,
        case_id=case_id,
        profile=sms.Profile(
            body.channel,
            body.number,
            body.wording,
            body.language,
            body.code_word,
            sms.read_hours(None if body.hours is None else body.hours.model_dump()),
        ),
        now=clock(),
    )
