"""`mediation run` and `mediation worker` as processes that may be killed, on one database, and replaced."""

import os
import subprocess
import sys
import time
from pathlib import Path
from typing import Final

from tests.bench.servers import children
from tests.client.world import URL
from tests.serving import SETTINGS, answers, free_port

PATIENCE: Final = 60.0
WEB: Final = 2
WORKERS: Final = 2


class Service:
    """Two web processes and two workers. `output` gets all that any of them prints or logs."""

    def __init__(self, directory: Path, url: str) -> None:
        self.port = free_port()
        own = {"MEDIATION_INSTANCE": str(directory), "DATABASE_URL": url, "PUBLIC_URL": URL, "PORT": str(self.port)}
        self.environ = {**os.environ, **SETTINGS, **own, "PROCESSES": str(WEB), "WORKER_THREAD": "0"}
        self.path = directory / "output"
        self.output = self.path.open("ab")
        self.master = self._start("run")
        self.workers = [self._start("worker") for _ in range(WORKERS)]
        self.replaced = 0
        self.await_web()

    def await_web(self) -> None:
        """Until all web processes are there and one answers."""
        until = time.monotonic() + PATIENCE
        while len(self.web()) < WEB or not answers(f"http://127.0.0.1:{self.port}"):
            assert self.master.poll() is None, self.printed()
            assert time.monotonic() < until, self.printed()
            time.sleep(0.1)

    def _start(self, command: str) -> "subprocess.Popen[bytes]":
        program = [sys.executable, "-m", "mediation.cli", command]
        return subprocess.Popen(program, env=self.environ, stdout=self.output, stderr=self.output)

    def web(self) -> list[int]:
        """The web processes of the moment."""
        return children(self.master.pid)

    def pids(self) -> list[int]:
        """Every process, the one that starts the web processes first."""
        return [self.master.pid, *self.web(), *(one.pid for one in self.workers)]

    def replace_workers(self) -> None:
        """As whatever supervises processes would."""
        for place, one in enumerate(self.workers):
            if one.poll() is not None:
                self.workers[place] = self._start("worker")
                self.replaced += 1

    def replace_master(self) -> list[int]:
        """SIGKILL of the process that starts the web processes, and another one in its place at once; the web processes
        that it left behind."""
        orphans = self.web()
        self.master.kill()
        self.master.wait(timeout=PATIENCE)
        self.master = self._start("run")
        return orphans

    def printed(self) -> str:
        """All that any of them has printed or logged."""
        return self.path.read_text("utf-8")

    def stop(self) -> list[int]:
        """SIGTERM to all of them; their exit codes."""
        processes = [self.master, *self.workers]
        for one in processes:
            one.terminate()
        found = [one.wait(timeout=30) for one in processes]
        self.output.close()
        return found
