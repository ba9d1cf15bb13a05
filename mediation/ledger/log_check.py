"""Whether the log's tables agree with each other: places without a gap, tiles and heads of exactly these entries, and
what the signer remembers; and every timestamp of a published head.

The tree is built anew from the entries, some thousand at a time, and compared with every stored tile and head.
"""

from collections.abc import Mapping, Sequence
from itertools import zip_longest
from typing import Any, Final

from sqlalchemy import and_, func, select
from sqlalchemy.orm import Session

from mediation.ledger.models import AuditCheckpoint, AuditEvent, AuditLog, AuditTile, AuditTimestamp
from mediation.ledger.stamped import stamped
from mediation.ledger.state import Head
from mediation.ledger.verifying import Progress, Report
from mediation.protocol import checkpoint, notes, tiles, tree
from mediation.protocol.errors import ProtocolError

BLOCK: Final = 4096
FULL: Final = tiles.WIDTH * tiles.HASH


def check_logs(
    session: Session, report: Report, signed: Mapping[str, Head], seeds: Sequence[bytes], progress: Progress
) -> None:
    """Find what is wrong with the logs. `signed`: what the signer remembers, by origin; `seeds`: of its keys."""
    logs = session.execute(_LOGS).all()
    _check_ends(session, report, logs)
    for log, following in zip_longest(logs, logs[1:]):
        end = _end(session) if following is None else following.first_idx
        keys = [notes.verifier_key(log.origin, seed).text for seed in seeds]
        check = _Log(session, report, log, end - log.first_idx, keys)
        check.entries(progress)
        check.heads(signed.get(log.origin))


def _end(session: Session) -> int:
    newest = session.scalar(select(func.max(AuditEvent.idx)))
    return 0 if newest is None else newest + 1


def _check_ends(session: Session, report: Report, logs: Sequence[Any]) -> None:
    """The first log begins at the first entry, and nothing is placed before or without one."""
    lowest = session.scalar(select(func.min(AuditEvent.idx)))
    first = logs[0].first_idx if logs else None
    if (first not in (None, 0)) or (lowest is not None and (first is None or lowest < first)):
        report.find("entry-misplaced", "Entries stand before the beginning of the log.", lowest)


class _Log:
    """One log: `size` entries from `first_idx` on."""

    def __init__(self, session: Session, report: Report, log: Any, size: int, keys: Sequence[str]) -> None:
        self._session = session
        self._report = report
        self._log = log
        self._size = size
        self._keys = keys
        self._edge: dict[tuple[int, int], bytes] = {}
        self._heads = 0
        self._tiles = 0

    def entries(self, progress: Progress) -> None:
        """Every entry in its place, every tile and every head over exactly these."""
        for begin in range(0, self._size, BLOCK):
            end = min(begin + BLOCK, self._size)
            grown = tiles.extend(begin, self._read, self._leaves(begin, end))
            self._edge |= grown.tiles
            self._check_heads(begin, end)
            self._edge = {place: each for place, each in self._edge.items() if not self._done(place, each)}
            progress(end, self._size)
        for place, hashes in self._edge.items():
            self._check_tile(place, hashes)
        stored = select(func.count()).select_from(AuditTile).where(AuditTile.log == self._log.number)
        if self._session.scalar(stored) != self._tiles:
            self._report.find("tile-wrong", f"{self._log.origin}: there are tiles of entries that do not exist.")

    def _leaves(self, begin: int, end: int) -> list[bytes]:
        first = self._log.first_idx
        wanted = _ENTRIES.where(AuditEvent.idx >= first + begin, AuditEvent.idx < first + end)
        found = {row.idx: row.commitment for row in self._session.execute(wanted)}
        for idx in range(first + begin, first + end):
            if idx not in found:
                self._report.find("entry-missing", "No event stands in this place of the log.", idx)
        return [tree.leaf_hash(found.get(idx, b"")) for idx in range(first + begin, first + end)]

    def _read(self, level: int, n: int, width: int) -> bytes:
        return self._edge[level, n][: width * tiles.HASH]

    def _done(self, place: tuple[int, int], hashes: bytes) -> bool:
        """Whether a tile is full: it is compared, and not needed any more."""
        if len(hashes) == FULL:
            self._check_tile(place, hashes)
        return len(hashes) == FULL

    def _check_tile(self, place: tuple[int, int], hashes: bytes) -> None:
        self._tiles += 1
        level, n = place
        mine = select(AuditTile.hashes).where(AuditTile.log == self._log.number)
        if self._session.scalar(mine.where(AuditTile.level == level, AuditTile.n == n)) != hashes:
            self._report.find("tile-wrong", f"{self._log.origin}: tile {level}/{n} is not that of the entries.")

    def _check_heads(self, begin: int, end: int) -> None:
        wanted = _HEADS.where(AuditCheckpoint.log == self._log.number)
        for head in self._session.execute(wanted.where(AuditCheckpoint.size > begin, AuditCheckpoint.size <= end)):
            self._heads += 1
            if tiles.root(head.size, self._read) != head.root:
                self._wrong("root-wrong", head.size, "is not over the entries that stand there")
            if head.note is not None:
                self._check_note(head)

    def _check_note(self, head: Any) -> None:
        """A head that was signed with a key that is no longer held is known by its text alone."""
        try:
            said = checkpoint.parse(notes.parse(head.note).text)
            checkpoint.opened(head.note, self._keys)
        except ProtocolError as error:
            if error.code != "note-unsigned":
                self._wrong(error.code, head.size, "is not signed as it must be")
                return
        if (said.origin, said.size, said.root) != (self._log.origin, head.size, head.root):
            self._wrong("head-wrong", head.size, "was signed as something else")

    def heads(self, signed: Head | None) -> None:
        """The heads end where the entries end, and the signer remembers none that is not there."""
        mine = select(func.count()).select_from(AuditCheckpoint).where(AuditCheckpoint.log == self._log.number)
        if self._session.scalar(mine) != self._heads:
            self._wrong("head-wrong", self._size, "is followed by heads of entries that do not exist")
        newest = select(func.max(AuditCheckpoint.size)).where(AuditCheckpoint.log == self._log.number)
        if (self._session.scalar(newest) or 0) != self._size:
            self._wrong("head-missing", self._size, "is missing")
        if signed is not None:
            wanted = select(AuditCheckpoint.root).where(AuditCheckpoint.log == self._log.number)
            if self._session.scalar(wanted.where(AuditCheckpoint.size == signed.size)) != signed.root:
                self._wrong("log-rolled-back", signed.size, "that the signer remembers is not there")

    def _wrong(self, code: str, size: int, text: str) -> None:
        self._report.find(code, f"{self._log.origin}: the head of {size} entries {text}.")


def check_timestamps(session: Session, report: Report, pem: str) -> None:
    """Find every timestamp that is not of a published head, or that does not hold under the roots that are set; without
    roots (empty) what they say is not looked at.
    """
    for row in session.execute(_TIMESTAMPS, execution_options={"yield_per": 100}):
        name = f"Log {row.log}: the timestamp of {row.size} entries"
        if row.note is None or row.published_at is None:
            report.find("timestamp-misplaced", f"{name} is of no published head.")
        elif pem:
            _check_timestamp(report, name, row, pem)


def _check_timestamp(report: Report, name: str, row: Any, pem: str) -> None:
    from mediation.ledger import stamps

    try:
        stamps.opened(row.answer, stamped(row.note), stamps.roots_in(pem))
    except (stamps.StampError, ProtocolError) as error:
        report.find(error.code, f"{name} does not hold. {error.sentence}")


_TIMESTAMPS: Final = (
    select(AuditTimestamp.log, AuditTimestamp.size, AuditTimestamp.answer)
    .add_columns(AuditCheckpoint.note, AuditCheckpoint.published_at)
    .outerjoin(
        AuditCheckpoint, and_(AuditCheckpoint.log == AuditTimestamp.log, AuditCheckpoint.size == AuditTimestamp.size)
    )
    .where(AuditTimestamp.answer.is_not(None))
    .order_by(AuditTimestamp.log, AuditTimestamp.size)
)
_LOGS: Final = select(AuditLog.number, AuditLog.origin, AuditLog.first_idx).order_by(AuditLog.number)
_ENTRIES: Final = select(AuditEvent.idx, AuditEvent.commitment)
_HEADS: Final = select(AuditCheckpoint.size, AuditCheckpoint.root, AuditCheckpoint.note)
