"""Puts the server's name to the newest head of the log, and to nothing that contradicts what it has signed before.

The signer trusts its own file (`state.py`), not the database: the tree must still have, at the size that was signed
last, the root that was signed then. It refuses where the file is missing, ahead, or says something else; the texts of
the refusals tell an operator what may have happened.
"""

from collections.abc import Mapping
from typing import Final

from sqlalchemy.orm import Session

from mediation.db import settings_of
from mediation.ledger.logs import current_log, newest, tile_reader
from mediation.ledger.models import AuditCheckpoint, AuditLog
from mediation.ledger.state import Head, LedgerError, SignerState
from mediation.protocol import checkpoint, tiles

REFUSALS: Final = {
    "signer-state-missing": "audit-signer.json is missing from the instance directory although this log has been"
    " signed. Bring it back from where it was; see `Restoring a backup` in docs/operations.md.",
    "signer-state-ahead": "The database has less of the audit log than was signed: it was rolled back, or an older"
    " backup was restored. See `Restoring a backup` in docs/operations.md.",
    "signer-state-contradicts": "The audit log in the database is not the one that was signed: it was rewritten. Keep"
    " both for an investigation, and restore the database.",
    "signer-state-other-log": "audit-signer.json belongs to another log. PUBLIC_URL or the instance directory changed.",
    "log-in-use": "The audit log is being written. Stop the server and its workers first.",
}


def sign_newest(session: Session) -> AuditCheckpoint | None:
    """Sign the newest head if it is not signed yet; returns it, or None where there is nothing to sign. Never commits.

    Raises LedgerError with one of REFUSALS, or `signer-state-unreadable`.
    """
    log = current_log(session)
    head = newest(session, log.number) if log else None
    if log is None or head is None:
        return None
    settings = settings_of(session)
    state = SignerState(settings.instance)
    with state.held():
        check(session, log, head, state.read())
        if head.note is not None:
            return None
        state.write(Head(log.origin, head.size, head.root))
    head.note = checkpoint.issue(checkpoint.Checkpoint(log.origin, head.size, head.root), settings.audit_keys)
    return head


def check(session: Session, log: AuditLog, head: AuditCheckpoint, signed: Mapping[str, Head]) -> None:
    """Raise LedgerError unless `head` is what its tiles say, and contains what was signed last."""
    read = tile_reader(session, log.number)
    last = signed.get(log.origin)
    if last is None:
        _check_new(session, log, signed)
    elif last.size > head.size:
        raise refusal("signer-state-ahead")
    elif tiles.root(last.size, read) != last.root:
        raise refusal("signer-state-contradicts")
    if tiles.root(head.size, read) != head.root:
        raise refusal("signer-state-contradicts")


def _check_new(session: Session, log: AuditLog, signed: Mapping[str, Head]) -> None:
    """A log that the signer does not know is either the first of all or came after those that it knows."""
    if not signed and (log.number > 1 or newest(session, log.number, signed=True) is not None):
        raise refusal("signer-state-missing")
    if signed and log.number <= number_of(list(signed.values())[-1]):
        raise refusal("signer-state-other-log")


def number_of(head: Head) -> int:
    """Which log of its server a head belongs to."""
    return int(head.origin.rpartition("/")[2])


def refusal(code: str) -> LedgerError:
    """The refusal with this code and its text."""
    return LedgerError(code, REFUSALS[code])
