"""One run: every measured thing in turn on every database, each between two bursts of its floor, round after round.

Whatever else this machine does meanwhile hits all of them alike.
"""

import statistics
import sys
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from mediation.client import Administrator
from mediation.db import engine_from
from tests.bench import servers, stock, stores
from tests.bench.figures import Burst, Row, percentile, ratio, row
from tests.bench.floor import create_table
from tests.bench.prepared import Prepared
from tests.bench.servers import Server, drive, serving
from tests.bench.town import Town, again, build, environ_for, settings_for
from tests.bench.work import BESIDE, EMPTY, FLOOR, PAGES, RELAY, SIGN_IN, STEPS, Way, Work
from tests.serving import free_port

CLIENTS: Final = 4
MANY: Final = 8
STARTS: Final = 2
PING: Final = Prepared.page("/healthz", "")
STEP: Final = 80
NUMBERS: Final = {
    SIGN_IN: STEP,
    **dict.fromkeys(STEPS, STEP),
    RELAY: STEP // 2,
    **dict.fromkeys(PAGES, STEP // 4),
    FLOOR: STEP,
    EMPTY: STEP,
}
"""Requests in one burst."""


@dataclass(frozen=True)
class Plan:
    """What is run: databases, numbers of messages stored, rounds."""

    kinds: Sequence[stores.Kind]
    stored: Sequence[int]
    rounds: int


@dataclass
class Place:
    """One database with so many messages stored, its two servers, and what was measured of them."""

    kind: stores.Kind
    stored: int
    work: Work
    ours: Server
    floor: Server
    bursts: dict[str, list[Burst]] = field(default_factory=lambda: defaultdict(list))
    ratios: dict[str, list[float]] = field(default_factory=lambda: defaultdict(list))
    crowd: list[Burst] = field(default_factory=list)
    peak: float = 0.0

    def burst(self, name: str, groups: Sequence[Sequence[Prepared]]) -> Burst:
        """Measure one burst of our server, or of the floor's."""
        made = drive(self.floor if name in BESIDE else self.ours, CLIENTS, groups)
        self.bursts[name].append(made)
        return made

    def rows(self) -> list[Row]:
        """A row of everything measured here."""
        ones = {name: [1.0] for name in BESIDE}
        ratios = {**self.ratios, **ones}
        return [row(name, self.kind, self.stored, self.bursts[name], ratios[name]) for name in NUMBERS]


def _each(requests: Sequence[Prepared]) -> list[tuple[Prepared, ...]]:
    return [(one,) for one in requests]


def round_of(place: Place) -> Iterator[Callable[[], None]]:
    """The steps of one round on one database, to be interleaved with those on others."""
    ways = place.work.ways(STEP)
    for name in (FLOOR, EMPTY):
        yield from _between(place, name, _things(place, name, ways))


def _things(place: Place, name: str, ways: Sequence[Way]) -> Iterator[tuple[str, list[tuple[Prepared, ...]]]]:
    """What is compared with this floor: names, and requests that are made when their turn has come."""
    if name == EMPTY:
        for page in PAGES:
            yield page, _each(place.work.requests(page, NUMBERS[page]))
        return
    yield SIGN_IN, _each(place.work.requests(SIGN_IN, NUMBERS[SIGN_IN]))
    for number, step in enumerate(STEPS):
        yield step, _each([way.all[number] for way in ways])
    yield RELAY, [way.all for way in place.work.ways(NUMBERS[RELAY])]


def _between(
    place: Place, floor: str, things: Iterator[tuple[str, list[tuple[Prepared, ...]]]]
) -> Iterator[Callable[[], None]]:
    """Each thing between two bursts of its floor."""
    before: list[Burst] = []

    def measure_floor() -> None:
        before.append(place.burst(floor, _each([BESIDE[floor]] * NUMBERS[floor])))

    yield measure_floor
    for name, groups in things:

        def measure(name: str = name, groups: list[tuple[Prepared, ...]] = groups) -> None:
            made = place.burst(name, groups)
            measure_floor()
            place.ratios[name].append(ratio(made, before[-2], before[-1]))

        yield measure


def crowd(place: Place) -> None:
    """Handing in by `MANY` clients at once."""
    ways = place.work.ways(STEP * 2)
    place.crowd.append(drive(place.ours, MANY, _each([way.submit for way in ways])))


def warm(place: Place) -> None:
    """Both processes of both servers have answered everything once; nothing of it counts."""
    for step in round_of(place):
        step()
    place.bursts.clear()
    place.ratios.clear()


class Run:
    """The whole run, in a directory for its files."""

    def __init__(self, plan: Plan, directory: Path) -> None:
        self.plan = plan
        self.directory = directory
        self.places: list[Place] = []
        self.starts: dict[str, list[float]] = defaultdict(list)

    def __call__(self) -> None:
        """Build, load, measure. Raises WrongAnswerError if any answer is not the expected one."""
        source = settings_for(self.directory, stores.create("sqlite", self.directory, "made"))
        town = build(source)
        with ExitStack() as stack:
            for kind in self.plan.kinds:
                for number in self.plan.stored:
                    self.places.append(self._place(stack, kind, number, town, source))
            for place in self.places:
                warm(place)
            for number in range(self.plan.rounds):
                print(f"round {number + 1} of {self.plan.rounds}", file=sys.stderr, flush=True)
                self._round()
            for place in self.places:
                place.peak = place.ours.peak()

    def _place(self, stack: ExitStack, kind: stores.Kind, number: int, town: Town, source: Any) -> Place:
        url = stores.create(kind, self.directory, f"stored_{number}")
        settings = settings_for(self.directory, url)
        engine = engine_from(settings)
        stores.copy(engine_from(source), engine)
        moved = again(town, settings)
        stock.load(engine, stock.template(engine_from(source), str(town.desk[0].writer.case_id)), number)
        Administrator(moved.ada).renew()
        create_table(engine)
        engine.dispose()
        environ = environ_for(self.directory, url)
        if number == self.plan.stored[0]:
            self._cold(kind, environ)
        ours = stack.enter_context(serving(servers.OURS, environ, PING))
        floor = stack.enter_context(serving(servers.command(servers.FLOOR), environ, BESIDE[EMPTY]))
        return Place(kind, number, Work(moved), ours, floor)

    def _cold(self, kind: str, environ: dict[str, str]) -> None:
        """The first start of an instance makes files that the next ones find, so it does not count."""
        port = free_port()
        for name, program in {"gunicorn": servers.command(servers.WSGI), "mediation run": servers.OURS}.items():
            given = servers.environ_at(port, environ)
            taken = [servers.cold_start(program, given, port, FIRST) for _ in range(1 + STARTS)]
            self.starts[f"{name}, {kind}"].extend(taken[1:])

    def _round(self) -> None:
        steps = [round_of(place) for place in self.places]
        for together in zip(*steps, strict=True):
            for step in together:
                step()
        for place in self.places:
            crowd(place)

    def rows(self) -> list[Row]:
        """All rows."""
        return [one for place in self.places for one in place.rows()]

    def processes(self) -> dict[str, Any]:
        """Peak memory (10^6 bytes), cold start, and `MANY` clients handing in at once."""
        return {
            "peak_mb": {f"{place.kind}, {place.stored}": round(place.peak, 1) for place in self.places},
            "cold_start_s": {name: round(statistics.median(taken), 2) for name, taken in self.starts.items()},
            "eight_clients": {f"{place.kind}, {place.stored}": _crowd_figures(place.crowd) for place in self.places},
        }


def _crowd_figures(bursts: Sequence[Burst]) -> dict[str, float]:
    taken = [one for each in bursts for one in each.taken]
    p50, p95 = percentile(taken, 0.5), percentile(taken, 0.95)
    return {"p50_ms": round(p50, 2), "p95_ms": round(p95, 2), "p95_by_p50": round(p95 / p50, 2)}


FIRST: Final = Prepared.page("/sign-in", "")
"""What a cold start is measured with: the first page that most people ask for."""
