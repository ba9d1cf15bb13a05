"""The database's foundation: base class, column types, engine; the same models on SQLite and PostgreSQL.

On SQLite: WAL, foreign keys, a busy time-out; a writing transaction takes the write lock at once (BEGIN IMMEDIATE) and
a reading one never does. Encrypted columns are sealed with the field key before they reach the driver, bound to the
column's name, so a value copied to another column does not open.
"""

import importlib
import importlib.util
from datetime import UTC, datetime
from typing import Annotated, Any, ClassVar, Final

from sqlalchemy import JSON, Connection, DateTime, Engine, LargeBinary, MetaData, String, create_engine, event, select
from sqlalchemy.engine.interfaces import Dialect
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import DeclarativeBase, Session
from sqlalchemy.types import TypeDecorator

from mediation.protocol.errors import ProtocolError
from mediation.protocol.primitives import aead_open, aead_seal
from mediation.settings import ROOT, Settings

__all__ = ["Base", "EncryptedBytes", "EncryptedText", "Engine", "Hash", "Id", "Session", "UtcTime"]

ROOMS: Final = ("ledger", "sms", "accounts", "cases", "messages", "outcomes")
BUSY_SECONDS: Final = 15
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

Id = Annotated[str, "id"]
"""An identifier of 16 bytes in B64: 22 characters."""
Hash = Annotated[str, "hash"]
"""A hash or kid of 32 bytes in B64: 43 characters."""


class UnreadableError(Exception):
    """A stored value opens with none of the server's keys: the operator's fault, never the user's."""


class UtcTime(TypeDecorator[datetime]):
    """An aware time; naive ones are refused. Stored in UTC, without zone on SQLite, which knows none."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """To UTC."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a naive time")
        value = value.astimezone(UTC)
        return value.replace(tzinfo=None) if dialect.name == "sqlite" else value

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Aware again."""
        return value if value is None else value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class EncryptedBytes(TypeDecorator[bytes]):
    """Bytes under AEAD with the field key; `name` (table.column) is authenticated with them."""

    impl = LargeBinary
    cache_ok = True

    def __init__(self, name: str) -> None:
        super().__init__()
        self.name = name

    def process_bind_param(self, value: bytes | None, dialect: Dialect) -> bytes | None:
        """Sealed with the first field key."""
        return None if value is None else aead_seal(_field_keys(dialect)[0], value, self._aad())

    def process_result_value(self, value: bytes | None, dialect: Dialect) -> bytes | None:
        """Opened with whichever field key fits. Raises UnreadableError when none does."""
        if value is None:
            return None
        for key in _field_keys(dialect):
            try:
                return aead_open(key, value, self._aad())
            except ProtocolError:
                continue
        raise UnreadableError(self.name)

    def _aad(self) -> bytes:
        return b"mediation/column " + self.name.encode("ascii")


class EncryptedText(TypeDecorator[str]):
    """Text as EncryptedBytes."""

    impl = LargeBinary
    cache_ok = True

    def __init__(self, name: str) -> None:
        super().__init__()
        self.name = name

    def process_bind_param(self, value: str | None, dialect: Dialect) -> bytes | None:
        """Sealed as UTF-8."""
        return EncryptedBytes(self.name).process_bind_param(None if value is None else value.encode(), dialect)

    def process_result_value(self, value: bytes | None, dialect: Dialect) -> str | None:
        """Opened."""
        data = EncryptedBytes(self.name).process_result_value(value, dialect)
        return None if data is None else data.decode()


def _field_keys(dialect: Dialect) -> tuple[bytes, ...]:
    settings: Settings = getattr(dialect, "mediation_settings")  # noqa: B009  # set by engine_from, unknown to SQLAlchemy
    return settings.field_keys


def settings_of(session: Session) -> Settings:
    """The settings of the engine that this session works on; operations take the server's keys from here."""
    settings: Settings = getattr(session.get_bind().dialect, "mediation_settings")  # noqa: B009  # as above
    return settings


class Base(DeclarativeBase):
    """All models. `__audited__` (see ledger) marks those whose change needs an audit event in the same transaction."""

    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
            "pk": "pk_%(table_name)s",
        }
    )
    type_annotation_map: ClassVar[dict[Any, Any]] = {
        Id: String(22),
        Hash: String(43),
        datetime: UtcTime(),
        bytes: LargeBinary(),
        dict[str, Any]: JSON(),
        list[Any]: JSON(),
    }
    __audited__ = False


def import_models() -> MetaData:
    """Load the models of every room that has some, so that the metadata is whole; returns it."""
    for room in ROOMS:
        name = f"mediation.{room}.models"
        if importlib.util.find_spec(f"mediation.{room}") and importlib.util.find_spec(name):
            importlib.import_module(name)
    return Base.metadata


def engine_from(settings: Settings) -> Engine:
    """The engine for these settings; `writing(engine)` and `reading(engine)` give its two ways of beginning."""
    engine = create_engine(settings.database_url, pool_pre_ping=not settings.database_url.startswith("sqlite"))
    setattr(engine.dialect, "mediation_settings", settings)  # noqa: B010  # unknown to SQLAlchemy's types
    if engine.dialect.name == "sqlite":
        event.listen(engine, "connect", _sqlite_connect)
        event.listen(engine, "begin", _sqlite_begin)
    return engine


def _sqlite_connect(connection: Any, record: object) -> None:
    connection.isolation_level = None  # the driver must not begin by itself: _sqlite_begin does
    for pragma in ("journal_mode=WAL", "foreign_keys=ON", "synchronous=NORMAL", f"busy_timeout={BUSY_SECONDS * 1000}"):
        connection.execute(f"PRAGMA {pragma}")
    connection.execute("PRAGMA recursive_triggers=ON")  # so that REPLACE fires DELETE triggers


def _sqlite_begin(connection: Connection) -> None:
    options = connection.get_execution_options()
    if not options.get("mediation_writes", False):
        connection.exec_driver_sql("BEGIN")
        return
    connection.exec_driver_sql(f"PRAGMA busy_timeout={options.get('mediation_patience', BUSY_SECONDS) * 1000:.0f}")
    connection.exec_driver_sql("BEGIN IMMEDIATE")


def writing(engine: Engine, *, patience: float = BUSY_SECONDS) -> Session:
    """A session whose transaction may write; on SQLite it holds the write lock from its first statement.

    `patience`: the seconds that it waits for another writer there before it raises OperationalError.
    """
    return Session(engine.execution_options(mediation_writes=True, mediation_patience=patience), expire_on_commit=False)


def reading(engine: Engine) -> Session:
    """A session that only reads; flushing a change in it is refused."""
    session = Session(engine, autoflush=False, expire_on_commit=False, info={READS: True})
    event.listen(session, "before_flush", _refuse_flush)
    return session


def is_race(error: IntegrityError) -> bool:
    """Whether the database refused a row because another request was faster: one like it is there already, or one
    that it needs is not there any more. Sent again, the request meets what is there now and gets its own answer.

    Any other broken constraint is a fault of the program.
    """
    name = getattr(error.orig, "sqlite_errorname", None) or getattr(error.orig, "sqlstate", None)
    return name in RACES


def _refuse_flush(session: Session, context: object, instances: object) -> None:
    raise AssertionError("a reading session was asked to write")


def reseal(session: Session) -> int:
    """Seal every encrypted value anew with the first field key, so that older keys may go; returns how many."""
    count = 0
    for table in import_models().sorted_tables:
        keys = list(table.primary_key.columns)
        for column in table.columns:
            if not isinstance(column.type, EncryptedBytes | EncryptedText):
                continue
            for *key, value in session.execute(select(*keys, column).where(column.is_not(None))).all():
                place = [one == part for one, part in zip(keys, key, strict=True)]
                session.execute(table.update().where(*place).values({column: value}))
                count += 1
    return count


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
