"""A content note is a facilitator's, sealed to the recipient and to the epoch key, and covered by the decision.

It is shown when a message is offered, before anybody opens it.
"""

from dataclasses import dataclass
from typing import Any, Final, cast

from mediation.protocol import primitives, statements
from mediation.protocol.encoding import canonical, parse_canonical
from mediation.protocol.errors import ProtocolError
from mediation.protocol.padding import pad, unpad
from mediation.protocol.salted import SALT, digest, new_salt
from mediation.protocol.text import check_text

_DOCUMENT: Final = statements.record({"salt": SALT, "text": lambda value, _: cast(None, check_text(value))})


@dataclass(frozen=True)
class Note:
    """A content note: its text, and the padded bytes {salt, text} that are hashed and sealed."""

    text: str
    block: bytes

    @property
    def hash(self) -> str:
        """`note_hash`: B64(H(PAE("mediation/v1/content-note", block)))."""
        return digest("content-note", self.block)


def new(text: str) -> Note:
    """A note with a fresh salt. Raises `bad-text`."""
    document: dict[str, Any] = {"salt": new_salt(), "text": text}
    _DOCUMENT(document, "")
    return Note(text, pad(canonical(document)))


def seal(note: Note, box_pk: bytes) -> bytes:
    """The note sealed to a recipient or to the epoch key. Raises `bad-key`."""
    return primitives.seal(box_pk, note.block)


def open_(sealed: bytes, box_seed: bytes, note_hash: str) -> Note:
    """The note that a decision covers.

    Raises `cannot-open`, `note-hash-wrong`, `bad-padding`, `not-canonical`, `missing-field`, `unknown-field`,
    `bad-field`, `bad-text`.
    """
    return read(primitives.open_seal(box_seed, sealed), note_hash)


def read(block: bytes, note_hash: str | None) -> Note:
    """The note in its padded bytes. Raises as `open_`, but for `cannot-open`."""
    if digest("content-note", block) != note_hash:
        raise ProtocolError("note-hash-wrong")
    document = parse_canonical(unpad(block))
    _DOCUMENT(document, "")
    return Note(document["text"], block)
