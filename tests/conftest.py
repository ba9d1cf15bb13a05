"""A fresh application for each test, on a database of its own that the real migrations made.

`--database postgresql` runs the same tests on PostgreSQL instead of SQLite.
"""

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import Engine
from sqlalchemy.orm import Session

from mediation.db import engine_from, import_models, writing
from mediation.settings import Settings
from mediation.web.transaction import ENGINE
from tests import databases
from tests.agency_site import Site, settings_in


def pytest_addoption(parser: pytest.Parser) -> None:
    """The kind of database to test on."""
    parser.addoption("--database", choices=["sqlite", "postgresql"], default="sqlite")


def pytest_configure(config: pytest.Config) -> None:
    """Before anything asks for one."""
    databases.choose(config.getoption("--database"))


@pytest.fixture
def settings(tmp_path: Path) -> Iterator[Settings]:
    """Settings with their own instance directory and migrated database."""
    databases.new(tmp_path)
    yield settings_in(tmp_path)
    databases.drop(tmp_path)


@pytest.fixture
def empty_site(settings: Settings) -> Iterator[Site]:
    """A server without an agency."""
    site = Site(settings)
    yield site
    site.app.extensions[ENGINE].dispose()


@pytest.fixture
def site(empty_site: Site) -> Site:
    """A server with an agency, which Ada administers."""
    empty_site.found()
    return empty_site


@pytest.fixture
def engine(settings: Settings) -> Iterator[Engine]:
    """An engine on a migrated database of its own."""
    import_models()
    made = engine_from(settings)
    yield made
    made.dispose()


@pytest.fixture
def writing_session(engine: Engine) -> Iterator[Session]:
    """A session that may write."""
    with writing(engine) as session:
        yield session
