"""A web process on the clock that `DIRECTORY/clock` shows: `python -m tests.crashes.answering`, with settings in the
environment. It is `mediation run`; only what receives receipts and answers asks another clock for the time.
"""

import os
import sys
from functools import partial
from pathlib import Path
from typing import Final

from mediation import cli
from mediation.web import sms_callbacks
from tests.crashes.dispatching import read_clock
from tests.serving import SETTINGS
from tests.sms.carriers import ACCOUNT, TOKEN

PUBLIC: Final = "https://letters.example.org"
"""The address that is signed, whatever port is called."""


def environ(directory: Path, url: str, port: int) -> dict[str, str]:
    """What it is started with: the same database and keys as the workers, and Twilio's token."""
    where = {"MEDIATION_INSTANCE": str(directory), "DATABASE_URL": url, "PORT": str(port), "HOST": "127.0.0.1"}
    twilio = {"SMS_PROVIDER": "twilio", "TWILIO_ACCOUNT_SID": ACCOUNT, "TWILIO_AUTH_TOKEN": TOKEN}
    own = {**where, **twilio, "TWILIO_SENDER": "+15005550006", "PUBLIC_URL": PUBLIC}
    return {**os.environ, **SETTINGS, **own, "PROCESSES": "1", "WORKER_THREAD": "0"}


if __name__ == "__main__":
    setattr(sms_callbacks, "clock", partial(read_clock, Path(os.environ["MEDIATION_INSTANCE"])))  # noqa: B010
    sys.exit(cli.main(["run"]))
