"""Logs say what happened, never what was written: no content, no names, no numbers, no addresses, no queries.

Only the fields in `ALLOWED` leave a log call (`case` is an id); a test holds every call to them. One JSON object a line
in production.
"""

import logging
import sys
from collections.abc import MutableMapping
from contextlib import suppress
from typing import Any, Final

import structlog

ALLOWED: Final = frozenset(
    {
        "case",
        "code",
        "event",
        "level",
        "timestamp",
        "witness",
        "logger",
        "error",
        "endpoint",
        "where",
        "status",
        "job",
        "count",
        "method",
        "seconds",
    }
)


class Steady(structlog.WriteLogger):
    """A line that cannot be written, on a full disk, is lost; whoever is being answered is answered all the same."""

    def msg(self, message: str) -> None:
        """Write a line if that is possible."""
        with suppress(OSError):
            super().msg(message)

    log = debug = info = warn = warning = msg
    fatal = failure = err = error = critical = exception = msg


def configure(*, production: bool) -> None:
    """Set structlog up, and keep libraries from logging requests."""
    renderer = structlog.processors.JSONRenderer() if production else structlog.dev.ConsoleRenderer(colors=False)
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            only_allowed,
            renderer,
        ],
        logger_factory=lambda *_: Steady(sys.stderr),  # the one of the moment: an old one may be closed
        cache_logger_on_first_use=False,
    )
    for name in ("apscheduler", "gunicorn.access", "sqlalchemy", "werkzeug", "whitenoise"):
        logging.getLogger(name).setLevel(logging.ERROR)
    for name in ("notifications_python_client", "requests", "twilio", "urllib3"):
        logging.getLogger(name).setLevel(logging.CRITICAL)  # an address that they warn of may hold a number


def only_allowed(logger: object, method: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """Drop every field that is not on the list."""
    return {name: value for name, value in event.items() if name in ALLOWED}
