"""A worker's texts alone, as a process that may be killed: `python -m tests.crashes.dispatching DIRECTORY URL`.

Time is what `DIRECTORY/clock` says (seconds since 1970); it stands still while texts are on their way, and is moved
when every process has said, in `DIRECTORY/idle-<pid>`, that nothing is due any more, and no news to be asked for.
"""

import os
import sys
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

from mediation.db import engine_from, import_models
from mediation.sms import twilio_provider
from mediation.sms.dispatch import dispatch
from mediation.sms.hours import Hours
from mediation.sms.providers import Provider
from mediation.sms.reports import ask_for_news
from mediation.worker import NEWS
from tests.agency_site import settings_in
from tests.sms.carriers import carrier

PATIENCE: Final = 0.5
"""Seconds until an answer is late."""
OPENS, CLOSES = 9, 17
CLOCK: Final = "clock"


def read_clock(directory: Path) -> datetime:
    """The time that it is."""
    return datetime.fromtimestamp(int((directory / CLOCK).read_text("ascii")), UTC)


def write_clock(directory: Path, moment: datetime) -> None:
    """Let it be this time, at once for everybody."""
    draft = directory / f"{CLOCK}.new"
    draft.write_text(str(int(moment.timestamp())), "ascii")
    draft.rename(directory / CLOCK)


def by_day(number: str) -> bool:
    """Whether whoever has this number may be texted from 9 to 17 o'clock alone."""
    return number[-1] in "02468"


def hours(number: str) -> dict[str, Any]:
    """When a text may reach them, as it is stored."""
    begin, end = (OPENS * 60, CLOSES * 60) if by_day(number) else (0, 0)
    return Hours(begin=begin, end=end, zone="UTC").as_json


def work(directory: Path, provider: Provider, url: str) -> None:
    """Until it is killed."""
    import_models()
    engine = engine_from(settings_in(directory, DATABASE_URL=url))
    idle = directory / f"idle-{os.getpid()}"
    while True:
        now = read_clock(directory)
        dispatch(engine, provider, lambda: now, lambda: False)  # noqa: B023  # called at once
        while ask_for_news(engine, provider, now, NEWS):
            pass
        idle.write_text(str(int(now.timestamp())), "ascii")
        while read_clock(directory) == now:
            time.sleep(0.02)


if __name__ == "__main__":
    place, at, database = Path(sys.argv[1]), sys.argv[2], sys.argv[3]
    setattr(twilio_provider, "TIMEOUT", PATIENCE)  # noqa: B010  # a test's patience
    work(place, carrier(settings_in(place, DATABASE_URL=database), "twilio", at), database)
