"""The database itself refuses to change, shorten or replace the audit trail; it allows an index once, and erasure."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

import pytest
from sqlalchemy import Row, text
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from mediation import ledger
from mediation.access import SYSTEM
from mediation.ledger.operations import write
from mediation.protocol.encoding import new_id
from tests import databases

AT = datetime(2026, 3, 2, tzinfo=UTC)
CASE = new_id()
CHANGES = [
    "UPDATE audit_event SET commitment = x'00' WHERE qid = 2",
    "UPDATE audit_event SET event_id = 'x' WHERE qid = 2",
    "UPDATE audit_event SET qid = 9 WHERE qid = 2",
    "UPDATE audit_event SET sealed = x'00' WHERE qid = 2",
    "UPDATE audit_event SET case_id = 'x' WHERE qid = 2",
    "UPDATE audit_event SET sealed = NULL WHERE qid = 2",
    "UPDATE audit_event SET case_id = NULL WHERE qid = 2",
    "UPDATE audit_event SET idx = 5 WHERE qid = 1",
    "UPDATE audit_event SET idx = NULL WHERE qid = 1",
    "UPDATE audit_event SET idx = 1, sealed = x'00' WHERE qid = 2",
    "UPDATE audit_event SET sealed = NULL, case_id = NULL, commitment = x'00' WHERE qid = 2",
    "UPDATE audit_event SET sealed = NULL, case_id = NULL, idx = 7 WHERE qid = 1",
    "DELETE FROM audit_event WHERE qid = 2",
    "DELETE FROM audit_event",
]
OF_ITS_OWN = {
    "sqlite": [
        "UPDATE OR REPLACE audit_event SET idx = 0 WHERE qid = 2",
        "REPLACE INTO audit_event (qid, event_id, commitment) VALUES (2, 'x', x'00')",
        "INSERT OR REPLACE INTO audit_event (event_id, commitment) SELECT event_id, x'00' FROM audit_event LIMIT 1",
        "INSERT OR REPLACE INTO audit_event (event_id, commitment) SELECT 'x', commitment FROM audit_event LIMIT 1",
        "INSERT OR REPLACE INTO audit_event (event_id, commitment, idx) VALUES ('x', x'00', 0)",
    ],
    "postgresql": [
        "TRUNCATE audit_event",
        "INSERT INTO audit_event SELECT * FROM audit_event ON CONFLICT (qid) DO UPDATE SET commitment = x'00'",
    ],
}
"""What only one of the databases knows."""


@pytest.fixture
def trail(writing_session: Session) -> Session:
    """Two events, the first with an index."""
    for _ in range(2):
        ledger.append(writing_session, "case.created", actor=SYSTEM, case_id=CASE, refs={}, at=AT)
    write(writing_session)
    writing_session.execute(text("UPDATE audit_event SET idx = 0 WHERE qid = 1"))
    return writing_session

def _rows(trail: Session) -> Sequence[Row[Any]]:
    return trail.execute(text("SELECT * FROM audit_event ORDER BY qid")).all()


def refuses(trail: Session, statement: str) -> None:
    """`statement` in SQLite's words, whose bytes are written x'00'."""
    before = _rows(trail)
    if databases.kind() == "postgresql":
        statement = statement.replace("x'00'", r"'\\x00'")
    with trail.begin_nested() as nested:
        with pytest.raises(IntegrityError, match="audit trail"):
            trail.execute(text(statement))
        nested.rollback()
    assert _rows(trail) == before


@pytest.mark.parametrize("statement", CHANGES)
def test_rewriting_the_past_is_refused(trail: Session, statement: str) -> None:
    refuses(trail, statement)


def test_so_is_every_way_that_only_this_database_has(trail: Session) -> None:
    for statement in OF_ITS_OWN[databases.kind()]:
        refuses(trail, statement)


def test_on_sqlite_it_does_not_rest_on_recursive_triggers(trail: Session) -> None:
    if databases.kind() == "sqlite":
        trail.execute(text("PRAGMA recursive_triggers=OFF"))
    for statement in (*CHANGES, *OF_ITS_OWN[databases.kind()]):
        refuses(trail, statement)


def test_an_index_is_given_once(trail: Session) -> None:
    trail.execute(text("UPDATE audit_event SET idx = 1 WHERE qid = 2"))
    assert trail.execute(text("SELECT idx FROM audit_event ORDER BY qid")).scalars().all() == [0, 1]


def test_erasure_takes_the_seal_and_the_case_away_and_leaves_the_commitment(trail: Session) -> None:
    trail.execute(text("UPDATE audit_event SET sealed = NULL, case_id = NULL"))
    rows = trail.execute(text("SELECT sealed, case_id, length(commitment) FROM audit_event")).all()
    assert rows == [(None, None, 32), (None, None, 32)]
