"""One thing alone, in this process: milliseconds and statements a request, and where the time goes."""

import cProfile
import io
import pstats
import statistics
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from flask import Flask
from sqlalchemy import Engine, event

from mediation.app import create_app
from mediation.client import Administrator
from mediation.db import engine_from, migrate
from mediation.web.transaction import ENGINE
from tests.bench import stock
from tests.bench.figures import percentile
from tests.bench.floor import create_table, floor_app
from tests.bench.prepared import Prepared, answer_of
from tests.bench.town import build, settings_for
from tests.bench.work import BESIDE, LETTERS, QUEUE, SIGN_IN, STEPS, Work

NUMBER: Final = 200
WARM: Final = 20
LINES: Final = 40
NAMES: Final = (SIGN_IN, *STEPS, QUEUE, LETTERS, *BESIDE)


class Statements:
    """The statements that an engine has sent, as text."""

    def __init__(self, engine: Engine) -> None:
        self.texts: list[str] = []
        event.listen(engine, "before_cursor_execute", self._note)

    def _note(self, *arguments: Any) -> None:
        self.texts.append(arguments[2])


@dataclass(frozen=True)
class Taken:
    """What one request took, in milliseconds. CPU is the steadier figure where the machine has other work."""

    wall: float
    cpu: float


def serve(app: Flask, requests: Sequence[Prepared]) -> list[Taken]:
    """Answer each. An unexpected answer is an AssertionError."""
    taken = []
    for request in requests:
        environ = request.environ()
        wall, cpu = time.perf_counter(), time.thread_time()
        status, body = answer_of(app, environ)
        taken.append(Taken((time.perf_counter() - wall) * 1000, (time.thread_time() - cpu) * 1000))
        assert status == request.expected, (request.path, status, body[:300])
    return taken


class Bench:
    """The application in this process, on a database in `directory`."""

    def __init__(self, directory: Path, stored: int = 0) -> None:
        settings = settings_for(directory)
        migrate(settings.database_url)
        town = build(settings)
        if stored:
            source = engine_from(settings)
            stock.load(source, stock.template(source, str(town.desk[0].writer.case_id)), stored)
            Administrator(town.ada).renew()
        self.work = Work(town)
        self.app = create_app(settings)
        engine = self.app.extensions[ENGINE]
        create_table(engine)
        self.floor = floor_app(engine)
        self.statements = Statements(engine)

    def serve(self, name: str, requests: Sequence[Prepared]) -> list[Taken]:
        """By the floor's application or by ours."""
        return serve(self.floor if name in BESIDE else self.app, requests)

    def requests(self, name: str, number: int) -> Sequence[Prepared]:
        """Requests of one kind; what must have happened before them is done."""
        if name not in STEPS:
            return self.work.requests(name, number)
        ways, place = self.work.ways(number), STEPS.index(name)
        for way in ways:
            serve(self.app, way.all[:place])
        return [way.all[place] for way in ways]

    def figures(self, name: str, number: int = NUMBER) -> str:
        """Milliseconds and statements of one request."""
        self.serve(name, self.requests(name, WARM))
        requests = self.requests(name, number)
        self.statements.texts.clear()
        taken = self.serve(name, requests)
        sent = len(self.statements.texts) / number
        p50, p95 = (percentile([each.wall for each in taken], share) for share in (0.5, 0.95))
        cpu = statistics.median(each.cpu for each in taken)
        return f"{name:13} cpu {cpu:7.2f} ms   p50 {p50:7.2f} ms   p95 {p95:7.2f} ms   {sent:5.1f} statements"

    def statements_of(self, name: str) -> list[str]:
        """The statements of one request."""
        (request,) = self.requests(name, 1)
        self.statements.texts.clear()
        self.serve(name, [request])
        return [" ".join(text.split()) for text in self.statements.texts]

    def profile(self, name: str, number: int = NUMBER, order: str = "cumulative") -> str:
        """The functions in which the time goes."""
        self.serve(name, self.requests(name, WARM))
        requests = self.requests(name, number)
        profiler = cProfile.Profile()
        profiler.enable()
        self.serve(name, requests)
        profiler.disable()
        text = io.StringIO()
        stats = pstats.Stats(profiler, stream=text).sort_stats(order)
        stats.print_stats(LINES)
        stats.print_stats("mediation/", LINES)  # our own functions once more, by themselves
        return text.getvalue()
