"""The integrator dies between any two statements, is started twice, is killed, and acts commit late: every event has
one place, no place is empty, and no signed head ever contradicts an earlier one.
"""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from itertools import pairwise
from pathlib import Path
from random import Random
from threading import Thread
from typing import Any

from sqlalchemy import Engine, event, select, text

from mediation.db import engine_from, reading, writing
from mediation.ledger.logs import tile_reader
from mediation.ledger.models import AuditCheckpoint, AuditEvent
from mediation.ledger.upkeep import Upkeep
from mediation.ledger.verifying import Trusted, verify
from mediation.protocol import checkpoint, tiles, tree
from mediation.settings import Settings
from tests.ledger.test_integrating import AT, act, committed
from tests.ledger.test_tampering import export, key_of
from tests.serving import SETTINGS

PATIENCE = 90.0


class Died(BaseException):
    """As if the process had ended here."""


@contextmanager
def dying(engine: Engine, after: int) -> Iterator[list[int]]:
    """Dies before statement or commit number `after`; the list gets one entry for each that was done."""
    done: list[int] = []

    def step(*given: Any) -> None:
        if len(done) == after:
            raise Died
        done.append(1)

    for name in ("before_cursor_execute", "commit"):
        event.listen(engine, name, step)
    try:
        yield done
    finally:
        for name in ("before_cursor_execute", "commit"):
            event.remove(engine, name, step)


def sound(engine: Engine, events: int) -> None:
    """So many events have places 0, 1, 2 …; the tree is theirs; every signed head is a beginning of it."""
    key = key_of(engine)
    with reading(engine) as session:
        rows = session.execute(select(AuditEvent.idx, AuditEvent.commitment).order_by(AuditEvent.idx)).all()
        assert [row.idx for row in rows] == list(range(len(rows)))
        assert len({row.commitment for row in rows}) == len(rows)
        leaves = [row.commitment for row in rows]
        heads = session.scalars(select(AuditCheckpoint).order_by(AuditCheckpoint.size)).all()
        signed = [checkpoint.opened(head.note, [key]) for head in heads if head.note is not None]
        read = tile_reader(session, 1)
        assert len(rows) >= events
        assert heads[-1].note is not None and signed[-1].size == len(rows)
        for old, new in pairwise(signed):
            proof = tiles.consistency_proof(old.size, new.size, read)
            tree.verify_consistency(old.size, old.root, new.size, new.root, proof)
        assert all(head.root == tree.root(leaves[: head.size]) for head in signed)


def commitments(engine: Engine) -> set[bytes]:
    with reading(engine) as session:
        return set(session.scalars(select(AuditEvent.commitment)))


def test_a_death_between_any_two_statements(settings: Settings, tmp_path: Path) -> None:
    """At every statement and commit of a turn that places, publishes, signs and draws; then the next one goes on."""
    small = replace(settings, audit_step=4)
    engine = engine_from(small)
    signed: dict[int, bytes] = {}
    deaths, before = 0, set[bytes]()
    while _dies(small, deaths, before):
        for note in notes_in(engine):
            head = checkpoint.opened(note, [key_of(engine)])
            assert signed.setdefault(head.size, head.root) == head.root
        _turn(engine, deaths)
        assert before <= commitments(engine)
        deaths += 1
    assert deaths > 12
    sound(engine, 2 * (deaths + 1))
    assert verify(export(engine, tmp_path / "a.zip"), Trusted([key_of(engine)])).findings == []
    engine.dispose()


def _turn(engine: Engine, day: int) -> None:
    Upkeep(engine, lambda: AT + timedelta(days=day)).turn()


def _dies(settings: Settings, after: int, known: set[bytes]) -> bool:
    """Whether there was so much to do, on a day of its own; connections end as a process's would."""
    engine = engine_from(settings)
    committed(engine, 2)
    known |= commitments(engine)
    try:
        with dying(engine, after):
            _turn(engine, after)
    except Died:
        return True
    finally:
        engine.dispose()
    return False


def notes_in(engine: Engine) -> list[str]:
    with reading(engine) as session:
        return [each for each in session.scalars(select(AuditCheckpoint.note)) if each is not None]


def test_whoever_took_a_number_first_and_commits_last_is_not_passed_over(engine: Engine) -> None:
    """Two real transactions on PostgreSQL; on SQLite, where whoever writes is alone, one after the other."""
    if engine.dialect.name == "sqlite":
        committed(engine, 1)
        Upkeep(engine, lambda: AT).turn()
        committed(engine, 1)
    else:
        with writing(engine) as late, writing(engine) as early:
            insert = text("INSERT INTO audit_event (event_id, commitment) VALUES (:id, :what) RETURNING qid")
            first = late.scalar(insert, {"id": "l" * 22, "what": b"late".ljust(32)})
            second = early.scalar(insert, {"id": "e" * 22, "what": b"early".ljust(32)})
            assert first is not None and second is not None and first < second
            early.commit()
            Upkeep(engine, lambda: AT).turn()
            late.commit()
    Upkeep(engine, lambda: AT).turn()
    sound(engine, 2)


_INTEGRATOR = """
import sys, time
from datetime import UTC, datetime
from mediation.db import engine_from, import_models
from mediation.ledger.upkeep import Upkeep
from mediation.settings import read
import_models()
upkeep = Upkeep(engine_from(read()), lambda: datetime.now(UTC).replace(microsecond=0))
print("ready", flush=True)
while True:
    upkeep.turn()
"""


@contextmanager
def integrators(settings: Settings, count: int) -> Iterator["list[subprocess.Popen[str]]"]:
    """So many integrators as processes; each has begun."""
    own = {"MEDIATION_INSTANCE": str(settings.instance), "DATABASE_URL": settings.database_url}
    environ = {**os.environ, **SETTINGS, "MEDIATION_MODE": "development", **own}
    output = settings.instance / "output"
    with output.open("ab") as file:
        found = [_started(environ, file) for _ in range(count)]
        try:
            for each in found:
                assert each.stdout is not None and each.stdout.readline() == "ready\n", output.read_text()
            yield found
        finally:
            for each in found:
                each.kill()
                each.wait(timeout=20)


def _started(environ: dict[str, str], errors: Any) -> "subprocess.Popen[str]":
    command = [sys.executable, "-c", _INTEGRATOR]
    return subprocess.Popen(command, env=environ, stdout=subprocess.PIPE, stderr=errors, text=True)


def _act_meanwhile(settings: Settings, batches: int) -> Thread:
    def work() -> None:
        engine = engine_from(settings)
        for number in range(batches):
            with writing(engine) as session:
                act(session, 1 + number % 3)
                session.commit()
        engine.dispose()

    thread = Thread(target=work)
    thread.start()
    return thread


def _until_all_signed(engine: Engine) -> None:
    until = time.monotonic() + PATIENCE
    waits = text("SELECT count(*) FROM audit_event WHERE idx IS NULL")
    unsigned = text(
        "SELECT count(*) FROM audit_checkpoint WHERE note IS NULL AND size = (SELECT max(size) FROM audit_checkpoint)"
    )
    while True:
        with engine.connect() as connection:
            if connection.scalar(waits) == 0 == connection.scalar(unsigned):
                return
        assert time.monotonic() < until
        time.sleep(0.1)


def test_two_integrators_at_once(settings: Settings, engine: Engine, tmp_path: Path) -> None:
    with integrators(settings, 2):
        _act_meanwhile(settings, 60).join()
        _until_all_signed(engine)
    sound(engine, 120)
    assert verify(export(engine, tmp_path / "a.zip"), Trusted([key_of(engine)])).findings == []


def test_integrators_that_are_killed_again_and_again(settings: Settings, engine: Engine, tmp_path: Path) -> None:
    random = Random(4)
    for _ in range(4):
        acting = _act_meanwhile(settings, 20)
        with integrators(settings, 2) as found:
            time.sleep(random.uniform(0.05, 0.6))
            for each in found:
                os.kill(each.pid, signal.SIGKILL)
        acting.join()
    with integrators(settings, 1):
        _until_all_signed(engine)
    sound(engine, 4 * 39)
    assert verify(export(engine, tmp_path / "a.zip"), Trusted([key_of(engine)])).findings == []
    assert "Traceback" not in (settings.instance / "output").read_text()
