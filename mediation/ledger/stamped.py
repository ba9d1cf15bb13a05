"""What is stamped of a published head, and the timestamps that there are: without the libraries that read them.

Stamped is the note as the log signed it, without the lines of witnesses: these come when they come, and neither the
authority nor the witnesses wait for each other. The note's beginning never changes, so whoever has it has those bytes.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from sqlalchemy import and_, bindparam, select
from sqlalchemy.orm import Session

from mediation.ledger.models import AuditCheckpoint, AuditTimestamp
from mediation.protocol import notes


@dataclass(frozen=True)
class Stamped:
    """A published head of `size` entries: the bytes that were stamped, and the authority's answer (DER)."""

    size: int
    data: bytes
    answer: bytes


def stamped(note: str) -> bytes:
    """The bytes of a note that are stamped: its text and the lines under the log's own name. Raises ProtocolError."""
    read = notes.parse(note)
    origin = read.text.partition("\n")[0]
    return notes.issue(read.text, [each for each in read.signatures if each.name == origin]).encode()


def newest_stamped(session: Session, log: int, size: int | None) -> Stamped | None:
    """The newest head of a log that has a timestamp, or the one of `size` entries if that has one."""
    wanted = _STAMPED if size is None else _STAMPED.where(AuditTimestamp.size == size)
    found = session.execute(wanted.order_by(AuditTimestamp.size.desc()).limit(1), {"of_log": log}).one_or_none()
    return Stamped(found.size, stamped(found.note), found.answer) if found else None


def answers(session: Session, log: int, sizes: Sequence[int]) -> Sequence[tuple[int, bytes]]:
    """(size, the authority's answer) of those of these heads that have a timestamp, the smallest first."""
    found = session.execute(_ANSWERS, {"of_log": log, "of_sizes": sizes}).all()
    return [(row.size, row.answer) for row in found]


_STAMPED: Final = (
    select(AuditTimestamp.size, AuditTimestamp.answer, AuditCheckpoint.note)
    .join(
        AuditCheckpoint,
        and_(AuditCheckpoint.log == AuditTimestamp.log, AuditCheckpoint.size == AuditTimestamp.size),
    )
    .where(AuditTimestamp.log == bindparam("of_log"), AuditTimestamp.answer.is_not(None))
    .where(AuditCheckpoint.published_at.is_not(None), AuditCheckpoint.note.is_not(None))
)
_ANSWERS: Final = (
    select(AuditTimestamp.size, AuditTimestamp.answer)
    .where(AuditTimestamp.log == bindparam("of_log"), AuditTimestamp.answer.is_not(None))
    .where(AuditTimestamp.size.in_(bindparam("of_sizes", expanding=True)))
    .order_by(AuditTimestamp.size)
)
