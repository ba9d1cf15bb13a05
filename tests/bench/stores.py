"""Databases of the bench: empty and migrated ones of either kind, and every row of one brought to another."""

from pathlib import Path
from typing import Final, Literal

from sqlalchemy import Engine, func, insert, select, text

from mediation.db import import_models, migrate

Kind = Literal["sqlite", "postgresql"]
KINDS: Final[tuple[Kind, ...]] = ("sqlite", "postgresql")


def create(kind: Kind, directory: Path, name: str) -> str:
    """The address of a new, migrated database: a file in the directory, or one of this process's own PostgreSQL, which
    keeps what it has acknowledged through a power cut as in production."""
    url = f"sqlite:///{directory / name}.sqlite3" if kind == "sqlite" else _postgresql(name)
    migrate(url)
    return url


def _postgresql(name: str) -> str:
    from tests import postgres  # only where one is wanted: it brings a server

    return postgres.create(postgres.server(durable=True), name)


def copy(source: Engine, target: Engine) -> None:
    """Every row of the one to the other, which is empty but for its schema; both seal with the same field key."""
    with source.connect() as reading, target.execution_options(mediation_writes=True).begin() as writing:
        for table in import_models().sorted_tables:
            rows = [dict(row._mapping) for row in reading.execute(select(table))]
            if rows:
                writing.execute(insert(table), rows)
    number_on(target)


def number_on(engine: Engine) -> None:
    """Let PostgreSQL number the audit trail from where the copied rows end."""
    if engine.dialect.name != "postgresql":
        return
    events = import_models().tables["audit_event"]
    with engine.begin() as connection:
        last = connection.scalar(select(func.max(events.c.qid))) or 1
        connection.execute(text("SELECT setval(pg_get_serial_sequence('audit_event', 'qid'), :last)"), {"last": last})
