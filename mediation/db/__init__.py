"""The database's foundation: base class, column types, engine, schema; the same models on SQLite and PostgreSQL."""

from sqlalchemy import Engine
from sqlalchemy.orm import Session

from mediation.db.base import Base, import_models, reseal
from mediation.db.columns import EncryptedBytes, EncryptedText, Hash, Id, UnreadableError, UtcTime
from mediation.db.engine import (
    READS,
    UNAVAILABLE,
    address,
    dialect_of,
    engine_from,
    insert_for,
    is_race,
    reading,
    settings_of,
    writing,
)
from mediation.db.rows import ask, bulk, change, change_some, insert, table_of, whole
from mediation.db.schema import SchemaError, alembic_config, check_schema, migrate, schema_head, schema_of

__all__ = [
    "READS",
    "UNAVAILABLE",
    "Base",
    "EncryptedBytes",
    "EncryptedText",
    "Engine",
    "Hash",
    "Id",
    "SchemaError",
    "Session",
    "UnreadableError",
    "UtcTime",
    "address",
    "alembic_config",
    "ask",
    "bulk",
    "change",
    "change_some",
    "check_schema",
    "dialect_of",
    "engine_from",
    "import_models",
    "insert",
    "insert_for",
    "is_race",
    "migrate",
    "reading",
    "reseal",
    "schema_head",
    "schema_of",
    "settings_of",
    "table_of",
    "whole",
    "writing",
]
