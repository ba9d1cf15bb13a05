"""After an older backup was restored: another log, whose first entry names the last head that was signed.

The old log ends where the backup has it, and nobody signs it again; whoever kept a newer checkpoint of it holds the
proof of what the backup lost. The new log's key has another name, so the agency's statement must name it too before
clients trust it.
"""

from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from mediation.access import SYSTEM
from mediation.db import settings_of
from mediation.ledger.integrating import extend, hold_log
from mediation.ledger.logs import current_log
from mediation.ledger.models import AuditEvent, AuditLog
from mediation.ledger.operations import append, write
from mediation.ledger.signing import number_of, refusal
from mediation.ledger.state import SignerState
from mediation.protocol.encoding import b64


def open_next_log(session: Session, now: datetime) -> AuditLog:
    """Open the log after the current one. Its first entry names the head in the signer's file, which may be newer than
    the database. Never commits. Raises LedgerError `signer-state-missing`, `signer-state-unreadable`, `log-in-use`.
    """
    if not hold_log(session):
        raise refusal("log-in-use")
    settings = settings_of(session)
    signed = SignerState(settings.instance).read()
    current = current_log(session)
    if not signed or current is None:
        raise refusal("signer-state-missing")
    last = list(signed.values())[-1]
    number = max(current.number, number_of(last)) + 1
    log = AuditLog(number=number, origin=settings.log_origin(number), first_idx=_next_idx(session), opened_at=now)
    session.add(log)
    session.flush()
    refs = {"origin": last.origin, "root": b64(last.root), "size": str(last.size)}
    event_id = append(session, "audit.log-opened", actor=SYSTEM, case_id=None, refs=refs, at=now)
    write(session)
    event = session.scalars(select(AuditEvent).where(AuditEvent.event_id == event_id)).one()
    extend(session, now, [event.qid], [event.commitment])
    return log


def _next_idx(session: Session) -> int:
    newest = session.scalar(select(func.max(AuditEvent.idx)))
    return 0 if newest is None else newest + 1
