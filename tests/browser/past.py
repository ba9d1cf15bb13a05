"""An agency with a past: built some weeks ago by the same client and the same server, under a clock that was set back.

The past is made in this process; then a real server goes on with what is stored, at the real time, as one does that
was not looked at for a month. Only the administrator comes back, to renew the list of staff.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx
import time_machine

from mediation.accounts import set_up_code
from mediation.app import create_app
from mediation.client import Administrator, Site
from mediation.db import migrate
from mediation.settings import Settings, read
from mediation.web.transaction import ENGINE
from tests.browser.agency import Account, Agency, Shared, build
from tests.serving import SETTINGS, Server, free_port, serving

LAPSED, DUE = timedelta(days=32), timedelta(days=22)
"""A case lasts for 30 days; one day more than enough, since a clock may be some minutes wrong after midnight."""
READ, UNREAD = "I broke the lock of your shed in March.", "I have found work, at the timber yard."
PATIENT = {"SESSION_HOURS": "2000", "SESSION_IDLE_MINUTES": "100000", "WORKER_THREAD": "0"}


@dataclass(frozen=True)
class Past:
    """What is left of it: a case that has run out, with one letter read and one not; and one that runs out soon."""

    agency: Agency
    lapsed: Shared
    due: Shared


@dataclass(frozen=True)
class Present:
    """The server today, and the administrator signed in at it."""

    server: Server
    office: Administrator
    past: Past

    def reference(self, case: Shared) -> str:
        """What the pages call a case."""
        listed = self.office.me.transport.get("/cases")
        return next(str(each["reference"]) for each in listed if each["case_id"] == case.case_id)


@contextmanager
def after_a_month(directory: Path) -> Iterator[Present]:
    """The server with that past in `directory`, until the block ends; the list of staff is renewed."""
    port = str(free_port())  # the audit log's key bears the name of the place
    past = make_past(read({**SETTINGS, **PATIENT, "MEDIATION_INSTANCE": str(directory), "PORT": port}))
    with serving(directory, PORT=port) as server:
        yield Present(server, come_back(server, past.agency.office_account), past)


def come_back(server: Server, account: Account) -> Administrator:
    """The administrator signs in and renews the list of staff."""
    office = Administrator(Site(server.base_url).sign_in(account.sign_in_name, account.passphrase))
    office.renew()
    return office


def make_past(settings: Settings) -> Past:
    """The agency and its cases, each at its time."""
    migrate(settings.database_url)
    app, today = create_app(settings), datetime.now(UTC)
    site = Site(settings.public_url, wire=httpx.WSGITransport(app=app))
    with time_machine.travel(today - LAPSED):
        agency = build(site, set_up_code.make(settings.instance))
        lapsed = agency.open_case()
        lapsed.marion.client.open(lapsed.passed_on(READ))
        lapsed.passed_on(UNREAD)
    with time_machine.travel(today - DUE):
        due = agency.open_case()
    app.extensions[ENGINE].dispose()
    return Past(agency, lapsed, due)
