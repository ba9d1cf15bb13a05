"""What keeps texts, of which an administrator is told on the agency's page and beside the report."""

from datetime import timedelta
from typing import Any, Final

from flask import current_app, g

from mediation.settings import Settings
from mediation.sms import codes, reporting, senders
from mediation.web.transaction import clock

RECENT: Final = timedelta(days=7)


def given() -> dict[str, Any]:
    """For templates/macros/texts.html: `stopped`, the code with which the provider refuses us; `codes_spent`, whether
    no more codes go out for now; `filtered`, how many texts of the last week a network took for advertising.
    """
    settings: Settings = current_app.extensions["mediation settings"]
    now = clock()
    return {
        "stopped": next((each.stopped_by for each in senders.stopped(g.session)), None),
        "codes_spent": codes.sent_today(g.session, now) >= settings.sms_codes_a_day,
        "filtered": reporting.filtered(g.session, g.actor, now - RECENT),
    }
