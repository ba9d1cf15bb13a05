"""The administrator's report on texts: a page with a chart and a table, and the same as a spreadsheet."""

import csv
import io
from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import Any, Final

from babel.dates import format_date
from flask import Blueprint, Response, current_app, g

from mediation.settings import Settings
from mediation.sms import reporting, wordings
from mediation.sms.reporting import Month
from mediation.web import guard
from mediation.web.pages import render, text_troubles
from mediation.web.pages.contact_fields import why_it_failed
from mediation.web.transaction import clock
from mediation.web.wording import LANGUAGE

pages = Blueprint("texts", __name__)

STEP: Final = 50
WIDE: Final = 32
HIGH: Final = 160
BELOW: Final = 24


@pages.get("/agency/texts")
@guard.staff("administrator")
def report() -> Response:
    """What texts came of, month by month."""
    months = reporting.monthly(g.session, g.actor, clock())
    return render(
        "administrator/texts.html",
        any=any(each.sent or each.failed or each.unsent or each.waiting for each in months),
        months=[_row(each) for each in months],
        chart=chart(months),
        reasons=[{"words": why_it_failed(code), "number": number} for code, number in reporting.reasons(months)],
        price=money(_price()),
        troubles=text_troubles.given(),
        unread=[wordings.LANGUAGES[each] for each in wordings.UNREVIEWED],
    )


@pages.get("/agency/texts.csv")
@guard.staff("administrator")
def spreadsheet() -> Response:
    """The same for a spreadsheet."""
    months = reporting.monthly(g.session, g.actor, clock())
    text = io.StringIO()
    csv.writer(text).writerows(reporting.table(months, _price()))
    answer = current_app.response_class(text.getvalue(), content_type="text/csv; charset=utf-8")
    answer.headers["Content-Disposition"] = 'attachment; filename="texts.csv"'
    return answer


def chart(months: Sequence[Month]) -> dict[str, Any]:
    """Bars in the order of time: how many were sent, and how many of these failed."""
    most = max(1, *(each.sent for each in months))
    bars = []
    for place, each in enumerate(reversed(months)):
        sent, failed = (round(HIGH * number / most) for number in (each.sent, min(each.failed, each.sent)))
        left = place * STEP + (STEP - WIDE) // 2
        bars.append(
            {
                "x": left,
                "middle": left + WIDE // 2,
                "width": WIDE,
                "top": HIGH - sent,
                "sent": sent,
                "fail_top": HIGH - failed,
                "failed": failed,
                "name": _month(each, "LLL"),
            }
        )
    return {"width": STEP * len(months), "height": HIGH + BELOW, "bars": bars}


def money(pounds: Decimal) -> str:
    """An amount in pounds."""
    return f"£{pounds:.3f}".removesuffix("0")


def _row(month: Month) -> dict[str, Any]:
    numbers = ("sent", "delivered", "failed", "unsent", "waiting", "segments")
    return {
        "name": _month(month, "LLL y"),
        "cost": money(month.cost(_price())),
        **{name: getattr(month, name) for name in numbers},
    }


def _month(month: Month, form: str) -> str:
    return format_date(date(month.year, month.month, 1), form, locale=LANGUAGE)


def _price() -> Decimal:
    settings: Settings = current_app.extensions["mediation settings"]
    return Decimal(settings.sms_price) / 1000
