"""Signing in and out, and the server's half of the key that keeps a person's keys open across pages."""

from typing import Annotated, Any, Literal

from flask import Response, g
from pydantic import BaseModel, Field

from mediation.accounts import operations, records, sessions
from mediation.accounts.models import Account
from mediation.accounts.records import Stored, bundle_of
from mediation.errors import NotFound
from mediation.protocol.encoding import b64, unb64
from mediation.web import guard, signing_in, tries
from mediation.web.api import HashText, IdText, Strict, blueprint
from mediation.web.api.bodies import SignInName
from mediation.web.transaction import clock, no_content

api = blueprint("session")


class NameBody(Strict):
    """A sign-in name, however it is typed."""

    sign_in_name: SignInName


class Parameters(BaseModel):
    """How to stretch the passphrase of this name."""

    salt: str
    opslimit: int
    memlimit: int


class SignInBody(Strict):
    """What proves the passphrase, which itself never leaves the browser."""

    sign_in_name: SignInName
    auth: HashText


class AuthBody(Strict):
    """What proves the passphrase."""

    auth: HashText


class HalfBody(Strict):
    """A half of the unlocking key, 32 bytes."""

    half: HashText


class SessionAnswer(BaseModel):
    """Who is signed in; `roles` are those of the newest roster."""

    account_id: IdText
    kind: Literal["staff", "participant"]
    staff_id: IdText | None
    participant_id: IdText | None
    case_id: IdText | None
    agency_id: IdText
    roles: list[str]
    admitted: bool
    sign_in_name: str


class SignedInAnswer(SessionAnswer):
    """Who is signed in now, with the closed bundle of their keys."""

    bundle: str
    revision: Annotated[int, Field(ge=1)]


class CurrentAnswer(SessionAnswer):
    """Who is signed in, and whether the server still has its half of the unlocking key."""

    unlocked: bool


class BundleAnswer(BaseModel):
    """The closed bundle of one's own keys."""

    bundle: str
    revision: int


class HalfAnswer(BaseModel):
    """The half that the server keeps."""

    half: str


@api.post("/sign-in/parameters", responses={"200": Parameters})
@guard.anyone
def parameters(body: NameBody) -> dict[str, Any]:
    """How to stretch the passphrase of a sign-in name; an unknown name gets an answer of the same kind."""
    return dict(operations.parameters(g.session, body.sign_in_name))


@api.post("/session", responses={"200": SignedInAnswer})
@guard.anyone
def sign_in(body: SignInBody) -> dict[str, Any]:
    """Sign in: sets the cookie and hands over the bundle. 401 `sign-in-failed`, 429 `too-many-tries`."""
    auth = unb64(body.auth)
    named = operations.hold_named(g.session, body.sign_in_name)
    with tries.judged(tries.for_name(body.sign_in_name)):
        account = operations.prove(g.session, named, auth)
    operations.sign_in(g.session, account, auth, clock())
    actor = signing_in.start(account)
    return {
        **describe(account, actor.roles),
        "bundle": b64(bundle_of(g.session, account)),
        "revision": account.revision,
    }


def describe(account: Stored, roles: frozenset[str]) -> dict[str, Any]:
    """SessionAnswer of an account."""
    return {
        "account_id": account.account_id,
        "kind": account.kind,
        "staff_id": account.staff_id,
        "participant_id": account.participant_id,
        "case_id": account.case_id,
        "agency_id": account.agency_id,
        "roles": sorted(roles),
        "admitted": account.admitted_at is not None,
        "sign_in_name": account.sign_in_name,
    }


@api.get("/session", responses={"200": CurrentAnswer})
@guard.signed_in
def current() -> dict[str, Any]:
    """Who is signed in. 401 `signed-out`."""
    account = g.session.get_one(Account, g.actor.account_id)
    half = sessions.lock_half(g.session, signing_in.current(), clock())
    return {**describe(account, g.actor.roles), "unlocked": half is not None}


@api.delete("/session", responses={"204": None})
@guard.anyone
def sign_out() -> Response:
    """Sign out; also when nobody is signed in."""
    if g.actor.account_id is not None:
        operations.end_session(g.session, g.actor, signing_in.current(), clock())
    signing_in.forget()
    return no_content()


@api.post("/session/unlock", responses={"200": BundleAnswer})
@guard.signed_in
def unlock(body: AuthBody) -> dict[str, Any]:
    """The bundle again, for whoever knows the passphrase. 401 `sign-in-failed`, 429 `too-many-tries`."""
    account, auth = operations.hold_own(g.session, g.actor), unb64(body.auth)
    with tries.judged(tries.for_name(account.sign_in_name)):
        operations.prove(g.session, account, auth)
    records.move_over(g.session, account, auth)
    return {"bundle": b64(bundle_of(g.session, account)), "revision": account.revision}


@api.get("/session/lock-key", responses={"200": HalfAnswer})
@guard.signed_in
def lock_half() -> dict[str, Any]:
    """The server's half. 404 `locked` when there is none, or none any more."""
    half = sessions.lock_half(g.session, signing_in.current(), clock())
    if half is None:
        raise NotFound("locked")
    return {"half": b64(half)}


@api.put("/session/lock-key", responses={"200": HalfAnswer})
@guard.signed_in
def keep_lock_half(body: HalfBody) -> dict[str, Any]:
    """Keep a half, unless there is one already; answers with the one that is kept."""
    half = sessions.keep_lock_half(g.session, signing_in.current(), unb64(body.half), clock())
    return {"half": b64(half)}


@api.delete("/session/lock-key", responses={"204": None})
@guard.signed_in
def lock() -> Response:
    """Drop the server's half: every tab is locked."""
    sessions.drop_lock_half(signing_in.current())
    return no_content()
