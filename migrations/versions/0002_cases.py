"""Cases, their members, consents and what travels beside case statements."""

import sqlalchemy as sa
from alembic import op

from mediation.db import UtcTime

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


TABLES = (
    "case",
    "case_facilitator",
    "case_statement",
    "epoch_link",
    "epoch_seal",
    "kept_list",
    "member",
    "member_document",
    "roster_anchor",
    "used_invite",
    "consent",
)


def upgrade() -> None:
    op.create_table(
        "case",
        sa.Column("case_id", sa.String(length=22), nullable=False),
        sa.Column("agency_id", sa.String(length=22), nullable=False),
        sa.Column("nonce", sa.String(length=22), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("reference", sa.String(length=16), nullable=False),
        sa.Column("created_at", UtcTime(), nullable=False),
        sa.Column("head_hash", sa.String(length=43), nullable=False),
        sa.Column("head_seq", sa.Integer(), nullable=False),
        sa.Column("epoch", sa.Integer(), nullable=False),
        sa.Column("anchor_hash", sa.String(length=43), nullable=False),
        sa.Column("expires_on", sa.Date(), nullable=False),
        sa.Column("messages", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("case_id", name=op.f("pk_case")),
        sa.UniqueConstraint("agency_id", "number", name=op.f("uq_case_agency_id_number")),
    )
    op.create_index(op.f("ix_case_agency_id_expires_on"), "case", ["agency_id", "expires_on"], unique=False)
    op.create_table(
        "case_facilitator",
        sa.Column("case_id", sa.String(length=22), nullable=False),
        sa.Column("staff_id", sa.String(length=22), nullable=False),
        sa.Column("sign_kid", sa.String(length=43), nullable=False),
        sa.Column("box_kid", sa.String(length=43), nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["case.case_id"], name=op.f("fk_case_facilitator_case_id_case")),
        sa.PrimaryKeyConstraint("case_id", "staff_id", name=op.f("pk_case_facilitator")),
    )
    op.create_index(op.f("ix_case_facilitator_staff_id"), "case_facilitator", ["staff_id"], unique=False)
    op.create_table(
        "case_statement",
        sa.Column("hash", sa.String(length=43), nullable=False),
        sa.Column("case_id", sa.String(length=22), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("envelope", sa.JSON(), nullable=False),
        sa.Column(
            "state",
            sa.Enum("proposed", "adopted", "dropped", name="statementstate", native_enum=False, length=16),
            nullable=False,
        ),
        sa.Column("parts", sa.JSON(), nullable=False),
        sa.Column("posted_by", sa.String(length=22), nullable=False),
        sa.Column("posted_at", UtcTime(), nullable=False),
        sa.Column("adopted_at", UtcTime(), nullable=True),
        sa.ForeignKeyConstraint(["case_id"], ["case.case_id"], name=op.f("fk_case_statement_case_id_case")),
        sa.PrimaryKeyConstraint("hash", name=op.f("pk_case_statement")),
    )
    op.create_index(op.f("ix_case_statement_case_id"), "case_statement", ["case_id"], unique=False)
    op.create_index(
        "uq_case_statement_adopted",
        "case_statement",
        ["case_id", "seq"],
        unique=True,
        sqlite_where=sa.text("state = 'adopted'"),
        postgresql_where=sa.text("state = 'adopted'"),
    )
    op.create_index(
        "uq_case_statement_proposed",
        "case_statement",
        ["case_id"],
        unique=True,
        sqlite_where=sa.text("state = 'proposed'"),
        postgresql_where=sa.text("state = 'proposed'"),
    )
    op.create_table(
        "epoch_link",
        sa.Column("case_id", sa.String(length=22), nullable=False),
        sa.Column("epoch", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("previous_secret", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["case.case_id"], name=op.f("fk_epoch_link_case_id_case")),
        sa.PrimaryKeyConstraint("case_id", "epoch", name=op.f("pk_epoch_link")),
    )
    op.create_table(
        "epoch_seal",
        sa.Column("case_id", sa.String(length=22), nullable=False),
        sa.Column("epoch", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("box_kid", sa.String(length=43), nullable=False),
        sa.Column("seal", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["case.case_id"], name=op.f("fk_epoch_seal_case_id_case")),
        sa.PrimaryKeyConstraint("case_id", "epoch", "box_kid", name=op.f("pk_epoch_seal")),
    )
    op.create_index(op.f("ix_epoch_seal_box_kid"), "epoch_seal", ["box_kid"], unique=False)
    op.create_table(
        "kept_list",
        sa.Column("case_id", sa.String(length=22), nullable=False),
        sa.Column("hash", sa.String(length=43), nullable=False),
        sa.Column("participant_id", sa.String(length=22), nullable=True),
        sa.Column("document", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["case.case_id"], name=op.f("fk_kept_list_case_id_case")),
        sa.PrimaryKeyConstraint("case_id", "hash", name=op.f("pk_kept_list")),
    )
    op.create_table(
        "member",
        sa.Column("participant_id", sa.String(length=22), nullable=False),
        sa.Column("case_id", sa.String(length=22), nullable=False),
        sa.Column("side", sa.String(length=20), nullable=False),
        sa.Column("role", sa.String(length=20), nullable=False),
        sa.Column("assisted", sa.Boolean(), nullable=False),
        sa.Column("sign_kid", sa.String(length=43), nullable=True),
        sa.Column("box_kid", sa.String(length=43), nullable=True),
        sa.Column("account_id", sa.String(length=22), nullable=True),
        sa.Column("document_hash", sa.String(length=43), nullable=False),
        sa.Column("in_head", sa.Boolean(), nullable=False),
        sa.Column(
            "standing",
            sa.Enum("active", "paused", "withdrawn", name="standing", native_enum=False, length=16),
            nullable=False,
        ),
        sa.Column("since", UtcTime(), nullable=False),
        sa.Column("acknowledged_at", UtcTime(), nullable=True),
        sa.Column("acknowledged_by", sa.String(length=22), nullable=True),
        sa.ForeignKeyConstraint(["case_id"], ["case.case_id"], name=op.f("fk_member_case_id_case")),
        sa.PrimaryKeyConstraint("participant_id", name=op.f("pk_member")),
    )
    op.create_index(op.f("ix_member_account_id"), "member", ["account_id"], unique=False)
    op.create_index(op.f("ix_member_case_id"), "member", ["case_id"], unique=False)
    op.create_index(
        "ix_member_unseen",
        "member",
        ["case_id"],
        unique=False,
        sqlite_where=sa.text("standing != 'active' AND acknowledged_at IS NULL"),
        postgresql_where=sa.text("standing != 'active' AND acknowledged_at IS NULL"),
    )
    op.create_table(
        "member_document",
        sa.Column("case_id", sa.String(length=22), nullable=False),
        sa.Column("hash", sa.String(length=43), nullable=False),
        sa.Column("participant_id", sa.String(length=22), nullable=True),
        sa.Column("document", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["case.case_id"], name=op.f("fk_member_document_case_id_case")),
        sa.PrimaryKeyConstraint("case_id", "hash", name=op.f("pk_member_document")),
    )
    op.create_table(
        "roster_anchor",
        sa.Column("roster_hash", sa.String(length=43), nullable=False),
        sa.Column("case_id", sa.String(length=22), nullable=False),
        sa.Column("hash", sa.String(length=43), nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["case.case_id"], name=op.f("fk_roster_anchor_case_id_case")),
        sa.PrimaryKeyConstraint("roster_hash", "case_id", name=op.f("pk_roster_anchor")),
    )
    op.create_table(
        "used_invite",
        sa.Column("case_id", sa.String(length=22), nullable=False),
        sa.Column("invite_hash", sa.String(length=43), nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["case.case_id"], name=op.f("fk_used_invite_case_id_case")),
        sa.PrimaryKeyConstraint("case_id", "invite_hash", name=op.f("pk_used_invite")),
    )
    op.create_table(
        "consent",
        sa.Column("participant_id", sa.String(length=22), nullable=False),
        sa.Column("seq", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("case_id", sa.String(length=22), nullable=False),
        sa.Column("hash", sa.String(length=43), nullable=False),
        sa.Column("envelope", sa.JSON(), nullable=False),
        sa.Column("received_at", UtcTime(), nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["case.case_id"], name=op.f("fk_consent_case_id_case")),
        sa.ForeignKeyConstraint(
            ["participant_id"], ["member.participant_id"], name=op.f("fk_consent_participant_id_member")
        ),
        sa.PrimaryKeyConstraint("participant_id", "seq", name=op.f("pk_consent")),
        sa.UniqueConstraint("hash", name=op.f("uq_consent_hash")),
    )
    op.create_index(op.f("ix_consent_case_id"), "consent", ["case_id"], unique=False)


def downgrade() -> None:
    for table in reversed(TABLES):
        op.drop_table(table)
