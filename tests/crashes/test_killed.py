"""Processes killed at random, the database killed or its disk full, and in the end: all that was acknowledged is there,
nothing is half done, and everybody was only ever told to try again.
"""

import json
import signal
import time
from collections.abc import Sequence
from pathlib import Path
from random import Random
from threading import Event, Thread

import pytest

from tests import databases
from tests.bench import stores, town
from tests.bench.prepared import Prepared
from tests.crashes import power
from tests.crashes.clients import Notes, drive
from tests.crashes.processes import Service
from tests.crashes.soundness import all_there
from tests.crashes.town import NUMBERS, jobs

SEED = 3
OUTAGE_SECONDS = 1.5
LETTERS, OTHERS = 560, 160
OPERATIONS = 3 * LETTERS + 2 * OTHERS


class Killer:
    """Kills a process after every 20 to 100 requests, and in the middle takes the database away for a while."""

    def __init__(self, service: Service, notes: Notes, total: int) -> None:
        self.service, self.notes, self.total = service, notes, total
        self.killed = {"web": 0, "worker": 0, "database": 0}
        self.over = Event()
        self.random = Random(SEED)
        self.thread = Thread(target=self._run)

    def _run(self) -> None:
        due = 0
        while not self.over.wait(0.05):
            self.service.replace_workers()
            done = len(self.notes.acknowledged)
            if done < due:
                continue
            due = done + self.random.randint(20, 100)
            if self.killed["database"] == 0 and done > self.total // 2:
                self._database()
            elif self.random.random() < 0.8:
                self._kill("web", self.service.web())
            else:
                self._kill("worker", [one.pid for one in self.service.workers])

    def _kill(self, kind: str, pids: list[int]) -> None:
        if pids:
            power.kill(self.random.choice(pids))
            self.killed[kind] += 1

    def _database(self) -> None:
        self.killed["database"] += 1
        if databases.kind() == "postgresql":
            server = power.PostgreSQL()
            server.kill()
            time.sleep(OUTAGE_SECONDS)
            server.start()
        else:
            power.fill_disk(self.service.pids())
            time.sleep(OUTAGE_SECONDS)
            power.free_disk(self.service.pids())


@pytest.fixture
def address(tmp_path: Path) -> str:
    """A new database that keeps what it has acknowledged."""
    return stores.create(databases.kind(), tmp_path, "letters")


@pytest.mark.timeout(400)
def test_2000_operations_while_everything_is_killed(tmp_path: Path, address: str) -> None:
    work = jobs(tmp_path, address, Random(SEED), LETTERS, OTHERS)
    service, notes = Service(tmp_path, address), Notes()
    killer = Killer(service, notes, OPERATIONS)
    killer.thread.start()
    try:
        drive(service.port, iter(work), notes)
    finally:
        killer.over.set()
        killer.thread.join()
        service.replace_workers()
        codes = service.stop()
    assert len(notes.acknowledged) == OPERATIONS == 2000
    assert killer.killed["database"] == 1
    assert min(killer.killed.values()) >= 1, killer.killed
    assert notes.seen["no answer"] > 0, notes.seen
    assert notes.seen["try again"] > 0, notes.seen
    assert codes[0] == 0, service.printed()
    assert set(codes) <= {0, -signal.SIGTERM}, "a worker that has just been replaced may not listen yet"
    all_there(town.settings_for(tmp_path, address), notes.acknowledged, LETTERS)
    _nothing_private(service.printed(), work)


def _nothing_private(printed: str, work: Sequence[Sequence[Prepared]]) -> None:
    assert "Traceback" not in printed
    assert NUMBERS[:9].replace(" ", "")[1:] not in printed
    ids = {one.path.split("/")[4] for job in work for one in job if one.path.count("/") > 4}
    assert not [one for one in ids if one in printed]
    assert json.dumps("ciphertext") not in printed
