"""The timestamps of published heads, with their triggers."""

import sqlalchemy as sa
from alembic import op

from mediation.db import UtcTime

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None

SQLITE_TRIGGERS = (
    """
CREATE TRIGGER audit_timestamp_update BEFORE UPDATE ON audit_timestamp
WHEN NEW.log <> OLD.log OR NEW.size <> OLD.size OR OLD.answer IS NOT NULL
BEGIN SELECT RAISE(ABORT, 'the audit trail cannot be changed'); END
""",
    """
CREATE TRIGGER audit_timestamp_delete BEFORE DELETE ON audit_timestamp
BEGIN SELECT RAISE(ABORT, 'the audit trail cannot be shortened'); END
""",
    """
CREATE TRIGGER audit_timestamp_replace BEFORE INSERT ON audit_timestamp
WHEN EXISTS (SELECT 1 FROM audit_timestamp WHERE log = NEW.log AND size = NEW.size)
BEGIN SELECT RAISE(ABORT, 'the audit trail cannot be replaced'); END
""",
)

POSTGRESQL_TRIGGERS = (
    """
CREATE FUNCTION audit_timestamp_guard() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP <> 'UPDATE' THEN
    RAISE EXCEPTION 'the audit trail cannot be shortened' USING ERRCODE = 'integrity_constraint_violation';
  END IF;
  IF NEW.log = OLD.log AND NEW.size = OLD.size AND OLD.answer IS NULL THEN
    RETURN NEW;
  END IF;
  RAISE EXCEPTION 'the audit trail cannot be changed' USING ERRCODE = 'integrity_constraint_violation';
END $$
""",
    """
CREATE TRIGGER audit_timestamp_row BEFORE UPDATE OR DELETE ON audit_timestamp
FOR EACH ROW EXECUTE FUNCTION audit_timestamp_guard()
""",
    """
CREATE TRIGGER audit_timestamp_truncate BEFORE TRUNCATE ON audit_timestamp
FOR EACH STATEMENT EXECUTE FUNCTION audit_timestamp_guard()
""",
    "ALTER TABLE audit_timestamp ENABLE ALWAYS TRIGGER audit_timestamp_row",
    "ALTER TABLE audit_timestamp ENABLE ALWAYS TRIGGER audit_timestamp_truncate",
    "REVOKE UPDATE, DELETE, TRUNCATE ON audit_timestamp FROM PUBLIC",
)


def upgrade() -> None:
    op.create_table(
        "audit_timestamp",
        sa.Column("log", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("size", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("not_before", UtcTime(), nullable=False),
        sa.Column("answer", sa.LargeBinary(), nullable=True),
        sa.PrimaryKeyConstraint("log", "size", name=op.f("pk_audit_timestamp")),
    )
    for statement in SQLITE_TRIGGERS if op.get_bind().dialect.name == "sqlite" else POSTGRESQL_TRIGGERS:
        op.execute(statement)


def downgrade() -> None:
    op.drop_table("audit_timestamp")
    if op.get_bind().dialect.name == "postgresql":
        op.execute("DROP FUNCTION audit_timestamp_guard()")
