"""The migrations make exactly the models, and go down as well as up."""

from pathlib import Path

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import create_engine, inspect, text

from mediation.db import alembic_config, import_models, migrate, schema_head
from mediation.ledger.triggers import SQLITE


@pytest.fixture
def url(tmp_path: Path) -> str:
    return f"sqlite:///{tmp_path / 'up.sqlite3'}"


def test_migrations_equal_models(url: str) -> None:
    migrate(url)
    with create_engine(url).connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, import_models()) == []


def test_migrations_go_down_and_up_again(url: str) -> None:
    migrate(url)
    command.downgrade(alembic_config(url), "base")
    assert set(inspect(create_engine(url)).get_table_names()) <= {"alembic_version"}
    migrate(url)
    with create_engine(url).connect() as connection:
        assert connection.scalar(text("SELECT version_num FROM alembic_version")) == schema_head()


def test_the_triggers_of_the_migrations_are_those_of_the_ledger(url: str) -> None:
    migrate(url)
    with create_engine(url).connect() as connection:
        made = connection.scalars(text("SELECT sql FROM sqlite_master WHERE type = 'trigger' ORDER BY name")).all()
    assert sorted(" ".join(sql.split()) for sql in made) == sorted(" ".join(sql.split()) for sql in SQLITE)


def test_migrating_twice_changes_nothing(url: str) -> None:
    migrate(url)
    migrate(url)
