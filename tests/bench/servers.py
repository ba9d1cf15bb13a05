"""The measured server, `mediation run` with two processes, and the floor's on the same gunicorn; each ended by its own
id, with everything that it started.
"""

import os
import re
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from mediation.settings import ROOT, Settings
from tests.bench import load
from tests.bench.figures import Burst
from tests.bench.load import Connection
from tests.bench.prepared import Prepared
from tests.serving import free_port

PROCESSES: Final = 2
PATIENCE: Final = 60.0
TICKS: Final = os.sysconf("SC_CLK_TCK")
FLOOR: Final = "tests.bench.floor:served()"
WSGI: Final = "wsgi:app"


@dataclass(frozen=True)
class Server:
    """A server that runs: the master process, the web processes, the port."""

    pid: int
    workers: Sequence[int]
    port: int
    ping: bytes

    def cpu(self) -> float:
        """Seconds of CPU that the web processes have used."""
        return sum(cpu_of(pid) for pid in self.workers)

    def peak(self) -> float:
        """Megabytes (10^6) that the largest web process has had resident at most."""
        return max(peak_of(pid) for pid in self.workers)

    def connections(self, number: int) -> list[Connection]:
        """Open connections, equally many to each web process: which of them takes one is otherwise up to chance."""
        held: dict[int, list[Connection]] = {pid: [] for pid in self.workers}
        share, until = number // len(held), time.monotonic() + PATIENCE
        while any(len(each) < share for each in held.values()):
            assert time.monotonic() < until, "one process takes all connections"
            made = Connection(self.port)
            made.ask(self.ping)
            mine = held[self._holder(made)]
            if len(mine) < share:
                mine.append(made)
            else:
                made.close()
        return [each for group in zip(*held.values(), strict=True) for each in group]

    def _holder(self, connection: Connection) -> int:
        """The web process that has the other end of a connection."""
        name = f"socket:[{_inode(self.port, connection.own_port)}]"
        return next(pid for pid in self.workers if name in _files(pid))


def _inode(port: int, other: int) -> str:
    ends = f"0100007F:{port:04X} 0100007F:{other:04X}"
    line = next(line for line in Path("/proc/net/tcp").read_text("ascii").splitlines() if ends in line)
    return line.split()[9]


def _files(pid: int) -> set[str]:
    found = set()
    for each in Path(f"/proc/{pid}/fd").iterdir():
        try:
            found.add(str(each.readlink()))
        except FileNotFoundError:  # closed meanwhile
            continue
    return found


def cpu_of(pid: int) -> float:
    """Seconds of CPU that a process has used, in user and system mode."""
    fields = Path(f"/proc/{pid}/stat").read_text("ascii").rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / TICKS


def peak_of(pid: int) -> float:
    """Megabytes (10^6) that a process has had resident at most."""
    found = re.search(r"^VmHWM:\s+(\d+) kB", Path(f"/proc/{pid}/status").read_text("ascii"), re.MULTILINE)
    assert found is not None
    return int(found.group(1)) * 1024 / 1e6


def children(pid: int) -> list[int]:
    """The processes that a process has started."""
    return [int(each) for each in Path(f"/proc/{pid}/task/{pid}/children").read_text("ascii").split()]


def command(target: str) -> list[str]:
    """Gunicorn with some target, set up as `mediation run` sets it up: the same worker class, processes and threads.
    Where it listens, `environ_at` says."""
    options = {
        "--workers": str(PROCESSES),
        "--worker-class": "mediation.arrivals.Worker",
        "--threads": str(Settings.threads),
        "--keep-alive": "20",
        "--log-level": "error",
    }
    given = [part for option in options.items() for part in option]
    return [sys.executable, "-m", "gunicorn", *given, "--preload", "--no-control-socket", target]


OURS: Final = (sys.executable, "-m", "mediation.cli", "run")
"""What docs/operations.md says to start."""


def environ_at(port: int, environ: Mapping[str, str]) -> dict[str, str]:
    """The environment in which `mediation run`, or gunicorn, listens on a port of this machine with two processes."""
    own = {"HOST": "127.0.0.1", "PORT": str(port), "PROCESSES": str(PROCESSES)}
    return {**environ, **own, "GUNICORN_CMD_ARGS": f"--bind 127.0.0.1:{port}"}


@contextmanager
def serving(program: Sequence[str], environ: Mapping[str, str], ping: Prepared) -> Iterator[Server]:
    """A server until the block ends, once both processes answer `ping`."""
    port = free_port()
    with started(program, environ_at(port, environ)) as process:
        await_answer(process, port, ping)
        until = time.monotonic() + PATIENCE
        while len(children(process.pid)) < PROCESSES and time.monotonic() < until:
            time.sleep(0.05)
        server = Server(process.pid, children(process.pid), port, ping.raw())
        for each in server.connections(PROCESSES):
            each.close()
        yield server


def drive(server: Server, clients: int, groups: Sequence[Sequence[Prepared]]) -> Burst:
    """Measure these requests, by so many clients over new connections; those of a group are timed as one.

    Raises WrongAnswerError.
    """
    jobs, connections = load.jobs_of(groups), server.connections(clients)
    try:
        return load.drive(connections, jobs, server.cpu)
    finally:
        for each in connections:
            each.close()


@contextmanager
def started(program: Sequence[str], environ: Mapping[str, str]) -> Iterator["subprocess.Popen[bytes]"]:
    """A process, ended with the block."""
    process = subprocess.Popen(program, cwd=ROOT, env={**os.environ, **environ}, stdout=subprocess.DEVNULL)
    try:
        yield process
    finally:
        process.terminate()
        process.wait(timeout=PATIENCE)


def await_answer(process: "subprocess.Popen[bytes]", port: int, ping: Prepared) -> None:
    """Until the server gives the expected answer for the first time."""
    until, raw = time.monotonic() + PATIENCE, ping.raw()
    while True:
        assert process.poll() is None, "the server ended"
        assert time.monotonic() < until, "the server does not answer"
        try:
            connection = Connection(port)
        except OSError:
            time.sleep(0.005)
            continue
        status, body = connection.ask(raw)
        connection.close()
        assert status == ping.expected, body
        return


def cold_start(program: Sequence[str], environ: Mapping[str, str], port: int, ping: Prepared) -> float:
    """Seconds from starting a program to its first answer."""
    begun = time.perf_counter()
    with started(program, environ) as process:
        await_answer(process, port, ping)
        return time.perf_counter() - begun
