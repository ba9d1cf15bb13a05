"""Every single change of an audited table that its owner can make past the application."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any, Final

from sqlalchemy import (
    JSON,
    Boolean,
    Column,
    Date,
    Executable,
    Integer,
    LargeBinary,
    Table,
    UniqueConstraint,
    and_,
    text,
)
from sqlalchemy.orm import Session

from mediation.db import Base, dialect_of, import_models
from mediation.db.columns import UtcTime
from tests.ledger.test_tampering import TABLES

import_models()
AUDITED: Final = sorted(
    (each.class_ for each in Base.registry.mappers if each.class_.__audited__), key=lambda model: model.__tablename__
)


def other(column: Column[Any], value: object) -> object:
    """Another value that the column takes."""
    if isinstance(value, datetime) or isinstance(column.type, UtcTime):
        return datetime(2020, 1, 1, tzinfo=UTC)
    if isinstance(column.type, JSON):
        return {"zone": "Europe/Paris"}
    if isinstance(column.type, Boolean):
        return not value
    if isinstance(column.type, Date):
        return date(2020, 1, 1)
    if isinstance(column.type, Integer):
        return 77
    if isinstance(column.type, LargeBinary):
        return b"x" if not isinstance(value, bytes) or not value else bytes([*value[:-1], value[-1] ^ 1])
    known = str(value or "")
    return ("y" if known.startswith("x") else "x") + known[1:]


@dataclass(frozen=True)
class Change:
    """One change of a table, past the application."""

    name: str
    table: Table
    statement: Executable
    values: Mapping[str, Any] | None = None

    def make(self, session: Session) -> None:
        """As the owner of the tables can."""
        unguard(session, self.table.name)
        session.connection().execute(self.statement, self.values)


def changes_of(table: Table, row: Mapping[str, Any]) -> Iterator[Change]:
    """Every way in which this row, or one column of it, can be changed."""
    here = and_(*(column == row[column.name] for column in table.primary_key))
    yield Change(f"{table}: removed", table, table.delete().where(here))
    copied = {**row, **{column.name: other(column, row[column.name]) for column in unique(table)}}
    yield Change(f"{table}: one more", table, table.insert(), copied)
    for column in table.columns:
        emptied = [None] if column.nullable and row[column.name] is not None else []
        for value in [other(column, row[column.name]), *emptied]:
            yield Change(f"{table}.{column.name} = {value}", table, table.update().where(here), {column.name: value})


def unique(table: Table) -> set[Column[Any]]:
    """The columns that no two rows may have alike."""
    together = [each.columns for each in table.constraints if isinstance(each, UniqueConstraint)]
    alone = [each.columns for each in table.indexes if each.unique]
    return {*table.primary_key, *(column for each in (*together, *alone) for column in each)}


def unguard(session: Session, *more: str) -> None:
    """As the tables' owner can, until the transaction is rolled back: nothing stops a change of the log's tables, nor
    one of `more` that names a row which is not there.
    """
    if dialect_of(session) == "sqlite":
        session.execute(text("PRAGMA defer_foreign_keys = ON"))
        for name in session.scalars(text("SELECT name FROM sqlite_master WHERE type = 'trigger'")).all():
            session.execute(text(f"DROP TRIGGER {name}"))
    else:
        for table in (*TABLES, *more):
            session.execute(text(f'ALTER TABLE "{table}" DISABLE TRIGGER ALL'))
