"""The agency: what anybody may know of it, setting it up, its newer statements, and the authority that clients verify.
"""

from typing import Annotated, Any

from flask import g
from pydantic import BaseModel, Field

from mediation.accounts import agency as operations
from mediation.accounts import authority
from mediation.accounts.lasting import LastingList
from mediation.accounts.recent import Recent
from mediation.protocol.authority import Authority
from mediation.protocol.encoding import format_time
from mediation.web import guard, signing_in, tries
from mediation.web.api import Count, Envelope, IdText, Strict, blueprint
from mediation.web.api.bodies import Account
from mediation.web.transaction import clock

api = blueprint("agency")

Line = Annotated[
    str, Field(min_length=1, max_length=200, pattern=r"^[^\x00-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]+$")
]
Words = Annotated[str, Field(max_length=200, pattern=r"^[^\x00-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]*$")]
Telephone = Annotated[str, Field(pattern=r"^[0-9+() -]{0,40}$")]
Address = Annotated[str, Field(pattern=r"^(https://[A-Za-z0-9.-]+(/[A-Za-z0-9._~%/?=&+-]*)?)?$", max_length=200)]


class Help(Strict):
    """Somewhere to turn: a label and at least a telephone number, a number for texts, or an address; the others empty.
    """

    label: Line
    phone: Telephone
    text: Telephone
    web: Address


class Labels(Strict):
    """What the two sides are called by default."""

    person_harmed: Line
    person_responsible: Line


class AgencySettings(Strict):
    """What the agency has set. `phone` rings the agency, `leave_to` is the neutral site that leaving quickly leads to,
    `kept_for` says how long letters are kept; phone and kept_for may be empty.
    """

    help: Annotated[list[Help], Field(max_length=12)]
    leave_to: Annotated[Address, Field(min_length=9)]
    phone: Telephone
    waiting_words: Line
    kept_for: Words
    labels: Labels


class AgencyAnswer(BaseModel):
    """What anybody may know; id and name are null before the agency is set up."""

    set_up: bool
    agency_id: IdText | None
    name: str | None
    settings: AgencySettings
    log_vkey: str


class SetUpBody(Strict):
    """The first statements, signed in the administrator's browser, and the administrator's account."""

    set_up_code: Annotated[str, Field(min_length=1, max_length=80)]
    agency: Envelope
    roster: Envelope
    staff_id: IdText
    account: Account


class AccountAnswer(BaseModel):
    """A new account, signed in; the sign-in name is to be written down."""

    sign_in_name: str
    account_id: IdText


class StatementBody(Strict):
    """A newer agency statement."""

    agency: Envelope


class HashAnswer(BaseModel):
    """The hash of what was stored."""

    hash: str


class TrustAnswer(BaseModel):
    """What clients verify everything with, from the root key on."""

    agency_id: IdText
    agency: list[Envelope]
    rosters: list[Envelope]
    now: str


class TrustQuery(BaseModel):
    """From which roster on; the agency chain is always whole."""

    roster_from: Count = 1


@api.get("/agency", responses={"200": AgencyAnswer})
@guard.anyone
def show() -> dict[str, Any]:
    """The agency's name, help numbers and settings."""
    return operations.public(g.session)


@api.post("/agency", responses={"201": AccountAnswer})
@guard.anyone
def set_up(body: SetUpBody) -> tuple[dict[str, Any], int]:
    """Set the agency up, with the code that the server printed. 409 `agency-set-up`, 403 `set-up-code`."""
    given = operations.SetUp(
        body.set_up_code, body.agency.model_dump(), body.roster.model_dump(), body.staff_id, body.account.record()
    )
    with tries.counted(tries.for_address()):
        account = operations.set_up(g.session, g.actor, given, clock())
    signing_in.start(account)
    return {"sign_in_name": account.sign_in_name, "account_id": account.account_id}, 201


@api.put("/agency/settings", responses={"200": AgencySettings})
@guard.staff("administrator")
def change_settings(body: AgencySettings) -> dict[str, Any]:
    """Replace the agency's settings."""
    return operations.change_settings(g.session, g.actor, body.model_dump(), clock())


@api.post("/agency/statements", responses={"201": HashAnswer})
@guard.staff("administrator")
def state_anew(body: StatementBody) -> tuple[dict[str, Any], int]:
    """Store a newer agency statement, signed with the root key from the recovery sheet. 409 `agency-moved`."""
    return {"hash": operations.state_anew(g.session, g.actor, body.agency.model_dump(), clock())}, 201


@api.get("/trust", responses={"200": TrustAnswer})
@guard.signed_in
def trust(query: TrustQuery) -> dict[str, Any]:
    """The agency chain, the rosters from `roster_from` on, and the server's time."""
    word = authority.of(g.session, g.actor.agency_id, clock())
    agency, rosters = _TRUSTED.get((word.agency.newest.hash, word.roster.hash), lambda: _envelopes(word))
    newer = [each for each in word.rosters if each.seq >= query.roster_from]
    return {
        "agency_id": g.actor.agency_id,
        "agency": agency,
        "rosters": rosters if query.roster_from <= 1 else [each.statement.envelope for each in newer],
        "now": format_time(clock()),
    }


_TRUSTED: Recent[tuple[str, str], tuple[LastingList, LastingList]] = Recent(2)


def _envelopes(word: Authority) -> tuple[LastingList, LastingList]:
    agency = LastingList([each.envelope for each in word.agency.statements])
    return agency, LastingList([each.statement.envelope for each in word.rosters])
