"""What the two pages that say how somebody may be reached show: their own, and their facilitator's."""

from datetime import timedelta
from typing import Any, Final

from babel.dates import format_datetime, get_timezone
from flask import g
from flask_babel import gettext as _

from mediation.access import Actor
from mediation.accounts.agency import public
from mediation.sms import delivered, numbers
from mediation.sms.answers import Verdict, verdict
from mediation.sms.delivered import Delivered
from mediation.sms.hours import USUAL, ZONE
from mediation.sms.states import TextState
from mediation.sms.tasks import TextTaskKind, heard_last
from mediation.sms.wordings import ANSWER, CODE, LANGUAGE, LANGUAGES, WHAT, WORDINGS, code_text, text
from mediation.web import wording
from mediation.web.transaction import clock

DATES: Final = 2
"""Dates to avoid for which there is room at least: each is four stops on the way with a keyboard."""
HEARD_FOR: Final = timedelta(days=90)
"""How long a page says what came from a phone: until somebody asks again whether it is safe."""
EXAMPLE: Final = "123456"
"""The code in the text that a page shows as an example."""


def given(contact: dict[str, Any]) -> dict[str, Any]:
    """For templates/macros/contact.html: what is recorded, and everything that a text could say."""
    language, word = contact["language"] or LANGUAGE, contact["code_word"]
    phone = public(g.session)["settings"]["phone"]
    hours = contact["hours"] or USUAL.as_json
    avoid = hours["avoid"]
    return {
        "contact": contact,
        "stopped": numbers.stopped_for(g.session, contact["participant_id"]),
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
            | {CODE: code_text(code, EXAMPLE)}
            for code in LANGUAGES
        },
        "code_shown": code_text(language, EXAMPLE),
    }


def heard(actor: Actor, *, stopped: bool) -> list[str]:
    """What STOP, START and HELP from a participant's phone did, the newest first; `stopped`: no texts go to it."""
    kinds = [TextTaskKind.HELP] if stopped else [TextTaskKind.HELP, TextTaskKind.OPTED_IN]
    found = heard_last(g.session, kinds, str(actor.participant_id), str(actor.case_id), clock() - HEARD_FOR)
    newest = sorted(found.items(), key=lambda each: each[1], reverse=True)
    none = [str(_("No texts go to your phone now, because that was asked for."))] if stopped else []
    return none + [_heard(kind, wording.day(at)) for kind, at in newest]


def _heard(kind: str, day: str) -> str:
    said = {
        TextTaskKind.OPTED_IN: _("On %(day)s texts to your phone were asked for, so they may go to it.", day=day),
        TextTaskKind.HELP: _(
            "On %(day)s a text from your phone asked for help. Your facilitator has been told.", day=day
        ),
    }
    return str(said[TextTaskKind(kind)])


def last_texts(participant_id: str) -> list[str]:
    """What became of the newest texts to somebody, in plain words; the caller has checked who asks."""
    return [_named(each) for each in delivered.last_texts(g.session, participant_id)]


def _named(text: Delivered) -> str:
    became = _became(text)
    said = {
        CODE: _("Code: %(became)s", became=became),
        ANSWER: _("Our answer to their text: %(became)s", became=became),
    }
    return str(said.get(text.wording, became))


def _became(text: Delivered) -> str:
    when = format_datetime(text.at, "d MMMM y, HH:mm", tzinfo=get_timezone(ZONE), locale=wording.LANGUAGE)
    said = {
        TextState.QUEUED: _("Will go out on %(when)s", when=when),
        TextState.SENDING: _("Is being sent"),
        TextState.SENT: _("Sent on %(when)s; nothing is known yet of whether the phone took it", when=when),
        TextState.DELIVERED: _("Sent on %(when)s, and the phone took it", when=when),
        TextState.CANCELLED: _("Of %(when)s: not needed any more, so it was not sent", when=when),
        TextState.EXPIRED: _("Of %(when)s: could not be sent in time", when=when),
        TextState.SUPPRESSED: _("Of %(when)s: not sent, because they asked for no more texts", when=when),
    }
    if text.state in said:
        return str(said[text.state])
    why = why_it_failed(text.error or "unknown")
    return str(_("Of %(when)s: did not arrive. %(why)s", when=when, why=why))


def why_it_failed(code: str) -> str:
    """Why a text failed, in plain words, with the provider's code."""
    said = {
        Verdict.RECHECK: _("The number is no mobile phone’s, or does not exist any more"),
        Verdict.AGAIN: _("The phone could not be reached in time"),
        Verdict.FILTERED: _("The network took it for unwanted advertising"),
        Verdict.SUPPRESS: _("The person has asked for no more texts"),
    }
    return f"{said.get(verdict(code), _('The provider refused it'))} ({code})"


def _weekdays() -> list[str]:
    days = (_("Monday"), _("Tuesday"), _("Wednesday"), _("Thursday"), _("Friday"), _("Saturday"), _("Sunday"))
    return list(days)
