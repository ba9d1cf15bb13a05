"""Gives the waiting events their places in the log: each exactly one, without a gap, in batches beside the requests.

The tree is extended and committed first and signed afterwards (`signing.py`), so that a signature never stands under
something that the database then loses. Whoever integrates holds the log; a second integrator waits for nothing and does
nothing. Late commits are found because an event waits by having no place, not by a number.
"""

import hashlib
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Final

from sqlalchemy import bindparam, insert, select, text, update
from sqlalchemy.orm import Session

from mediation.db import dialect_of, settings_of
from mediation.ledger.logs import current_log, size_of, tile_reader
from mediation.ledger.models import AuditCheckpoint, AuditEvent, AuditLog, AuditTile
from mediation.protocol import tiles

BATCH: Final = 8192
LOCK: Final = 0x6175646974  # "audit"


def integrate(session: Session, now: datetime, *, limit: int = BATCH) -> int:
    """Place up to `limit` waiting events, the one that was queued first first; returns how many. Never commits."""
    if not hold_log(session):
        return 0
    waiting = session.execute(_WAITING, {"few": limit}).all()
    if waiting:
        extend(session, now, [each.qid for each in waiting], [each.commitment for each in waiting])
    return len(waiting)


def hold_log(session: Session) -> bool:
    """Hold the log until the transaction ends; False where somebody else does. A statement of its own on PostgreSQL,
    so that the next one sees all that was committed before; on SQLite whoever writes is alone.
    """
    if dialect_of(session) != "postgresql":
        return True
    return bool(session.scalar(text("SELECT pg_try_advisory_xact_lock(:lock)"), {"lock": LOCK}))


def extend(session: Session, now: datetime, qids: Sequence[int], commitments: Sequence[bytes]) -> AuditCheckpoint:
    """Add these events to the tree, in this order; returns the tree's new, unsigned head."""
    log = current_log(session) or open_first(session, now)
    size = size_of(session, log.number)
    first = log.first_idx + size
    session.execute(_PLACE, [{"of_qid": qid, "place": first + i} for i, qid in enumerate(qids)])
    leaves = [hashlib.sha256(b"\0" + each).digest() for each in commitments]
    grown = tiles.extend(size, tile_reader(session, log.number), leaves)
    _store(session, log.number, size, grown.tiles)
    head = AuditCheckpoint(
        log=log.number, size=size + len(leaves), root=grown.root, note=None, made_at=now, published_at=None
    )
    session.add(head)
    session.flush()
    return head


def open_first(session: Session, now: datetime) -> AuditLog:
    """The first log of this server, empty."""
    log = AuditLog(number=1, origin=settings_of(session).log_origin(1), first_idx=0, opened_at=now)
    session.add(log)
    session.flush()
    return log


def _store(session: Session, log: int, size: int, grown: Mapping[tuple[int, int], bytes]) -> None:
    """Write the tiles that have grown; one that the tree of the old size had already grows at its end."""
    rows: dict[bool, list[dict[str, object]]] = {True: [], False: []}
    for (level, n), hashes in grown.items():
        there = tiles.width_at(size, level, n) > 0
        rows[there].append({"of_log": log, "of_level": level, "of_n": n, "now": hashes})
    for there, statement in ((True, _GROW), (False, _ADD)):
        if rows[there]:
            session.execute(statement, rows[there])


_EVENT: Final = AuditEvent.metadata.tables[AuditEvent.__tablename__]
_TILE: Final = AuditTile.metadata.tables[AuditTile.__tablename__]
_WAITING: Final = (
    select(AuditEvent.qid, AuditEvent.commitment)
    .where(AuditEvent.idx.is_(None))
    .order_by(AuditEvent.qid)
    .limit(bindparam("few"))
)
_PLACE: Final = update(_EVENT).where(_EVENT.c.qid == bindparam("of_qid")).values(idx=bindparam("place"))
_GROW: Final = (
    update(_TILE)
    .where(_TILE.c.log == bindparam("of_log"), _TILE.c.level == bindparam("of_level"), _TILE.c.n == bindparam("of_n"))
    .values(hashes=bindparam("now"))
)
_ADD: Final = insert(_TILE).values(
    log=bindparam("of_log"), level=bindparam("of_level"), n=bindparam("of_n"), hashes=bindparam("now")
)
