"""An erased case in the trail: its entries stay, nobody can read them, and the log says which they are."""

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy import Engine, func, select, text, update

from mediation import ledger
from mediation.access import SYSTEM
from mediation.db import reading, settings_of, writing
from mediation.ledger import erasing
from mediation.ledger.binding import REF
from mediation.ledger.models import AuditCounter, AuditEvent, AuditKey, AuditShown
from mediation.ledger.reconciling import reconcile
from mediation.ledger.restoring import open_next_log
from mediation.ledger.state import SignerState
from mediation.ledger.upkeep import Upkeep
from mediation.ledger.verifying import ERASED, Report, erased_spans
from mediation.protocol.encoding import new_id
from mediation.protocol.event import Event
from tests.ledger.test_tampering import checked, codes, export

AT = datetime(2026, 3, 2, 12, tzinfo=UTC)
GONE, STAYS = new_id(), new_id()


def happen(engine: Engine, times: int) -> None:
    """Things happen in two cases by turns, and are placed."""
    with writing(engine) as session:
        for _ in range(times):
            for case_id in (GONE, STAYS):
                ledger.append(session, "message.held", actor=SYSTEM, case_id=case_id, refs={}, at=AT)
        session.commit()
    Upkeep(engine, lambda: AT).turn()


def erase(engine: Engine) -> int:
    with writing(engine) as session:
        count = erasing.erase(session, GONE, AT)
        session.commit()
    Upkeep(engine, lambda: AT).turn()
    return count


def reconciled(engine: Engine) -> Report:
    with reading(engine) as session:
        return reconcile(session, [], SignerState(settings_of(session).instance).read())


def test_many_spans_stand_in_several_events_and_the_log_verifies(engine: Engine, tmp_path: Path) -> None:
    happen(engine, 250)
    assert erase(engine) == 250
    assert reconciled(engine).findings == []
    assert checked(engine, export(engine, tmp_path / "all.zip")).findings == []
    assert checked(engine, export(engine, tmp_path / "case.zip", STAYS)).findings == []
    with reading(engine) as session:
        for table in (AuditKey.scope, AuditCounter.scope, AuditEvent.case_id, AuditShown.case_id):
            assert session.scalars(select(table).where(table == GONE)).all() == []


def test_what_waits_is_placed_first(engine: Engine, tmp_path: Path) -> None:
    happen(engine, 1)
    with writing(engine) as session:
        ledger.append(session, "message.held", actor=SYSTEM, case_id=GONE, refs={}, at=AT)
        session.commit()
    assert erase(engine) == 2
    assert checked(engine, export(engine, tmp_path / "all.zip")).findings == []


def test_entries_of_a_log_before_are_not_taken_for_those_of_the_newest(engine: Engine, tmp_path: Path) -> None:
    happen(engine, 3)
    with writing(engine) as session:
        open_next_log(session, AT)
        session.commit()
    happen(engine, 2)
    assert erase(engine) == 5
    assert reconciled(engine).findings == []
    with writing(engine) as session:  # an entry of the newest log, in the place of an erased one of the log before
        last = select(func.max(AuditEvent.idx)).where(AuditEvent.case_id == STAYS).scalar_subquery()
        session.execute(update(AuditEvent).where(AuditEvent.idx == last).values(sealed=None, case_id=None))
        session.commit()
    assert "opening-missing" in {each.code for each in reconciled(engine).findings}


def test_an_erasure_of_nothing_says_so_and_one_made_up_is_found(engine: Engine, tmp_path: Path) -> None:
    happen(engine, 2)
    assert erase(engine) == 2
    assert erase(engine) == 0
    with writing(engine) as session:
        wanted = text("UPDATE audit_event SET sealed = NULL, case_id = NULL WHERE case_id = :case")
        session.execute(wanted, {"case": STAYS})
        session.commit()
    assert "opening-missing" in {each.code for each in reconciled(engine).findings}
    assert "opening-missing" in codes(checked(engine, export(engine, tmp_path / "all.zip")))


def test_what_else_an_erasure_names_is_no_place_in_the_log() -> None:
    """It binds rows as well (the last number of a case that was given out), and a hash may begin as a span does."""
    refs = {"0": "3-5", "1": "9", REF: "7-" + "A" * 41}
    erasure = Event("A" * 22, "2026-03-02T12:00:00Z", "B" * 22, ERASED, 0, refs)
    assert erased_spans(erasure) == ["3-5", "9"]
    assert erased_spans(replace(erasure, kind="audit.padded")) == []
