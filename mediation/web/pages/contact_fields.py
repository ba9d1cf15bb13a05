"""What the two pages that say how somebody may be reached show: their own, and their facilitator's."""

from typing import Any, Final

from flask import g
from flask_babel import gettext as _

from mediation.accounts.agency import public
from mediation.sms.hours import USUAL
from mediation.sms.wordings import LANGUAGE, LANGUAGES, WHAT, WORDINGS, text

DATES: Final = 2
"""Dates to avoid for which there is room at least: each is four stops on the way with a keyboard."""


def given(contact: dict[str, Any]) -> dict[str, Any]:
    """For templates/macros/contact.html: what is recorded, and everything that a text could say."""
    language, word = contact["language"] or LANGUAGE, contact["code_word"]
    phone = public(g.session)["settings"]["phone"]
    hours = contact["hours"] or USUAL.as_json
    avoid = hours["avoid"]
    return {
        "contact": contact,
        "language": language,
        "languages": [{"value": code, "text": name} for code, name in LANGUAGES.items()],
        "hours": {**hours, "own": hours != USUAL.as_json, "avoid": avoid + [""] * max(1, DATES - len(avoid))},
        "weekdays": [{"value": str(number), "text": name} for number, name in enumerate(_weekdays())],
        "wordings": [
            {
                "value": name,
                "text": text(name, language, phone=phone, word=word or ("…" if name == "word" else None)),
                "hint": {"text": _(WHAT[name])},
            }
            for name in WORDINGS
        ],
        "texts": {
            code: {name: each.texts[code].replace("{phone}", phone) for name, each in WORDINGS.items()}
            for code in LANGUAGES
        },
    }


def _weekdays() -> list[str]:
    days = (_("Monday"), _("Tuesday"), _("Wednesday"), _("Thursday"), _("Friday"), _("Saturday"), _("Sunday"))
    return list(days)
