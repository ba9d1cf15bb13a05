"""The real server, `mediation run` or `mediation demo`, as a process of its own, on a free port and a given directory.

Only the process that was started here is ended. It runs in demonstration mode, which shows the texts that phones
would get; nothing else of it differs.
"""

import os
import re
import resource
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache, partial
from pathlib import Path

import httpx

PATIENCE = 90.0
SETTINGS = {"MEDIATION_MODE": "demonstration", "COMPRESS_STATIC": "0", "TRIES_PER_ADDRESS": "1000"}


@dataclass(frozen=True)
class Server:
    """A server that runs: where, its instance directory, which also has what it printed and logged, and its process."""

    base_url: str
    directory: Path
    pid: int

    @property
    def output(self) -> Path:
        """The file with everything that it printed and logged."""
        return self.directory / "output"

    def printed(self) -> str:
        """All that it has printed and logged until now."""
        return self.output.read_text("utf-8")

    def set_up_link(self) -> str:
        """The link that is printed while there is no agency."""
        found = re.search(r"http://\S+/set-up#\S+", self.printed())
        assert found is not None, self.printed()
        return found.group()

    def set_up_code(self) -> str:
        """The code in that link."""
        return self.set_up_link().partition("#")[2]


@contextmanager
def serving(
    directory: Path, command: str = "run", *, ready: str = "", files: int | None = None, **settings: str
) -> Iterator[Server]:
    """`mediation <command>` in this directory until the block ends, once it answers and has printed `ready`; on a free
    port, if none is named, and with so many open files at most, if that is said."""
    port = settings.get("PORT") or free_port()
    own = {**SETTINGS, **settings, "MEDIATION_INSTANCE": str(directory), "HOST": "127.0.0.1", "PORT": str(port)}
    with (directory / "output").open("wb") as file:
        program = [sys.executable, "-m", "mediation.cli", command]
        limit = None if files is None else partial(resource.setrlimit, resource.RLIMIT_NOFILE, (files, files))
        process = subprocess.Popen(program, env={**os.environ, **own}, stdout=file, stderr=file, preexec_fn=limit)
    server = Server(f"http://127.0.0.1:{port}", directory, process.pid)
    try:
        wait_for(server, process, ready)
        yield server
    finally:
        process.terminate()
        process.wait(timeout=20)


def wait_for(server: Server, process: "subprocess.Popen[bytes]", ready: str) -> None:
    """Until the server has printed this and answers that it is well."""
    until = time.monotonic() + PATIENCE
    while ready not in server.printed() or not answers(server.base_url):
        assert process.poll() is None, server.printed()
        assert time.monotonic() < until, server.printed()
        time.sleep(0.1)


def answers(base_url: str) -> bool:
    """Whether a server answers there."""
    try:
        return _asking().get(f"{base_url}/healthz").is_success
    except httpx.TransportError:
        return False


@cache
def _asking() -> httpx.Client:
    """To make a client reads every certificate of the machine: once is enough. It leaves no connection open, which
    would be one of those that a server has room for.
    """
    return httpx.Client(timeout=5, limits=httpx.Limits(max_keepalive_connections=0))


def free_port() -> int:
    """A port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
