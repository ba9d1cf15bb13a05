"""A facilitator sees what became of the last texts to somebody, and never that one was read."""

from datetime import datetime, timedelta

import pytest
from flask import g
from sqlalchemy.orm import Session

from mediation.protocol.encoding import new_id
from mediation.sms.delivered import SHOWN, last_texts
from mediation.sms.states import TextState
from mediation.web.pages import contact_fields
from tests.agency_site import Site
from tests.sms.conftest import store_text


def test_the_newest_come_first_and_no_more_than_a_few(writing_session: Session, at: datetime) -> None:
    somebody, other = new_id(), new_id()
    for day in range(SHOWN + 2):
        store_text(writing_session, TextState.CANCELLED, at + timedelta(days=day), participant_id=somebody)
    store_text(writing_session, TextState.SENT, at + timedelta(days=30), participant_id=other)
    found = last_texts(writing_session, somebody)
    assert [each.at for each in found] == [at + timedelta(days=day) for day in range(SHOWN + 1, 1, -1)]


@pytest.mark.parametrize(
    ("state", "error", "said"),
    [
        (TextState.QUEUED, None, "Will go out on 2 March 2026, 12:00"),
        (TextState.SENDING, None, "Is being sent"),
        (TextState.SENT, None, "Sent on 2 March 2026, 13:00; nothing is known yet of whether the phone took it"),
        (TextState.DELIVERED, None, "Sent on 2 March 2026, 13:00, and the phone took it"),
        (TextState.UNDELIVERED, "30003", "could not be reached in time (30003)"),
        (TextState.FAILED, "21614", "no mobile phone’s"),
        (TextState.FAILED, None, "The provider refused it (unknown)"),
        (TextState.CANCELLED, None, "not needed any more, so it was not sent"),
        (TextState.EXPIRED, None, "could not be sent in time"),
        (TextState.SUPPRESSED, None, "they asked for no more texts"),
    ],
)
def test_every_state_has_its_words(site: Site, at: datetime, state: TextState, error: str | None, said: str) -> None:
    somebody = new_id()
    with site.app.test_request_context("/", method="POST"):
        store_text(g.session, state, at, participant_id=somebody, error=error)
        (shown,) = contact_fields.last_texts(somebody)
    assert said in shown
    assert "read" not in shown.split()
