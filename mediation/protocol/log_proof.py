"""A proof of C2SP `tlog-proof` that an entry is in a log: its place, the hashes up to the root, and the checkpoint.

`extra` carries the opening of the entry (`event.py`); it is proved by being what the entry was made of.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from mediation.protocol import checkpoint, notes, tree
from mediation.protocol.checkpoint import Checkpoint
from mediation.protocol.encoding import MAX_INT
from mediation.protocol.errors import ProtocolError

FIRST: Final = "c2sp.org/tlog-proof@v1"
MOST_HASHES: Final = 63
_NUMBER: Final = re.compile(r"0|[1-9][0-9]{0,15}")


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
    if not gap or lines.pop(0) != FIRST or not lines:
        raise ProtocolError("bad-log-proof")
    extra = None
    if lines[0].startswith("extra "):
        extra = notes.decode(lines.pop(0).removeprefix("extra "), "bad-log-proof")
    word, _, number = lines.pop(0).partition(" ") if lines else ("", "", "")
    hashes = tuple(notes.decode(line, "bad-log-proof") for line in lines)
    if word != "index" or not _NUMBER.fullmatch(number) or int(number) > MAX_INT:
        raise ProtocolError("bad-log-proof")
    if len(hashes) > MOST_HASHES or any(len(each) != 32 for each in hashes):
        raise ProtocolError("bad-log-proof")
    return LogProof(int(number), extra, hashes, note)


def verify(
    proof: LogProof, entry: bytes, log_keys: Sequence[str], witness_keys: Sequence[str] = (), quorum: int = 0
) -> Checkpoint:
    """The checkpoint under whose root `entry` stands at the proof's place. Raises `bad-proof`, and what
    `checkpoint.opened` raises.
    """
    head = checkpoint.opened(proof.note, log_keys, witness_keys, quorum)
    tree.verify_inclusion(entry, proof.index, head.size, list(proof.hashes), head.root)
    return head
