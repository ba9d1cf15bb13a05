"""What became of the last texts to one person, for their facilitators. That a phone took one does not mean a reader."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Row, bindparam, select
from sqlalchemy.orm import Session

from mediation.db import ask
from mediation.sms.models import OutboxText
from mediation.sms.states import TextState

SHOWN: Final = 5


@dataclass(frozen=True)
class Delivered:
    """One text. `at`: when it is due, while it waits; when it was sent; or when it was queued, if it never was.
    `error`: the provider's code, where it failed. `wording`: as in `wordings`.
    """

    state: TextState
    at: datetime
    error: str | None
    wording: str


def last_texts(session: Session, participant_id: str) -> list[Delivered]:
    """The newest texts to somebody, newest first. The caller has checked who asks."""
    rows = ask(session, _LAST, {"of_person": participant_id})
    return [Delivered(TextState(row.state), _time(row), row.error, row.wording) for row in rows]


def _time(row: Row[*tuple[Any, ...]]) -> datetime:
    waits = row.state in (TextState.QUEUED, TextState.SENDING)
    found: datetime = row.not_before if waits else row.sent_at or row.created_at
    return found


_COLUMNS: Final = (OutboxText.state, OutboxText.created_at, OutboxText.not_before, OutboxText.sent_at)
_LAST: Final = (
    select(*_COLUMNS, OutboxText.error, OutboxText.wording)
    .where(OutboxText.participant_id == bindparam("of_person"))
    .order_by(OutboxText.created_at.desc(), OutboxText.text_id)
    .limit(SHOWN)
)
