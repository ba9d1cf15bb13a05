"""Consent: given by the person, or written down by a facilitator for somebody without a device."""

from typing import Any

from flask import g

from mediation.cases import consents
from mediation.cases.summaries import standing
from mediation.web import guard
from mediation.web.api import Envelope, Strict, blueprint
from mediation.web.api.case_bodies import StandingAnswer
from mediation.web.transaction import clock

api = blueprint("consents")


class ConsentBody(Strict):
    """A signed consent."""

    consent: Envelope


@api.post("/consents", responses={"200": StandingAnswer, "201": StandingAnswer})
@guard.signed_in
def give(body: ConsentBody) -> tuple[dict[str, Any], int]:
    """Record a consent; it lifts a pause or a withdrawal. 403 `not-admitted`, 422 `chain-seq`, `chain-broken`."""
    member, new = consents.give(g.session, g.actor, body.consent.model_dump(), clock())
    return standing(member), 201 if new else 200
