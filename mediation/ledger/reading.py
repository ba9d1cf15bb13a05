"""What the log shows: what was published to everybody signed in, its tiles and entries to auditors (`tlog-tiles`)."""

from dataclasses import dataclass
from typing import Final

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from mediation.access import Actor, require
from mediation.errors import NotFound
from mediation.ledger import proving
from mediation.ledger.logs import current_log, newest, size_of, tile_reader
from mediation.ledger.models import AuditEvent, AuditLog
from mediation.ledger.stamped import Stamped, newest_stamped
from mediation.protocol import tiles
from mediation.protocol.errors import ProtocolError


@dataclass(frozen=True)
class Published:
    """The newest published head, as a signed note, and the proof that it begins with what the reader has seen."""

    note: str | None
    proof: list[bytes]


def published(session: Session, actor: Actor, size: int) -> Published:
    """The newest published head. `size`: of the head that the reader kept, 0 for none; a proof from it is added where
    it is smaller. Before anything was published there is no note.
    """
    require(actor, "log:follow")
    log = current_log(session)
    head = newest(session, log.number, signed=True, published=True) if log else None
    if log is None or head is None:
        return Published(None, [])
    proof = proving.consistency(session, log.number, size, head.size) if size < head.size else []
    return Published(head.note, proof)


def timestamped(session: Session, actor: Actor, size: int | None) -> Stamped:
    """The newest published head that has a timestamp, or the one of `size` entries. Raises `not-found`."""
    require(actor, "log:follow")
    log = current_log(session)
    found = newest_stamped(session, log.number, size) if log else None
    if found is None:
        raise NotFound("not-found")
    return found


def consistency(session: Session, actor: Actor, number: int | None, first: int, size: int) -> list[bytes]:
    """The proof that a log of `size` entries begins with the one of `first`; of the newest log where no `number` is
    given. Raises `not-found` where there is no such log, or no signed head of that size or more; `not-allowed`.
    """
    require(actor, "log:compare")
    log = current_log(session) if number is None else session.get(AuditLog, number)
    head = newest(session, log.number, signed=True) if log else None
    if log is None or head is None or not first <= size <= head.size:
        raise NotFound("not-found")
    return proving.consistency(session, log.number, first, size)


def checkpoint(session: Session, actor: Actor, number: int) -> str:
    """The newest signed head of a log. Raises `not-found`, `not-allowed`."""
    log = _log(session, actor, number)
    head = newest(session, log.number, signed=True)
    if head is None or head.note is None:
        raise NotFound("not-found")
    return head.note


def tile(session: Session, actor: Actor, number: int, path: str) -> bytes:
    """A tile or a bundle of entries by the path of `tlog-tiles` after `tile/`. Raises `not-found`, `not-allowed`."""
    log = _log(session, actor, number)
    try:
        address = tiles.parse_path(path)
    except ProtocolError as error:
        raise NotFound("not-found") from error
    if not 0 < address.width <= tiles.width_at(size_of(session, number), address.level or 0, address.n):
        raise NotFound("not-found")
    if address.level is not None:
        return tile_reader(session, number)(address.level, address.n, address.width)
    first = log.first_idx + address.n * tiles.WIDTH
    return tiles.bundle(session.scalars(_ENTRIES, {"first": first, "after": first + address.width}).all())


def _log(session: Session, actor: Actor, number: int) -> AuditLog:
    require(actor, "log:audit")
    found = session.get(AuditLog, number)
    if found is None:
        raise NotFound("not-found")
    return found


_ENTRIES: Final = (
    select(AuditEvent.commitment)
    .where(AuditEvent.idx >= bindparam("first"), AuditEvent.idx < bindparam("after"))
    .order_by(AuditEvent.idx)
)
