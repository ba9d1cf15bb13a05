"""Another key for the audit log, as an event of the log: old and new both sign for a while, so that nobody who knows
only one of them is left without a head to believe.
"""

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from mediation.access import SYSTEM
from mediation.db import settings_of
from mediation.ledger.logs import current_log
from mediation.ledger.models import AuditCheckpoint, AuditEvent, AuditLog, AuditShown
from mediation.ledger.operations import AGENCY_SCOPE, append, open_event, scope_key
from mediation.ledger.state import LedgerError
from mediation.protocol import notes
from mediation.protocol.notes import VerifierKey

KIND: Final = "key.rotated"
REFUSALS: Final = {
    "not-signed-yet": "The audit log has not been signed yet. Is a worker running?",
    "key-not-changed": "AUDIT_KEY holds the keys that sign already, and that is in the log.",
    "key-no-overlap": "No key in AUDIT_KEY has signed before: the old one must sign beside the new one first.",
}


def rotate(session: Session, now: datetime) -> list[VerifierKey]:
    """Append that the keys of AUDIT_KEY sign from now on; returns them. Never commits. Raises LedgerError with one of
    REFUSALS.
    """
    log = current_log(session)
    before = _signed_before(session, log, now) if log else set()
    if log is None or not before:
        raise _refusal("not-signed-yet")
    keys = [notes.verifier_key(log.origin, seed) for seed in settings_of(session).audit_keys]
    ids = {key.id.hex() for key in keys}
    if ids == before:
        raise _refusal("key-not-changed")
    if not ids & before:
        raise _refusal("key-no-overlap")
    refs = {f"signs-{number}": key.id.hex() for number, key in enumerate(keys, 1)}
    append(session, KIND, actor=SYSTEM, case_id=None, refs=refs, at=now)
    return keys


def _signed_before(session: Session, log: AuditLog, now: datetime) -> set[str]:
    """The ids of the keys that sign, as the newest event of this kind in this log says, or else its first head."""
    last = (
        select(AuditEvent)
        .join(AuditShown, AuditShown.idx == AuditEvent.idx)
        .where(AuditShown.kind == KIND, AuditShown.idx >= log.first_idx)
        .order_by(AuditShown.idx.desc())
        .limit(1)
    )
    event = session.scalars(last).one_or_none()
    if event is not None:
        _, opened = open_event(scope_key(session, AGENCY_SCOPE, now), event)
        refs: Mapping[str, str] = json.loads(opened)["refs"]
        return set(refs.values())
    first = (
        select(AuditCheckpoint.note)
        .where(AuditCheckpoint.log == log.number, AuditCheckpoint.note.is_not(None))
        .order_by(AuditCheckpoint.size)
        .limit(1)
    )
    note = session.scalar(first)
    lines = notes.parse(note).signatures if note else ()
    return {each.key_id.hex() for each in lines if each.name == log.origin}


def _refusal(code: str) -> LedgerError:
    return LedgerError(code, REFUSALS[code])
