"""The audit log: its tiles and checkpoints with their triggers, and what an auditor looks events up by."""

import sqlalchemy as sa
from alembic import op

from mediation.db import UtcTime

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


TABLES = (
    "audit_checkpoint",
    "audit_log",
    "audit_shown",
    "audit_tile",
)

SQLITE_TRIGGERS = (
    """
CREATE TRIGGER audit_log_update BEFORE UPDATE ON audit_log
BEGIN SELECT RAISE(ABORT, 'the audit trail cannot be changed'); END
""",
    """
CREATE TRIGGER audit_log_delete BEFORE DELETE ON audit_log
BEGIN SELECT RAISE(ABORT, 'the audit trail cannot be shortened'); END
""",
    """
CREATE TRIGGER audit_log_replace BEFORE INSERT ON audit_log
WHEN EXISTS (SELECT 1 FROM audit_log WHERE number = NEW.number OR origin = NEW.origin)
BEGIN SELECT RAISE(ABORT, 'the audit trail cannot be replaced'); END
""",
    """
CREATE TRIGGER audit_tile_update BEFORE UPDATE ON audit_tile
WHEN NEW.log <> OLD.log OR NEW.level <> OLD.level OR NEW.n <> OLD.n OR length(NEW.hashes) > 8192
  OR length(NEW.hashes) <= length(OLD.hashes) OR substr(NEW.hashes, 1, length(OLD.hashes)) <> OLD.hashes
BEGIN SELECT RAISE(ABORT, 'the audit trail cannot be changed'); END
""",
    """
CREATE TRIGGER audit_tile_delete BEFORE DELETE ON audit_tile
BEGIN SELECT RAISE(ABORT, 'the audit trail cannot be shortened'); END
""",
    """
CREATE TRIGGER audit_tile_replace BEFORE INSERT ON audit_tile
WHEN EXISTS (SELECT 1 FROM audit_tile WHERE log = NEW.log AND level = NEW.level AND n = NEW.n)
BEGIN SELECT RAISE(ABORT, 'the audit trail cannot be replaced'); END
""",
    """
CREATE TRIGGER audit_checkpoint_update BEFORE UPDATE ON audit_checkpoint
WHEN NEW.log <> OLD.log OR NEW.size <> OLD.size OR NEW.root <> OLD.root OR NEW.made_at <> OLD.made_at
  OR NOT (NEW.published_at IS OLD.published_at OR OLD.published_at IS NULL)
  OR NOT (NEW.note IS OLD.note OR OLD.note IS NULL OR substr(NEW.note, 1, length(OLD.note)) IS OLD.note)
BEGIN SELECT RAISE(ABORT, 'the audit trail cannot be changed'); END
""",
    """
CREATE TRIGGER audit_checkpoint_delete BEFORE DELETE ON audit_checkpoint
BEGIN SELECT RAISE(ABORT, 'the audit trail cannot be shortened'); END
""",
    """
CREATE TRIGGER audit_checkpoint_replace BEFORE INSERT ON audit_checkpoint
WHEN EXISTS (SELECT 1 FROM audit_checkpoint WHERE log = NEW.log AND size = NEW.size)
BEGIN SELECT RAISE(ABORT, 'the audit trail cannot be replaced'); END
""",
)

GUARD = """
CREATE FUNCTION audit_log_guard() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP <> 'UPDATE' THEN
    RAISE EXCEPTION 'the audit trail cannot be shortened' USING ERRCODE = 'integrity_constraint_violation';
  END IF;
  IF TG_TABLE_NAME = 'audit_tile' THEN
    IF NEW.log = OLD.log AND NEW.level = OLD.level AND NEW.n = OLD.n AND length(NEW.hashes) <= 8192
      AND length(NEW.hashes) > length(OLD.hashes)
      AND substr(NEW.hashes, 1, length(OLD.hashes)) = OLD.hashes
    THEN
      RETURN NEW;
    END IF;
  ELSIF TG_TABLE_NAME = 'audit_checkpoint' THEN
    IF NEW.log = OLD.log AND NEW.size = OLD.size AND NEW.root = OLD.root AND NEW.made_at = OLD.made_at
      AND (NEW.published_at IS NOT DISTINCT FROM OLD.published_at OR OLD.published_at IS NULL)
      AND (NEW.note IS NOT DISTINCT FROM OLD.note OR OLD.note IS NULL OR starts_with(NEW.note, OLD.note))
    THEN
      RETURN NEW;
    END IF;
  END IF;
  RAISE EXCEPTION 'the audit trail cannot be changed' USING ERRCODE = 'integrity_constraint_violation';
END $$
"""

GUARDED = "EXECUTE FUNCTION audit_log_guard()"
POSTGRESQL_TRIGGERS = (
    GUARD,
    *(
        statement
        for table in ("audit_log", "audit_tile", "audit_checkpoint")
        for statement in (
            f"CREATE TRIGGER {table}_row BEFORE UPDATE OR DELETE ON {table} FOR EACH ROW {GUARDED}",
            f"CREATE TRIGGER {table}_truncate BEFORE TRUNCATE ON {table} FOR EACH STATEMENT {GUARDED}",
        )
    ),
    *(
        statement
        for table in ("audit_event", "audit_log", "audit_tile", "audit_checkpoint")
        for statement in (
            f"ALTER TABLE {table} ENABLE ALWAYS TRIGGER {table}_row",
            f"ALTER TABLE {table} ENABLE ALWAYS TRIGGER {table}_truncate",
            f"REVOKE UPDATE, DELETE, TRUNCATE ON {table} FROM PUBLIC",
        )
    ),
)


def upgrade() -> None:
    op.create_table(
        "audit_checkpoint",
        sa.Column("log", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("size", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("root", sa.LargeBinary(), nullable=False),
        sa.Column("note", sa.String(), nullable=True),
        sa.Column("made_at", UtcTime(), nullable=False),
        sa.Column("published_at", UtcTime(), nullable=True),
        sa.PrimaryKeyConstraint("log", "size", name=op.f("pk_audit_checkpoint")),
    )
    op.create_index(
        "ix_audit_checkpoint_published",
        "audit_checkpoint",
        ["log", "published_at"],
        unique=False,
        sqlite_where=sa.text("published_at IS NOT NULL"),
        postgresql_where=sa.text("published_at IS NOT NULL"),
    )
    op.create_table(
        "audit_log",
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("origin", sa.String(), nullable=False),
        sa.Column("first_idx", sa.BigInteger(), nullable=False),
        sa.Column("opened_at", UtcTime(), nullable=False),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_audit_log")),
        sa.UniqueConstraint("origin", name=op.f("uq_audit_log_origin")),
    )
    op.create_table(
        "audit_shown",
        sa.Column("idx", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("case_id", sa.String(length=22), nullable=True),
        sa.Column("actor", sa.String(length=22), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("at", UtcTime(), nullable=False),
        sa.PrimaryKeyConstraint("idx", name=op.f("pk_audit_shown")),
    )
    for name in ("case_id", "actor", "kind", "at"):
        op.create_index(f"ix_audit_shown_{name.removesuffix('_id')}", "audit_shown", [name, "idx"], unique=False)
    op.create_table(
        "audit_tile",
        sa.Column("log", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("level", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("n", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("hashes", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("log", "level", "n", name=op.f("pk_audit_tile")),
    )
    waiting = sa.text("idx IS NULL")
    op.create_index(
        "ix_audit_event_waiting", "audit_event", ["qid"], unique=False, sqlite_where=waiting, postgresql_where=waiting
    )
    for trigger in SQLITE_TRIGGERS if op.get_bind().dialect.name == "sqlite" else POSTGRESQL_TRIGGERS:
        op.execute(trigger)


def downgrade() -> None:
    op.drop_index("ix_audit_event_waiting", table_name="audit_event")
    for table in reversed(TABLES):
        op.drop_table(table)
    if op.get_bind().dialect.name == "postgresql":
        op.execute("DROP FUNCTION audit_log_guard()")
        for name in ("row", "truncate"):
            op.execute(f"ALTER TABLE audit_event ENABLE TRIGGER audit_event_{name}")
