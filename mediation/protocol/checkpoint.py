"""Checkpoints of C2SP `tlog-checkpoint`: a signed note that says how many entries a log has, and its root.

Ours have no extension lines, and none is read: nobody could audit what stands there.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from mediation.protocol import notes, tree
from mediation.protocol.encoding import b64, unb64
from mediation.protocol.errors import ProtocolError


@dataclass(frozen=True)
class Checkpoint:
    """A log's head: `origin` names the log, `size` counts its entries, `root` is 32 bytes."""

    origin: str
    size: int
    root: bytes

    @property
    def text(self) -> str:
        """The three lines that are signed."""
        return f"{self.origin}\n{self.size}\n{notes.encode(self.root)}\n"

    @property
    def kept(self) -> dict[str, Any]:
        """As pins and decisions hold it: {origin, size, root in B64}."""
        return {"origin": self.origin, "size": self.size, "root": b64(self.root)}


def issue(head: Checkpoint, seeds: Iterable[bytes]) -> str:
    """The note, signed under the origin's name with each of these Ed25519 seeds. Raises `bad-note`,
    `bad-checkpoint`.
    """
    parse(head.text)  # refuses what nobody could read
    return notes.issue(head.text, [notes.sign(head.text, head.origin, seed) for seed in seeds])


def parse(text: str) -> Checkpoint:
    """The three lines; nothing is verified. Raises `bad-checkpoint`."""
    lines = text.split("\n")
    if len(lines) != 4 or lines[3] or not lines[0]:
        raise ProtocolError("bad-checkpoint")
    size = notes.decimal(lines[1], "bad-checkpoint")
    (root,) = notes.hashes([lines[2]], 1, "bad-checkpoint")
    return Checkpoint(lines[0], size, root)


def opened(note: object, log_keys: Sequence[str], witness_keys: Sequence[str] = (), quorum: int = 0) -> Checkpoint:
    """The checkpoint of a note that one of the log's own keys has signed, and at least `quorum` of the witnesses.

    `log_keys`, `witness_keys`: texts of verifier keys; a log key counts only if its name is the origin. Raises
    `bad-note`, `bad-checkpoint`, `bad-verifier-key`, `note-unsigned`, `note-signature-wrong`, `witnesses-too-few`.
    """
    read = notes.parse(note)
    head = parse(read.text)
    own = [key for key in map(notes.parse_key, log_keys) if key.name == head.origin and key.type == notes.ED25519]
    notes.verified(read, own)
    witnesses = [key for key in map(notes.parse_key, witness_keys) if key.type == notes.COSIGNATURE]
    known = [key for key in witnesses if any(notes.named(each, key) for each in read.signatures)]
    signed = {key.key for key in notes.verified(read, known)} if known else set()  # one key under two names counts once
    if len(signed) < quorum:
        raise ProtocolError("witnesses-too-few")
    return head


def follows(kept: Mapping[str, Any] | None, head: Checkpoint, proof: Sequence[bytes]) -> None:
    """Raise unless `head` may take the place of the {origin, size, root} that was kept: the same, or a later one that
    begins with it. A log of another origin follows none: whoever holds the root key has named its key on purpose.

    Raises `log-rolled-back`, `log-forked`.
    """
    if kept is None or kept["origin"] != head.origin:
        return
    if head.size < kept["size"]:
        raise ProtocolError("log-rolled-back")
    try:
        tree.verify_consistency(kept["size"], unb64(kept["root"], 32), head.size, head.root, proof)
    except ProtocolError as error:
        raise ProtocolError("log-forked") from error
