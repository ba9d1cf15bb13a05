"""The order block tells facilitators, and nobody else, where a message stands among its writer's messages.

Only its hash and its form refuse; a number that does not fit raises an alarm beside the text. Always the same size, it
does not tell the server or a recipient whether a message is a second attempt, nor when it was written.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, Final, cast

from mediation.protocol import primitives, statements
from mediation.protocol.encoding import canonical, format_time, parse_canonical, parse_time
from mediation.protocol.errors import ProtocolError
from mediation.protocol.padding import pad_to, unpad_from
from mediation.protocol.salted import SALT, digest, new_salt
from mediation.protocol.statements import nullable, record, whole
from mediation.protocol.text import check_text

SIZE: Final = 1024
SEALED_SIZE: Final = SIZE + 48
GRACE: Final = timedelta(days=1)

_BLOCK: Final = record(
    {
        "salt": SALT,
        "seq": whole(1),
        "prev": nullable(statements.identifier),
        "revises": nullable(statements.identifier),
        "written_at": statements.moment,
        "case_hash": statements.digest,
        "seen": whole(0),
        "memory": whole(0),
        "provenance": lambda value, _: cast(None, check_text(value)),
        "alarm": nullable(statements.one_of("checkpoint")),
    }
)


@dataclass(frozen=True)
class Order:
    """Where a message stands among its writer's messages.

    `seq` counts the messages of this author's key in this case from 1, `prev` is its previous message_id, `revises` the
    message_id that it rewrites, `case_hash` the head that the writer saw, `seen` how many releases their client has
    been offered, `memory` the revision of their own memory, `provenance` free text on where, how and with whom it was
    written, `alarm` "checkpoint" if an offer's checkpoint contradicted the one they kept.
    """

    seq: int
    prev: str | None
    written_at: datetime
    case_hash: str
    seen: int
    memory: int
    revises: str | None = None
    provenance: str = ""
    alarm: str | None = None


@dataclass(frozen=True)
class Release:
    """A release to a writer, as a facilitator knows it."""

    decided_on: date
    not_before: datetime | None = None
    taken_back: bool = False


@dataclass(frozen=True)
class Known:
    """What a facilitator knows of a writer's key: the newest order and message_id before this one, and the releases
    to the writer so far."""

    last: Order | None = None
    last_id: str | None = None
    releases: Sequence[Release] = ()


def close(order: Order) -> bytes:
    """The block of 1024 bytes, with a fresh salt. Raises `too-large`, `bad-text`, `bad-field`."""
    fields = {
        "salt": new_salt(),
        "seq": order.seq,
        "prev": order.prev,
        "revises": order.revises,
        "written_at": format_time(order.written_at),
        "case_hash": order.case_hash,
        "seen": order.seen,
        "memory": order.memory,
        "provenance": order.provenance,
        "alarm": order.alarm,
    }
    _BLOCK(fields, "")
    return pad_to(canonical(fields), SIZE)


def block_hash(block: bytes) -> str:
    """`order_hash`: B64(H(PAE("mediation/v1/order", block)))."""
    return digest("order", block)


def open_(sealed: bytes, epoch_secret: bytes, order_hash: str) -> Order:
    """The order sealed to an epoch's key.

    Raises `cannot-open`, `order-hash-wrong`, `bad-padding`, `not-canonical`, `missing-field`, `unknown-field`,
    `bad-field`, `bad-text`.
    """
    block = primitives.open_seal(epoch_secret, sealed)
    if block_hash(block) != order_hash:
        raise ProtocolError("order-hash-wrong")
    fields = parse_canonical(unpad_from(block, SIZE))
    _BLOCK(fields, "")
    return _order(fields)


def _order(fields: dict[str, Any]) -> Order:
    return Order(
        seq=fields["seq"],
        prev=fields["prev"],
        written_at=parse_time(fields["written_at"]),
        case_hash=fields["case_hash"],
        seen=fields["seen"],
        memory=fields["memory"],
        revises=fields["revises"],
        provenance=fields["provenance"],
        alarm=fields["alarm"],
    )


def alarms(order: Order, known: Known) -> tuple[str, ...]:
    """What does not fit, in this order: `seq-wrong`, `prev-wrong`, `memory-fell`, `seen-fell`, `seen-too-many`,
    `seen-too-few`, `checkpoint-contradicted`.

    None of these refuses: each is shown beside the text.
    """
    last = known.last
    found = {
        "seq-wrong": order.seq != (last.seq + 1 if last else 1),
        "prev-wrong": order.prev != known.last_id,
        "memory-fell": last is not None and order.memory <= last.memory,
        "seen-fell": last is not None and order.seen < last.seen,
        "seen-too-many": order.seen > len(known.releases),
        "seen-too-few": order.seen < sum(_surely_offered(each, order.written_at) for each in known.releases),
        "checkpoint-contradicted": order.alarm is not None,
    }
    return tuple(name for name, holds in found.items() if holds)


def _surely_offered(release: Release, written_at: datetime) -> bool:
    """Whether an honest server must have offered it: more than a day before the writing, and not taken back.

    The day of grace covers the date without a time of `decided_on`, and a page that was opened before `not_before`.
    """
    if release.taken_back:
        return False
    if release.not_before is not None and release.not_before > written_at - GRACE:
        return False
    return release.decided_on + GRACE < written_at.date()
