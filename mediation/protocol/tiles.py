"""The tree of the audit log as tiles of C2SP `tlog-tiles`: it grows in bounded memory, and a proof reads a few tiles.

A tile holds up to 256 hashes that stand beside each other on tree level 8 * `level`; a hash of a higher tile is that of
a full tile below. Tiles only ever grow at their end. `read(level, n, width)` gives the first `width` hashes of a tile,
32 bytes each; it is asked only for what a tree of the given size has.
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

from mediation.protocol import tree
from mediation.protocol.encoding import MAX_INT, check_int
from mediation.protocol.errors import ProtocolError

Read = Callable[[int, int, int], bytes]
WIDTH: Final = 256
HASH: Final = 32
_PATH: Final = re.compile(r"(entries|0|[1-9][0-9]?)/((?:x[0-9]{3}/)*)([0-9]{3})(?:\.p/([1-9][0-9]{0,2}))?")


@dataclass(frozen=True)
class Grown:
    """What a tree has become: the whole content of every tile that is new or longer, by (level, n), and the root."""

    tiles: dict[tuple[int, int], bytes]
    size: int
    root: bytes


@dataclass(frozen=True)
class Address:
    """Which tile, or bundle of entries where `level` is None, and how many of its up to 256 places."""

    level: int | None
    n: int
    width: int


def path(address: Address) -> str:
    """The address as tlog-tiles writes it, without `tile/`: `0/x001/x234/067.p/12`."""
    digits = str(address.n)
    parts = [part.zfill(3) for part in _threes(digits)]
    name = "/".join([*(f"x{part}" for part in parts[:-1]), parts[-1]])
    level = "entries" if address.level is None else str(address.level)
    return f"{level}/{name}" if address.width == WIDTH else f"{level}/{name}.p/{address.width}"


def parse_path(text: str) -> Address:
    """What a path names. Raises `bad-tile` for anything but the one way to write it."""
    found = _PATH.fullmatch(text)
    if found is None or len(text) > 64:
        raise ProtocolError("bad-tile")
    level, upper, last, width = found.groups()
    n = int(re.sub("[x/]", "", upper) + last)
    address = Address(None if level == "entries" else int(level), n, int(width or WIDTH))
    if (address.level or 0) > 63 or address.n > MAX_INT or (width and address.width >= WIDTH) or path(address) != text:
        raise ProtocolError("bad-tile")
    return address


def width_at(size: int, level: int, n: int) -> int:
    """How many hashes tile `n` of `level` has in a tree of `size` leaves: 0 to 256."""
    return max(0, min(WIDTH, (size >> 8 * level) - WIDTH * n))


def bundle(entries: Sequence[bytes]) -> bytes:
    """Entries as tlog-tiles bundles them: each behind its length in two bytes, the more significant one first."""
    return b"".join(len(entry).to_bytes(2, "big") + entry for entry in entries)


def extend(size: int, read: Read, leaves: Sequence[bytes]) -> Grown:
    """The tree of `size` leaves with more of them; `leaves` are leaf hashes (`tree.leaf_hash`)."""
    made: dict[tuple[int, int], bytes] = {}
    level, added = 0, list(leaves)
    while added:
        before = size >> 8 * level
        n, width = divmod(before, WIDTH)
        row = (read(level, n, width) if width else b"") + b"".join(added)
        added = []
        for begin in range(0, len(row), WIDTH * HASH):
            tile = row[begin : begin + WIDTH * HASH]
            made[level, n] = tile
            if len(tile) == WIDTH * HASH:
                added.append(_top(_split(tile)))
            n += 1
        level += 1
    now = size + len(leaves)

    def after(level: int, n: int, width: int) -> bytes:
        return made[level, n][: width * HASH] if (level, n) in made else read(level, n, width)

    return Grown(made, now, root(now, after))


def root(size: int, read: Read) -> bytes:
    """The root of the first `size` leaves."""
    return _Span(size, read).hash(0, size) if size else tree.root([])


def inclusion_proof(index: int, size: int, read: Read) -> list[bytes]:
    """The hashes beside the path from leaf `index` to the root of the first `size`, lowest first. Raises
    `bad-proof`.
    """
    check_int(index, 0, check_int(size, 1, MAX_INT, "bad-proof") - 1, "bad-proof")
    span = _Span(size, read)
    begin, end, found = 0, size, []
    while end - begin > 1:
        middle = begin + _half(end - begin)
        if index < middle:
            found.append(span.hash(middle, end))
            end = middle
        else:
            found.append(span.hash(begin, middle))
            begin = middle
    return found[::-1]


def consistency_proof(old: int, size: int, read: Read) -> list[bytes]:
    """The proof that the first `old` leaves are among the first `size`, of RFC 9162, section 2.1.4.1; empty if `old` is
    0 or `size`. Raises `bad-proof`.
    """
    check_int(old, 0, check_int(size, 0, MAX_INT, "bad-proof"), "bad-proof")
    span = _Span(size, read)
    begin, end, whole, found = 0, size, True, []
    while old not in (0, end):
        middle = begin + _half(end - begin)
        if old <= middle:
            found.append(span.hash(middle, end))
            end = middle
        else:
            found.append(span.hash(begin, middle))
            begin, whole = middle, False
    if not whole:
        found.append(span.hash(begin, end))
    return found[::-1]


class _Span:
    """Hashes of ranges of leaves in a tree of one size."""

    def __init__(self, size: int, read: Read) -> None:
        self._size = size
        self._read = read

    def hash(self, begin: int, end: int) -> bytes:
        """The hash of the leaves from `begin` up to `end`, which RFC 9162's halving meets; `end` > `begin`."""
        count = end - begin
        if count & (count - 1) == 0:
            return self._full(begin, count.bit_length() - 1)
        middle = begin + _half(count)
        return tree.node_hash(self.hash(begin, middle), self.hash(middle, end))

    def _full(self, begin: int, height: int) -> bytes:
        """The top of a full tree of 2 ** `height` leaves, from the tile that its level is in."""
        level, above = divmod(height, 8)
        n, place = divmod(begin >> 8 * level, WIDTH)
        tile = self._read(level, n, width_at(self._size, level, n))
        return _top(_split(tile[place * HASH : (place + (1 << above)) * HASH]))


def _half(count: int) -> int:
    """The largest power of two below `count`, which is at least 2."""
    return 1 << (count - 1).bit_length() - 1


def _split(hashes: bytes) -> list[bytes]:
    return [hashes[begin : begin + HASH] for begin in range(0, len(hashes), HASH)]


def _top(row: list[bytes]) -> bytes:
    """The top of a full tree over a power of two of hashes."""
    while len(row) > 1:
        row = [tree.node_hash(left, right) for left, right in zip(row[::2], row[1::2], strict=True)]
    return row[0]


def _threes(digits: str) -> list[str]:
    first = len(digits) % 3 or 3
    return [digits[:first], *(digits[i : i + 3] for i in range(first, len(digits), 3))]
