"""However much there is, a route asks its database the same number of questions."""

from typing import Final

from tests.client.conftest import founded, world
from tests.client.world import World
from tests.questions import gets, grow, settle, walk

__all__ = ["founded", "world"]

MOST: Final = 26
"""More than this many questions is a route that asks something twice."""


def test_every_route_asks_as_many_questions_of_a_large_agency_as_of_a_small_one(world: World) -> None:
    places = settle(world)
    small = walk(world, places)
    grow(world)
    large = walk(world, places)
    assert {rule for rule, _ in small} == set(gets()), "every route was reached by somebody"
    assert {route: (few, large[route]) for route, few in small.items() if few != large[route]} == {}
    assert max(large.values()) <= MOST, sorted(large.items(), key=lambda each: -each[1])[:5]
