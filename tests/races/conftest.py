"""The agency of `place`, a fresh copy for every test, whose books are looked through after it."""

from collections.abc import Iterator

import pytest

from tests.races import place as places
from tests.races.books import audit
from tests.races.place import Founded, Place


@pytest.fixture(scope="session")
def founded_place(tmp_path_factory: pytest.TempPathFactory) -> Founded:
    """The agency, made once."""
    return places.found(tmp_path_factory.mktemp("founded place"))


@pytest.fixture
def place(founded_place: Founded) -> Iterator[Place]:
    """The agency as it was made; what a test leaves behind must add up."""
    restored = places.restore(founded_place)
    yield restored
    for room in restored.rooms:
        audit(restored.engines[0], room.case_id)
    restored.close()
