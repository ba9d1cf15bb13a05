"""A keyed hash of a whole row in the event of the act that wrote it, for rows that no signed statement binds.

It is made with a key of the scope that nobody is given, facilitators and auditors included: so it tells nothing of what
is in the row (a telephone number could be guessed from a plain hash), and nobody who changes a column can make the hash
that goes with it without the server's keys. A column without a value is left out, so that one which is added later,
empty in the rows that are there, changes no hash.
"""

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from functools import cache
from typing import Any, Final

from sqlalchemy import inspect

from mediation.db import Base
from mediation.protocol.encoding import b64
from mediation.protocol.primitives import kdf, mac

REF: Final = "row"
"""The name under which events hold it."""


def row_hash(key: bytes, row: Base) -> str:
    """The hash of a row as it is about to be stored, under the key of its scope."""
    values = {name: getattr(row, name) for name in columns(type(row))}
    for name, default in _defaults(type(row)).items():
        values[name] = default if values[name] is None else values[name]
    return hash_of_values(key, type(row), values)


def hash_of_values(key: bytes, model: type[Base], values: Mapping[str, Any]) -> str:
    """The same of what is stored: all `columns` of the model."""
    held = {name: value for name, value in values.items() if value is not None}
    written = json.dumps([model.__tablename__, held], default=_plain, sort_keys=True)
    return b64(mac(kdf(key, 3, "medaudit"), written.encode()))


@cache
def columns(model: type[Base]) -> tuple[str, ...]:
    """The names of all columns of a model."""
    return tuple(each.key for each in inspect(model).column_attrs)


@cache
def _defaults(model: type[Base]) -> Mapping[str, Any]:
    """What is stored where a row that is about to be says nothing."""
    given = {each.key: each.columns[0].default for each in inspect(model).column_attrs}
    return {name: default.arg for name, default in given.items() if default is not None and default.is_scalar}


def _plain(value: object) -> str:
    """A value that JSON has no form for, as it comes back from either database."""
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat()
    assert isinstance(value, bytes)
    return b64(value)
