"""A real server of two processes on a database of the kind under test."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests import databases
from tests.serving import Server, serving


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """`mediation run` with two processes, for the tests of one file."""
    directory: Path = tmp_path_factory.mktemp("served")
    with serving(directory, PROCESSES="2", DATABASE_URL=databases.new(directory)) as found:
        yield found
    assert "Traceback" not in found.printed()
    databases.drop(directory)
