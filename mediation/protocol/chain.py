"""A chain of statements continues without a gap, never steps back, and never forks from what was seen before.

Agency, roster, case and consent statements each form a chain: `seq` counts from 1 and `prev` is the hash of the one
before. What a client keeps of a chain is a `Pin`; whatever it is given later must contain the pinned statement.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from mediation.protocol.envelope import Statement
from mediation.protocol.errors import ProtocolError


@dataclass(frozen=True)
class Pin:
    """The newest statement of a chain that somebody has verified: its number and its hash (B64)."""

    seq: int
    hash: str


def pin(statement: Statement) -> Pin:
    """The pin of a verified statement."""
    return Pin(statement.payload["seq"], statement.hash)


def check_next(before: Statement, after: Statement) -> None:
    """Raise `chain-seq` or `chain-broken` unless `after` is the statement that follows `before`."""
    if after.payload["seq"] != before.payload["seq"] + 1:
        raise ProtocolError("chain-seq")
    if after.payload["prev"] != before.hash:
        raise ProtocolError("chain-broken")


def check_links(statements: Sequence[Statement]) -> None:
    """Raise `chain-empty`, `chain-seq` or `chain-broken` unless each statement follows the one before it."""
    if not statements:
        raise ProtocolError("chain-empty")
    for before, after in pairwise(statements):
        check_next(before, after)


def check_pin(statements: Sequence[Statement], pinned: Pin | None) -> None:
    """Raise unless the chain, a linked and not empty one, contains what was pinned.

    `chain-rolled-back`: it ends before the pin. `chain-misses-pin`: it starts after the pin. `chain-forked`: it has
    another statement in the pin's place.
    """
    if pinned is None:
        return
    if statements[-1].payload["seq"] < pinned.seq:
        raise ProtocolError("chain-rolled-back")
    offset = pinned.seq - statements[0].payload["seq"]
    if offset < 0:
        raise ProtocolError("chain-misses-pin")
    if statements[offset].hash != pinned.hash:
        raise ProtocolError("chain-forked")
