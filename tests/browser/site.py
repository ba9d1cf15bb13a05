"""The real server, `mediation run`, as a process of its own on a free port, with an instance directory of its own.

Only the process that was started here is ended. It runs in demonstration mode, which shows the texts that phones
would get; nothing else of it differs.
"""

import os
import re
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx

PATIENCE = 60.0
SETTINGS = {"MEDIATION_MODE": "demonstration", "COMPRESS_STATIC": "0", "TRIES_PER_ADDRESS": "1000"}


@dataclass(frozen=True)
class Server:
    """A server that runs: where, and the file with everything that it printed and logged."""

    base_url: str
    output: Path

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
def serving(directory: Path, **settings: str) -> Iterator[Server]:
    """A server in this directory, until the block ends; on a free port, if none is named."""
    port = settings.get("PORT") or free_port()
    output = directory / "output"
    own = {**SETTINGS, **settings, "MEDIATION_INSTANCE": str(directory), "HOST": "127.0.0.1", "PORT": str(port)}
    environ = {**os.environ, **own}
    with output.open("ab") as file:
        command = [sys.executable, "-m", "mediation.cli", "run"]
        process = subprocess.Popen(command, env=environ, stdout=file, stderr=file)
    try:
        server = Server(f"http://127.0.0.1:{port}", output)
        wait_for(server, process)
        yield server
    finally:
        process.terminate()
        process.wait(timeout=20)


def wait_for(server: Server, process: "subprocess.Popen[bytes]") -> None:
    """Until the server answers that it is well."""
    until = time.monotonic() + PATIENCE
    while not answers(server.base_url):
        assert process.poll() is None, server.printed()
        assert time.monotonic() < until, server.printed()
        time.sleep(0.1)


def answers(base_url: str) -> bool:
    """Whether a server answers there."""
    try:
        return httpx.get(f"{base_url}/healthz", timeout=5).is_success
    except httpx.TransportError:
        return False


def free_port() -> int:
    """A port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
