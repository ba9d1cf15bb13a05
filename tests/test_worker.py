"""The worker: its jobs run by turns, each in its own transaction, and one that fails stops no other."""

import time
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select, text
from sqlalchemy.orm import Session

from mediation import ledger, log, sms
from mediation.access import SYSTEM
from mediation.db import engine_from
from mediation.protocol.encoding import new_id
from mediation.settings import Settings
from mediation.sms.models import Contact, DemonstrationText, OutboxText
from mediation.worker import SWEEPS, Worker, utc_now


def _queue(session: Session) -> None:
    participant_id, case_id = new_id(), new_id()
    contact = Contact(
        participant_id=participant_id,
        case_id=case_id,
        channel="text",
        number="+447700900123",
        wording="update",
        recorded_at=utc_now(),
    )
    session.add(contact)
    ledger.append(session, "contact.recorded", actor=SYSTEM, case_id=case_id, refs={}, at=utc_now())
    sms.enqueue(session, participant_id, now=utc_now())
    session.commit()


def test_texts_that_are_due_go_out(settings: Settings, writing_session: Session) -> None:
    _queue(writing_session)
    worker = Worker(settings)
    assert worker.deliver() == 1
    assert worker.deliver() == 0
    assert writing_session.scalars(select(OutboxText.state)).all() == ["sent"]
    assert writing_session.scalars(select(DemonstrationText)).all() == []


def test_every_job_runs_once_when_asked(settings: Settings, writing_session: Session) -> None:
    old = datetime.now(UTC) - timedelta(days=9)
    writing_session.execute(text("INSERT INTO throttle VALUES ('x', 1, :old)"), {"old": old.replace(tzinfo=None)})
    _queue(writing_session)
    Worker(settings).once()
    assert writing_session.execute(text("SELECT count(*) FROM throttle")).scalar() == 0
    assert writing_session.scalars(select(OutboxText.state)).all() == ["sent"]


def test_the_thread_delivers_by_itself(settings: Settings, writing_session: Session) -> None:
    _queue(writing_session)
    worker = Worker(settings)
    worker.start()
    try:
        for _ in range(100):
            writing_session.rollback()
            states = writing_session.scalars(select(OutboxText.state)).all()
            writing_session.rollback()
            if states == ["sent"]:
                break
            time.sleep(0.1)
        assert states == ["sent"]
    finally:
        worker.stop()


def test_a_job_that_fails_is_logged_by_its_kind_alone(capfd: pytest.CaptureFixture[str]) -> None:
    log.configure(production=True)

    def fail() -> None:
        raise ValueError("canary-55aa")

    Worker.run("texts", fail)
    written = capfd.readouterr().err
    assert "ValueError" in written
    assert "canary-55aa" not in written


def test_no_sweep_commits_by_itself(settings: Settings) -> None:
    engine = engine_from(settings)
    for _, sweep in SWEEPS.values():
        with Session(engine.execution_options(mediation_writes=True)) as session:
            sweep(session, utc_now())
            assert session.in_transaction()
    engine.dispose()
