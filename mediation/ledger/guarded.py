"""A changed audited row without an audit event in the same transaction never commits.

Models with `__audited__ = True` are watched on every Session; bulk statements against them count as well, and what is
written as plain rows (`db.rows`).
"""

from sqlalchemy import event
from sqlalchemy.orm import ORMExecuteState, Session, SessionTransaction

from mediation.db.rows import CHANGED, note_change
from mediation.ledger.operations import EVENTS, KEYS


class UnrecordedChangeError(AssertionError):
    """An operation changed these tables and appended nothing."""


@event.listens_for(Session, "before_flush")
def _note_changes(session: Session, context: object, instances: object) -> None:
    for instance in (*session.new, *session.dirty, *session.deleted):
        if getattr(instance, "__audited__", False) and (instance not in session.dirty or session.is_modified(instance)):
            note_change(session, type(instance))


@event.listens_for(Session, "do_orm_execute")
def _note_bulk_changes(state: ORMExecuteState) -> None:
    if not (state.is_update or state.is_delete or state.is_insert) or state.bind_mapper is None:
        return
    if getattr(state.bind_mapper.class_, "__audited__", False):
        note_change(state.session, state.bind_mapper.class_)


@event.listens_for(Session, "before_commit")
def _refuse_unrecorded(session: Session) -> None:
    session.flush()
    if session.info.get(CHANGED) and not session.info.get(EVENTS):
        raise UnrecordedChangeError(", ".join(sorted(session.info[CHANGED])))


@event.listens_for(Session, "after_transaction_end")
def _forget(session: Session, transaction: SessionTransaction) -> None:
    session.info.pop(KEYS, None)  # also where a part of it ends: a key may have been made in it, and be gone with it
    if transaction.parent is None:
        session.info.pop(CHANGED, None)
        session.info.pop(EVENTS, None)
