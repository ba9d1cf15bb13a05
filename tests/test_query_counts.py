"""However much there is, a route asks its database the same number of questions."""

from typing import Final

from sqlalchemy import text

from mediation.web.transaction import ENGINE
from tests import databases
from tests.client.conftest import founded, world
from tests.client.world import World
from tests.questions import ask, gets, grow, settle, walk

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


if databases.kind() == "postgresql":  # SQLite plans nothing that is worth keeping

    def test_what_was_prepared_for_a_page_is_still_prepared_for_the_next(world: World) -> None:
        # Often: the first one notes in a second connection that she is here, and then the two take turns.
        assert all(ask(world.app, world.fay.me, "/queue") for _ in range(30))
        with world.app.extensions[ENGINE].connect() as connection:
            prepared = connection.scalars(text("SELECT statement FROM pg_prepared_statements"))
            assert any("waiting" in statement for statement in prepared)
