"""What only a demonstration shows: the texts, as phones would show them. Anywhere else these pages do not exist."""

from typing import Final

from flask import Blueprint, Response, current_app, g

from mediation.errors import NotFound
from mediation.settings import Settings
from mediation.sms import delivery
from mediation.web import guard
from mediation.web.pages import render

pages = Blueprint("development", __name__)
SETTINGS: Final = "mediation settings"


@pages.get("/dev/phones")
@guard.anyone
def phones() -> Response:
    """The texts that would have gone out, newest first. 404 `not-found` outside a demonstration."""
    settings: Settings = current_app.extensions[SETTINGS]
    if not settings.demonstration:
        raise NotFound("not-found")
    texts = delivery.demonstration_texts(g.session)
    return render("anyone/phones.html", entry="js/pages/plain.js", texts=texts)
