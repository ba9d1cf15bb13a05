"""An event of the audit trail, and what the log holds of it.

An event is RFC 8785 JSON in ASCII with exactly these fields: `actor` and `case` (pseudonyms), `at`, `kind`, `n` (the
number of this actor's events in the case before it), `refs` (names to hashes or public ids), `v` = 1. The log's entry
is SHA-256("audit/v1\\n" ‖ salt(32) ‖ event); salt ‖ event is its opening.
"""

import hashlib
import re
from dataclasses import dataclass
from typing import Any, Final

from mediation.protocol import statements
from mediation.protocol.encoding import b64, parse_canonical, parse_time
from mediation.protocol.errors import ProtocolError
from mediation.protocol.primitives import mac

SALT_SIZE: Final = 32
ENTRY_SIZE: Final = 32
MOST_BYTES: Final = 8 * 1024
_TOKEN: Final = re.compile(r"[A-Za-z0-9_.:/-]{1,64}")
_KIND: Final = re.compile(r"[a-z]+\.[a-z]+(?:-[a-z]+)*")


@dataclass(frozen=True)
class Event:
    """An event that was read. `case` and `actor` mean nothing outside their case."""

    actor: str
    at: str
    case: str
    kind: str
    n: int
    refs: dict[str, str]


def commitment(opening: bytes) -> bytes:
    """The log's entry for an opening, salt ‖ event: 32 bytes."""
    return hashlib.sha256(b"audit/v1\n" + opening).digest()


def pseudonym(name_key: bytes, role: str, name: str) -> str:
    """Under what name somebody acts in a case's events (`role` "actor"; `name`: a participant_id, staff_id or
    "system"), or the case itself stands there ("case"; its case_id). `name_key`: 32 bytes. Raises `bad-length`.
    """
    return b64(mac(name_key, f"{role} {name}".encode())[:16])


def opened(entry: bytes, opening: bytes) -> Event:
    """The event behind an entry. Raises `commitment-mismatch` if the opening is another's, and what `parse` raises."""
    if commitment(opening) != entry:
        raise ProtocolError("commitment-mismatch")
    return parse(opening[SALT_SIZE:])


def parse(data: bytes) -> Event:
    """An event from its bytes. Raises `bad-event`, whatever is wrong with them."""
    if len(data) > MOST_BYTES:
        raise ProtocolError("bad-event")
    try:
        value = parse_canonical(data)
        _FORM(value, "")
    except ProtocolError as error:
        raise ProtocolError("bad-event") from error
    return Event(**{name: value[name] for name in ("actor", "at", "case", "kind", "n", "refs")})


def _matching(pattern: re.Pattern[str]) -> statements.Check:
    def check(value: object, path: str) -> None:
        if not isinstance(value, str) or not pattern.fullmatch(value):
            raise ProtocolError("bad-event")

    return check


def _at(value: object, path: str) -> None:
    parse_time(value)


def _refs(value: object, path: str) -> None:
    tokens: list[Any] = [*value.keys(), *value.values()] if isinstance(value, dict) else [None]
    for each in tokens:
        _matching(_TOKEN)(each, path)


_FORM: Final = statements.record(
    {
        "actor": statements.identifier,
        "at": _at,
        "case": statements.identifier,
        "kind": _matching(_KIND),
        "n": statements.whole(0),
        "refs": _refs,
        "v": statements.whole(1, 1),
    }
)
