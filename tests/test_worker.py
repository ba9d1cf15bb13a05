"""The worker: its jobs run by turns, each in its own transaction, and one that fails stops no other."""

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from tempfile import TemporaryDirectory

import pytest
import structlog
from sqlalchemy import select, text
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from mediation import ledger, log, sms, worker
from mediation.access import SYSTEM
from mediation.db import engine_from, insert
from mediation.ledger.models import AuditTimestamp
from mediation.protocol.encoding import new_id
from mediation.settings import ROOT, Settings
from mediation.sms.hours import AT_ANY_HOUR
from mediation.sms.models import Contact, DemonstrationText, OutboxText
from mediation.worker import SWEEPS, Worker, utc_now
from tests.ledger.authority import Authority, offered


@pytest.fixture(autouse=True)
def _log_as_it_was() -> Iterator[None]:
    """What a test set up writes to a stream that is closed when the test is over."""
    yield
    structlog.reset_defaults()


def _queue(session: Session) -> None:
    participant_id, case_id = new_id(), new_id()
    contact = Contact(
        participant_id=participant_id,
        case_id=case_id,
        channel="text",
        number="+447700900123",
        wording="update",
        hours=AT_ANY_HOUR.as_json,
        recorded_at=utc_now(),
        confirmed_at=utc_now(),
    )
    insert(session, contact)
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


def test_in_production_without_a_provider_texts_stay_queued_and_the_log_says_so(
    settings: Settings, writing_session: Session, capfd: pytest.CaptureFixture[str]
) -> None:
    log.configure(production=True)
    _queue(writing_session)
    events = writing_session.scalar(text("SELECT count(*) FROM audit_event"))
    writing_session.rollback()
    worker = Worker(replace(settings, mode="production"))
    assert [worker.deliver(), worker.deliver()] == [0, 0]
    assert capfd.readouterr().err.count('"sms.no-provider"') == 1, "once an hour, not at every turn"
    worker.warn(utc_now() + timedelta(hours=2))
    assert capfd.readouterr().err.count('"sms.no-provider"') == 1
    writing_session.rollback()
    stored = writing_session.scalars(select(OutboxText)).one()
    assert (stored.state, stored.attempts, stored.sent_at) == ("queued", 0, None)
    assert writing_session.scalar(text("SELECT count(*) FROM audit_event")) == events
    writing_session.rollback()
    Worker(settings).deliver()
    writing_session.rollback()
    assert writing_session.scalars(select(OutboxText.state)).all() == ["sent"], "it goes out when there is a provider"


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


def test_each_case_has_a_transaction_of_its_own_and_one_that_fails_holds_up_no_other(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    met: list[tuple[str, Session]] = []

    def offer_in_case(session: Session, case_id: str, now: datetime) -> int:
        met.append((case_id, session))
        if case_id == "broken":
            raise ValueError("canary-55aa")
        return 1

    monkeypatch.setattr(worker, "cases_with_due", lambda session, now: ["one", "broken", "other"])
    monkeypatch.setattr(worker, "offer_in_case", offer_in_case)
    with pytest.raises(ValueError, match="canary"):
        Worker(settings).offer()
    assert [case_id for case_id, _ in met] == ["one", "broken", "other"]
    assert len({id(session) for _, session in met}) == 3


def test_a_worker_that_is_told_to_stop_begins_no_other_case_and_no_other_text(
    settings: Settings, writing_session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    _queue(writing_session)
    stopping = Worker(settings)

    def offer_in_case(session: Session, case_id: str, now: datetime) -> int:
        stopping.stopping.set()
        return 1

    monkeypatch.setattr(worker, "cases_with_due", lambda session, now: ["one", "other"])
    monkeypatch.setattr(worker, "offer_in_case", offer_in_case)
    assert stopping.offer() == 1
    assert stopping.deliver() == 0


def test_a_database_that_is_away_is_asked_once_and_not_for_every_case(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = []

    def offer_in_case(session: Session, case_id: str, now: datetime) -> int:
        asked.append(case_id)
        raise OperationalError("", None, ConnectionError())

    monkeypatch.setattr(worker, "cases_with_due", lambda session, now: ["one", "other"])
    monkeypatch.setattr(worker, "offer_in_case", offer_in_case)
    with pytest.raises(OperationalError):
        Worker(settings).offer()
    assert asked == ["one"]


def test_a_timestamp_is_asked_for_where_an_authority_is_set(settings: Settings, writing_session: Session) -> None:
    ledger.append(writing_session, "case.created", actor=SYSTEM, case_id=new_id(), refs={}, at=utc_now())
    writing_session.commit()
    authority = Authority(utc_now(), of=(utc_now() - timedelta(days=1), utc_now() + timedelta(days=1)))
    with offered(authority) as url:
        worker = Worker(replace(settings, timestamp_url=url, timestamp_roots=authority.pem))
        worker.once()
        worker.once()
        assert len(authority.asked) == 1
        worker.start()
        assert worker.scheduler.get_job("timestamps") is not None
        worker.stop()
    assert writing_session.scalars(select(AuditTimestamp.answer)).one() is not None


def test_without_one_its_libraries_cost_a_start_nothing() -> None:
    program = (
        "import sys; from mediation.settings import read; from mediation.worker import Worker; import mediation.app;"
        "Worker(read()); sys.exit('cryptography' in sys.modules or 'rfc3161_client' in sys.modules)"
    )
    with TemporaryDirectory() as instance:
        environ = {**os.environ, "MEDIATION_INSTANCE": instance}
        subprocess.run([sys.executable, "-c", program], cwd=ROOT, env=environ, check=True, timeout=60)
