"""The arithmetic of the bench: percentiles, medians over rounds, and costs as multiples of a floor."""

import math
import statistics
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any


@dataclass(frozen=True)
class Burst:
    """So many requests one after another: seconds of the whole, milliseconds of each, seconds of CPU that the web
    processes used. `begun`: when, to find the floor beside it."""

    seconds: float
    taken: Sequence[float]
    cpu: float

    @property
    def cost(self) -> float:
        """Seconds that one took away from all others: 1 / rps."""
        return self.seconds / len(self.taken)


@dataclass(frozen=True)
class Row:
    """One line of `bench.json`. `ratio`: the cost as a multiple of the floor's beside it (of the empty page's)."""

    name: str
    database: str
    stored: int
    rps: float
    p50_ms: float
    p95_ms: float
    cpu_ms: float
    ratio: float

    def document(self) -> dict[str, Any]:
        """As it is written."""
        return asdict(self)


def percentile(values: Sequence[float], share: float) -> float:
    """The smallest value that at least this share (0 to 1) of all values does not exceed."""
    ordered = sorted(values)
    return ordered[max(0, math.ceil(share * len(ordered)) - 1)]


def ratio(burst: Burst, before: Burst, after: Burst) -> float:
    """The cost of a burst as a multiple of the mean cost of the floor's bursts before and after it."""
    return burst.cost / ((before.cost + after.cost) / 2)


def row(name: str, database: str, stored: int, bursts: Sequence[Burst], ratios: Sequence[float]) -> Row:
    """One line from every round's burst: medians over the rounds, CPU over all of them together."""
    return Row(
        name=name,
        database=database,
        stored=stored,
        rps=round(statistics.median(1 / each.cost for each in bursts), 1),
        p50_ms=round(statistics.median(percentile(each.taken, 0.5) for each in bursts), 2),
        p95_ms=round(statistics.median(percentile(each.taken, 0.95) for each in bursts), 2),
        cpu_ms=round(1000 * sum(each.cpu for each in bursts) / sum(len(each.taken) for each in bursts), 2),
        ratio=round(statistics.median(ratios), 2),
    )


def table(rows: Sequence[Row]) -> str:
    """The rows for people."""
    titles = "".join(f"{title:>9}" for title in ("rps", "p50 ms", "p95 ms", "cpu ms", "ratio"))
    head = f"{'name':13} {'database':11} {'stored':>9}{titles}"
    lines = [
        f"{each.name:13} {each.database:11} {each.stored:>9,}{each.rps:>9.1f}{each.p50_ms:>9.2f}{each.p95_ms:>9.2f}"
        f"{each.cpu_ms:>9.2f}{each.ratio:>9.2f}"
        for each in rows
    ]
    return "\n".join([head, *lines])
