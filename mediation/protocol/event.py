"""An event of the audit trail, and what the log holds of it.

An event is RFC 8785 JSON in ASCII with exactly these fields: `actor` and `case` (pseudonyms), `at`, `kind`, `n` (the
number of this actor's events in the case before it), `refs` (names to hashes or public ids), `v` = 1. The log's entry
is SHA-256("audit/v1\\n" ‖ salt(32) ‖ event); salt ‖ event is its opening.
"""

import hashlib
import re
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise
from typing import Final

from mediation.protocol.encoding import MAX_INT, b64
from mediation.protocol.errors import ProtocolError
from mediation.protocol.primitives import mac

SALT_SIZE: Final = 32
ENTRY_SIZE: Final = 32
MOST_BYTES: Final = 8 * 1024


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
    found = _EVENT.fullmatch(data.decode("ascii", "replace")) if len(data) <= MOST_BYTES else None
    if found is None:
        raise ProtocolError("bad-event")
    actor, at, case, kind, number, pairs = found.groups()
    refs = _REF.findall(pairs)
    if int(number) > MAX_INT or any(first >= second for (first, _), (second, _) in pairwise(refs)):
        raise ProtocolError("bad-event")
    try:
        datetime.fromisoformat(at)  # refuses a day that is not in the calendar
    except ValueError as error:
        raise ProtocolError("bad-event") from error
    return Event(actor, at, case, kind, int(number), dict(refs))


_ID: Final = "([A-Za-z0-9_-]{21}[AQgw])"
_AT: Final = "(2[0-9]{3}-[0-9]{2}-[0-9]{2}T(?:[01][0-9]|2[0-3]):[0-9]{2}:[0-9]{2}Z)"
_KIND: Final = "([a-z]+\\.[a-z]+(?:-[a-z]+)*)"
_PAIR: Final = '"[A-Za-z0-9_.:/-]{1,64}":"[A-Za-z0-9_.:/-]{1,64}"'
_EVENT: Final = re.compile(
    f'{{"actor":"{_ID}","at":"{_AT}","case":"{_ID}","kind":"{_KIND}","n":(0|[1-9][0-9]{{0,15}}),'
    f'"refs":{{((?:{_PAIR}(?:,{_PAIR})*)?)}},"v":1}}'
)
"""Nothing in an event can be written in two ways, so that its bytes are matched as they stand: no tenth of the time
that reading JSON and writing it again takes, of which an export of a million events has a million.
"""
_REF: Final = re.compile('"([^"]+)":"([^"]+)"')
