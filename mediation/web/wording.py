"""How pages speak: filters for names, days and roles, and one catalogue of words that a practitioner reads and changes.

Every sentence stands once, in a template or in a script, inside `_()` or `gettext()`. `pybabel extract` gathers them
all into `translations/messages.pot`; what `translations/en/LC_MESSAGES/messages.po` says instead is what people read.
"""

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from functools import cache
from typing import Any, Final

from babel.dates import format_date
from babel.messages.catalog import Catalog
from babel.messages.pofile import read_po
from flask import Flask
from flask_babel import gettext as _
from jinja2 import StrictUndefined, Undefined
from jinja2.utils import missing

from mediation.settings import ROOT

LANGUAGE: Final = "en"
TRANSLATIONS: Final = ROOT / "translations"
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
def catalogue() -> Catalog | None:
    """The practitioner's words, or None where nothing has been changed."""
    path = TRANSLATIONS / LANGUAGE / "LC_MESSAGES" / "messages.po"
    if not path.exists():
        return None
    with path.open("rb") as file:
        return read_po(file, locale=LANGUAGE)


@cache
def script_strings() -> dict[str, Any]:
    """What scripts show otherwise than they say: the island "strings" of every page (see static/js/page/strings.js)."""
    found = catalogue() or Catalog(locale=LANGUAGE)
    changed = {
        message.id if isinstance(message.id, str) else message.id[0]: message.string
        for message in found
        if message.id and message.string and any(str(place).endswith(".js") for place, _line in message.locations)
    }
    return {"language": LANGUAGE, "plural": PLURAL, "messages": changed}


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
