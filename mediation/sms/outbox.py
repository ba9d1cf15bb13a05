"""Texts are queued and moved on here, and the audit trail is told: which text, in which wording; never the number, and
no words of anybody's.
"""

from datetime import datetime
from typing import Final

from sqlalchemy.orm import Session

from mediation import ledger
from mediation.access import SYSTEM
from mediation.db import insert
from mediation.protocol.encoding import new_id
from mediation.sms.models import OutboxText
from mediation.sms.states import TextState, after

KINDS: Final = {
    TextState.QUEUED: "sms.queued",
    TextState.SENT: "sms.sent",
    TextState.DELIVERED: "sms.delivered",
    TextState.UNDELIVERED: "sms.undelivered",
    TextState.FAILED: "sms.failed",
    TextState.EXPIRED: "sms.expired",
    TextState.CANCELLED: "sms.cancelled",
    TextState.SUPPRESSED: "sms.suppressed",
}


def queue(
    session: Session,
    wording: str,
    participant_id: str,
    case_id: str,
    *,
    now: datetime,
    due: datetime,
    expires_at: datetime,
    text_id: str | None = None,
) -> str:
    """Queue a text in the transaction of the act behind it; its text_id, which the caller may have made."""
    text = OutboxText(
        text_id=text_id or new_id(),
        participant_id=participant_id,
        case_id=case_id,
        wording=wording,
        state=TextState.QUEUED,
        created_at=now,
        not_before=due,
        expires_at=expires_at,
    )
    tell(session, "sms.queued", text, now)
    insert(session, text)
    return text.text_id


def tell(session: Session, kind: str, text: OutboxText, now: datetime) -> None:
    """Append an event of a text, in the transaction that changes it."""
    refs = {"text": text.text_id, "wording": text.wording}
    ledger.append(session, kind, actor=SYSTEM, case_id=text.case_id, refs=refs, at=now)


def move(session: Session, text: OutboxText, action: str, now: datetime) -> None:
    """Take a text to its next state and append the event."""
    reached = after(TextState(text.state), action)
    assert reached is not None, f"{action} from {text.state}"
    text.state = reached
    tell(session, KINDS[reached], text, now)
    session.flush()
