"""Asks the configured witnesses to sign the head that was published, and adds their lines to its note.

Only published heads leave the server: how the log grows between them is news about what people do. Nobody waits for a
witness: no transaction is open while one is talked to, its time and bytes are bounded, and one that fails is said once
in the log of the process and asked again later. Any number of processes may ask at once.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

import httpx
import structlog
from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from mediation.db import reading, writing
from mediation.ledger import posting
from mediation.ledger.logs import current_log, newest, tile_reader
from mediation.ledger.models import AuditCheckpoint
from mediation.ledger.posting import PostError
from mediation.protocol import notes, tiles, witnessing
from mediation.protocol.errors import ProtocolError
from mediation.protocol.notes import VerifierKey
from mediation.settings import Witnesses

log = structlog.get_logger("mediation.ledger")

FIRST_WAIT: Final = timedelta(minutes=1)
LONGEST_WAIT: Final = timedelta(hours=1)
EARLIER: Final = 31
"""Published heads that are looked through for the one that a witness signed last."""


class AskError(Exception):
    """A witness could not be asked, or did not sign. `code` is stable."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


@dataclass
class Witness:
    """One witness: its key and address; and, after a failure, what was said of it and when to ask again."""

    key: VerifierKey
    url: str
    said: str | None = None
    failures: int = 0
    later: datetime | None = None

    def failed(self, code: str, now: datetime) -> None:
        """Note a failure; the log of the process hears of it once."""
        if self.said != code:
            log.warning("witness did not sign", witness=self.key.id.hex(), code=code)
        self.said = code
        self.later = now + min(FIRST_WAIT * (1 << min(self.failures, 10)), LONGEST_WAIT)
        self.failures += 1

    def answered(self) -> None:
        """All is well again."""
        self.said, self.failures, self.later = None, 0, None


@dataclass(frozen=True)
class Wanted:
    """A head that a witness shall sign."""

    log: int
    size: int
    request: witnessing.Request


class Asking:
    """Asks these witnesses (AUDIT_WITNESSES) on behalf of one engine."""

    def __init__(self, engine: Engine, witnesses: Witnesses, clock: Callable[[], datetime]) -> None:
        self.engine = engine
        self.clock = clock
        self.witnesses = [Witness(notes.parse_key(vkey), url) for vkey, url in witnesses]

    def turn(self, stopping: Callable[[], bool] = lambda: False) -> int:
        """Ask whoever has not signed the newest published head, unless it is too early; returns how many signed."""
        return sum(self._ask(each) for each in self.witnesses if not stopping())

    def _ask(self, witness: Witness) -> bool:
        if witness.later is not None and self.clock() < witness.later:
            return False
        try:
            signed = self._sign(witness)
        except (AskError, ProtocolError) as error:
            witness.failed(error.code, self.clock())
            return False
        witness.answered()
        return signed

    def _sign(self, witness: Witness) -> bool:
        """Get and add the witness's lines; False where there is nothing to sign. Raises AskError, ProtocolError."""
        wanted = self._wanted(witness.key)
        if wanted is None:
            return False
        status, body = self._post(witness.url, wanted.request)
        if status == httpx.codes.CONFLICT:
            wanted = self._wanted(witness.key, witnessing.size_named(body))
            if wanted is None:
                return False
            status, body = self._post(witness.url, wanted.request)
        if status != httpx.codes.OK:
            raise AskError(f"witness-answered-{status}")
        lines = witnessing.cosignatures(wanted.request.note, body, witness.key)
        with writing(self.engine) as session:
            add_lines(session, wanted.log, wanted.size, witness.key, lines)
            session.commit()
        return True

    def _wanted(self, key: VerifierKey, old: int | None = None) -> Wanted | None:
        with reading(self.engine) as session:
            return wanted(session, key, old)

    def _post(self, url: str, request: witnessing.Request) -> tuple[int, bytes]:
        """Status and body of the answer, as they came. Raises AskError `witness-unreachable` or `witness-too-large`."""
        try:
            return posting.post(url + witnessing.PATH, request.text.encode(), witnessing.MOST_BYTES)
        except PostError as error:
            raise AskError(f"witness-{error.code}") from error


def wanted(session: Session, key: VerifierKey, old: int | None = None) -> Wanted | None:
    """The newest published head that this witness has not signed, with the proof from what it signed last (`old`: what
    it says that was); None where there is none. Raises AskError `witness-ahead` for one that knows more than was
    published: the log was rolled back, or somebody else asked it.
    """
    current = current_log(session)
    head = newest(session, current.number, signed=True, published=True) if current else None
    if current is None or head is None or head.note is None or has_signed(head.note, key):
        return None
    from_size = _signed_last(session, head, key) if old is None else old
    if from_size > head.size:
        raise AskError("witness-ahead")
    hashes = tiles.consistency_proof(from_size, head.size, tile_reader(session, current.number))
    return Wanted(current.number, head.size, witnessing.Request(from_size, tuple(hashes), head.note))


def _signed_last(session: Session, head: AuditCheckpoint, key: VerifierKey) -> int:
    earlier = (
        select(AuditCheckpoint.size, AuditCheckpoint.note)
        .where(AuditCheckpoint.log == head.log, AuditCheckpoint.published_at.is_not(None))
        .where(AuditCheckpoint.note.is_not(None), AuditCheckpoint.size < head.size)
        .order_by(AuditCheckpoint.size.desc())
        .limit(EARLIER)
    )
    return next((row.size for row in session.execute(earlier) if has_signed(row.note or "", key)), 0)


def has_signed(note: str, key: VerifierKey) -> bool:
    """Whether a note has a line of this key; it was verified when it was added."""
    return any(notes.named(each, key) for each in notes.parse(note).signatures)


def add_lines(session: Session, log: int, size: int, key: VerifierKey, lines: str) -> None:
    """Put a witness's verified lines at the end of a head's note, once, whoever else has asked. Never commits."""
    head = session.get_one(AuditCheckpoint, (log, size), with_for_update=True, populate_existing=True)
    if head.note is not None and not has_signed(head.note, key):
        head.note += lines
        session.flush()
