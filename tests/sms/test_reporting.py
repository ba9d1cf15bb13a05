"""The report counts what became of every text of a year, by month, and says nothing of whose they were."""

import csv
import io
from datetime import UTC, datetime
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import text
from sqlalchemy.orm import Session

from mediation.access import Actor
from mediation.errors import NotAllowed
from mediation.protocol.encoding import new_id
from mediation.sms import reporting
from mediation.sms.reporting import Month
from mediation.sms.states import TextState
from mediation.web.pages import texts
from tests.sms.conftest import store_text

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
ADMINISTRATOR = Actor(kind="staff", account_id=new_id(), staff_id=new_id(), roles=frozenset({"administrator"}))


@pytest.fixture
def stored(writing_session: Session) -> Session:
    """A text in every state this month, two that failed in January, one of more than a year ago."""
    for state in TextState:
        store_text(writing_session, state, NOW, error="30003" if state in reporting.LOST else None)
    for error in ("21610", None):
        store_text(writing_session, TextState.FAILED, datetime(2026, 1, 31, 23, 59, 59, tzinfo=UTC), error=error)
    store_text(writing_session, TextState.SENT, datetime(2025, 4, 1, tzinfo=UTC))
    store_text(writing_session, TextState.SENT, datetime(2025, 3, 31, 23, 59, 59, tzinfo=UTC))
    writing_session.commit()
    return writing_session


def test_every_text_of_twelve_months_is_counted_once(stored: Session) -> None:
    months = reporting.monthly(stored, ADMINISTRATOR, NOW)
    assert [each.name for each in months][:3] == ["2026-03", "2026-02", "2026-01"]
    assert (len(months), months[-1].name, months[-1].sent) == (12, "2025-04", 1)
    march = Month(2026, 3, sent=3, delivered=1, failed=2, unsent=3, waiting=2, segments=3, reasons={"30003": 2})
    assert months[0] == march
    assert months[1] == Month(2026, 2)
    assert (months[2].failed, months[2].reasons) == (2, {"21610": 1, "unknown": 1})


@pytest.mark.parametrize("zone", ["UTC", "Pacific/Kiritimati", "America/Los_Angeles"])
def test_a_month_is_the_same_wherever_the_database_has_its_clock(stored: Session, zone: str) -> None:
    if stored.get_bind().dialect.name == "postgresql":
        stored.execute(text(f"SET LOCAL timezone = '{zone}'"))
    months = reporting.monthly(stored, ADMINISTRATOR, datetime(2026, 3, 31, 23, 59, 59, tzinfo=UTC))
    assert [(each.sent, each.failed) for each in months] == [(3, 2), (0, 0), (0, 2), *[(0, 0)] * 8, (1, 0)]


def test_why_texts_failed_the_most_frequent_first(stored: Session) -> None:
    months = reporting.monthly(stored, ADMINISTRATOR, NOW)
    assert reporting.reasons(months) == [("30003", 2), ("21610", 1), ("unknown", 1)]


def test_a_spreadsheet_has_the_same(stored: Session) -> None:
    rows = reporting.table(reporting.monthly(stored, ADMINISTRATOR, NOW), Decimal("0.04"))
    assert rows[0][-4:] == ["estimated_cost", "failed_30003", "failed_21610", "failed_unknown"]
    assert rows[-1] == ["2026-03", "3", "1", "2", "3", "2", "3", "0.12", "2", "0", "0"]
    text = io.StringIO()
    csv.writer(text).writerows(rows)
    assert list(csv.reader(io.StringIO(text.getvalue()))) == rows


@pytest.mark.parametrize("role", ["facilitator", "supervisor", "auditor"])
def test_it_is_for_administrators(writing_session: Session, role: str) -> None:
    somebody = Actor(kind="staff", account_id=new_id(), staff_id=new_id(), roles=frozenset({role}))
    with pytest.raises(NotAllowed):
        reporting.monthly(writing_session, somebody, NOW)


@given(st.lists(st.tuples(st.integers(0, 10**6), st.integers(0, 10**6)), min_size=12, max_size=12))
def test_no_bar_is_higher_than_the_chart(numbers: list[tuple[int, int]]) -> None:
    drawn = texts.chart([Month(2026, 1, sent=sent, failed=failed) for sent, failed in numbers])
    for bar in drawn["bars"]:
        assert 0 <= bar["failed"] <= bar["sent"] <= texts.HIGH
        assert bar["top"] + bar["sent"] == bar["fail_top"] + bar["failed"] == texts.HIGH
