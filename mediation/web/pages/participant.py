"""A participant's pages. Somebody who waits, or is no longer part of the case, has only the first page."""

from typing import Any

from flask import Blueprint, Response, g, redirect, request
from werkzeug.wrappers import Response as AnyResponse

from mediation.cases import views
from mediation.ledger import receipts
from mediation.messages import letters as queries
from mediation.web import guard
from mediation.web.pages import contact_fields, own, recorded, render
from mediation.web.transaction import clock

pages = Blueprint("participant", __name__)


def mail() -> tuple[dict[str, Any], dict[str, Any] | None]:
    """As GET /membership and GET /letters answer; no letters for somebody who is not admitted."""
    return queries.membership_and_letters(g.session, g.actor, clock())


def brief(mine: dict[str, Any]) -> dict[str, Any]:
    """What templates show of a membership."""
    document = mine["document"]
    return {
        "state": mine["state"],
        "facilitators": mine["facilitators"],
        "standing": mine["standing"],
        "document": None if document is None else {"side": document["side"]},
    }


def page(name: str, *, sealed: bool = True, draft: str | None = None, **context: Any) -> AnyResponse:
    """A page of somebody who was admitted; `sealed`: with what its script verifies and opens, and a draft. One that is
    not comes out also where the case cannot be verified."""
    mine, letters = mail() if sealed else (queries.plain_membership(g.session, g.actor), None)
    if mine["state"] != "admitted":
        return redirect("/home", 303)
    data = own.data({"draft": f"draft-{draft}"}, membership=mine, letters=letters) if sealed else None
    entry = f"js/pages/participant_{name}.js"
    return render(f"participant/{name}.html", data, entry=entry, membership=brief(mine), **context)


@pages.get("/home")
@guard.participant
def home() -> Response:
    """Where a participant begins: what is waiting, and the ways on."""
    mine, found = mail()
    letters = {"offers": []} if found is None else found
    asks = found is not None and mine["standing"]["standing"] == "active" and not mine["consents"]
    waiting = sum(offer["state"] == "offered" for offer in letters["offers"])
    return render(
        "participant/home.html",
        own.data({"settings": "settings"}, membership=mine, letters=letters, asks_consent=asks),
        entry="js/pages/participant_home.js",
        membership=brief(mine),
        waiting=waiting,
        asks_consent=asks,
    )


@pages.get("/letters")
@guard.participant
def conversation() -> AnyResponse:
    """The letters that came and those of one's own, oldest first."""
    return page("letters")


@pages.get("/letters/<message_id>")
@guard.participant
def letter(message_id: str) -> AnyResponse:
    """One letter that is offered: to read, keep, read together, or not want."""
    queries.must_be_offered(g.session, g.actor, message_id, clock())
    return page("letter")


@pages.get("/letters/<message_id>/print")
@guard.participant
def paper(message_id: str) -> AnyResponse:
    """One letter for paper."""
    queries.must_be_offered(g.session, g.actor, message_id, clock())
    return page("print")


@pages.get("/write")
@guard.participant
def write() -> AnyResponse:
    """Write a letter, answer one, or write one anew."""
    return page("write", draft=request.args.get("revises") or request.args.get("answers") or g.actor.case_id)


@pages.get("/facilitator")
@guard.participant
def facilitator() -> AnyResponse:
    """Between a participant and their facilitators."""
    return page("facilitator", draft=g.actor.participant_id)


@pages.get("/pause")
@guard.participant
def pause() -> AnyResponse:
    """Pause or stop, without a passphrase."""
    return page("pause", sealed=False)


@pages.get("/consent")
@guard.participant
def consent() -> AnyResponse:
    """Say yes, for the first time or again."""
    return page("consent")


@pages.get("/contact")
@guard.participant
def contact() -> AnyResponse:
    """How somebody is told that something is waiting."""
    given = contact_fields.given(views.contact(g.session, g.actor.participant_id))
    heard = contact_fields.heard(g.actor, stopped=given["stopped"])
    return page("contact", sealed=False, heard=heard, **given)


@pages.get("/recorded")
@guard.participant
def what_was_recorded() -> AnyResponse:
    """What has been recorded about me: one's own acts, and a receipt for each. Words of the server alone."""
    mine = queries.plain_membership(g.session, g.actor)
    found, more = receipts.listed(g.session, g.actor, request.args.get("before"))
    return render(
        "participant/recorded.html",
        entry="js/pages/plain.js",
        membership=brief(mine),
        days=recorded.by_day(found),
        waits=any(each.index is None for each in found),
        more=more,
    )
