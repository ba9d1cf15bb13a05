"""A changed audited row without an event in the same transaction never commits."""

from datetime import UTC, datetime

import pytest
from sqlalchemy import Delete, Update, delete, func, select, update
from sqlalchemy.orm import Session

from mediation import ledger
from mediation.access import SYSTEM
from mediation.accounts.models import Agency, Invitation, Throttle
from mediation.cases import anchors
from mediation.db import bulk, change, insert, table_of, whole
from mediation.db.rows import note
from mediation.ledger.models import AuditEvent
from mediation.ledger.operations import UnrecordedChangeError
from mediation.messages.models import Wrap
from mediation.protocol.encoding import b64, new_id
from mediation.protocol.primitives import random_bytes

AT = datetime(2026, 3, 2, tzinfo=UTC)


def digest() -> str:
    return b64(random_bytes(32))


def _event(session: Session) -> None:
    ledger.append(session, "agency.settings-changed", actor=SYSTEM, case_id=None, refs={}, at=AT)


@pytest.fixture
def agency(writing_session: Session) -> Agency:
    row = Agency(agency_id=new_id(), settings={}, created_at=AT)
    writing_session.add(row)
    _event(writing_session)
    writing_session.commit()
    return row


def test_an_insert_without_an_event_is_refused(writing_session: Session) -> None:
    writing_session.add(Agency(agency_id=new_id(), settings={}, created_at=AT))
    with pytest.raises(UnrecordedChangeError, match="agency"):
        writing_session.commit()


def test_a_change_without_an_event_is_refused(writing_session: Session, agency: Agency) -> None:
    agency.settings = {"help": []}
    with pytest.raises(UnrecordedChangeError, match="agency"):
        writing_session.commit()


def test_a_removal_without_an_event_is_refused(writing_session: Session, agency: Agency) -> None:
    writing_session.delete(agency)
    writing_session.flush()
    with pytest.raises(UnrecordedChangeError, match="agency"):
        writing_session.commit()


@pytest.mark.parametrize("statement", [update(Agency).values(settings={"x": 1}), delete(Agency)])
def test_a_bulk_change_without_an_event_is_refused(
    writing_session: Session, agency: Agency, statement: Update | Delete
) -> None:
    assert bulk(writing_session, Agency, statement) == 1
    with pytest.raises(UnrecordedChangeError, match="agency"):
        writing_session.commit()


@pytest.mark.parametrize("statement", [update(Agency).values(settings={"x": 1}), delete(Agency)])
def test_a_statement_that_notes_no_row_is_refused(
    writing_session: Session, agency: Agency, statement: Update | Delete
) -> None:
    with pytest.raises(UnrecordedChangeError, match=r"db\.bulk"):
        writing_session.execute(statement)


def test_what_no_event_binds_needs_one_all_the_same(writing_session: Session) -> None:
    """The leaves of a roster, which its signature binds; what goes with an erased case is removed in the same way."""
    anchors.record(writing_session, digest(), {new_id(): digest()})
    with pytest.raises(UnrecordedChangeError, match="roster_anchor"):
        writing_session.commit()
    writing_session.rollback()
    anchors.record(writing_session, digest(), {new_id(): digest()})
    _event(writing_session)
    writing_session.commit()


def test_an_event_of_another_case_does_not_tell_of_a_row(writing_session: Session, agency: Agency) -> None:
    names = {"agency_id": agency.agency_id, "case_id": new_id(), "invite_id": digest(), "invite_hash": digest()}
    rest = {"blob": b"", "mac": "", "invite": {}, "state": "open", "created_at": AT, "expires_at": AT}
    writing_session.add(Invitation(**names, **rest))
    ledger.append(writing_session, "case.created", actor=SYSTEM, case_id=new_id(), refs={}, at=AT)
    with pytest.raises(UnrecordedChangeError, match="invitation"):
        writing_session.commit()


def test_a_message_is_not_bound_where_two_cases_are_told_of(writing_session: Session, agency: Agency) -> None:
    note(writing_session, Wrap, {"message_id": new_id(), "box_kid": digest(), "seal": b"x"})
    for _ in range(2):
        ledger.append(writing_session, "message.rewrapped", actor=SYSTEM, case_id=new_id(), refs={}, at=AT)
    _event(writing_session)
    with pytest.raises(UnrecordedChangeError, match="wrap"):
        writing_session.commit()


def test_what_a_savepoint_took_back_is_neither_told_nor_bound(writing_session: Session, agency: Agency) -> None:
    with pytest.raises(ZeroDivisionError), writing_session.begin_nested():
        agency.settings = {"help": []}
        writing_session.flush()
        anchors.record(writing_session, digest(), {new_id(): digest()})
        _event(writing_session)
        raise ZeroDivisionError
    writing_session.commit()
    assert writing_session.scalar(select(func.count()).select_from(AuditEvent)) == 1


def test_what_stays_of_a_savepoint_is_told(writing_session: Session, agency: Agency) -> None:
    with writing_session.begin_nested():
        agency.settings = {"help": []}
    _event(writing_session)
    writing_session.commit()
    assert writing_session.scalar(select(func.count()).select_from(AuditEvent)) == 2


def test_a_plain_row_without_an_event_is_refused(writing_session: Session) -> None:
    insert(writing_session, Agency(agency_id=new_id(), settings={}, created_at=AT))
    with pytest.raises(UnrecordedChangeError, match="agency"):
        writing_session.commit()


def test_a_change_of_a_plain_row_without_an_event_is_refused(writing_session: Session, agency: Agency) -> None:
    change(writing_session, Agency, whole(Agency, update(table_of(Agency))), {"settings": {"x": 1}})
    with pytest.raises(UnrecordedChangeError, match="agency"):
        writing_session.commit()


def test_an_event_of_an_earlier_transaction_does_not_count(writing_session: Session, agency: Agency) -> None:
    _event(writing_session)
    writing_session.commit()
    agency.settings = {"help": []}
    with pytest.raises(UnrecordedChangeError):
        writing_session.commit()


def test_what_was_rolled_back_needs_no_event(writing_session: Session, agency: Agency) -> None:
    agency.settings = {"help": []}
    writing_session.flush()
    writing_session.rollback()
    writing_session.commit()


def test_setting_the_same_value_is_no_change(writing_session: Session, agency: Agency) -> None:
    agency.created_at = AT
    writing_session.commit()


def test_tables_that_are_not_audited_need_no_event(writing_session: Session) -> None:
    writing_session.add(Throttle(bucket="x" * 43, count=1, window_start=AT))
    writing_session.commit()


def test_with_its_event_a_change_commits(writing_session: Session, agency: Agency) -> None:
    agency.settings = {"help": []}
    _event(writing_session)
    writing_session.commit()
