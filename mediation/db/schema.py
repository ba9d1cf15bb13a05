"""The schema: Alembic's migrations, and at which of them a database is."""

from typing import Any

from sqlalchemy import Engine, NullPool, create_engine

from mediation.db.engine import address
from mediation.settings import ROOT


def alembic_config(url: str) -> Any:
    """Alembic's configuration from pyproject.toml, for the database at `url`."""
    from alembic.config import Config

    config = Config(toml_file=str(ROOT / "pyproject.toml"))
    config.set_main_option("script_location", str(ROOT / "migrations"))
    config.attributes["url"] = url
    return config


class SchemaError(Exception):
    """The database is not at this version's schema; the text says what to do."""


def migrate(url: str) -> None:
    """Bring the schema at `url` to the newest migration. Raises SchemaError where a newer version has been there."""
    from alembic import command

    engine = create_engine(address(url), poolclass=NullPool)
    _refuse_newer(schema_of(engine))
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


def check_schema(engine: Engine) -> None:
    """Raise SchemaError unless the database is at the newest migration."""
    found = schema_of(engine)
    _refuse_newer(found)
    if found != schema_head():
        raise SchemaError(
            f"The database is at {found or 'nothing'}, this version at {schema_head()}: run `mediation migrate`."
        )


def _refuse_newer(found: str | None) -> None:
    from alembic.script import ScriptDirectory

    known = {one.revision for one in ScriptDirectory.from_config(alembic_config("")).walk_revisions()}
    if found is not None and found not in known:
        raise SchemaError("A newer version has changed this database. Install that version, or restore a backup.")
