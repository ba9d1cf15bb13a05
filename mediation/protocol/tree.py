"""Merkle trees of RFC 9162, section 2.1 (SHA-256): a proof shows that a leaf is among those under a root.

A proof alone does not fix the size: trees of 7 and of 8 leaves have proofs of the same shape for some places. Size and
root are trusted together, from one signed statement.
"""

import hashlib
from collections.abc import Sequence

from mediation.protocol.encoding import MAX_INT, check_int
from mediation.protocol.errors import ProtocolError
from mediation.protocol.primitives import equal


class Tree:
    """A tree, whose every hash is kept: proofs of many leaves cost no hashing.

    `levels[0]` holds the leaves' hashes; on each further level stands one for two below, the last without a partner
    as it is, which is the same tree as the RFC's.
    """

    def __init__(self, leaves: Sequence[bytes]) -> None:
        self.levels = [[_leaf(leaf) for leaf in leaves]]
        while len(self.levels[-1]) > 1:
            self.levels.append(_above(self.levels[-1]))

    @property
    def root(self) -> bytes:
        """The 32-byte root; of no leaves it is the hash of nothing."""
        return self.levels[-1][0] if self.levels[0] else hashlib.sha256(b"").digest()

    def prove(self, index: int) -> list[bytes]:
        """The hashes beside the path from leaf number `index` (from 0) up to the root, lowest first. Raises
        `bad-proof`.
        """
        if not 0 <= index < len(self.levels[0]):
            raise ProtocolError("bad-proof")
        beside = [(level, (index >> height) ^ 1) for height, level in enumerate(self.levels[:-1])]
        return [level[place] for level, place in beside if place < len(level)]


def _above(level: list[bytes]) -> list[bytes]:
    pairs = [_node(left, right) for left, right in zip(level[::2], level[1::2], strict=False)]
    return pairs + level[-1:] if len(level) % 2 else pairs


def root(leaves: Sequence[bytes]) -> bytes:
    """The 32-byte root over leaves of any length; of none it is the hash of nothing."""
    return Tree(leaves).root


def inclusion_proof(leaves: Sequence[bytes], index: int) -> list[bytes]:
    """The proof of leaf number `index`, as `Tree.prove`. Raises `bad-proof`."""
    return Tree(leaves).prove(index)


def verify_inclusion(leaf: bytes, index: int, size: int, proof: list[bytes], expected: bytes) -> None:
    """Raise `bad-proof` unless `leaf` is number `index` of the `size` leaves under the root `expected`.

    Section 2.1.3.2 of RFC 9162.
    """
    check_int(index, 0, check_int(size, 1, MAX_INT, "bad-proof") - 1, "bad-proof")
    if not equal(_climb(_leaf(leaf), index, size - 1, proof), expected):
        raise ProtocolError("bad-proof")


def _climb(node: bytes, place: int, last: int, proof: list[bytes]) -> bytes:
    """The root that a proof leads to; `place` and `last` are numbers of nodes on the current level."""
    for sibling in proof:
        if last == 0:
            raise ProtocolError("bad-proof")
        if place % 2 == 1 or place == last:
            node = _node(sibling, node)
            while place % 2 == 0 and place != 0:  # levels on which the last node stands alone
                place, last = place >> 1, last >> 1
        else:
            node = _node(node, sibling)
        place, last = place >> 1, last >> 1
    if last != 0:
        raise ProtocolError("bad-proof")
    return node


def _leaf(leaf: bytes) -> bytes:
    return hashlib.sha256(b"\0" + leaf).digest()


def _node(left: bytes, right: bytes) -> bytes:
    return hashlib.sha256(b"\1" + left + right).digest()

