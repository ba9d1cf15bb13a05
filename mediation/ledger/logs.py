"""Finding the log: which one is written now, its head, its tiles, and what was published of it."""

from collections.abc import Callable, Sequence
from typing import Final

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from mediation.ledger.models import AuditCheckpoint, AuditLog, AuditTile

ReadTile = Callable[[int, int, int], bytes]
"""(level, n, width) → the first `width` hashes of that tile, 32 bytes each. Raises KeyError for one that is missing."""


def current_log(session: Session) -> AuditLog | None:
    """The log that events go to; None before the first event was placed."""
    return session.scalars(select(AuditLog).order_by(AuditLog.number.desc()).limit(1)).one_or_none()


def newest(session: Session, log: int, *, signed: bool = False, published: bool = False) -> AuditCheckpoint | None:
    """The newest checkpoint of a log, of all or of those that are signed, or published."""
    found = select(AuditCheckpoint).where(AuditCheckpoint.log == log)
    if signed:
        found = found.where(AuditCheckpoint.note.is_not(None))
    if published:
        found = found.where(AuditCheckpoint.published_at.is_not(None))
    return session.scalars(found.order_by(AuditCheckpoint.size.desc()).limit(1)).one_or_none()


def size_of(session: Session, log: int) -> int:
    """How many entries a log has."""
    return session.scalar(_SIZE, {"of_log": log}) or 0


def tile_reader(session: Session, log: int) -> ReadTile:
    """Reads the tiles of a log; each is asked for once."""
    seen: dict[tuple[int, int], bytes] = {}

    def read(level: int, n: int, width: int) -> bytes:
        if (level, n) not in seen:
            hashes = session.scalar(_TILE, {"of_log": log, "of_level": level, "of_n": n})
            if hashes is None:
                raise KeyError(f"tile {level}/{n}")
            seen[level, n] = hashes
        return seen[level, n][: 32 * width]

    return read


def tiles_for(session: Session, log: int, size: int, indices: Sequence[int]) -> ReadTile:
    """Reads what the proofs of these entries need under a head of `size`, asked for once for each level."""
    read: dict[tuple[int, int], bytes] = {}
    level = 0
    while indices and size >> 8 * level:
        wanted = {place >> 8 * (level + 1) for place in (*indices, size)}  # beside the paths, and at the tree's edge
        found = session.execute(_TILES, {"of_log": log, "of_level": level, "of_ns": sorted(wanted)})
        read |= {(level, row.n): row.hashes for row in found}
        level += 1
    return lambda level, n, width: read[level, n][: 32 * width]


_SIZE: Final = (
    select(AuditCheckpoint.size)
    .where(AuditCheckpoint.log == bindparam("of_log"))
    .order_by(AuditCheckpoint.size.desc())
    .limit(1)
)
_TILE: Final = select(AuditTile.hashes).where(
    AuditTile.log == bindparam("of_log"),
    AuditTile.level == bindparam("of_level"),
    AuditTile.n == bindparam("of_n"),
)
_TILES: Final = select(AuditTile.n, AuditTile.hashes).where(
    AuditTile.log == bindparam("of_log"),
    AuditTile.level == bindparam("of_level"),
    AuditTile.n.in_(bindparam("of_ns", expanding=True)),
)
