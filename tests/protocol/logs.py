"""What the tests of the audit log's formats share: a tree in tiles, a signed head, flipped bits."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from mediation.protocol import tiles, tree

ORIGIN = "agency.example/audit/1"
SEED = bytes(range(32))
OTHER_SEED = bytes(range(1, 33))


@dataclass
class Tiled:
    """A log that grows; `asked` lists the tiles that were read since it was last emptied."""

    size: int = 0
    root: bytes = field(default_factory=lambda: tree.root([]))
    kept: dict[tuple[int, int], bytes] = field(default_factory=dict)
    asked: list[tuple[int, int]] = field(default_factory=list)

    def read(self, level: int, n: int, width: int) -> bytes:
        self.asked.append((level, n))
        found = self.kept[level, n][: 32 * width]
        assert len(found) == 32 * width > 0
        return found

    def grow(self, entries: Sequence[bytes]) -> None:
        grown = tiles.extend(self.size, self.read, [tree.leaf_hash(entry) for entry in entries])
        for place, content in grown.tiles.items():
            assert content.startswith(self.kept.get(place, b"")), "a tile only grows at its end"
            self.kept[place] = content
        self.size, self.root = grown.size, grown.root


def entries_of(count: int, first: int = 0) -> list[bytes]:
    return [b"entry %d" % number for number in range(first, first + count)]


def flipped(data: bytes) -> Iterator[bytes]:
    """The same bytes with each bit flipped once."""
    for place in range(8 * len(data)):
        changed = bytearray(data)
        changed[place // 8] ^= 1 << place % 8
        yield bytes(changed)
