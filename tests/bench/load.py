"""Clients that cost as little as they can: bytes made before, over connections that stay open, answers hardly read."""

import socket
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Final

from tests.bench.figures import Burst
from tests.bench.prepared import Prepared

PATIENCE: Final = 60.0
_LENGTH: Final = b"\r\ncontent-length:"


class WrongAnswerError(Exception):
    """An answer was not the expected one, so nothing that was measured counts."""


class Connection:
    """One connection to a server on this machine."""

    def __init__(self, port: int) -> None:
        self._socket = socket.create_connection(("127.0.0.1", port), timeout=PATIENCE)
        self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    @property
    def own_port(self) -> int:
        """By which the other side knows it."""
        return int(self._socket.getsockname()[1])

    def close(self) -> None:
        """Close it."""
        self._socket.close()

    def ask(self, request: bytes) -> tuple[int, bytes]:
        """(status, body) of the answer. Raises OSError, WrongAnswerError of an answer without a length."""
        self._socket.sendall(request)
        data = self._socket.recv(65536)
        while (end := data.find(b"\r\n\r\n")) < 0:
            data += self._more()
        head = data[:end].lower() + b"\r\n"
        place = head.find(_LENGTH)
        if place < 0:
            raise WrongAnswerError(f"an answer without a length: {data[:200]!r}")
        length = int(head[place + len(_LENGTH) : head.index(b"\r\n", place + 2)])
        parts, missing = [data[end + 4 :]], length - (len(data) - end - 4)
        while missing > 0:
            parts.append(self._more())
            missing -= len(parts[-1])
        return int(data[9:12]), b"".join(parts)

    def _more(self) -> bytes:
        data = self._socket.recv(65536)
        if not data:
            raise WrongAnswerError("the server closed the connection")
        return data


Job = Sequence[tuple[bytes, Prepared]]
"""Requests that one client sends one after another; timed as one."""


def jobs_of(requests: Sequence[Sequence[Prepared]]) -> list[Job]:
    """The bytes of each, made now."""
    return [[(each.raw(), each) for each in group] for group in requests]


def drive(connections: Sequence[Connection], jobs: Sequence[Job], cpu: Callable[[], float]) -> Burst:
    """All jobs, by one client for each connection, each taking the next when it is done; `cpu`: seconds that the web
    processes have used so far. Raises WrongAnswerError.
    """
    left = iter(jobs)
    with ThreadPoolExecutor(len(connections)) as clients:
        used, begun = cpu(), time.perf_counter()
        taken = list(clients.map(lambda each: _client(each, left), connections))
        seconds = time.perf_counter() - begun
        return Burst(seconds, [one for each in taken for one in each], cpu() - used)


def _client(connection: Connection, left: Iterator[Job]) -> list[float]:
    taken = []
    for job in left:
        begun = time.perf_counter()
        for raw, request in job:
            status, body = connection.ask(raw)
            if status != request.expected:
                raise WrongAnswerError(f"{request.method} {request.path}: {status} {body[:300]!r}")
        taken.append((time.perf_counter() - begun) * 1000)
    return taken
