"""The engine and its two ways of beginning: `writing` and `reading`.

On SQLite: WAL, every commit on the disk before it is acknowledged, foreign keys, a busy time-out; a writing transaction
takes the write lock at once (BEGIN IMMEDIATE), in turn (`turns.py`), and a reading one never does. On PostgreSQL: a
writing transaction is READ COMMITTED and locks the rows whose acts must come one after the other (`with_for_update`), a
reading one sees one moment throughout (REPEATABLE READ, READ ONLY).
"""

from functools import lru_cache, partial
from pathlib import Path
from typing import Any, Final

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import DBAPIError, InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError
from sqlalchemy.orm import Session, SessionTransaction
from sqlalchemy.orm.exc import StaleDataError
from sqlalchemy.pool import ConnectionPoolEntry

from mediation.db.base import Base
from mediation.db.rows import CONNECTION, table_of
from mediation.db.turns import Turns
from mediation.settings import Settings

BUSY_SECONDS: Final = 15
STATEMENT_SECONDS: Final = 60
POOL_SECONDS: Final = 15
CACHE_KB: Final = 1000
"""Pages that one connection keeps: half of what SQLite would. Each commit of another one makes them worthless, and a
web process has a connection for each of its threads."""
RACES: Final = frozenset(
    {
        "SQLITE_CONSTRAINT_PRIMARYKEY",
        "SQLITE_CONSTRAINT_UNIQUE",
        "SQLITE_CONSTRAINT_FOREIGNKEY",
        "23505",  # PostgreSQL: unique_violation
        "23503",  # foreign_key_violation
    }
)
READS: Final = "reads"
"""Key in `session.info` of a session that only reads."""
TURN: Final = "turn"
"""Key in the info of a SQLite connection that has the turn to write."""
HELD: Final = "held"
"""Key in `session.info` of the rows that a session holds."""
UNAVAILABLE: Final = (OperationalError, InterfaceError, PoolTimeoutError, StaleDataError)
"""The database is busy, full, away or restarting, or a row changed underneath: nothing was changed, and asking again
will help."""


def engine_from(settings: Settings) -> Engine:
    """The engine for these settings; `writing(engine)` and `reading(engine)` give its two ways of beginning."""
    url = address(settings.database_url)
    if url.get_backend_name() == "sqlite":
        engine = create_engine(url)
        event.listen(engine, "connect", _sqlite_connect)
        turns = Turns(Path(url.database or ""))
        event.listen(engine, "begin", partial(_sqlite_begin, turns))
        event.listen(engine, "checkin", partial(_sqlite_end, turns))
        event.listen(engine, "engine_disposed", lambda _: turns.close())
    else:
        engine = create_engine(
            url,
            pool_pre_ping=True,
            pool_size=settings.threads,
            max_overflow=settings.threads,  # a request's session, and beside it a short one that notes something
            pool_timeout=POOL_SECONDS,
            connect_args={"options": _POSTGRESQL_OPTIONS, "connect_timeout": 5},
        )
        event.listen(engine, "begin", _postgresql_begin)
    setattr(engine.dialect, "mediation_settings", settings)  # noqa: B010  # unknown to SQLAlchemy's types
    return engine


def address(text: str) -> URL:
    """The address of a database; PostgreSQL's is spoken to with psycopg 3, whichever way it is written."""
    url = make_url(text)
    if url.drivername in ("postgres", "postgresql"):
        return url.set(drivername="postgresql+psycopg")
    return url


_POSTGRESQL_OPTIONS: Final = " ".join(
    f"-c {name}={seconds * 1000}"
    for name, seconds in {
        "lock_timeout": BUSY_SECONDS,
        "statement_timeout": STATEMENT_SECONDS,
        "idle_in_transaction_session_timeout": STATEMENT_SECONDS,
    }.items()
)
"""A process that died or hangs holds no lock for longer than this."""


def _sqlite_connect(connection: Any, record: object) -> None:
    connection.isolation_level = None  # the driver must not begin by itself: _sqlite_begin does
    for pragma in (
        "journal_mode=WAL",
        "foreign_keys=ON",
        "synchronous=FULL",
        f"busy_timeout={BUSY_SECONDS * 1000}",
        f"cache_size=-{CACHE_KB}",
    ):
        connection.execute(f"PRAGMA {pragma}")
    connection.execute("PRAGMA recursive_triggers=ON")  # so that REPLACE fires DELETE triggers


def _sqlite_begin(turns: Turns, connection: Connection) -> None:
    options = connection.get_execution_options()
    if not options.get("mediation_writes", False):
        connection.exec_driver_sql("BEGIN")
        return
    if not turns.take(options.get("mediation_patience", BUSY_SECONDS), BUSY_SECONDS):
        raise OperationalError("BEGIN IMMEDIATE", None, TimeoutError("no turn"))
    connection.info[TURN] = True
    connection.exec_driver_sql("BEGIN IMMEDIATE")


def _sqlite_end(turns: Turns, connection: object, record: ConnectionPoolEntry) -> None:
    """Back in the pool, after the commit or the roll-back."""
    if record.info.pop(TURN, False):
        turns.give()


def _postgresql_begin(connection: Connection) -> None:
    patience = connection.get_execution_options().get("mediation_patience", BUSY_SECONDS)
    if patience != BUSY_SECONDS:
        connection.exec_driver_sql(f"SET LOCAL lock_timeout = {patience * 1000:.0f}")


class _Held(Session):
    """Every row stays with its session until the transaction ends (SQLAlchemy would forget one that nobody holds at
    the moment), so that nothing is read twice in one transaction unless somebody asks for it.
    """


class _Reading(_Held):
    """Refuses to flush a change."""


def _hold(session: Session, row: object) -> None:
    session.info.setdefault(HELD, []).append(row)


def _let_go(session: Session, transaction: SessionTransaction) -> None:
    if transaction.parent is None:
        session.info.pop(HELD, None)
        session.info.pop(CONNECTION, None)


def _refuse_flush(session: Session, context: object, instances: object) -> None:
    raise AssertionError("a reading session was asked to write")


event.listen(_Held, "loaded_as_persistent", _hold, propagate=True)
event.listen(_Held, "pending_to_persistent", _hold, propagate=True)
event.listen(_Held, "after_transaction_end", _let_go, propagate=True)
event.listen(_Reading, "before_flush", _refuse_flush)


def writing(engine: Engine, *, patience: float = BUSY_SECONDS) -> Session:
    """A session whose transaction may write; on SQLite it holds the write lock from its first statement.

    `patience`: the seconds that it waits for another writer before it raises OperationalError.
    """
    return _Held(_for_writing(engine, patience), expire_on_commit=False)


@lru_cache(maxsize=64)
def _for_writing(engine: Engine, patience: float) -> Engine:
    return engine.execution_options(mediation_writes=True, mediation_patience=patience)


def reading(engine: Engine) -> Session:
    """A session that only reads, all of it as of one moment; flushing a change in it is refused."""
    return _Reading(_for_reading(engine), autoflush=False, expire_on_commit=False, info={READS: True})


@lru_cache(maxsize=64)
def _for_reading(engine: Engine) -> Engine:
    if engine.dialect.name == "postgresql":
        return engine.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)
    return engine


def dialect_of(session: Session) -> str:
    """`sqlite` or `postgresql`."""
    return session.get_bind().dialect.name


def insert_for(dialect: str, model: type[Base]) -> sqlite.Insert | postgresql.Insert:
    """An INSERT that may end in ON CONFLICT, which both databases know in the same words. Notes no row."""
    table = table_of(model)
    return postgresql.insert(table) if dialect == "postgresql" else sqlite.insert(table)


def settings_of(session: Session) -> Settings:
    """The settings of the engine that this session works on; operations take the server's keys from here."""
    settings: Settings = getattr(session.get_bind().dialect, "mediation_settings")  # noqa: B009  # as above
    return settings


def is_race(error: DBAPIError) -> bool:
    """Whether the database refused a row because another request was faster: one like it is there already, or one
    that it needs is not there any more. Sent again, the request meets what is there now and gets its own answer.

    Any other broken constraint is a fault of the program.
    """
    name = getattr(error.orig, "sqlite_errorname", None) or getattr(error.orig, "sqlstate", None)
    return name in RACES
