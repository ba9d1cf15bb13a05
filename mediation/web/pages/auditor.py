"""The auditor's page: the events of the audit log, which its script then proves."""

from typing import Any
from urllib.parse import urlencode

from flask import Blueprint, Response, g, request
from pydantic import ValidationError

from mediation.ledger import KINDS, browsing, proving, showing
from mediation.protocol import event
from mediation.web import guard
from mediation.web.api import events as api
from mediation.web.api import refuse_input
from mediation.web.pages import own, render

pages = Blueprint("auditor", __name__)


@pages.get("/audit")
@guard.staff("auditor")
def audit() -> Response:
    """Events by case, actor, kind and day, newest first."""
    given = {name: value for name, value in request.args.items() if value.strip()}
    found = browsing.events(g.session, g.actor, browsing.Wanted(**_query(given).model_dump()))
    chosen = {name: given.get(name, "") for name in ("log", "case_of", "actor", "kind", "first", "last")}
    kept = {name: value for name, value in chosen.items() if value}
    return render(
        "auditor/events.html",
        own.data(found=api.answer(found)),
        entry="js/pages/auditor_events.js",
        events=[_shown(each) for each in found.events],
        size=found.size,
        signed_at=None if found.signed_at is None else f"{found.signed_at:%Y-%m-%d %H:%M}",
        chosen=chosen,
        kinds=KINDS,
        unreadable=showing.UNREADABLE,
        rest=urlencode({name: value for name, value in kept.items() if name != "case_of"}),
        more=None if found.more is None else urlencode({**kept, "before": found.more}),
    )


def _query(given: dict[str, str]) -> api.EventsQuery:
    """What is asked for. Raises `bad-input`, as the API does."""
    try:
        return api.EventsQuery.model_validate(given)
    except ValidationError as error:
        return refuse_input(error)  # type: ignore[no-any-return]  # it always raises


def _shown(found: proving.Opened) -> dict[str, Any]:
    """What a line says: its script says the same again from what it has proved."""
    if not found.opening:
        return {"index": found.index, "kind": showing.UNREADABLE}
    read = event.parse(found.opening[event.SALT_SIZE :])
    named = {name: getattr(read, name) for name in ("at", "kind", "actor", "case", "n")}
    return {"index": found.index, **named, "refs": [f"{name} {value}" for name, value in sorted(read.refs.items())]}
