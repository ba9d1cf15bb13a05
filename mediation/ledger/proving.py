"""Events of the log, opened and proved: salt ‖ event, and the hashes up to the root of a signed head.

Whatever is asked of a page of events takes a fixed number of questions: one for the keys, and one for each level of
tiles.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from mediation.db import UnreadableError
from mediation.ledger.logs import newest, tiles_for
from mediation.ledger.models import AuditCheckpoint, AuditKey, AuditLog
from mediation.ledger.operations import AGENCY_SCOPE, opening_of
from mediation.protocol import tiles


@dataclass(frozen=True)
class Opened:
    """An event at its index: `opening` is salt ‖ event, b"" where nobody can open it; `proof` the hashes up to the root
    of a head.
    """

    index: int
    opening: bytes
    proof: list[bytes]


@dataclass(frozen=True)
class Place:
    """A log, and the head of it under which its events are proved, if there is a signed one."""

    log: AuditLog
    head: AuditCheckpoint | None

    def index(self, idx: int) -> int | None:
        """An event's place among those that the head covers."""
        index = idx - self.log.first_idx
        return index if self.head is not None and index < self.head.size else None


def places(session: Session, indices: Sequence[int], *, published: bool = False) -> list[Place]:
    """Where events stand, under the newest signed or published head: in the newest log, or in one from before a
    restored backup.
    """
    logs = session.scalars(_LOGS).all() if indices else []
    written_in = [next(log for log in logs if log.first_idx <= idx) for idx in indices]
    heads = {log.number: newest(session, log.number, signed=True, published=published) for log in {*written_in}}
    return [Place(log, heads[log.number]) for log in written_in]


def opened(session: Session, log: AuditLog, head: AuditCheckpoint, rows: Sequence[Any]) -> list[Opened]:
    """Events of a log (rows of idx, event_id, case_id and sealed), each with its proof under a head that covers it."""
    indices = [row.idx - log.first_idx for row in rows]
    read = tiles_for(session, log.number, head.size, indices)
    return [
        Opened(index, opening, tiles.inclusion_proof(index, head.size, read))
        for index, opening in zip(indices, openings(session, rows), strict=True)
    ]


def openings(session: Session, rows: Sequence[Any]) -> list[bytes]:
    """salt ‖ event of each of these rows (event_id, case_id, sealed), none of which was erased; b"" of what nobody can
    open.
    """
    keys = keys_of(session, {scope_of(row) for row in rows})
    return [opening_of(keys.get(scope_of(row)), row) for row in rows]


def keys_of(session: Session, scopes: Collection[str]) -> dict[str, bytes]:
    """The keys of these scopes, without those that are gone or that none of the server's keys opens."""
    try:
        return {row.scope: row.key for row in session.execute(_KEYS, {"scopes": [*scopes]})}
    except UnreadableError:
        alone = [keys_of(session, {each}) for each in scopes] if len(scopes) > 1 else []
        return {scope: key for found in alone for scope, key in found.items()}


def consistency(session: Session, log: int, old: int, size: int) -> list[bytes]:
    """The proof that the first `old` entries of a log are among its first `size`."""
    return tiles.consistency_proof(old, size, tiles_for(session, log, size, [old - 1] if old else []))


def scope_of(row: Any) -> str:
    """Whose key an event is sealed with: its case's, or the agency's."""
    return row.case_id or AGENCY_SCOPE


_LOGS: Final = select(AuditLog).order_by(AuditLog.number.desc())
_KEYS: Final = select(AuditKey.scope, AuditKey.key).where(AuditKey.scope.in_(bindparam("scopes", expanding=True)))
