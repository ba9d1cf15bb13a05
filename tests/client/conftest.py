"""A fresh copy of the same small agency for every test."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from mediation.accounts import set_up_code
from mediation.web.transaction import ENGINE
from tests import databases
from tests.client import world as worlds
from tests.client.world import Founded, World


@pytest.fixture(scope="session")
def founded(tmp_path_factory: pytest.TempPathFactory) -> Founded:
    """The world, made once."""
    directory = tmp_path_factory.mktemp("founded")
    databases.new(directory)
    settings = worlds.settings_in(directory)
    return worlds.found(directory, set_up_code.make(directory), settings)


@pytest.fixture
def world(founded: Founded, tmp_path: Path) -> Iterator[World]:
    """The world as it was made."""
    restored = worlds.restore(founded, tmp_path)
    yield restored
    restored.app.extensions[ENGINE].dispose()
    databases.drop(tmp_path)
