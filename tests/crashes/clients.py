"""Clients that do not give up: a request without an answer, or told to try again, is sent again as it was."""

import json
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from random import Random
from threading import Lock
from typing import Final

import brotli

from mediation.errors import SENTENCES
from tests.bench.load import Connection, WrongAnswerError
from tests.bench.prepared import Prepared

CLIENTS: Final = 6
PATIENCE: Final = 60.0
DONE_ALREADY: Final = {"message-exists", "already-decided", "already-opened"}
"""What an act answers that was done the first time, when nobody heard."""


@dataclass
class Notes:
    """What the clients have seen: `acknowledged` requests in their order; how often there was no answer, "try again",
    or that it had been done already."""

    acknowledged: list[Prepared] = field(default_factory=list)
    seen: Counter[str] = field(default_factory=Counter)
    lock: Lock = field(default_factory=Lock)

    def note(self, what: str) -> None:
        """Count."""
        with self.lock:
            self.seen[what] += 1

    def acknowledge(self, request: Prepared) -> None:
        """The server has said that it did this."""
        with self.lock:
            self.acknowledged.append(request)


class Client:
    """Sends requests one after another until each is acknowledged."""

    def __init__(self, port: int, notes: Notes, seed: int) -> None:
        self.port, self.notes = port, notes
        self._random = Random(seed)
        self._connection: Connection | None = None

    def run(self, jobs: Iterator[Sequence[Prepared]]) -> None:
        """Every request of every job, in order."""
        for job in jobs:
            for request in job:
                self.insist(request)

    def insist(self, request: Prepared) -> None:
        """Until it is done. AssertionError for any answer that is neither that nor "try again"."""
        until, unheard = time.monotonic() + PATIENCE, False
        while True:
            assert time.monotonic() < until, f"{request.path} was never answered"
            answer = self._ask(request)
            if answer is None:
                unheard = True
                self.notes.note("no answer")
            elif answer[0] == request.expected:
                break
            elif answer[0] == 503:
                self._told_to_try_again(request, answer[1])
            else:
                assert unheard, f"{request.path}: {answer}"
                assert answer[0] == 200 or json.loads(answer[1])["code"] in DONE_ALREADY, f"{request.path}: {answer}"
                self.notes.note("done already")
                break
            time.sleep(self._random.uniform(0.05, 0.2))
        self.notes.acknowledge(request)

    def _ask(self, request: Prepared) -> tuple[int, bytes] | None:
        try:
            if self._connection is None:
                self._connection = Connection(self.port)
            return self._connection.ask(request.raw())
        except (OSError, WrongAnswerError):
            if self._connection is not None:
                self._connection.close()
            self._connection = None
            return None

    def _told_to_try_again(self, request: Prepared, body: bytes) -> None:
        if request.path.startswith("/api/"):
            assert json.loads(body) == {"code": "try-again", "message": SENTENCES["try-again"]}
            self.notes.note("try again")
        else:
            page = brotli.decompress(body).decode()
            assert SENTENCES["try-again"] in page
            assert "Traceback" not in page
            self.notes.note("try again, on a page")


def drive(port: int, work: Iterator[Sequence[Prepared]], notes: Notes) -> None:
    """All of the work, by `CLIENTS` clients, each taking the next job when it is done."""
    clients = [Client(port, notes, seed) for seed in range(CLIENTS)]
    with ThreadPoolExecutor(CLIENTS) as threads:
        list(threads.map(lambda one: one.run(_shared(work, notes)), clients))


def _shared(work: Iterator[Sequence[Prepared]], notes: Notes) -> Iterator[Sequence[Prepared]]:
    while True:
        with notes.lock:
            job = next(work, None)
        if job is None:
            return
        yield job
