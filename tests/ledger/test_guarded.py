"""A changed audited row without an event in the same transaction never commits."""

from datetime import UTC, datetime

import pytest
from sqlalchemy import delete, update
from sqlalchemy.orm import Session

from mediation import ledger
from mediation.access import SYSTEM
from mediation.accounts.models import Agency, Throttle
from mediation.db import change, insert, table_of
from mediation.ledger.guarded import UnrecordedChangeError
from mediation.protocol.encoding import new_id

AT = datetime(2026, 3, 2, tzinfo=UTC)


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
def test_a_bulk_change_without_an_event_is_refused(writing_session: Session, agency: Agency, statement: object) -> None:
    writing_session.execute(statement)  # type: ignore[call-overload]  # update and delete alike
    with pytest.raises(UnrecordedChangeError, match="agency"):
        writing_session.commit()


def test_a_plain_row_without_an_event_is_refused(writing_session: Session) -> None:
    insert(writing_session, Agency(agency_id=new_id(), settings={}, created_at=AT))
    with pytest.raises(UnrecordedChangeError, match="agency"):
        writing_session.commit()


def test_a_change_of_a_plain_row_without_an_event_is_refused(writing_session: Session, agency: Agency) -> None:
    change(writing_session, Agency, update(table_of(Agency)), {"settings": {"x": 1}})
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
