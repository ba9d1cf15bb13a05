"""A changed audited row without an audit event that binds it never commits.

Models with `__audited__ = True` are watched on every Session: what is flushed, what is written as plain rows and what
`db.bulk` changes; any other statement of the ORM's that would change them is refused.
"""

from copy import copy
from typing import Any, Final

from sqlalchemy import Connection, event, inspect
from sqlalchemy.orm import Mapper, ORMExecuteState, Session, SessionTransaction, object_session

from mediation.db import Base
from mediation.db.rows import NOTED, WRITTEN, columns_of, note
from mediation.ledger.operations import EVENTS, KEYS, UNBOUND, UnrecordedChangeError, write

NOTES: Final = (EVENTS, WRITTEN, UNBOUND)
"""What a transaction, or a part of it, has appended and changed so far."""
CHANGING: Final = "ledger changing"
"""Key in `session.info`: the objects that are being flushed because something in them changed."""
BEFORE: Final = "ledger savepoints"
"""Key in `session.info`: what was appended and noted when a savepoint was made, by its transaction."""


@event.listens_for(Base, "after_insert", propagate=True)
def _note_new(mapper: Mapper[Any], connection: Connection, row: Base) -> None:
    _note(row)


@event.listens_for(Base, "before_update", propagate=True)
def _remember_changed(mapper: Mapper[Any], connection: Connection, row: Base) -> None:
    """Only before does it know what has changed, and only after is every column as it is stored."""
    session = object_session(row)
    if row.__audited__ and session is not None and session.is_modified(row, include_collections=False):
        session.info.setdefault(CHANGING, set()).add(inspect(row))


@event.listens_for(Base, "after_update", propagate=True)
def _note_changed(mapper: Mapper[Any], connection: Connection, row: Base) -> None:
    session, state = object_session(row), inspect(row)
    if session is not None and state in session.info.get(CHANGING, ()):
        session.info[CHANGING].discard(state)
        _note(row)


@event.listens_for(Base, "after_delete", propagate=True)
def _note_deleted(mapper: Mapper[Any], connection: Connection, row: Base) -> None:
    _note(row, gone=True)


def _note(row: Base, *, gone: bool = False) -> None:
    session = object_session(row)
    if row.__audited__ and session is not None:
        note(session, type(row), {name: getattr(row, name) for name in columns_of(type(row))}, gone=gone)


@event.listens_for(Session, "do_orm_execute")
def _refuse_unnoted(state: ORMExecuteState) -> None:
    changes = state.is_update or state.is_delete or state.is_insert
    if not changes or state.bind_mapper is None or not state.bind_mapper.class_.__audited__:
        return
    table = state.bind_mapper.class_.__tablename__
    if not state.execution_options.get(NOTED, False):
        raise UnrecordedChangeError(f"{table}, by a statement that notes no row: see `db.bulk`")
    state.session.info.setdefault(UNBOUND, set()).add(table)


@event.listens_for(Session, "before_commit")
def _write_events(session: Session) -> None:
    """Once, when the whole transaction ends."""
    if not session.in_nested_transaction():
        write(session)


@event.listens_for(Session, "after_transaction_create")
def _remember(session: Session, transaction: SessionTransaction) -> None:
    if transaction.nested:
        now = {name: copy(session.info[name]) for name in NOTES if name in session.info}
        session.info.setdefault(BEFORE, {})[transaction] = now


@event.listens_for(Session, "after_soft_rollback")
def _take_back(session: Session, transaction: SessionTransaction) -> None:
    """What was appended and noted since the savepoint never was."""
    before = session.info.get(BEFORE, {}).pop(transaction, None)
    if before is not None:
        for name in NOTES:
            session.info.pop(name, None)
        session.info.update(before)


@event.listens_for(Session, "after_transaction_end")
def _forget(session: Session, transaction: SessionTransaction) -> None:
    session.info.pop(KEYS, None)  # also where a part of it ends: a key may have been made in it, and be gone with it
    if transaction.parent is None:
        for name in (*NOTES, CHANGING, BEFORE):
            session.info.pop(name, None)
