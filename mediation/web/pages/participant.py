"""A participant's pages. Somebody who waits, or is no longer part of the case, has only the first page."""

from typing import Any

from flask import Blueprint, Response, g, redirect, request
from werkzeug.wrappers import Response as AnyResponse

from mediation.cases import views
from mediation.errors import NotFound
from mediation.messages import letters as queries
from mediation.sms.wordings import WORDINGS
from mediation.web import guard
from mediation.web.pages import own, render
from mediation.web.transaction import clock

pages = Blueprint("participant", __name__)


def membership() -> dict[str, Any]:
    """As GET /membership answers."""
    return queries.membership(g.session, g.actor, clock())


def letters() -> dict[str, Any]:
    """As GET /letters answers."""
    return queries.letters(g.session, g.actor, clock())


def page(name: str, *, sealed: bool = True, draft: str | None = None, **context: Any) -> AnyResponse:
    """A page of somebody who was admitted; `sealed`: with what its script verifies and opens, and a draft. One that is
    not comes out also where the case cannot be verified."""
    mine = membership() if sealed else queries.plain_membership(g.session, g.actor)
    if mine["state"] != "admitted":
        return redirect("/home", 303)
    data = own.data(membership=mine, letters=letters(), draft=own.memory(f"draft-{draft}")) if sealed else None
    entry = f"js/pages/participant_{name}.js"
    return render(f"participant/{name}.html", data, entry=entry, membership=mine, **context)


@pages.get("/home")
@guard.participant
def home() -> Response:
    """Where a participant begins: what is waiting, and the ways on."""
    mine = membership()
    admitted = mine["state"] == "admitted"
    mail = letters() if admitted else {"offers": []}
    asks = admitted and mine["standing"]["standing"] == "active" and not mine["consents"]
    waiting = sum(offer["state"] == "offered" for offer in mail["offers"])
    return render(
        "participant/home.html",
        own.data(membership=mine, letters=mail, settings=own.memory("settings"), asks_consent=asks),
        entry="js/pages/participant_home.js",
        membership=mine,
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
    _must_be_offered(message_id)
    return page("letter")


@pages.get("/letters/<message_id>/print")
@guard.participant
def paper(message_id: str) -> AnyResponse:
    """One letter for paper."""
    _must_be_offered(message_id)
    return page("print")


def _must_be_offered(message_id: str) -> None:
    if membership()["state"] == "admitted" and queries.letter(g.session, g.actor, message_id, clock()) is None:
        raise NotFound("not-found")


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
    found = views.contact(g.session, g.actor.participant_id)
    choices = [{"value": name, "text": text} for name, text in WORDINGS.items()]
    return page("contact", sealed=False, contact=found, wordings=choices)
