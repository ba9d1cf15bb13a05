"""Merkle trees of RFC 9162, section 2.1 (SHA-256): a proof shows that a leaf is among those under a root.

A proof alone does not fix the size: trees of 7 and of 8 leaves have proofs of the same shape for some places. Size and
root are trusted together, from one signed statement.
"""

import hashlib

from mediation.protocol.encoding import MAX_INT, check_int
from mediation.protocol.errors import ProtocolError
from mediation.protocol.primitives import equal


def root(leaves: list[bytes]) -> bytes:
    """The 32-byte root over leaves of any length; of none it is the hash of nothing."""
    if not leaves:
        return hashlib.sha256(b"").digest()
    if len(leaves) == 1:
        return _leaf(leaves[0])
    middle = _split(len(leaves))
    return _node(root(leaves[:middle]), root(leaves[middle:]))


def inclusion_proof(leaves: list[bytes], index: int) -> list[bytes]:
    """The hashes beside the path from leaf number `index` (from 0) up to the root, lowest first. Raises `bad-proof`."""
    if not 0 <= index < len(leaves):
        raise ProtocolError("bad-proof")
    if len(leaves) == 1:
        return []
    middle = _split(len(leaves))
    if index < middle:
        return [*inclusion_proof(leaves[:middle], index), root(leaves[middle:])]
    return [*inclusion_proof(leaves[middle:], index - middle), root(leaves[:middle])]


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


def _split(size: int) -> int:
    """The largest power of two below `size`."""
    return 1 << (size - 1).bit_length() - 1
