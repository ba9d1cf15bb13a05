"""The migrations make exactly the models, and go down as well as up."""

import runpy
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import create_engine, inspect, text

from mediation.db import address, alembic_config, import_models, migrate, schema_head
from mediation.ledger import triggers
from mediation.settings import ROOT
from tests import databases


@pytest.fixture
def url(tmp_path: Path) -> Iterator[str]:
    yield address(databases.empty(tmp_path)).render_as_string(hide_password=False)
    databases.drop(tmp_path)


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


def test_numbers_in_use_count_as_confirmed_since_they_were_recorded(url: str) -> None:
    command.upgrade(alembic_config(url), "0011")
    rows = [{"id": name * 22, "number": number} for name, number in (("A", b"sealed"), ("B", None))]
    with create_engine(url).begin() as connection:
        made = "INSERT INTO contact (participant_id, case_id, channel, number, wording, language, recorded_at)"
        values = "VALUES (:id, :id, 'text', :number, 'update', 'en', '2026-03-02 09:00:00+00')"
        connection.execute(text(f"{made} {values}"), rows)
    migrate(url)
    with create_engine(url).connect() as connection:
        wanted = "SELECT confirmed_at = recorded_at, confirmed_by FROM contact ORDER BY participant_id"
        assert [tuple(row) for row in connection.execute(text(wanted))] == [(True, None), (None, None)]
    command.downgrade(alembic_config(url), "0011")


def test_the_newest_migration_is_found_by_its_file_s_name() -> None:
    assert ScriptDirectory.from_config(alembic_config("")).get_current_head() == schema_head()


def test_a_start_at_the_newest_migration_does_without_alembic(url: str) -> None:
    migrate(url)
    program = f"import sys; from mediation.db import migrate; migrate({url!r}); sys.exit('alembic' in sys.modules)"
    subprocess.run([sys.executable, "-c", program], cwd=ROOT, check=True, timeout=60)


def test_the_triggers_of_the_migrations_are_those_of_the_ledger() -> None:
    first = runpy.run_path(str(ROOT / "migrations" / "versions" / "0001_agency.py"))
    assert first["SQLITE_TRIGGERS"] == triggers.SQLITE
    assert first["POSTGRESQL_TRIGGERS"] == triggers.POSTGRESQL
    fourth = runpy.run_path(str(ROOT / "migrations" / "versions" / "0004_audit_log.py"))
    assert fourth["SQLITE_TRIGGERS"] == triggers.LOG_SQLITE
    assert fourth["POSTGRESQL_TRIGGERS"] == triggers.LOG_POSTGRESQL
    timestamps = runpy.run_path(str(ROOT / "migrations" / "versions" / "0014_timestamps.py"))
    assert timestamps["SQLITE_TRIGGERS"] == triggers.TIMESTAMP_SQLITE
    assert timestamps["POSTGRESQL_TRIGGERS"] == triggers.TIMESTAMP_POSTGRESQL


def test_migrating_twice_changes_nothing(url: str) -> None:
    migrate(url)
    migrate(url)
