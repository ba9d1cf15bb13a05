"""Reads the file of a transcript, whoever made it: of bounded size, in one spelling only, with exactly the fields that
docs/transcript.md names. What cannot be read is refused with a code that stays the same; nothing is verified here.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from mediation.ledger.checking import CannotCheckError
from mediation.protocol import statements
from mediation.protocol.encoding import parse_canonical, unb64
from mediation.protocol.errors import ProtocolError
from mediation.protocol.statements import Check, digest, identifier, many, nullable, record, whole

FORMAT: Final = "mediation-transcript/v1"
LARGEST: Final = 64 * 1024 * 1024
"""Bytes of a file that is read at all."""
SENTENCES: Final = {
    "transcript-missing": "There is no such file, or it cannot be read.",
    "transcript-too-large": "The file is larger than a transcript can be.",
    "transcript-not-canonical": "The file is cut off, was saved by another program, or is no transcript.",
    "transcript-other-version": "The file is no transcript of this version.",
    "transcript-bad-form": "The file is no transcript: something in it is missing, too much or of another kind.",
}


class UnreadableError(CannotCheckError):
    """The file could not be read as a transcript. `code` is stable."""

    def __init__(self, code: str, where: str = "") -> None:
        super().__init__(f"{SENTENCES[code]} ({f'{code}: {where}' if where else code})")
        self.code = code


@dataclass(frozen=True)
class Transcript:
    """A transcript as it was read. `about`: the participant whom it is about, None for the letters that were passed
    on. `name_key`: what the pseudonyms of the case are made with, where all of its events are here.
    """

    about: str | None
    agency: Sequence[Any]
    rosters: Sequence[Any]
    case: Mapping[str, Any]
    documents: Sequence[Mapping[str, Any]]
    letters: Sequence[Mapping[str, Any]]
    releases: Sequence[Mapping[str, Any]]
    name_key: str | None
    heads: Sequence[Mapping[str, Any]]
    events: Sequence[Mapping[str, Any]]


def load(file: Path) -> Transcript:
    """The transcript in a file. Raises UnreadableError."""
    try:
        with file.open("rb") as stream:
            data = stream.read(LARGEST + 1)
    except OSError as error:
        raise UnreadableError("transcript-missing") from error
    return parse(data)


def parse(data: bytes) -> Transcript:
    """The transcript in these bytes. Raises UnreadableError."""
    if len(data) > LARGEST:
        raise UnreadableError("transcript-too-large")
    try:
        value = parse_canonical(data)
    except ProtocolError as error:
        raise UnreadableError("transcript-not-canonical") from error
    if not isinstance(value, dict) or value.get("format") != FORMAT:
        raise UnreadableError("transcript-other-version")
    try:
        _FORM(value, "")
    except ProtocolError as error:
        raise UnreadableError("transcript-bad-form", error.detail) from error
    return Transcript(**{name: value[name] for name in value if name != "format"})


def _text(value: object, path: str) -> None:
    if not isinstance(value, str):
        raise ProtocolError("bad-field", path)


def _object(value: object, path: str) -> None:
    if not isinstance(value, dict):
        raise ProtocolError("bad-field", path)


def _bytes(value: object, path: str) -> None:
    try:
        unb64(value)
    except ProtocolError as error:
        raise ProtocolError("bad-field", path) from error


_CONTENT: Final = record({"text": _text, "lang": statements.line, "ciphertext": _bytes, "key": digest})
_CASE: Final = record(
    {"case_id": identifier, "nonce": identifier, "statements": many(_object, 1), "anchor": nullable(_object)}
)
_FIELDS: Final[dict[str, Check]] = {
    "format": _text,
    "about": nullable(identifier),
    "agency": many(_object, 1),
    "rosters": many(_object, 1),
    "case": _CASE,
    "documents": many(_object),
    "letters": many(record({"message": _object, "content": nullable(_CONTENT)})),
    "releases": many(record({"decision": _object, "note": nullable(record({"text": _text, "block": _bytes}))})),
    "name_key": nullable(digest),
    "heads": many(record({"note": _text, "published": nullable(record({"note": _text, "proof": many(digest)}))}), 1),
    "events": many(record({"log": whole(0), "index": whole(0), "opening": _bytes, "proof": many(digest)}), 1),
}
_FORM: Final = record(_FIELDS)
