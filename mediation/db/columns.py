"""Column types, the same on SQLite and PostgreSQL.

Encrypted columns are sealed with the field key before they reach the driver, bound to the column's name, so a value
copied to another column does not open.
"""

from datetime import UTC, datetime
from typing import Annotated

from sqlalchemy import DateTime, LargeBinary
from sqlalchemy.engine.interfaces import Dialect
from sqlalchemy.types import TypeDecorator

from mediation.protocol.errors import ProtocolError
from mediation.protocol.primitives import aead_open, aead_seal
from mediation.settings import Settings

Id = Annotated[str, "id"]
"""An identifier of 16 bytes in B64: 22 characters."""
Hash = Annotated[str, "hash"]
"""A hash or kid of 32 bytes in B64: 43 characters."""


class UnreadableError(Exception):
    """A stored value opens with none of the server's keys: the operator's fault, never the user's."""


class UtcTime(TypeDecorator[datetime]):
    """An aware time; naive ones are refused. Stored in UTC, without zone on SQLite, which knows none."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """To UTC."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a naive time")
        value = value.astimezone(UTC)
        return value.replace(tzinfo=None) if dialect.name == "sqlite" else value

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Aware again."""
        return value if value is None else value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class EncryptedBytes(TypeDecorator[bytes]):
    """Bytes under AEAD with the field key; `name` (table.column) is authenticated with them."""

    impl = LargeBinary
    cache_ok = True

    def __init__(self, name: str) -> None:
        super().__init__()
        self.name = name

    def process_bind_param(self, value: bytes | None, dialect: Dialect) -> bytes | None:
        """Sealed with the first field key."""
        return None if value is None else aead_seal(_field_keys(dialect)[0], value, self._aad())

    def process_result_value(self, value: bytes | None, dialect: Dialect) -> bytes | None:
        """Opened with whichever field key fits. Raises UnreadableError when none does."""
        if value is None:
            return None
        for key in _field_keys(dialect):
            try:
                return aead_open(key, value, self._aad())
            except ProtocolError:
                continue
        raise UnreadableError(self.name)

    def _aad(self) -> bytes:
        return b"mediation/column " + self.name.encode("ascii")


class EncryptedText(TypeDecorator[str]):
    """Text as EncryptedBytes."""

    impl = LargeBinary
    cache_ok = True

    def __init__(self, name: str) -> None:
        super().__init__()
        self.name = name

    def process_bind_param(self, value: str | None, dialect: Dialect) -> bytes | None:
        """Sealed as UTF-8."""
        return EncryptedBytes(self.name).process_bind_param(None if value is None else value.encode(), dialect)

    def process_result_value(self, value: bytes | None, dialect: Dialect) -> str | None:
        """Opened."""
        data = EncryptedBytes(self.name).process_result_value(value, dialect)
        return None if data is None else data.decode()


def _field_keys(dialect: Dialect) -> tuple[bytes, ...]:
    settings: Settings = getattr(dialect, "mediation_settings")  # noqa: B009  # set by engine_from, unknown to SQLAlchemy
    return settings.field_keys
