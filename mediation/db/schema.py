"""The schema: Alembic's migrations, and at which of them a database is."""

from typing import Any

from sqlalchemy import Engine, NullPool, create_engine, inspect, text

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
    """Bring the schema at `url` to the newest migration. Raises SchemaError where a newer version has been there.

    Where it is there already, as at nearly every start, Alembic stays away: loading it takes a fifth of a second.
    """
    found = schema_of(create_engine(address(url), poolclass=NullPool))
    if found == schema_head():
        return
    _refuse_newer(found)
    from alembic import command

    command.upgrade(alembic_config(url), "head")


def schema_of(engine: Engine) -> str | None:
    """The migration that the database is at; None before the first."""
    with engine.connect() as connection:
        if not inspect(connection).has_table("alembic_version"):
            return None
        found: str | None = connection.scalar(text("SELECT version_num FROM alembic_version"))
        return found


def schema_head() -> str:
    """The newest migration's identifier, with which the name of its file begins."""
    return max(path.name.partition("_")[0] for path in (ROOT / "migrations" / "versions").glob("[0-9]*.py"))


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
