"""An application for each test, on a database of its own that the real migrations made.

`--database postgresql` runs the same tests on PostgreSQL instead of SQLite.
"""

from collections.abc import Generator, Iterator

import pytest

from mediation.loading import loading

with loading():
    from sqlalchemy import Engine
    from sqlalchemy.orm import Session

    from mediation.db import writing
    from mediation.settings import Settings
    from tests import databases, standing
    from tests.agency_site import Site, settings_in


def pytest_addoption(parser: pytest.Parser) -> None:
    """The kind of database to test on."""
    parser.addoption("--database", choices=["sqlite", "postgresql"], default="sqlite")


def pytest_configure(config: pytest.Config) -> None:
    """Before anything asks for one."""
    databases.choose(config.getoption("--database"))


@pytest.hookimpl(wrapper=True)
def pytest_collection() -> Generator[None, object, object]:
    """What is collected stays to the end: half the time until the first test went into looking for garbage in it."""
    with loading():
        return (yield)


@pytest.fixture
def settings() -> Iterator[Settings]:
    """Settings with their own instance directory and migrated database."""
    directory = standing.directory("site")
    databases.new(directory)
    yield settings_in(directory)
    standing.leave(directory)


@pytest.fixture
def empty_site(settings: Settings) -> Site:
    """A server without an agency."""
    return Site(settings)


@pytest.fixture
def site(empty_site: Site) -> Site:
    """A server with an agency, which Ada administers."""
    empty_site.found()
    return empty_site


@pytest.fixture
def engine(settings: Settings) -> Engine:
    """An engine on a migrated database of its own."""
    return standing.engine(settings)


@pytest.fixture
def writing_session(engine: Engine) -> Iterator[Session]:
    """A session that may write."""
    with writing(engine) as session:
        yield session
