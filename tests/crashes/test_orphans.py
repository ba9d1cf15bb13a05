"""The process that starts the web processes is killed while they are at work: they finish what they have begun and end,
another one takes the same port, and nothing that was acknowledged is missing.
"""

import time
from pathlib import Path
from random import Random
from threading import Thread

import pytest

from mediation.serving import GRACE_SECONDS
from tests import databases
from tests.bench import stores, town
from tests.crashes.clients import Notes, drive
from tests.crashes.processes import WEB, Service
from tests.crashes.soundness import all_there
from tests.crashes.town import jobs

SEED = 5
LETTERS, OTHERS = 60, 20
TIMES = 3
NOTICING_SECONDS = 5


@pytest.mark.timeout(300)
def test_web_processes_end_with_the_one_that_started_them_and_another_takes_their_place(tmp_path: Path) -> None:
    address = stores.create(databases.kind(), tmp_path, "orphans")
    work = jobs(tmp_path, address, Random(SEED), LETTERS, OTHERS)
    total = sum(len(job) for job in work)
    service, notes = Service(tmp_path, address), Notes()
    clients = Thread(target=drive, args=(service.port, iter(work), notes))
    clients.start()
    for number in range(TIMES):
        while len(notes.acknowledged) < total * (number + 1) // (TIMES + 2):
            assert clients.is_alive()
            time.sleep(0.01)
        orphans = service.replace_master()
        assert len(orphans) == WEB
        service.await_web()
        _ended(orphans)
    clients.join()
    assert service.stop()[0] == 0, service.printed()
    assert "Traceback" not in service.printed()
    assert len(notes.acknowledged) == total
    all_there(town.settings_for(tmp_path, address), notes.acknowledged, LETTERS)


def _ended(pids: list[int]) -> None:
    """Each of them, within the time in which requests under way are finished."""
    until = time.monotonic() + GRACE_SECONDS + NOTICING_SECONDS
    while left := [pid for pid in pids if _runs(pid)]:
        assert time.monotonic() < until, f"still there: {left}"
        time.sleep(0.1)


def _runs(pid: int) -> bool:
    """Whether it is there, and not only its exit code that nobody has asked for."""
    try:
        return Path(f"/proc/{pid}/stat").read_text("ascii").rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False
