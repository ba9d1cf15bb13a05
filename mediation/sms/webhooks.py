"""What providers call us with, read: addresses, words for what became of a text, keywords of people. Pure."""

import re
from typing import Final, Literal

News = Literal["way", "delivered", "undelivered", "failed"]
Keyword = Literal["stop", "start", "help"]
STATUS_PATH: Final = "/webhooks/twilio/status/"
"""Followed by the text_id."""

_TWILIO: Final[dict[str, News]] = {
    "delivered": "delivered",
    "read": "delivered",
    "undelivered": "undelivered",
    "failed": "failed",
    "canceled": "failed",
}
_NOTIFY: Final[dict[str, News]] = {
    "delivered": "delivered",
    "permanent-failure": "undelivered",
    "temporary-failure": "undelivered",
    "technical-failure": "failed",
}
KEYWORDS: Final[dict[Keyword, frozenset[str]]] = {
    "stop": frozenset(
        {"STOP", "STOPALL", "UNSUBSCRIBE", "CANCEL", "END", "QUIT", "OPTOUT", "OPT-OUT", "REVOKE"}
        | {"STOPIO", "STOPIWCH", "PEIDIO", "PEIDIWCH", "DIWEDD", "CANSLO"}
    ),
    "start": frozenset({"START", "YES", "UNSTOP", "DECHRAU", "DECHREUWCH", "IE"}),
    "help": frozenset({"HELP", "INFO", "CYMORTH", "HELPWCH"}),
}
"""English (Twilio's own) and Welsh. Each must be the whole text, as people were told."""


def news_of_twilio(status: str) -> News:
    """What a status of Twilio's says; all others mean that it is on its way."""
    return _TWILIO.get(status, "way")


def news_of_notify(status: str) -> tuple[News, str]:
    """What a status of Notify's says, and the code of a failure, which is the status itself."""
    news = _NOTIFY.get(status, "way")
    return news, status if news in ("undelivered", "failed") else ""


def keyword(body: str) -> Keyword | None:
    """The keyword that a text is, if it is one: case, spaces and a full stop aside."""
    word = re.sub(r"[\s.!]+", "", body).upper()
    return next((kind for kind, words in KEYWORDS.items() if word in words), None)
