"""Alembic's environment: one connection to the address it was given, the metadata of every room."""

from alembic import context
from sqlalchemy import create_engine, pool, text

from mediation.db import address, import_models

metadata = import_models()
LOCK = 0x6D656469
"""PostgreSQL's advisory lock of whoever migrates."""


def _wanted(item: object, name: str | None, kind: str, reflected: bool, other: object) -> bool:
    """Only the tables that autogeneration was asked for, if it was asked for some."""
    tables = context.config.attributes.get("tables")
    return kind != "table" or tables is None or name in tables


def run() -> None:
    """Migrate the database at `config.attributes["url"]` (or -x url=… on alembic's own command line)."""
    url = context.config.attributes.get("url") or context.get_x_argument(as_dictionary=True)["url"]
    engine = create_engine(address(url), poolclass=pool.NullPool)
    with engine.connect() as connection:
        context.configure(
            connection=connection,
            target_metadata=metadata,
            render_as_batch=context.config.attributes.get("batch", connection.dialect.name == "sqlite"),
            transaction_per_migration=True,
            include_object=_wanted,
        )
        if connection.dialect.name == "postgresql":  # of two that start at once, the second finds the work done
            connection.execute(text("SELECT pg_advisory_lock(:key)"), {"key": LOCK})
            connection.commit()
        with context.begin_transaction():
            context.run_migrations()


run()
