"""The administrator's pages: what people see of the agency, its staff, and the list that everybody's screen checks."""

from typing import Any

from flask import Blueprint, Response, g

from mediation.accounts import authority, invitations, roster, rosters
from mediation.errors import NotFound
from mediation.web import guard
from mediation.web.pages import own, render
from mediation.web.transaction import clock

pages = Blueprint("administrator", __name__)
OPEN = ("open", "joined")


def page(name: str, data: dict[str, Any], **context: Any) -> Response:
    """A page of the administrator."""
    entry = f"js/pages/administrator_{name}.js"
    return render(
        f"administrator/{name}.html",
        own.data(me=g.actor.staff_id, memory=own.memory("invitations"), **data),
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
    newest = roster.newest(g.session, g.actor.agency_id or "")
    expires = None if newest is None else authority.payload(newest.hash, newest.envelope["payload"])["expires_at"]
    return page("agency", {}, roster_expires=expires)


@pages.get("/agency/staff")
@guard.staff("administrator")
def colleagues() -> Response:
    """Staff, their invitations, and inviting somebody."""
    found = [one for one in invitations.for_staff(g.session, g.actor) if one["state"] in OPEN]
    return page("staff", {"staff": staff(), "invitations": found}, staff=staff(), invitations=found)


@pages.get("/agency/staff/<invite_id>")
@guard.staff("administrator")
def invitation(invite_id: str) -> Response:
    """Hear a colleague's six words and let them in."""
    found = [one for one in invitations.for_staff(g.session, g.actor) if one["invite_id"] == invite_id]
    if not found:
        raise NotFound("not-found")
    return page("staff_invitation", {"staff": staff(), "invitation": found[0]}, invitation=found[0])


@pages.get("/agency/roster")
@guard.staff("administrator")
def list_of_staff() -> Response:
    """Renew the list of staff."""
    return page("roster", {"staff": staff()})
