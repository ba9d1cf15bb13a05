"""The schema: Alembic's migrations, and at which of them a database is."""

from typing import Any

from sqlalchemy import Engine

from mediation.settings import ROOT


def alembic_config(url: str) -> Any:
    """Alembic's configuration from pyproject.toml, for the database at `url`."""
    from alembic.config import Config

    config = Config(toml_file=str(ROOT / "pyproject.toml"))
    config.set_main_option("script_location", str(ROOT / "migrations"))
    config.attributes["url"] = url
    return config


def migrate(url: str) -> None:
    """Bring the schema at `url` to the newest migration."""
    from alembic import command

    command.upgrade(alembic_config(url), "head")


def schema_of(engine: Engine) -> str | None:
    """The migration that the database is at; None before the first."""
    from alembic.migration import MigrationContext

    with engine.connect() as connection:
        return MigrationContext.configure(connection).get_current_revision()


def schema_head() -> str:
    """The newest migration's identifier."""
    from alembic.script import ScriptDirectory

    return str(ScriptDirectory.from_config(alembic_config("")).get_current_head())
