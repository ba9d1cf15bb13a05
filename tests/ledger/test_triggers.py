"""The database itself refuses to change, shorten or replace the audit trail; it allows an index once, and erasure."""

from datetime import UTC, datetime

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from mediation import ledger
from mediation.access import SYSTEM
from mediation.protocol.encoding import new_id

AT = datetime(2026, 3, 2, tzinfo=UTC)
CASE = new_id()


@pytest.fixture
def trail(writing_session: Session) -> Session:
    """Two events, the first with an index."""
    for _ in range(2):
        ledger.append(writing_session, "case.created", actor=SYSTEM, case_id=CASE, refs={}, at=AT)
    writing_session.flush()
    writing_session.execute(text("UPDATE audit_event SET idx = 0 WHERE qid = 1"))
    return writing_session


@pytest.mark.parametrize(
    "statement",
    [
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
        "UPDATE OR REPLACE audit_event SET idx = 0 WHERE qid = 2",
        "DELETE FROM audit_event WHERE qid = 2",
        "DELETE FROM audit_event",
        "REPLACE INTO audit_event (qid, event_id, commitment) VALUES (2, 'x', x'00')",
        "INSERT OR REPLACE INTO audit_event (event_id, commitment) SELECT event_id, x'00' FROM audit_event LIMIT 1",
        "INSERT OR REPLACE INTO audit_event (event_id, commitment) SELECT 'x', commitment FROM audit_event LIMIT 1",
        "INSERT OR REPLACE INTO audit_event (event_id, commitment, idx) VALUES ('x', x'00', 0)",
    ],
)
@pytest.mark.parametrize("recursive", [True, False])
def test_rewriting_the_past_is_refused(trail: Session, statement: str, recursive: bool) -> None:
    before = trail.execute(text("SELECT * FROM audit_event ORDER BY qid")).all()
    with trail.begin_nested() as nested:
        trail.execute(text(f"PRAGMA recursive_triggers={'ON' if recursive else 'OFF'}"))
        with pytest.raises(IntegrityError, match="audit trail"):
            trail.execute(text(statement))
        nested.rollback()
    assert trail.execute(text("SELECT * FROM audit_event ORDER BY qid")).all() == before


def test_an_index_is_given_once(trail: Session) -> None:
    trail.execute(text("UPDATE audit_event SET idx = 1 WHERE qid = 2"))
    assert trail.execute(text("SELECT idx FROM audit_event ORDER BY qid")).scalars().all() == [0, 1]


def test_erasure_takes_the_seal_and_the_case_away_and_leaves_the_commitment(trail: Session) -> None:
    trail.execute(text("UPDATE audit_event SET sealed = NULL, case_id = NULL"))
    rows = trail.execute(text("SELECT sealed, case_id, length(commitment) FROM audit_event")).all()
    assert rows == [(None, None, 32), (None, None, 32)]
