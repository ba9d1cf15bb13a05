"""A proof of C2SP `tlog-proof` that an entry is in a log: its place, the hashes up to the root, and the checkpoint.

`extra` carries the opening of the entry (`event.py`); it is proved by being what the entry was made of.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from mediation.protocol import checkpoint, notes, tree
from mediation.protocol.checkpoint import Checkpoint
from mediation.protocol.errors import ProtocolError

FIRST: Final = "c2sp.org/tlog-proof@v1"
MOST_HASHES: Final = 63


@dataclass(frozen=True)
class LogProof:
    """What a proof says: nothing is verified by reading it. `note`: the signed checkpoint."""

    index: int
    extra: bytes | None
    hashes: tuple[bytes, ...]
    note: str

    @property
    def text(self) -> str:
        """The file, `<…>.tlog-proof`."""
        extra = [] if self.extra is None else [f"extra {notes.encode(self.extra)}"]
        lines = [FIRST, *extra, f"index {self.index}", *map(notes.encode, self.hashes), "", self.note]
        return "\n".join(lines)


def parse(text: str) -> LogProof:
    """A proof from its file. Raises `bad-log-proof`."""
    head, gap, note = text.partition("\n\n")
    lines = head.split("\n")
    if not gap or lines.pop(0) != FIRST:
        raise ProtocolError("bad-log-proof")
    extra = None
    if lines and lines[0].startswith("extra "):
        extra = notes.decode(lines.pop(0).removeprefix("extra "), "bad-log-proof")
    if not lines or not lines[0].startswith("index "):
        raise ProtocolError("bad-log-proof")
    index = notes.decimal(lines.pop(0).removeprefix("index "), "bad-log-proof")
    return LogProof(index, extra, notes.hashes(lines, MOST_HASHES, "bad-log-proof"), note)


def verify(
    proof: LogProof, entry: bytes, log_keys: Sequence[str], witness_keys: Sequence[str] = (), quorum: int = 0
) -> Checkpoint:
    """The checkpoint under whose root `entry` stands at the proof's place. Raises `bad-proof`, and what
    `checkpoint.opened` raises.
    """
    head = checkpoint.opened(proof.note, log_keys, witness_keys, quorum)
    tree.verify_inclusion(entry, proof.index, head.size, list(proof.hashes), head.root)
    return head
