"""Requests sent at the same moment: each is answered, or refused as documented; what is busy is asked again.

`Town` sends them to two applications on one database, each with an engine of its own as two processes have; `Served` to
a gunicorn that really has two.
"""

import json
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from itertools import cycle
from threading import Barrier, Lock
from typing import Any, Final, TypeVar

from mediation.app import App
from mediation.errors import SENTENCES
from mediation.protocol.errors import CODES
from tests.bench.load import Connection
from tests.bench.prepared import ACCEPTED, Prepared, answer_of
from tests.bench.servers import Server

Found = TypeVar("Found")
Sends = Callable[[Prepared], tuple[int, bytes]]
BUSY: Final = (503, "try-again")
TRIES: Final = 30
PAUSE: Final = 0.02


@dataclass(frozen=True)
class Answer:
    """How one request ended, and how often it was told to try again before."""

    status: int
    body: dict[str, Any]
    tries: int = 1

    @property
    def code(self) -> str | None:
        """The code of a refusal."""
        return None if self.ok else str(self.body["code"])

    @property
    def ok(self) -> bool:
        """Whether it was done (or had been done before)."""
        return self.status < 300

    @property
    def word(self) -> str:
        """`ok`, or the code of the refusal."""
        return self.code or "ok"


def together(*acts: Callable[[], Found]) -> list[Found]:
    """What each returned, all begun at the same moment. What one raises is raised."""
    ready = Barrier(len(acts))

    def run(act: Callable[[], Found]) -> Found:
        ready.wait(timeout=60)
        return act()

    with ThreadPoolExecutor(len(acts)) as threads:
        return list(threads.map(run, acts))


def persistent(send: Sends, request: Prepared) -> Answer:
    """The answer to a request, asked again for as long as the service is busy. Whatever else is not documented fails.
    """
    for tries in range(1, TRIES + 1):
        status, content = send(request)
        body = json.loads(content) if content else {}
        assert status < 500 or (status, body.get("code")) == BUSY, (request.method, request.path, status, body)
        if status < 500:
            assert status < 300 or body["code"] in SENTENCES or body["code"] in CODES, body
            return Answer(status, body, tries)
        time.sleep(PAUSE * tries)
    raise AssertionError(f"{request.method} {request.path} was never answered")


class Town:
    """Applications in this process, taken in turn; every request has a thread of its own."""

    def __init__(self, apps: Sequence[App]) -> None:
        self._apps: Iterator[App] = cycle(apps)
        self._lock = Lock()

    def send(self, request: Prepared) -> tuple[int, bytes]:
        """(status, body) of one request."""
        with self._lock:
            app = next(self._apps)
        return answer_of(app, request.environ() | {"HTTP_ACCEPT_ENCODING": "identity"})

    def ask(self, request: Prepared) -> Answer:
        """One request by itself."""
        return persistent(self.send, request)

    def at_once(self, requests: Sequence[Prepared]) -> list[Answer]:
        """All of them at the same moment; the answers in the same order."""
        return together(*[lambda each=each: self.ask(each) for each in requests])


def served_at_once(server: Server, requests: Sequence[Prepared]) -> list[Answer]:
    """All of them at the same moment, each over a connection of its own, equally many to each web process."""

    def ask(connection: Connection, request: Prepared) -> Answer:
        return persistent(lambda one: connection.ask(one.raw().replace(ACCEPTED.encode(), b"identity", 1)), request)

    connections = server.connections(len(requests))
    try:
        pairs = zip(connections, requests, strict=True)
        return together(*[lambda pair=pair: ask(*pair) for pair in pairs])
    finally:
        for each in connections:
            each.close()
