"""The bench's own arithmetic."""

import pytest

from tests.bench.figures import Burst, percentile, ratio, row


def test_a_percentile_is_one_of_the_values_and_covers_its_share() -> None:
    values = [float(each) for each in range(100, 0, -1)]
    assert [percentile(values, share) for share in (0.5, 0.95, 1.0)] == [50.0, 95.0, 100.0]
    assert percentile([7.0], 0.95) == 7.0


def test_the_cost_is_the_time_taken_from_everybody_else() -> None:
    assert Burst(2.0, [1.0] * 100, 0.0).cost == 0.02


def test_a_ratio_compares_with_the_floor_on_both_sides() -> None:
    before, after = Burst(1.0, [1.0] * 100, 0.0), Burst(3.0, [1.0] * 100, 0.0)
    assert ratio(Burst(6.0, [1.0] * 100, 0.0), before, after) == 3.0


def test_a_row_takes_medians_over_rounds_and_cpu_over_all() -> None:
    bursts = [Burst(1.0, [10.0] * 99 + [90.0], 0.1), Burst(2.0, [20.0] * 100, 0.3), Burst(9.0, [500.0] * 100, 0.5)]
    made = row("submit", "sqlite", 1000, bursts, [2.0, 3.0, 40.0])
    assert made.document() == {
        "name": "submit",
        "database": "sqlite",
        "stored": 1000,
        "rps": 50.0,
        "p50_ms": 20.0,
        "p95_ms": 20.0,
        "cpu_ms": pytest.approx(3.0),
        "ratio": 3.0,
    }
