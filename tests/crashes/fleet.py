"""Workers that send texts and a web process that takes receipts, all on one clock; a worker that was killed is replaced
at once.
"""

import random
import subprocess
import sys
import time
from datetime import datetime
from pathlib import Path
from typing import Final

from tests.crashes import answering
from tests.serving import answers, free_port

WORKERS: Final = 2
PATIENCE: Final = 60.0


class Fleet:
    """The processes of one directory and database. `output` gets all that any of them prints or logs."""

    def __init__(self, directory: Path, provider: str, database: str, chance: random.Random) -> None:
        self.directory, self.path, self.chance, self.killed = directory, directory / "output", chance, 0
        self.output = self.path.open("ab")
        self.program = [sys.executable, "-m", "tests.crashes.dispatching", str(directory), provider, database]
        self.port = free_port()
        self.web = subprocess.Popen(
            [sys.executable, "-m", "tests.crashes.answering"],
            env=answering.environ(directory, database, self.port),
            stdout=self.output,
            stderr=self.output,
        )
        self.workers = [self._start() for _ in range(WORKERS)]

    def await_web(self) -> None:
        """Until receipts can be posted."""
        until = time.monotonic() + PATIENCE
        while not answers(f"http://127.0.0.1:{self.port}"):
            assert self.web.poll() is None and time.monotonic() < until, self.printed()
            time.sleep(0.1)

    def _start(self) -> "subprocess.Popen[bytes]":
        return subprocess.Popen(self.program, stdout=self.output, stderr=self.output)

    def kill(self) -> None:
        """SIGKILL of one worker, and another one in its place."""
        place = self.chance.randrange(WORKERS)
        self.workers[place].kill()
        self.workers[place].wait()
        self.workers[place] = self._start()
        self.killed += 1

    def idle(self, now: datetime) -> bool:
        """Whether no worker has anything to do at this time."""
        for one in (self.web, *self.workers):
            assert one.poll() is None, self.printed()
        marks = [self.directory / f"idle-{one.pid}" for one in self.workers]
        return all(mark.exists() and mark.read_text("ascii") == str(int(now.timestamp())) for mark in marks)

    def printed(self) -> str:
        """All that any of them has printed or logged."""
        return self.path.read_text("utf-8")

    def stop(self) -> None:
        """End them all."""
        for one in self.workers:
            one.kill()
        self.web.terminate()
        for each in (self.web, *self.workers):
            each.wait(timeout=PATIENCE)
        self.output.close()
