"""What acts read and write as plain rows: the ORM's objects cost three to five times as much as the statement itself.

Rows that are asked for here are as the database has them: what an ORM object of the same session holds and has not
flushed yet is not in them, so one act reads and changes one kind of row in one way only.
"""

from collections.abc import Mapping
from typing import Any, Final

from sqlalchemy import Connection, CursorResult, Executable, Table, Update
from sqlalchemy.orm import Session
from sqlalchemy.orm.exc import StaleDataError

from mediation.db.base import Base

CHANGED: Final = "changed audited tables"
"""Key in `session.info` of the names of audited tables that this transaction changes (see `ledger.guarded`)."""

CONNECTION: Final = "connection"
"""Key in `session.info` of the connection of this transaction: asking the session anew for every statement costs a
fifth of the statement. It is forgotten when the transaction ends (see `engine`)."""


def table_of(model: type[Base]) -> Table:
    """A model's table, whose statements the ORM has no part in."""
    return model.metadata.tables[model.__tablename__]


def note_change(session: Session, model: type[Base]) -> None:
    """Rows of this model change in this transaction."""
    if model.__audited__:
        session.info.setdefault(CHANGED, set()).add(model.__tablename__)


def ask(
    session: Session, statement: Executable, parameters: Mapping[str, Any] | None = None
) -> CursorResult[*tuple[Any, ...]]:
    """What a statement finds, as rows of columns."""
    return _connection(session).execute(statement, parameters)


def insert(session: Session, *rows: Base) -> None:
    """Store new rows of one model at once. They do not become the session's: changing them later changes nothing."""
    model = type(rows[0])
    note_change(session, model)
    values = [{name: value for name, value in vars(row).items() if name != "_sa_instance_state"} for row in rows]
    _connection(session).execute(table_of(model).insert().inline(), values if len(values) > 1 else values[0])


def change(session: Session, model: type[Base], statement: Update, parameters: Mapping[str, Any]) -> None:
    """Change exactly one row of a model. Raises StaleDataError if the statement found none: it changed underneath."""
    note_change(session, model)
    if _connection(session).execute(statement, parameters).rowcount != 1:
        raise StaleDataError(model.__tablename__)


def _connection(session: Session) -> Connection:
    found: Connection | None = session.info.get(CONNECTION)
    if found is None:
        found = session.info[CONNECTION] = session.connection()
    return found
