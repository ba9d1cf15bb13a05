"""A facilitator sees what became of the last texts to somebody, and never that one was read."""

from datetime import datetime, timedelta

import pytest
from flask import g
from sqlalchemy.orm import Session

from mediation import ledger
from mediation.access import SYSTEM
from mediation.db import insert
from mediation.protocol.encoding import new_id
from mediation.sms.delivered import SHOWN, last_texts
from mediation.sms.models import OutboxText
from mediation.sms.states import TextState
from mediation.web.pages import contact_fields
from tests.agency_site import Site


def _store(session: Session, participant_id: str, state: TextState, at: datetime, error: str | None = None) -> None:
    sent = state in (TextState.SENT, TextState.DELIVERED, TextState.UNDELIVERED)
    case_id, later = new_id(), at + timedelta(hours=3)
    text = OutboxText(
        text_id=new_id(),
        participant_id=participant_id,
        case_id=case_id,
        wording="update",
        state=state,
        created_at=at,
        not_before=later,
        expires_at=later + timedelta(days=3),
        attempts=1,
        sent_at=later + timedelta(hours=1) if sent else None,
        asks=0,
        error=error,
    )
    insert(session, text)
    ledger.append(session, "sms.queued", actor=SYSTEM, case_id=case_id, refs={"text": text.text_id}, at=at)


def test_the_newest_come_first_and_no_more_than_a_few(writing_session: Session, at: datetime) -> None:
    somebody, other = new_id(), new_id()
    for day in range(SHOWN + 2):
        _store(writing_session, somebody, TextState.CANCELLED, at + timedelta(days=day))
    _store(writing_session, other, TextState.SENT, at + timedelta(days=30))
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
        _store(g.session, somebody, state, at, error)
        (shown,) = contact_fields.last_texts(somebody)
    assert said in shown
    assert "read" not in shown.split()
