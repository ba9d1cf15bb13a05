"""Which database a test gets: a file in its directory, or with `--database postgresql` a database named after it.

Every test asks for the one of its directory: `new` makes it as the migrations do, `copy` as another one is now, `url`
is its address. `settings_in` (agency_site) puts that into the settings.
"""

import hashlib
import shutil
import sqlite3
from contextlib import closing
from functools import cache
from pathlib import Path
from tempfile import mkdtemp
from typing import Final, Literal

import psycopg
from psycopg import sql

from mediation.db import migrate
from tests import postgres

Kind = Literal["sqlite", "postgresql"]
FILE: Final = "mediation.sqlite3"
_chosen: list[Kind] = ["sqlite"]


def choose(kind: Kind) -> None:
    """Use this kind from now on."""
    _chosen[0] = kind


def kind() -> Kind:
    """The kind in use."""
    return _chosen[0]


def url(directory: Path) -> str:
    """The address of the database of a directory, whether there is one yet or not."""
    if kind() == "sqlite":
        return f"sqlite:///{directory / FILE}"
    return postgres.named(postgres.server(), _name(directory))


def _name(directory: Path) -> str:
    return "t" + hashlib.sha256(str(directory).encode()).hexdigest()[:24]


def empty(directory: Path) -> str:
    """A database without any table for a directory; returns its address."""
    if kind() == "postgresql":
        postgres.create(postgres.server(), _name(directory))
    return url(directory)


def new(directory: Path) -> str:
    """An empty, migrated database for a directory; returns its address."""
    if kind() == "sqlite":
        shutil.copy(_migrated_file(), directory / FILE)
    else:
        postgres.create(postgres.server(), _name(directory), _migrated_name())
    return url(directory)


def copy(source: Path, directory: Path) -> str:
    """The database of `source`, to which nobody may be connected, once more for a directory; returns its address."""
    if kind() == "sqlite":
        with closing(sqlite3.connect(source / FILE)) as connection:
            connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        shutil.copy(source / FILE, directory / FILE)
    else:
        postgres.create(postgres.server(), _name(directory), _name(source))
    return url(directory)


def drop(directory: Path) -> None:
    """The test is over. (A file goes with its directory.)"""
    if kind() == "postgresql":
        postgres.drop(postgres.server(), _name(directory))


def contents(directory: Path) -> bytes:
    """All that somebody has who took the database of a directory."""
    if kind() == "sqlite":
        return b"".join(path.read_bytes() for path in sorted(directory.glob(f"{FILE}*")))
    with psycopg.connect(url(directory)) as connection:
        names = connection.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public' ORDER BY 1").fetchall()
        return b"".join(_table(connection, name) for (name,) in names)


def _table(connection: psycopg.Connection, name: str) -> bytes:
    command = sql.SQL("COPY {} TO STDOUT (FORMAT binary)").format(sql.Identifier(name))
    with connection.cursor() as cursor, cursor.copy(command) as rows:
        return b"".join(bytes(row) for row in rows)


@cache
def _migrated_file() -> Path:
    path = Path(mkdtemp(prefix="mediation-migrated-")) / FILE
    migrate(f"sqlite:///{path}")
    return path


@cache
def _migrated_name() -> str:
    name = "migrated"
    migrate(postgres.create(postgres.server(), name))
    return name
