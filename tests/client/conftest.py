"""A fresh copy of the same small agency for every test."""

from collections.abc import Iterator

import pytest

from tests import standing
from tests.client import world as worlds
from tests.client.world import Founded, World


@pytest.fixture(scope="session")
def founded() -> Founded:
    """The world, made once."""
    return worlds.found()


@pytest.fixture
def world(founded: Founded) -> Iterator[World]:
    """The world as it was made."""
    restored = worlds.restore(founded)
    yield restored
    standing.leave(restored.settings.instance)
