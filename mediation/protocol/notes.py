"""Signed notes of C2SP `signed-note`: a text, an empty line, and lines of signatures by named keys.

A note counts for what a known key has signed; lines of unknown keys are passed over, a line that names a known key and
does not verify spoils the whole note. Ed25519 only.
"""

import base64
import hashlib
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from mediation.protocol import primitives
from mediation.protocol.encoding import MAX_INT
from mediation.protocol.errors import ProtocolError

ED25519: Final = 0x01
COSIGNATURE: Final = 0x04
MOST_SIGNATURES: Final = 32
MOST_BYTES: Final = 64 * 1024
_DASH: Final = "\u2014 "
_NAME: Final = re.compile(r"[^\s+\x00-\x1f\ud800-\udfff]{1,255}")
_KEY: Final = re.compile(rf"({_NAME.pattern})\+([0-9a-f]{{8}})\+([A-Za-z0-9+/]+={{0,2}})")
_NEVER: Final = re.compile("[\x00-\x09\x0b-\x1f\ud800-\udfff]")
_DECIMAL: Final = re.compile(r"0|[1-9][0-9]{0,15}")


@dataclass(frozen=True)
class VerifierKey:
    """A public key with a name. `id` is the first four bytes of SHA-256(name ‖ newline ‖ type ‖ key)."""

    name: str
    type: int
    key: bytes

    @property
    def id(self) -> bytes:
        """Four bytes."""
        return hashlib.sha256(self.name.encode() + b"\n" + bytes([self.type]) + self.key).digest()[:4]

    @property
    def text(self) -> str:
        """`<name>+<id in hexadecimal>+<base64 of type and key>`."""
        return f"{self.name}+{self.id.hex()}+{encode(bytes([self.type]) + self.key)}"


@dataclass(frozen=True)
class Signature:
    """One line: whose it says it is, and the bytes after the key's id."""

    name: str
    key_id: bytes
    signature: bytes

    @property
    def line(self) -> str:
        """As it stands in a note, with its newline."""
        return f"{_DASH}{self.name} {encode(self.key_id + self.signature)}\n"


@dataclass(frozen=True)
class Note:
    """A note that was read. `text` ends with a newline; nothing is verified yet."""

    text: str
    signatures: tuple[Signature, ...]


def verifier_key(name: str, seed: bytes, type_: int = ED25519) -> VerifierKey:
    """The key that verifies what this seed signs under this name. Raises `bad-note`."""
    if not _NAME.fullmatch(name):
        raise ProtocolError("bad-note")
    return VerifierKey(name, type_, primitives.sign_public_key(seed))


def parse_key(text: str) -> VerifierKey:
    """A verifier key from its text. Raises `bad-verifier-key`."""
    found = _KEY.fullmatch(text)
    if found is None:
        raise ProtocolError("bad-verifier-key")
    material = decode(found[3], "bad-verifier-key")
    key = VerifierKey(found[1], material[0] if material else 0, material[1:])
    if key.type not in (ED25519, COSIGNATURE) or len(key.key) != primitives.KEY_SIZE or key.text != text:
        raise ProtocolError("bad-verifier-key")
    return key


def sign(text: str, name: str, seed: bytes) -> Signature:
    """The line of the key `name`. Raises `bad-note` for a text that no note can hold."""
    _check_text(text)
    key = verifier_key(name, seed)
    return Signature(name, key.id, primitives.sign(seed, text.encode()))


def issue(text: str, signatures: Iterable[Signature]) -> str:
    """The note."""
    return f"{text}\n{''.join(each.line for each in signatures)}"


def parse(note: object) -> Note:
    """Read a note; nothing is verified. Raises `bad-note`."""
    if not isinstance(note, str):
        raise ProtocolError("bad-note")
    _check_text(note)
    if len(note.encode()) > MOST_BYTES:
        raise ProtocolError("bad-note")
    text, _, lines = note.rpartition("\n\n")
    signatures = tuple(_signature(line) for line in lines.removesuffix("\n").split("\n"))
    if not text or len(signatures) > MOST_SIGNATURES:
        raise ProtocolError("bad-note")
    return Note(f"{text}\n", signatures)


def verified(note: Note, keys: Sequence[VerifierKey]) -> list[VerifierKey]:
    """The keys of `keys` that have signed the note, each once. Raises `note-signature-wrong` where one is named and did
    not, `note-unsigned` where none is named.
    """
    signed = [key for each in note.signatures for key in keys if named(each, key) and _verified(note, each, key)]
    if not signed:
        raise ProtocolError("note-unsigned")
    return list(dict.fromkeys(signed))


def named(signature: Signature, key: VerifierKey) -> bool:
    """Whether a line says that it is of this key."""
    return signature.name == key.name and signature.key_id == key.id


def _verified(note: Note, signature: Signature, key: VerifierKey) -> bool:
    message = note.text.encode()
    signed = signature.signature
    if key.type == COSIGNATURE:
        message, signed = cosigned(note.text, signed[:8]), signed[8:]
    try:
        primitives.verify(key.key, message, signed)
    except ProtocolError:
        raise ProtocolError("note-signature-wrong") from None
    return True


def cosigned(text: str, timestamp: bytes) -> bytes:
    """What a witness signs of a checkpoint, of C2SP `tlog-cosignature`; `timestamp`: eight bytes. Raises
    `note-signature-wrong`.
    """
    seconds = int.from_bytes(timestamp, "big")
    if len(timestamp) != 8 or not 0 < seconds < 2**63:
        raise ProtocolError("note-signature-wrong")
    return f"cosignature/v1\ntime {seconds}\n{text}".encode()


def cosign(text: str, name: str, seed: bytes, seconds: int) -> Signature:
    """A witness's line under the checkpoint `text`, at `seconds` since 1970."""
    timestamp = seconds.to_bytes(8, "big")
    key = verifier_key(name, seed, COSIGNATURE)
    return Signature(name, key.id, timestamp + primitives.sign(seed, cosigned(text, timestamp)))


def encode(data: bytes) -> str:
    """Base64 of RFC 4648, section 4."""
    return base64.b64encode(data).decode("ascii")


def decode(text: str, code: str = "bad-note") -> bytes:
    """The bytes of base64 in its one exact form. Raises `code`."""
    try:
        data = base64.b64decode(text, validate=True)
    except ValueError as error:
        raise ProtocolError(code) from error
    if encode(data) != text:
        raise ProtocolError(code)
    return data


def decimal(text: str, code: str) -> int:
    """A whole number from 0 to 2^53-1 in its one form: ASCII digits, no zero in front. Raises `code`."""
    if not _DECIMAL.fullmatch(text) or int(text) > MAX_INT:
        raise ProtocolError(code)
    return int(text)


def hashes(lines: Sequence[str], most: int, code: str) -> tuple[bytes, ...]:
    """At most so many lines of base64, each of 32 bytes. Raises `code`."""
    found = tuple(decode(line, code) for line in lines)
    if len(found) > most or any(len(each) != 32 for each in found):
        raise ProtocolError(code)
    return found


def _check_text(text: str) -> None:
    if not text.endswith("\n") or _NEVER.search(text):
        raise ProtocolError("bad-note")


def _signature(line: str) -> Signature:
    name, gap, signature = line.removeprefix(_DASH).partition(" ")
    data = decode(signature) if line.startswith(_DASH) and gap and _NAME.fullmatch(name) else b""
    if len(data) <= 4:
        raise ProtocolError("bad-note")
    return Signature(name, data[:4], data[4:])
