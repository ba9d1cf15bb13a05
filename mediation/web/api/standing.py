"""Pausing and withdrawing, which need no passphrase and take effect at once; and a facilitator's having seen it."""

from typing import Any, Literal

from flask import g

from mediation.cases.summaries import standing
from mediation.messages import participation
from mediation.web import guard
from mediation.web.api import Strict, blueprint
from mediation.web.api.case_bodies import CaseParticipantPath, StandingAnswer
from mediation.web.api.messages import Nothing
from mediation.web.transaction import clock

api = blueprint("standing")


class StandingBody(Strict):
    """Pause or withdraw. Only a newer consent lifts it."""

    standing: Literal["paused", "withdrawn"]


@api.put("/standing", responses={"200": StandingAnswer})
@guard.participant
def change(body: StandingBody) -> dict[str, Any]:
    """Pause or withdraw, oneself. 409 `already-withdrawn` for a pause after a withdrawal."""
    return standing(participation.change_own(g.session, g.actor, body.standing, clock()))


@api.put("/cases/<case_id>/participants/<participant_id>/standing", responses={"200": StandingAnswer})
@guard.staff("facilitator")
def change_for(path: CaseParticipantPath, body: StandingBody) -> dict[str, Any]:
    """Pause or withdraw for somebody who asked. 409 as above."""
    member = participation.change_for(g.session, g.actor, path.case_id, path.participant_id, body.standing, clock())
    return standing(member)


@api.post("/cases/<case_id>/participants/<participant_id>/acknowledgement", responses={"200": StandingAnswer})
@guard.staff("facilitator")
def acknowledge(path: CaseParticipantPath, body: Nothing) -> dict[str, Any]:
    """Say that one has seen it. 409 `nothing-to-acknowledge`."""
    return standing(participation.acknowledge(g.session, g.actor, path.case_id, path.participant_id, clock()))
