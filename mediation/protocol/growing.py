"""A tree of RFC 9162 that only grows, in memory that does not: of what is behind, the tops of full trees are kept."""

import hashlib
from collections.abc import Sequence
from typing import Final

from mediation.protocol import tree

_LEAF: Final = b"\0"
_NODE: Final = b"\1"
_BLOCK: Final = 8
"""Leaves are taken in blocks of 2 ** 8 where they can be: half as many steps in Python."""


class GrowingTree:
    """The tree over all leaves that were added, in their order."""

    def __init__(self) -> None:
        self.size = 0
        self._tops: list[tuple[int, bytes]] = []

    def add(self, leaves: Sequence[bytes]) -> None:
        """Add leaves, of any length."""
        sha256 = hashlib.sha256
        row = [sha256(_LEAF + leaf).digest() for leaf in leaves]
        begin = 0
        while begin < len(row):
            height = _BLOCK if self.size % (1 << _BLOCK) == 0 and len(row) - begin >= 1 << _BLOCK else 0
            count = 1 << height
            self._push(height, _top(row[begin : begin + count]))
            begin += count

    def _push(self, height: int, top: bytes) -> None:
        self.size += 1 << height
        while self._tops and self._tops[-1][0] == height:
            top = tree.node_hash(self._tops.pop()[1], top)
            height += 1
        self._tops.append((height, top))

    @property
    def root(self) -> bytes:
        """The root as it is now; of no leaves, the hash of nothing."""
        if not self._tops:
            return tree.root([])
        found = self._tops[-1][1]
        for _, top in reversed(self._tops[:-1]):
            found = tree.node_hash(top, found)
        return found


def _top(row: list[bytes]) -> bytes:
    sha256 = hashlib.sha256
    while len(row) > 1:
        row = [sha256(_NODE + left + right).digest() for left, right in zip(row[::2], row[1::2], strict=True)]
    return row[0]
