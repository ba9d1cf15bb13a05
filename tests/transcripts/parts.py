"""Finding one's way in a transcript, and changing a statement in it."""

from collections.abc import Callable
from typing import Any

from mediation.protocol import envelope, event
from mediation.protocol.encoding import unb64
from tests.transcripts import scene as scenes
from tests.transcripts.scene import Document

Change = Callable[[Document], None]
"""Of a transcript, in place."""


def letter(document: Document, text: str = scenes.LETTER) -> Document:
    """The letter of the file with this text."""
    return next(each for each in document["letters"] if each["content"] and each["content"]["text"] == text)


def hidden(document: Document) -> Document:
    """The letter that was called back."""
    return next(each for each in document["letters"] if each["content"] is None)


def release(document: Document, given: Document) -> Document:
    """The release of a letter."""
    hash_ = envelope.parse(given["message"], "message").hash
    decided = [envelope.parse(each["decision"], "decision").payload for each in document["releases"]]
    found: Document = document["releases"][[each["message_hash"] for each in decided].index(hash_)]
    return found


def place_of(document: Document, kind: str) -> int:
    """Where the first event of a kind stands."""
    return [opened(each)["kind"] for each in document["events"]].index(kind)


def opened(given: Document) -> Document:
    return dict(vars(event.parse(unb64(given["opening"])[event.SALT_SIZE :])))


def signed_anew(given: Document, type_: str, seed: bytes, **changes: Any) -> Document:
    """A statement with changes, signed by somebody."""
    payload = {**envelope.parse(given, type_).payload, **changes}
    return envelope.make(type_, payload, [seed])
