"""Every event binds the rows that its transaction wrote: it names the hash of their *manifest*, which says of each of
them how it was left.

A manifest maps tables to rows to keyed hashes of all that the row holds, null where it was deleted. The key is one of
the scope that nobody is given, facilitators and auditors included: so a hash tells nothing of what is in the row (a
telephone number could be guessed from a plain one), and nobody who changes a column can make the hash that goes with it
without the server's keys. A column without a value is left out, so that one which is added later, empty in the rows
that are there, changes no hash.
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, date, datetime
from typing import Any, Final

from mediation.db import Base
from mediation.db.rows import Written
from mediation.protocol.encoding import b64, canonical
from mediation.protocol.primitives import hash32, kdf, mac

REF: Final = "rows"
"""The name under which an event holds the hash of its manifest."""
SIZE: Final = 16
"""Bytes of a row's hash."""
Place = tuple[type[Base], tuple[Any, ...]]
"""A row: its model and its primary key."""


class RowHashes:
    """Makes the hashes of rows in one scope."""

    def __init__(self, key: bytes) -> None:
        self._key = kdf(key, 3, "medaudit")

    def of(self, model: type[Base], values: Mapping[str, Any]) -> str:
        """The hash of a row of which these are all columns."""
        held = {name: value for name, value in values.items() if value is not None}
        written = json.dumps([model.__tablename__, held], default=_plain, sort_keys=True)
        return b64(mac(self._key, written.encode())[:SIZE])


def manifest(key: bytes, rows: Iterable[tuple[str, Place, Written]]) -> bytes:
    """The manifest of rows, each under the name of its table and, where the event is of another scope than the row,
    `@` and its case.
    """
    hashes = RowHashes(key)
    found: dict[str, dict[str, str | None]] = {}
    for where, (model, place), written in rows:
        name = f"{model.__tablename__}@{where}" if where else model.__tablename__
        found.setdefault(name, {})[row_name(place)] = None if written.gone else hashes.of(model, written.values)
    return canonical(found)


def row_name(key: Sequence[Any]) -> str:
    """How a manifest calls the row with this primary key."""
    return " ".join(map(str, key))


def manifest_hash(text: bytes) -> str:
    """What an event holds of its manifest."""
    return b64(hash32(text))


def _plain(value: object) -> str:
    """A value that JSON has no form for, as it comes back from either database."""
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat()
    if isinstance(value, date):
        return value.isoformat()
    assert isinstance(value, bytes)
    return b64(hash32(value))  # a letter as JSON would take ten times as long
