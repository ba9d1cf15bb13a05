"""How pages speak: filters for names, days and roles, and one catalogue of words that a practitioner reads and changes.

Every sentence stands once, in a template or in a script, inside `_()` or `gettext()`. `mediation.web.catalogue` gathers
them all into `translations/en/LC_MESSAGES/messages.po`; what is written there instead is what people read.
"""

import os
from collections.abc import Iterable, Mapping
from datetime import date, datetime
from functools import cache
from pathlib import Path
from tempfile import mkstemp
from typing import Any, Final

from babel.dates import format_date
from babel.messages.catalog import Catalog
from babel.messages.mofile import write_mo
from flask import Flask
from flask_babel import gettext as _
from jinja2 import StrictUndefined, Undefined
from jinja2.utils import missing

from mediation.web import catalogue

LANGUAGE: Final = "en"
PLURAL: Final = {"one": 0, "other": 1}
"""Which form of a sentence each category of Intl.PluralRules takes, in English."""

OTHER_SIDE: Final = {"person_harmed": "person_responsible", "person_responsible": "person_harmed"}


class Gap(Undefined):
    """A missing name is a mistake and raises; a missing attribute is nothing, as the govuk macros want."""

    def __new__(cls, hint: str | None = None, obj: Any = missing, name: str | None = None, exc: Any = None) -> "Gap":
        """Take the place of jinja2's own class. The govuk macros ask for `caller` without knowing of one."""
        kind = StrictUndefined if obj is missing and name != "caller" else Undefined
        made: Any = kind(hint, obj, name, exc) if exc else kind(hint, obj, name)
        return made  # type: ignore[no-any-return]  # jinja2 asks for a class and takes what it makes


def names(given: Iterable[str]) -> str:
    """ "Amina Shah", "Amina Shah and Ben Cole", "A, B and C"; nothing for nobody."""
    *first, last = [*given] or [""]
    return _("%(first)s and %(last)s", first=", ".join(first), last=last) if first else last


def day(value: str | date | None) -> str:
    """ "3 November 2026" from a date or from the protocol's date or time; nothing for None."""
    if value is None:
        return ""
    given = datetime.fromisoformat(value) if isinstance(value, str) else value
    return format_date(given, "d MMMM y", locale=LANGUAGE)


def role_words(side: str, agency: Mapping[str, Any]) -> str:
    """What the agency calls a side: "the person responsible"."""
    usual = {"person_harmed": _("the person harmed"), "person_responsible": _("the person responsible")}
    label: str | None = agency["settings"]["labels"].get(side) or usual.get(side)
    return label or _("the other person")


def other_side(side: str | None, agency: Mapping[str, Any]) -> str:
    """What a reader calls the other side when their facilitator has written nothing else."""
    return role_words(OTHER_SIDE.get(side or "", ""), agency)


def capitalize_first(text: str) -> str:
    """The same words at the beginning of a sentence."""
    return text[:1].upper() + text[1:]


@cache
def changed() -> Catalog:
    """What a practitioner has changed, and nothing else; empty where there is no file."""
    kept = Catalog(locale=LANGUAGE)
    for message in catalogue.known() if catalogue.PO.exists() else ():
        if message.id and any([message.string] if isinstance(message.string, str) else message.string or ()):
            kept[message.id] = message
    return kept


@cache
def script_strings() -> dict[str, Any]:
    """What scripts show otherwise than they say: the island "strings" of every page (see static/js/page/strings.js).

    Refusals count too, which reach scripts as their sentences.
    """
    messages = {
        message.id if isinstance(message.id, str) else message.id[0]: message.string
        for message in changed()
        if message.id and any(_in_scripts(str(place)) for place, _line in message.locations)
    }
    return {"language": LANGUAGE, "plural": PLURAL, "messages": messages}


def _in_scripts(place: str) -> bool:
    return place.endswith((".js", "errors.py"))


def compiled(instance: Path) -> str:
    """The directory of translations for Flask-Babel: the practitioner's words, compiled at every start."""
    target = instance / "translations" / LANGUAGE / "LC_MESSAGES" / "messages.mo"
    target.parent.mkdir(parents=True, exist_ok=True)
    descriptor, draft = mkstemp(dir=target.parent)
    with os.fdopen(descriptor, "wb") as file:
        write_mo(file, changed())
    Path(draft).replace(target)  # another process may be reading the old one
    return str(instance / "translations")


def init_app(app: Flask) -> None:
    """Give templates these filters, the language, and tidy lines."""
    environment = app.jinja_env
    environment.trim_blocks = environment.lstrip_blocks = True
    environment.undefined = Gap
    environment.globals |= {
        "language": f"{LANGUAGE}-GB",
        "undefined": Undefined(),
        "null": None,
    }  # as the govuk macros say
    environment.filters |= {
        "names": names,
        "day": day,
        "role_words": role_words,
        "other_side": other_side,
        "capitalize_first": capitalize_first,
    }
