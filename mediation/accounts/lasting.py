"""Lists and envelopes that nobody changes: made once from bytes that stay the same, and remembered with what a page
writes them as.
"""

import json
from typing import Any, Final

from sqlalchemy import ColumnElement, Dialect, Label, Text, TypeDecorator, cast, type_coerce
from sqlalchemy.orm import InstrumentedAttribute

from mediation.accounts.recent import Recent

KEPT: Final = 512
"""How many envelopes are remembered: some 5 KB each."""


class Lasting:
    """What is to be read only. `text`: how a page writes it, once that is known."""

    text: str | None = None


class LastingList(Lasting, list[Any]):
    """A list that lasts."""


class LastingObject(Lasting, dict[str, Any]):
    """An envelope, which lasts."""


class _Read(TypeDecorator[LastingObject]):
    """JSON as it is stored, read once for as long as it is remembered."""

    impl = Text
    cache_ok = True

    def process_result_value(self, value: str | None, dialect: Dialect) -> LastingObject | None:
        """The object, the same one for the same text."""
        return None if value is None else _objects.get(value, lambda: LastingObject(json.loads(value)))


_objects: Final[Recent[str, LastingObject]] = Recent(KEPT)


def lasting(column: InstrumentedAttribute[dict[str, Any]]) -> Label[LastingObject]:
    """A column of envelopes, to be asked for beside others, for those who only show them."""
    text: ColumnElement[LastingObject] = type_coerce(cast(column, Text), _Read())
    return text.label(column.key)
