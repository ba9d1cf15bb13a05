"""A safe-contact profile: whether, where, when and in which words a text may reach somebody."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

import phonenumbers

from mediation.errors import Invalid
from mediation.sms import wordings
from mediation.sms.hours import USUAL, Hours

CHANNELS: Final = ("text", "call", "none")
REGION: Final = "GB"
FURTHEST: Final = timedelta(days=30)
"""How far ahead a time is looked for at which a text may go out."""


@dataclass(frozen=True)
class Profile:
    """What somebody chose. `number`: as they wrote it; None keeps the one that is known, which pages show masked."""

    channel: str
    number: str | None = None
    wording: str = "update"
    language: str = wordings.LANGUAGE
    code_word: str | None = None
    hours: Hours = USUAL

    def check(self) -> None:
        """Raises `bad-input`, `bad-code-word`, `code-word-missing`."""
        known = self.channel in CHANNELS and self.wording in wordings.WORDINGS and self.language in wordings.LANGUAGES
        if not known:
            raise Invalid("bad-input")
        if self.code_word is not None and not wordings.is_word(self.code_word):
            raise Invalid("bad-code-word", field="code_word")
        if self.wording == "word" and self.code_word is None and self.channel == "text":
            raise Invalid("code-word-missing", field="code_word")


def read_hours(value: dict[str, Any] | None) -> Hours:
    """The hours that somebody sent; the usual ones where they sent none. Raises `bad-hours`."""
    try:
        return USUAL if value is None else Hours.read(value)
    except (ValueError, TypeError) as error:
        raise Invalid("bad-hours", field="hours") from error


def next_time(stored: Mapping[str, Any] | None, instant: datetime) -> datetime | None:
    """The first time from `instant` on at which a text may reach somebody whose hours are `stored` so (None: the usual
    ones); None where there is none for a month.
    """
    hours = USUAL if stored is None else Hours.read(stored)
    return hours.next_time(instant, instant + FURTHEST)


def parsed_number(text: str) -> str:
    """The E.164 form of a telephone number, read as a British one without a country code. Raises `bad-number`."""
    try:
        number = phonenumbers.parse(text, REGION)
    except phonenumbers.NumberParseException as error:
        raise Invalid("bad-number", field="number") from error
    if not phonenumbers.is_possible_number(number):
        raise Invalid("bad-number", field="number")
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
