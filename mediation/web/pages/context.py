"""What every page is given besides its own data: the agency's name, numbers and words, and where one's pages begin.

It never fails: a page that says what went wrong must come out when the database cannot be read.
"""

from typing import Any, Final

from flask import current_app, g
from sqlalchemy.exc import SQLAlchemyError

from mediation.access import Actor
from mediation.accounts import agency as agencies
from mediation.settings import Settings

DESKS: Final = frozenset({"facilitator", "supervisor"})


def agency() -> dict[str, Any]:
    """The agency as GET /agency answers it; its defaults where there is none, or none can be read."""
    try:
        return agencies.public(g.session)
    except SQLAlchemyError:
        return {"set_up": False, "agency_id": None, "name": None, "settings": agencies.DEFAULTS}


def first_page(actor: Actor) -> str:
    """Where somebody's own pages begin; the front page for anybody who is not signed in."""
    if actor.kind == "participant":
        return "/home"
    if actor.kind != "staff":
        return "/"
    if not actor.roles:
        return "/waiting"
    if actor.roles & DESKS:
        return "/queue"
    return "/agency" if "administrator" in actor.roles else "/audit"


def given() -> dict[str, Any]:
    """What every template gets: `agency`, `actor`, `first_page` and how soon an idle page locks."""
    settings: Settings = current_app.extensions["mediation settings"]
    actor = g.get("actor") or Actor()
    return {
        "agency": agency(),
        "actor": actor,
        "first_page": first_page(actor),
        "lock_minutes": settings.lock_minutes,
    }
