"""What the audit trail is told of a text: which one, in which wording; never the number, and no words of anybody's."""

from datetime import datetime

from sqlalchemy.orm import Session

from mediation import ledger
from mediation.access import SYSTEM
from mediation.sms.models import OutboxText


def tell(session: Session, kind: str, text: OutboxText, now: datetime) -> None:
    """Append an event of a text, in the transaction that changes it."""
    refs = {"text": text.text_id, "wording": text.wording}
    ledger.append(session, kind, actor=SYSTEM, case_id=text.case_id, refs=refs, at=now)
