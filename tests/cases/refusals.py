"""Saying that an act is refused with a code, and that nothing has changed."""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from sqlalchemy import func, select

from mediation.db import Base, reading
from mediation.errors import MediationError
from mediation.protocol.errors import ProtocolError
from tests.cases.office import Office


def census(office: Office) -> dict[str, list[tuple[object, ...]]]:
    """Every row of every table."""
    with reading(office.engine) as session:
        tables = Base.metadata.sorted_tables
        return {table.name: [tuple(row) for row in session.execute(select(table))] for table in tables}


def count(office: Office, table: type[Base]) -> int:
    """How many rows a table has."""
    with reading(office.engine) as session:
        return session.scalar(select(func.count()).select_from(table)) or 0


@contextmanager
def refused(office: Office, code: str, status: int | None = None) -> Iterator[None]:
    """The act inside is refused with this code (and this status), and leaves every row as it was."""
    before = census(office)
    with pytest.raises((MediationError, ProtocolError)) as caught:
        yield
    error = caught.value
    assert isinstance(error, MediationError | ProtocolError)
    assert error.code == code, error
    if status is not None:
        assert getattr(error, "status", 422) == status
    assert census(office) == before


@contextmanager
def unchanged(office: Office) -> Iterator[None]:
    """The act inside leaves every row as it was."""
    before = census(office)
    yield
    assert census(office) == before
