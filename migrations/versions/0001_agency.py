"""Agencies, accounts, texts and the audit trail with its triggers."""

import sqlalchemy as sa
from alembic import op

from mediation.db import UtcTime

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


TABLES = (
    "agency",
    "audit_counter",
    "audit_event",
    "audit_key",
    "contact",
    "demonstration_text",
    "outbox",
    "throttle",
    "account",
    "agency_statement",
    "roster_statement",
    "invitation",
    "login_session",
    "memory_document",
    "staff",
)

SQLITE_TRIGGERS = (
    """
CREATE TRIGGER audit_event_update BEFORE UPDATE ON audit_event
WHEN NEW.qid <> OLD.qid OR NEW.event_id <> OLD.event_id OR NEW.commitment <> OLD.commitment OR NOT (
  (NEW.case_id IS OLD.case_id AND NEW.sealed IS OLD.sealed AND OLD.idx IS NULL AND NEW.idx IS NOT NULL
    AND NOT EXISTS (SELECT 1 FROM audit_event WHERE idx = NEW.idx))
  OR (NEW.idx IS OLD.idx AND NEW.case_id IS NULL AND NEW.sealed IS NULL)
)
BEGIN SELECT RAISE(ABORT, 'the audit trail cannot be changed'); END
""",
    """
CREATE TRIGGER audit_event_delete BEFORE DELETE ON audit_event
BEGIN SELECT RAISE(ABORT, 'the audit trail cannot be shortened'); END
""",
    """
CREATE TRIGGER audit_event_replace BEFORE INSERT ON audit_event
WHEN EXISTS (
  SELECT 1 FROM audit_event
  WHERE qid = NEW.qid OR event_id = NEW.event_id OR commitment = NEW.commitment OR idx = NEW.idx
)
BEGIN SELECT RAISE(ABORT, 'the audit trail cannot be replaced'); END
""",
)

POSTGRESQL_TRIGGERS = (
    """
CREATE FUNCTION audit_event_guard() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP <> 'UPDATE' THEN
    RAISE EXCEPTION 'the audit trail cannot be shortened' USING ERRCODE = 'integrity_constraint_violation';
  END IF;
  IF NEW.qid = OLD.qid AND NEW.event_id = OLD.event_id AND NEW.commitment = OLD.commitment AND (
    (NEW.case_id IS NOT DISTINCT FROM OLD.case_id AND NEW.sealed IS NOT DISTINCT FROM OLD.sealed
      AND OLD.idx IS NULL AND NEW.idx IS NOT NULL)
    OR (NEW.idx IS NOT DISTINCT FROM OLD.idx AND NEW.case_id IS NULL AND NEW.sealed IS NULL)
  ) THEN
    RETURN NEW;
  END IF;
  RAISE EXCEPTION 'the audit trail cannot be changed' USING ERRCODE = 'integrity_constraint_violation';
END $$
""",
    """
CREATE TRIGGER audit_event_row BEFORE UPDATE OR DELETE ON audit_event
FOR EACH ROW EXECUTE FUNCTION audit_event_guard()
""",
    """
CREATE TRIGGER audit_event_truncate BEFORE TRUNCATE ON audit_event
FOR EACH STATEMENT EXECUTE FUNCTION audit_event_guard()
""",
)


def upgrade() -> None:
    op.create_table(
        "agency",
        sa.Column("agency_id", sa.String(length=22), nullable=False),
        sa.Column("settings", sa.JSON(), nullable=False),
        sa.Column("created_at", UtcTime(), nullable=False),
        sa.PrimaryKeyConstraint("agency_id", name=op.f("pk_agency")),
    )
    op.create_table(
        "audit_counter",
        sa.Column("scope", sa.String(length=22), nullable=False),
        sa.Column("actor", sa.String(length=22), nullable=False),
        sa.Column("next_n", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("scope", "actor", name=op.f("pk_audit_counter")),
    )
    op.create_table(
        "audit_event",
        sa.Column("qid", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        sa.Column("event_id", sa.String(length=22), nullable=False),
        sa.Column("case_id", sa.String(length=22), nullable=True),
        sa.Column("commitment", sa.LargeBinary(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=True),
        sa.Column("idx", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("qid", name=op.f("pk_audit_event")),
        sa.UniqueConstraint("commitment", name=op.f("uq_audit_event_commitment")),
        sa.UniqueConstraint("event_id", name=op.f("uq_audit_event_event_id")),
        sa.UniqueConstraint("idx", name=op.f("uq_audit_event_idx")),
    )
    op.create_index(op.f("ix_audit_event_case_id"), "audit_event", ["case_id"], unique=False)
    op.create_table(
        "audit_key",
        sa.Column("scope", sa.String(length=22), nullable=False),
        sa.Column("key", sa.LargeBinary(), nullable=False),
        sa.Column("created_at", UtcTime(), nullable=False),
        sa.PrimaryKeyConstraint("scope", name=op.f("pk_audit_key")),
    )
    op.create_table(
        "contact",
        sa.Column("participant_id", sa.String(length=22), nullable=False),
        sa.Column("case_id", sa.String(length=22), nullable=False),
        sa.Column("channel", sa.String(length=8), nullable=False),
        sa.Column("number", sa.LargeBinary(), nullable=True),
        sa.Column("number_index", sa.String(length=43), nullable=True),
        sa.Column("wording", sa.String(length=16), nullable=False),
        sa.Column("recorded_by", sa.String(length=22), nullable=True),
        sa.Column("recorded_at", UtcTime(), nullable=False),
        sa.PrimaryKeyConstraint("participant_id", name=op.f("pk_contact")),
    )
    op.create_index(op.f("ix_contact_case_id"), "contact", ["case_id"], unique=False)
    op.create_index(op.f("ix_contact_number_index"), "contact", ["number_index"], unique=False)
    op.create_table(
        "demonstration_text",
        sa.Column("text_id", sa.String(length=22), nullable=False),
        sa.Column("number", sa.LargeBinary(), nullable=False),
        sa.Column("body", sa.String(length=160), nullable=False),
        sa.Column("at", UtcTime(), nullable=False),
        sa.PrimaryKeyConstraint("text_id", name=op.f("pk_demonstration_text")),
    )
    op.create_index(op.f("ix_demonstration_text_at"), "demonstration_text", ["at"], unique=False)
    op.create_table(
        "outbox",
        sa.Column("text_id", sa.String(length=22), nullable=False),
        sa.Column("participant_id", sa.String(length=22), nullable=False),
        sa.Column("case_id", sa.String(length=22), nullable=False),
        sa.Column("wording", sa.String(length=16), nullable=False),
        sa.Column("state", sa.String(length=12), nullable=False),
        sa.Column("created_at", UtcTime(), nullable=False),
        sa.Column("not_before", UtcTime(), nullable=False),
        sa.Column("expires_at", UtcTime(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("leased_until", UtcTime(), nullable=True),
        sa.Column("provider_id", sa.String(length=64), nullable=True),
        sa.Column("sent_at", UtcTime(), nullable=True),
        sa.Column("seen_at", UtcTime(), nullable=True),
        sa.PrimaryKeyConstraint("text_id", name=op.f("pk_outbox")),
    )
    op.create_index(op.f("ix_outbox_participant_id"), "outbox", ["participant_id"], unique=False)
    op.create_index(op.f("ix_outbox_state"), "outbox", ["state"], unique=False)
    op.create_table(
        "throttle",
        sa.Column("bucket", sa.String(length=43), nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.Column("window_start", UtcTime(), nullable=False),
        sa.PrimaryKeyConstraint("bucket", name=op.f("pk_throttle")),
    )
    op.create_index(op.f("ix_throttle_window_start"), "throttle", ["window_start"], unique=False)
    op.create_table(
        "account",
        sa.Column("account_id", sa.String(length=22), nullable=False),
        sa.Column("agency_id", sa.String(length=22), nullable=False),
        sa.Column("kind", sa.String(length=11), nullable=False),
        sa.Column("staff_id", sa.String(length=22), nullable=True),
        sa.Column("case_id", sa.String(length=22), nullable=True),
        sa.Column("participant_id", sa.String(length=22), nullable=True),
        sa.Column("sign_in_name", sa.String(length=40), nullable=False),
        sa.Column("salt", sa.String(length=22), nullable=False),
        sa.Column("opslimit", sa.Integer(), nullable=False),
        sa.Column("memlimit", sa.BigInteger(), nullable=False),
        sa.Column("auth_mac", sa.LargeBinary(), nullable=False),
        sa.Column("bundle", sa.LargeBinary(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("created_at", UtcTime(), nullable=False),
        sa.Column("admitted_at", UtcTime(), nullable=True),
        sa.Column("closed_at", UtcTime(), nullable=True),
        sa.ForeignKeyConstraint(["agency_id"], ["agency.agency_id"], name=op.f("fk_account_agency_id_agency")),
        sa.PrimaryKeyConstraint("account_id", name=op.f("pk_account")),
        sa.UniqueConstraint("sign_in_name", name=op.f("uq_account_sign_in_name")),
    )
    op.create_index(op.f("ix_account_case_id"), "account", ["case_id"], unique=False)
    op.create_index(op.f("ix_account_participant_id"), "account", ["participant_id"], unique=False)
    op.create_index(op.f("ix_account_staff_id"), "account", ["staff_id"], unique=False)
    op.create_table(
        "agency_statement",
        sa.Column("agency_id", sa.String(length=22), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("hash", sa.String(length=43), nullable=False),
        sa.Column("envelope", sa.JSON(), nullable=False),
        sa.Column("created_at", UtcTime(), nullable=False),
        sa.ForeignKeyConstraint(["agency_id"], ["agency.agency_id"], name=op.f("fk_agency_statement_agency_id_agency")),
        sa.PrimaryKeyConstraint("agency_id", "seq", name=op.f("pk_agency_statement")),
        sa.UniqueConstraint("hash", name=op.f("uq_agency_statement_hash")),
    )
    op.create_table(
        "roster_statement",
        sa.Column("agency_id", sa.String(length=22), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("hash", sa.String(length=43), nullable=False),
        sa.Column("envelope", sa.JSON(), nullable=False),
        sa.Column("created_at", UtcTime(), nullable=False),
        sa.ForeignKeyConstraint(["agency_id"], ["agency.agency_id"], name=op.f("fk_roster_statement_agency_id_agency")),
        sa.PrimaryKeyConstraint("agency_id", "seq", name=op.f("pk_roster_statement")),
        sa.UniqueConstraint("hash", name=op.f("uq_roster_statement_hash")),
    )
    op.create_table(
        "invitation",
        sa.Column("invite_id", sa.String(length=43), nullable=False),
        sa.Column("agency_id", sa.String(length=22), nullable=False),
        sa.Column("case_id", sa.String(length=22), nullable=True),
        sa.Column("staff_id", sa.String(length=22), nullable=True),
        sa.Column("participant_id", sa.String(length=22), nullable=True),
        sa.Column("blob", sa.LargeBinary(), nullable=False),
        sa.Column("mac", sa.String(length=43), nullable=False),
        sa.Column("invite", sa.JSON(), nullable=False),
        sa.Column("invite_hash", sa.String(length=43), nullable=False),
        sa.Column("sealed_secret", sa.String(), nullable=True),
        sa.Column("state", sa.String(length=9), nullable=False),
        sa.Column("created_at", UtcTime(), nullable=False),
        sa.Column("expires_at", UtcTime(), nullable=False),
        sa.Column("join", sa.JSON(), nullable=True),
        sa.Column("join_mac", sa.String(length=43), nullable=True),
        sa.Column("account_id", sa.String(length=22), nullable=True),
        sa.ForeignKeyConstraint(["account_id"], ["account.account_id"], name=op.f("fk_invitation_account_id_account")),
        sa.ForeignKeyConstraint(["agency_id"], ["agency.agency_id"], name=op.f("fk_invitation_agency_id_agency")),
        sa.PrimaryKeyConstraint("invite_id", name=op.f("pk_invitation")),
        sa.UniqueConstraint("invite_hash", name=op.f("uq_invitation_invite_hash")),
    )
    op.create_index(op.f("ix_invitation_case_id"), "invitation", ["case_id"], unique=False)
    op.create_index(op.f("ix_invitation_staff_id"), "invitation", ["staff_id"], unique=False)
    op.create_index(op.f("ix_invitation_state"), "invitation", ["state"], unique=False)
    op.create_index(
        "ix_invitation_to_staff",
        "invitation",
        ["created_at", "invite_id"],
        unique=False,
        sqlite_where=sa.text("staff_id IS NOT NULL"),
        postgresql_where=sa.text("staff_id IS NOT NULL"),
    )
    op.create_table(
        "login_session",
        sa.Column("token_hash", sa.String(length=43), nullable=False),
        sa.Column("account_id", sa.String(length=22), nullable=False),
        sa.Column("created_at", UtcTime(), nullable=False),
        sa.Column("last_seen_at", UtcTime(), nullable=False),
        sa.Column("expires_at", UtcTime(), nullable=False),
        sa.Column("ended_at", UtcTime(), nullable=True),
        sa.Column("lock_half", sa.LargeBinary(), nullable=True),
        sa.ForeignKeyConstraint(
            ["account_id"], ["account.account_id"], name=op.f("fk_login_session_account_id_account")
        ),
        sa.PrimaryKeyConstraint("token_hash", name=op.f("pk_login_session")),
    )
    op.create_index(op.f("ix_login_session_account_id"), "login_session", ["account_id"], unique=False)
    op.create_index(op.f("ix_login_session_expires_at"), "login_session", ["expires_at"], unique=False)
    op.create_index(
        "ix_login_session_unlocked",
        "login_session",
        ["last_seen_at"],
        unique=False,
        sqlite_where=sa.text("lock_half IS NOT NULL"),
        postgresql_where=sa.text("lock_half IS NOT NULL"),
    )
    op.create_table(
        "memory_document",
        sa.Column("account_id", sa.String(length=22), nullable=False),
        sa.Column("name", sa.String(length=40), nullable=False),
        sa.Column("revision", sa.BigInteger(), nullable=False),
        sa.Column("blob", sa.LargeBinary(), nullable=False),
        sa.Column("changed_at", UtcTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id"], ["account.account_id"], name=op.f("fk_memory_document_account_id_account")
        ),
        sa.PrimaryKeyConstraint("account_id", "name", name=op.f("pk_memory_document")),
    )
    op.create_table(
        "staff",
        sa.Column("staff_id", sa.String(length=22), nullable=False),
        sa.Column("agency_id", sa.String(length=22), nullable=False),
        sa.Column("account_id", sa.String(length=22), nullable=True),
        sa.Column("left_at", UtcTime(), nullable=True),
        sa.ForeignKeyConstraint(["account_id"], ["account.account_id"], name=op.f("fk_staff_account_id_account")),
        sa.ForeignKeyConstraint(["agency_id"], ["agency.agency_id"], name=op.f("fk_staff_agency_id_agency")),
        sa.PrimaryKeyConstraint("staff_id", name=op.f("pk_staff")),
    )
    for trigger in SQLITE_TRIGGERS if op.get_bind().dialect.name == "sqlite" else POSTGRESQL_TRIGGERS:
        op.execute(trigger)


def downgrade() -> None:
    for table in reversed(TABLES):
        op.drop_table(table)
    if op.get_bind().dialect.name == "postgresql":
        op.execute("DROP FUNCTION audit_event_guard()")
