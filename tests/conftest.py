"""A fresh application for each test, on a SQLite file that the real migrations made once."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import Engine
from sqlalchemy.orm import Session

from mediation.db import engine_from, import_models, migrate, writing
from mediation.settings import Settings
from mediation.web.transaction import ENGINE
from tests.agency_site import Site, settings_in

DATABASE = "mediation.sqlite3"


@pytest.fixture(scope="session")
def migrated(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A database file after every migration."""
    directory = tmp_path_factory.mktemp("migrated")
    migrate(f"sqlite:///{directory / DATABASE}")
    return directory / DATABASE


@pytest.fixture
def settings(tmp_path: Path, migrated: Path) -> Settings:
    """Settings with their own instance directory and migrated database."""
    shutil.copy(migrated, tmp_path / DATABASE)
    return settings_in(tmp_path)


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
