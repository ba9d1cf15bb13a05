"""What a client remembers of what it has verified, so that nobody can take it back: the document `pins` of own memory.

{agency, roster: {seq, hash} or null, cases: {case_id: pin document of `case_chain`}, consents: {participant_id: {seq,
hash}}, checkpoint: {origin, size, root} or null, authors: {author_key: {seq,
message_id, seen, memory}}, opened: [statement hash]}.
"""

from typing import Any, Final, cast

from mediation.protocol import case_chain, statements
from mediation.protocol.chain import Pin
from mediation.protocol.errors import ProtocolError
from mediation.protocol.statements import Check, digest, identifier, nullable, record, whole

_PIN: Final = record({"seq": whole(1), "hash": digest})
_AUTHOR: Final = record({"seq": whole(1), "message_id": identifier, "seen": whole(0), "memory": whole(0)})
_CHECKPOINT: Final = record({"origin": statements.verifier_key, **statements.TREE})


def _by(key: Check, inner: Check) -> Check:
    """An object of any names that `key` allows, each with a value that `inner` allows."""

    def check_entries(value: object, path: str) -> None:
        if not isinstance(value, dict):
            raise ProtocolError("bad-field", path)
        for name, item in value.items():
            key(name, path)
            inner(item, f"{path}.{name}")

    return check_entries


def _author_in_case(value: object, path: str) -> None:
    """What `author_key` gives."""
    case_id, _, author_kid = value.partition(".") if isinstance(value, str) else ("", "", "")
    identifier(case_id, path)
    digest(author_kid, path)


_PINS: Final = record(
    {
        "agency": nullable(_PIN),
        "roster": nullable(_PIN),
        "cases": _by(identifier, lambda value, _: cast(None, case_chain.check_pin(value))),
        "consents": _by(identifier, _PIN),
        "checkpoint": nullable(_CHECKPOINT),
        "authors": _by(_author_in_case, _AUTHOR),
        "opened": statements.ascending(digest),
    }
)


def author_key(case_id: str, author_kid: str) -> str:
    """Under which a writer's newest order stands in `authors`: messages are counted within each case."""
    return f"{case_id}.{author_kid}"


def empty() -> dict[str, Any]:
    """The pins of somebody who has not verified anything yet."""
    return {
        "agency": None,
        "roster": None,
        "cases": {},
        "consents": {},
        "checkpoint": None,
        "authors": {},
        "opened": [],
    }


def check(document: object) -> dict[str, Any]:
    """The document itself, if it has the form of pins. Raises `missing-field`, `unknown-field`, `bad-field`."""
    _PINS(document, "")
    return cast(dict[str, Any], document)


def to_document(pin: Pin) -> dict[str, Any]:
    """{seq, hash} of a chain's pin."""
    return {"seq": pin.seq, "hash": pin.hash}


def from_document(document: dict[str, Any] | None) -> Pin | None:
    """The pin of {seq, hash}."""
    return None if document is None else Pin(document["seq"], document["hash"])
