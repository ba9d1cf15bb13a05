"""Alembic's environment: compares the models with the database and runs the revisions in `versions/`.

The database is the live connection in `config.attributes["connection"]` if there is one, else the URL given as
`alembic -x url=...`, else as `sqlalchemy.url`, else in `DATABASE_URL`. A whole upgrade is one transaction: it happens
or it does not.
"""

import os

from alembic import context
from sqlalchemy import Connection, create_engine, pool

from mediation.db import Base, import_models

import_models()


def database_url() -> str:
    """The URL of the database to migrate.

    Raises:
        RuntimeError: nothing names a database. Guessing one could migrate the wrong data.
    """
    given = context.get_x_argument(as_dictionary=True).get("url") or context.config.get_main_option("sqlalchemy.url")
    url = given or os.environ.get("DATABASE_URL")
    if not url:
        raise RuntimeError("no database is named: set DATABASE_URL, or pass -x url=...")
    return url


def migrate(connection: Connection) -> None:
    """Runs the wanted revisions on `connection`."""
    context.configure(
        connection=connection,
        target_metadata=Base.metadata,
        # SQLite cannot change most of a table in place: Alembic copies it instead.
        render_as_batch=connection.dialect.name == "sqlite",
        compare_type=True,
        compare_server_default=True,
    )
    with context.begin_transaction():
        context.run_migrations()


def write_sql() -> None:
    """Prints the statements instead of running them (`alembic upgrade head --sql`)."""
    context.configure(url=database_url(), target_metadata=Base.metadata, literal_binds=True)
    with context.begin_transaction():
        context.run_migrations()


def main() -> None:
    """Migrates through the connection that was handed over, or through one of its own."""
    live: Connection | None = context.config.attributes.get("connection")
    if context.is_offline_mode():
        write_sql()
    elif live is not None:
        migrate(live)
    else:
        with create_engine(database_url(), poolclass=pool.NullPool).connect() as connection:
            migrate(connection)


main()
