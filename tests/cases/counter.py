"""A desk over HTTP: the application on the office's database, and a signed-in browser for anybody of its people."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import time_machine

from mediation.accounts import sessions
from mediation.accounts.models import Account
from mediation.app import App
from mediation.db import writing
from mediation.messages.deciding import Proposed
from mediation.protocol.encoding import b64
from mediation.protocol.message import Sealed
from mediation.web.signing_in import COOKIE_KEY
from tests import standing
from tests.agency_site import Browser
from tests.cases.fixtures import Desk
from tests.protocol.world import Person


@dataclass
class Counter:
    """The application, and the desk that it serves."""

    desk: Desk
    app: App

    def browser(self, who: Person | None = None) -> Browser:
        """A browser in which somebody is signed in."""
        browser = Browser(self.app.test_client())
        if who is not None:
            with writing(self.desk.office.engine) as session:
                token, _ = sessions.start(session, session.get_one(Account, who.account_id), self.desk.case.now)
                session.commit()
            with browser.client.session_transaction() as cookie:
                cookie[COOKIE_KEY] = token
        return browser


@contextmanager
def serve(desk: Desk) -> Iterator[Counter]:
    """The application at the case's own time."""
    app = standing.app(desk.office.settings)
    with time_machine.travel(desk.case.now, tick=False):
        yield Counter(desk, app)


def message_body(sealed: Sealed) -> dict[str, Any]:
    """A message as POST /messages takes it."""
    return {
        "message": sealed.envelope,
        "ciphertext": b64(sealed.ciphertext),
        "order_block": b64(sealed.order_block),
        "wraps": [{"box_kid": box_kid, "seal": b64(seal)} for box_kid, seal in sealed.wraps.items()],
    }


def decision_body(given: Proposed) -> dict[str, Any]:
    """A decision as POST /messages/…/decisions takes it."""
    note = None
    if given.note is not None:
        recipient = None if given.note.recipient is None else b64(given.note.recipient)
        note = {"recipient": recipient, "epoch": b64(given.note.epoch)}
    wrap = None if given.wrap is None else b64(given.wrap)
    return {"decision": given.envelope, "consents": given.consents, "note": note, "wrap": wrap}
