"""Merkle trees of RFC 9162, section 2.1 (SHA-256): a proof shows that a leaf is among those under a root.

A proof alone does not fix the size: trees of 7 and of 8 leaves have proofs of the same shape for some places. Size and
root are trusted together, from one signed statement.
"""

import hashlib
from collections.abc import Iterable, Sequence
from typing import Final

from mediation.protocol.encoding import MAX_INT, check_int
from mediation.protocol.errors import ProtocolError
from mediation.protocol.primitives import equal

HASH_SIZE: Final = 32


class Tree:
    """A tree, whose every hash is kept: proofs of many leaves cost no hashing.

    `levels[0]` holds the leaves' hashes, one after the other; on each further level stands one for two below, the last
    without a partner as it is, which is the same tree as the RFC's.
    """

    def __init__(self, leaves: Iterable[bytes]) -> None:
        self.levels = [b"".join(map(leaf_hash, leaves))]
        while len(self.levels[-1]) > HASH_SIZE:
            self.levels.append(_above(self.levels[-1]))

    @property
    def root(self) -> bytes:
        """The 32-byte root; of no leaves it is the hash of nothing."""
        return self.levels[-1] or hashlib.sha256(b"").digest()

    def prove(self, index: int) -> list[bytes]:
        """The hashes beside the path from leaf number `index` (from 0) up to the root, lowest first. Raises
        `bad-proof`.
        """
        if not 0 <= index < len(self.levels[0]) // HASH_SIZE:
            raise ProtocolError("bad-proof")
        beside = (_hash_at(level, (index >> height) ^ 1) for height, level in enumerate(self.levels[:-1]))
        return [each for each in beside if each]


def _hash_at(level: bytes, place: int) -> bytes:
    """The hash at this place of a level; b"" after its end."""
    return level[place * HASH_SIZE : (place + 1) * HASH_SIZE]


def _above(level: bytes) -> bytes:
    pairs, alone = divmod(len(level) // HASH_SIZE, 2)
    made = (node_hash(_hash_at(level, 2 * each), _hash_at(level, 2 * each + 1)) for each in range(pairs))
    return b"".join(made) + (level[-HASH_SIZE:] if alone else b"")


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
    if not equal(_climb(leaf_hash(leaf), index, size - 1, proof), expected):
        raise ProtocolError("bad-proof")


def verify_consistency(old_size: int, old_root: bytes, size: int, new_root: bytes, proof: Sequence[bytes]) -> None:
    """Raise `bad-proof` unless the tree of `size` leaves under `new_root` begins with the `old_size` under `old_root`.

    Section 2.1.4.2 of RFC 9162. The empty tree begins every tree: its root must be the hash of nothing, and there is no
    proof. Equal sizes have equal roots and no proof.
    """
    check_int(old_size, 0, check_int(size, 0, MAX_INT, "bad-proof"), "bad-proof")
    if old_size == 0 and not equal(old_root, root([])):
        raise ProtocolError("bad-proof")
    if old_size in (0, size):
        if proof or (old_size == size and not equal(old_root, new_root)):
            raise ProtocolError("bad-proof")
        return
    hashes = list(proof)
    if old_size & (old_size - 1) == 0:  # a full tree: its root is the first hash of the proof
        hashes.insert(0, old_root)
    if not hashes:
        raise ProtocolError("bad-proof")
    before, now = _rise(hashes, old_size - 1, size - 1)
    if not (equal(before, old_root) and equal(now, new_root)):
        raise ProtocolError("bad-proof")


def _rise(hashes: Sequence[bytes], place: int, last: int) -> tuple[bytes, bytes]:
    """The two roots that a consistency proof leads to; `place` is the last node of the old tree, `last` of the new."""
    while place % 2 == 1:
        place, last = place >> 1, last >> 1
    before = now = hashes[0]
    for each in hashes[1:]:
        if last == 0:
            raise ProtocolError("bad-proof")
        if place % 2 == 1 or place == last:
            before, now = node_hash(each, before), node_hash(each, now)
            while place % 2 == 0 and place != 0:
                place, last = place >> 1, last >> 1
        else:
            now = node_hash(now, each)
        place, last = place >> 1, last >> 1
    if last != 0:
        raise ProtocolError("bad-proof")
    return before, now


def _climb(node: bytes, place: int, last: int, proof: list[bytes]) -> bytes:
    """The root that a proof leads to; `place` and `last` are numbers of nodes on the current level."""
    for sibling in proof:
        if last == 0:
            raise ProtocolError("bad-proof")
        if place % 2 == 1 or place == last:
            node = node_hash(sibling, node)
            while place % 2 == 0 and place != 0:  # levels on which the last node stands alone
                place, last = place >> 1, last >> 1
        else:
            node = node_hash(node, sibling)
        place, last = place >> 1, last >> 1
    if last != 0:
        raise ProtocolError("bad-proof")
    return node


def leaf_hash(leaf: bytes) -> bytes:
    """The hash of a leaf: SHA-256(0x00 ‖ leaf)."""
    return hashlib.sha256(b"\0" + leaf).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """The hash over two: SHA-256(0x01 ‖ left ‖ right)."""
    return hashlib.sha256(b"\1" + left + right).digest()
