"""The administrator's pages: what people see of the agency, its staff, and the list that everybody's screen checks."""

from typing import Any

from flask import Blueprint, Response, g, request

from mediation.accounts import agency as operations
from mediation.accounts import authority, invitations, rosters
from mediation.web import guard
from mediation.web.pages import own, render, text_troubles
from mediation.web.transaction import clock

pages = Blueprint("administrator", __name__)
OPEN = ("open", "joined")


def page(name: str, data: dict[str, Any], **context: Any) -> Response:
    """A page of the administrator."""
    entry = f"js/pages/administrator_{name}.js"
    return render(
        f"administrator/{name}.html",
        own.data({"memory": "invitations"}, me=g.actor.staff_id, **data),
        entry=entry,
        **context,
    )


def staff() -> list[dict[str, Any]]:
    """As GET /staff lists them."""
    return rosters.listed(g.session, g.actor, clock())


@pages.get("/agency")
@guard.staff("administrator")
def agency() -> Response:
    """What people see, and where staff are looked after."""
    word = authority.of(g.session, str(g.actor.agency_id), clock())
    expires_at = word.roster.statement.payload["expires_at"]
    return page("agency", {}, roster_expires=expires_at, troubles=text_troubles.given())


@pages.get("/agency/log-keys")
@guard.staff("administrator")
def log_keys() -> Response:
    """Name the keys of the audit log, with the root key. Nothing of one's own is opened here."""
    word = authority.of(g.session, str(g.actor.agency_id), clock())
    named, signing = list(word.agency.newest.payload["log_vkeys"]), operations.log_vkeys(g.session)
    both = [*named, *(each for each in signing if each not in named)]
    keys = [{"text": each, "named": each in named, "signs": each in signing} for each in both]
    entry = "js/pages/administrator_log_keys.js"
    return render("administrator/log_keys.html", {"trust": own.trust()}, entry=entry, keys=keys)


@pages.get("/agency/staff")
@guard.staff("administrator")
def colleagues() -> Response:
    """Staff, their invitations, and inviting somebody."""
    found = invitations.for_staff(g.session, g.actor, after=request.args.get("after"), states=OPEN)
    everybody = staff()
    shown = [{name: one[name] for name in ("invite_id", "state", "expires_at")} for one in found]
    more = shown[-1]["invite_id"] if len(shown) == invitations.PAGE else None
    return page("staff", {"staff": everybody, "invitations": found}, staff=everybody, invitations=shown, more=more)


@pages.get("/agency/staff/<invite_id>")
@guard.staff("administrator")
def invitation(invite_id: str) -> Response:
    """Hear a colleague's six words and let them in."""
    found = invitations.one_for_staff(g.session, g.actor, invite_id)
    return page("staff_invitation", {"staff": staff(), "invitation": found})


@pages.get("/agency/roster")
@guard.staff("administrator")
def list_of_staff() -> Response:
    """Renew the list of staff."""
    return page("roster", {"staff": staff()})
