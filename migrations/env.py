"""Alembic's environment: compares the models with the database and runs the revisions in `versions/`.

The database is the live connection in `config.attributes["connection"]` if there is one, else the URL in
`config.attributes["url"]`, else the one given as `alembic -x url=...`, else in `DATABASE_URL`. A whole upgrade is one
transaction, on SQLite too: it happens or it does not, and of two servers that start at once the second waits.
"""

import os
from typing import Any, Literal

from alembic import context
from sqlalchemy import Connection, Engine, create_engine, event, pool
from sqlalchemy.types import TypeDecorator

from mediation.db import Base, import_models

import_models()


def database_url() -> str:
    """The URL of the database to migrate.

    Raises:
        RuntimeError: nothing names a database. Guessing one could migrate the wrong data.
    """
    given = context.config.attributes.get("url") or context.get_x_argument(as_dictionary=True).get("url")
    url = given or os.environ.get("DATABASE_URL")
    if not url:
        raise RuntimeError("no database is named: set DATABASE_URL, or pass -x url=...")
    return str(url)


def own_engine() -> Engine:
    """An engine for one migration. Left to itself, Python's driver keeps changes to the schema out of transactions."""
    engine = create_engine(database_url(), poolclass=pool.NullPool)
    if engine.dialect.name == "sqlite":
        event.listen(engine, "connect", leave_transactions_to_us)
        event.listen(engine, "begin", begin_immediately)
    return engine


def leave_transactions_to_us(connection: Any, record: object) -> None:
    """Stops the SQLite driver from beginning and committing by itself."""
    connection.isolation_level = None


def begin_immediately(connection: Connection) -> None:
    """Takes SQLite's write lock before the schema's version is read."""
    connection.exec_driver_sql("BEGIN IMMEDIATE")


def render_item(kind: str, item: Any, autogen: object) -> str | Literal[False]:
    """Writes the plain SQL type of our own column types into a revision, so that no revision needs our code."""
    return f"sa.{item.impl!r}" if kind == "type" and isinstance(item, TypeDecorator) else False


def migrate(connection: Connection) -> None:
    """Runs the wanted revisions on `connection`."""
    context.configure(
        connection=connection,
        target_metadata=Base.metadata,
        # SQLite cannot change most of a table in place: Alembic copies it instead.
        render_as_batch=connection.dialect.name == "sqlite",
        compare_type=True,
        compare_server_default=True,
        transactional_ddl=True,
        render_item=render_item,
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
        with own_engine().connect() as connection:
            migrate(connection)


main()
