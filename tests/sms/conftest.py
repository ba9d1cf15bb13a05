"""A participant who wants texts, on a session that may write."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy.orm import Session

from mediation import ledger, sms
from mediation.access import SYSTEM
from mediation.db import insert
from mediation.protocol.encoding import new_id
from mediation.sms.hours import AT_ANY_HOUR
from mediation.sms.models import Contact, OutboxText
from mediation.sms.outbox import tell
from mediation.sms.states import TextState

AT = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
NUMBER = "+447700900123"


@pytest.fixture
def at() -> datetime:
    return AT


def wants_texts(session: Session, channel: str = "text", number: str | None = NUMBER) -> str:
    """A new participant's id; their number is confirmed."""
    participant_id, case_id = new_id(), new_id()
    session.add(
        Contact(
            participant_id=participant_id,
            case_id=case_id,
            channel=channel,
            number=number,
            number_index=None,
            wording="update",
            hours=AT_ANY_HOUR.as_json,
            recorded_by=None,
            recorded_at=AT,
            confirmed_at=AT,
        )
    )
    refs = {"participant": participant_id}
    ledger.append(session, "contact.recorded", actor=SYSTEM, case_id=case_id, refs=refs, at=AT)
    session.commit()
    return participant_id


@pytest.fixture
def pat(writing_session: Session) -> str:
    return wants_texts(writing_session)


@pytest.fixture
def queued(writing_session: Session, pat: str) -> str:
    """The id of a queued text."""
    text_id = sms.enqueue(writing_session, pat, now=AT)
    assert text_id is not None
    writing_session.commit()
    return text_id


def store_text(
    session: Session, state: TextState, at: datetime, *, participant_id: str | None = None, error: str | None = None
) -> None:
    """A text in this state that was queued at this time, due three hours later and, if a provider had it, sent in one
    more.
    """
    due, case_id = at + timedelta(hours=3), new_id()
    sent = state in (TextState.SENT, TextState.DELIVERED, TextState.UNDELIVERED)
    text = OutboxText(
        text_id=new_id(),
        participant_id=participant_id or new_id(),
        case_id=case_id,
        wording="update",
        state=state,
        created_at=at,
        not_before=due,
        expires_at=due + timedelta(days=3),
        attempts=1,
        sent_at=due + timedelta(hours=1) if sent else None,
        asks=0,
        error=error,
    )
    insert(session, text)
    tell(session, "sms.queued", text, at)
