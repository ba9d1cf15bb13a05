"""What acts read and write as plain rows: the ORM's objects cost three to five times as much as the statement itself.

Rows that are asked for here are as the database has them: what an ORM object of the same session holds and has not
flushed yet is not in them, so one act reads and changes one kind of row in one way only.

Whatever is written of audited rows is noted, whole, for the event that binds them (see `ledger.guarded`).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any, Final

from sqlalchemy import Connection, CursorResult, Delete, Executable, Insert, Table, Update
from sqlalchemy.orm import Session
from sqlalchemy.orm.exc import StaleDataError
from sqlalchemy.sql.schema import ScalarElementColumnDefault

from mediation.db.base import Base

WRITTEN: Final = "written audited rows"
"""Key in `session.info` of a dict of (model, primary key) to Written: the audited rows that this transaction writes, as
it leaves them."""
NOTED: Final = "noted"
"""Option of a statement of the ORM's on an audited model: what it writes is noted, or need not be."""
CONNECTION: Final = "connection"
"""Key in `session.info` of the connection of this transaction: asking the session anew for every statement costs a
fifth of the statement. It is forgotten when the transaction ends (see `engine`)."""


@dataclass(frozen=True, slots=True)
class Written:
    """All columns of a row as they are stored, or were before it was deleted."""

    values: Mapping[str, Any]
    gone: bool = False


def table_of(model: type[Base]) -> Table:
    """A model's table, whose statements the ORM has no part in."""
    return model.metadata.tables[model.__tablename__]


@cache
def columns_of(model: type[Base]) -> tuple[str, ...]:
    """The names of all columns of a model."""
    return tuple(table_of(model).columns.keys())


@cache
def key_of(model: type[Base]) -> tuple[str, ...]:
    """The names of the columns of its primary key."""
    return tuple(table_of(model).primary_key.columns.keys())


@cache
def _empty(model: type[Base]) -> Mapping[str, Any]:
    """What is stored where a new row says nothing."""
    given = {each.key: each.default for each in table_of(model).columns}
    return {name: each.arg if isinstance(each, ScalarElementColumnDefault) else None for name, each in given.items()}


def note(session: Session, model: type[Base], values: Mapping[str, Any], *, gone: bool = False) -> None:
    """A row of this model is written in this transaction: all its columns."""
    if model.__audited__:
        key = tuple(values[name] for name in key_of(model))
        session.info.setdefault(WRITTEN, {})[model, key] = Written(values, gone)


def ask(
    session: Session,
    statement: Executable,
    parameters: Mapping[str, Any] | Sequence[Mapping[str, Any]] | None = None,
) -> CursorResult[*tuple[Any, ...]]:
    """What a statement finds, as rows of columns."""
    return _connection(session).execute(statement, parameters)


def insert(session: Session, *rows: Base) -> None:
    """Store new rows of one model at once. They do not become the session's: changing them later changes nothing."""
    model = type(rows[0])
    values = [{name: value for name, value in vars(row).items() if name != "_sa_instance_state"} for row in rows]
    _connection(session).execute(_storing(model), values if len(values) > 1 else values[0])
    for each in values:
        note(session, model, {**_empty(model), **each})


@cache
def _storing(model: type[Base]) -> Insert:
    """The statement, made once: making one costs more than asking it."""
    return table_of(model).insert().inline()


def whole(model: type[Base], statement: Update) -> Update:
    """The statement, made once for `change`: it answers with the rows as it left them."""
    return statement.returning(*table_of(model).columns)


def change(session: Session, model: type[Base], statement: Update, parameters: Mapping[str, Any]) -> None:
    """Change exactly one row of a model by a `whole` statement. Raises StaleDataError if it found none: the row changed
    underneath.
    """
    if change_some(session, model, statement, parameters) != 1:
        raise StaleDataError(model.__tablename__)


def change_some(session: Session, model: type[Base], statement: Update, parameters: Mapping[str, Any]) -> int:
    """Change rows of a model by a `whole` statement; returns how many it found."""
    found = _connection(session).execute(statement, parameters).mappings().all()
    for each in found:
        note(session, model, dict(each))
    return len(found)


def bulk(session: Session, model: type[Base], statement: Update | Delete) -> int:
    """Change or delete rows of a model by a statement of the ORM's, which keeps its objects as they are then; returns
    how many it found.
    """
    answering = statement.returning(*(getattr(model, name) for name in columns_of(model)))
    found = session.execute(answering, execution_options={NOTED: True}).mappings().all()
    for each in found:
        note(session, model, dict(each), gone=statement.is_delete)
    return len(found)


def _connection(session: Session) -> Connection:
    found: Connection | None = session.info.get(CONNECTION)
    if found is None:
        found = session.info[CONNECTION] = session.connection()
    return found
