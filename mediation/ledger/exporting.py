"""Writes the audit log, or what is in it of one case, into a file that anybody can check without this server.

Every export is an event of its own and is in the log before anything is written. What nobody can open any more is in it
without its opening, and whoever checks the export is told. The parts are those of C2SP: `policy`, `checkpoint`,
`entries` (32 bytes each) with `openings.jsonl`, or `events/<index>.tlog-proof` for a case, and `consistency/<size>` for
the heads that were published before, with `timestamps/<size>.tsr` for those that were stamped.
"""

import base64
import json
import zipfile
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any, Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from mediation.access import SYSTEM
from mediation.db import settings_of
from mediation.ledger import proving
from mediation.ledger.logs import current_log, newest
from mediation.ledger.models import AuditCheckpoint, AuditEvent, AuditKey, AuditLog
from mediation.ledger.operations import acts, append, opening_of
from mediation.ledger.stamped import answers
from mediation.ledger.state import LedgerError
from mediation.protocol import log_proof, notes

BLOCK: Final = 4096
EARLIER: Final = 31
PROVED: Final = 256
Progress = Callable[[int, int], None]


def announce(session: Session, case_id: str | None, at: datetime) -> str:
    """Append the export's own event, of the case or of the whole log; returns its event_id. Of a case it names how many
    events each actor has caused, so that nobody's last ones can be left out. Raises LedgerError `case-unknown`. Never
    commits.
    """
    if case_id is not None and session.get(AuditKey, case_id) is None:
        raise LedgerError("case-unknown", "There is no case with this identifier, or it was erased.")
    refs = {} if case_id is None else {who: str(number) for who, number in acts(session, case_id).items()}
    return append(session, "audit.export", actor=SYSTEM, case_id=case_id, refs=refs, at=at)


def announced(session: Session, event_id: str) -> bool:
    """Whether the newest signed head holds the export's own event: without it the export would not be closed."""
    log = current_log(session)
    head = newest(session, log.number, signed=True) if log else None
    idx = session.scalar(select(AuditEvent.idx).where(AuditEvent.event_id == event_id))
    return log is not None and head is not None and idx is not None and idx < log.first_idx + head.size


def write(session: Session, file: Path, case_id: str | None, progress: Progress = lambda done, of: None) -> int:
    """Write the export under the newest signed head; returns its size. A file that is there is not touched. Raises
    LedgerError `not-signed-yet`, FileExistsError.
    """
    log = current_log(session)
    head = newest(session, log.number, signed=True) if log else None
    if log is None or head is None or head.note is None:
        raise LedgerError("not-signed-yet", "The audit log has not been signed yet. Is a worker running?")
    with zipfile.ZipFile(file, "x", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("policy", _policy(session, log))
        archive.writestr("checkpoint", head.note)
        for name, part in _earlier(session, log, head):
            archive.writestr(name, part)
        if case_id is None:
            _write_all(session, archive, log, head, progress)
        else:
            _write_case(session, archive, log, head, case_id, progress)
    return head.size


def _policy(session: Session, log: AuditLog) -> str:
    keys = [notes.verifier_key(log.origin, seed).text for seed in settings_of(session).audit_keys]
    return "".join(f"log {key}\n" for key in keys) + "quorum none\n"


def _earlier(session: Session, log: AuditLog, head: AuditCheckpoint) -> Iterator[tuple[str, str | bytes]]:
    """The heads that were published before, and the timestamps of all heads in the file: the first one after an event
    tells more of it than later ones.
    """
    published = (
        select(AuditCheckpoint)
        .where(AuditCheckpoint.log == log.number, AuditCheckpoint.published_at.is_not(None))
        .where(AuditCheckpoint.note.is_not(None), AuditCheckpoint.size < head.size)
        .order_by(AuditCheckpoint.size.desc())
        .limit(EARLIER)
    )
    before = session.scalars(published).all()
    for old in before:
        hashes = proving.consistency(session, log.number, old.size, head.size)
        yield f"consistency/{old.size}", "\n".join([*map(notes.encode, hashes), "", old.note or ""])
    for size, answer in answers(session, log.number, [head.size, *(old.size for old in before)]):
        yield f"timestamps/{size}.tsr", answer


def _write_all(
    session: Session, archive: zipfile.ZipFile, log: AuditLog, head: AuditCheckpoint, progress: Progress
) -> None:
    """Two passes, since a zip file is written one part after the other."""
    with archive.open(zipfile.ZipInfo("entries", (2000, 1, 1, 0, 0, 0)), "w", force_zip64=True) as stream:
        for rows in _blocks(session, log, head):
            stream.write(b"".join(row.commitment for row in rows))
    keys = _Keys(session)
    with archive.open("openings.jsonl", "w", force_zip64=True) as stream:
        for rows in _blocks(session, log, head):
            opened = ((row, keys.opening(row)) for row in rows if row.sealed is not None)
            lines = [_opening_line((row.idx or 0) - log.first_idx, opening) for row, opening in opened if opening]
            stream.write("".join(lines).encode())
            progress((rows[-1].idx or 0) - log.first_idx + 1, head.size)


def _opening_line(index: int, opening: bytes) -> str:
    return json.dumps({"i": index, "o": base64.b64encode(opening).decode()}) + "\n"


def _write_case(
    session: Session, archive: zipfile.ZipFile, log: AuditLog, head: AuditCheckpoint, case_id: str, progress: Progress
) -> None:
    found = (
        _EVENTS.where(AuditEvent.case_id == case_id, AuditEvent.idx >= log.first_idx)
        .where(AuditEvent.idx < log.first_idx + head.size)
        .order_by(AuditEvent.idx)
    )
    rows = session.execute(found).all()
    for begin in range(0, len(rows), PROVED):
        some = rows[begin : begin + PROVED]
        for each in filter(lambda each: each.opening, proving.opened(session, log, head, some)):
            proof = log_proof.LogProof(each.index, each.opening, tuple(each.proof), head.note or "")
            archive.writestr(f"events/{each.index}.tlog-proof", proof.text)
        progress(begin + len(some), len(rows))


def _blocks(session: Session, log: AuditLog, head: AuditCheckpoint) -> Iterator[Sequence[Any]]:
    """The events under a head in their order, some thousand at a time, as plain rows, which the session forgets."""
    for first in range(log.first_idx, log.first_idx + head.size, BLOCK):
        after = min(first + BLOCK, log.first_idx + head.size)
        some = _EVENTS.where(AuditEvent.idx >= first, AuditEvent.idx < after).order_by(AuditEvent.idx)
        yield session.execute(some).all()


_EVENTS: Final = select(
    AuditEvent.idx, AuditEvent.event_id, AuditEvent.case_id, AuditEvent.commitment, AuditEvent.sealed
)


class _Keys:
    """The keys under which events are sealed, each read once."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._keys: dict[str, bytes | None] = {}

    def opening(self, row: Any) -> bytes:
        """salt ‖ event of a row that was not erased; b"" where nobody can open it."""
        scope = proving.scope_of(row)
        if scope not in self._keys:
            self._keys[scope] = proving.keys_of(self._session, {scope}).get(scope)
        return opening_of(self._keys[scope], row)
