"""Messages, decisions, what recipients chose, and tasks."""

import sqlalchemy as sa
from alembic import op

from mediation.db import UtcTime

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


TABLES = (
    "message",
    "decision",
    "message_recipient",
    "task",
    "wrap",
)


def upgrade() -> None:
    op.create_table(
        "message",
        sa.Column("message_id", sa.String(length=22), nullable=False),
        sa.Column("case_id", sa.String(length=22), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=8), nullable=False),
        sa.Column("author_id", sa.String(length=22), nullable=False),
        sa.Column("author_kid", sa.String(length=43), nullable=False),
        sa.Column("scribe_id", sa.String(length=22), nullable=True),
        sa.Column("thread_with", sa.String(length=22), nullable=True),
        sa.Column("hash", sa.String(length=43), nullable=False),
        sa.Column("envelope", sa.JSON(), nullable=False),
        sa.Column("ciphertext", sa.LargeBinary(), nullable=False),
        sa.Column("order_block", sa.LargeBinary(), nullable=False),
        sa.Column("epoch", sa.Integer(), nullable=False),
        sa.Column("submitted_at", UtcTime(), nullable=False),
        sa.Column("held_by", sa.String(length=22), nullable=True),
        sa.Column("held_at", UtcTime(), nullable=True),
        sa.Column("taken_back_at", UtcTime(), nullable=True),
        sa.ForeignKeyConstraint(["case_id"], ["case.case_id"], name=op.f("fk_message_case_id_case")),
        sa.PrimaryKeyConstraint("message_id", name=op.f("pk_message")),
        sa.UniqueConstraint("case_id", "number", name=op.f("uq_message_case_id_number")),
        sa.UniqueConstraint("hash", name=op.f("uq_message_hash")),
    )
    op.create_index(op.f("ix_message_author_id"), "message", ["author_id"], unique=False)
    op.create_index(op.f("ix_message_thread_with"), "message", ["thread_with"], unique=False)
    op.create_index(
        "ix_message_held",
        "message",
        ["case_id"],
        unique=False,
        sqlite_where=sa.text("held_at IS NOT NULL"),
        postgresql_where=sa.text("held_at IS NOT NULL"),
    )
    op.create_index(
        "ix_message_note",
        "message",
        ["case_id", "number"],
        unique=False,
        sqlite_where=sa.text("kind = 'note'"),
        postgresql_where=sa.text("kind = 'note'"),
    )
    op.create_table(
        "decision",
        sa.Column("hash", sa.String(length=43), nullable=False),
        sa.Column("case_id", sa.String(length=22), nullable=False),
        sa.Column("message_id", sa.String(length=22), nullable=False),
        sa.Column("recipient_id", sa.String(length=22), nullable=True),
        sa.Column("decision", sa.String(length=7), nullable=False),
        sa.Column("envelope", sa.JSON(), nullable=False),
        sa.Column(
            "state",
            sa.Enum("proposed", "final", "dropped", name="decisionstate", native_enum=False, length=16),
            nullable=False,
        ),
        sa.Column("not_before", UtcTime(), nullable=True),
        sa.Column("consents", sa.JSON(), nullable=False),
        sa.Column("note_recipient", sa.LargeBinary(), nullable=True),
        sa.Column("note_epoch", sa.LargeBinary(), nullable=True),
        sa.Column("proposed_by", sa.String(length=22), nullable=False),
        sa.Column("proposed_at", UtcTime(), nullable=False),
        sa.Column("decided_at", UtcTime(), nullable=True),
        sa.ForeignKeyConstraint(["case_id"], ["case.case_id"], name=op.f("fk_decision_case_id_case")),
        sa.ForeignKeyConstraint(["message_id"], ["message.message_id"], name=op.f("fk_decision_message_id_message")),
        sa.PrimaryKeyConstraint("hash", name=op.f("pk_decision")),
    )
    op.create_index(op.f("ix_decision_case_id"), "decision", ["case_id"], unique=False)
    op.create_index(op.f("ix_decision_message_id"), "decision", ["message_id"], unique=False)
    op.create_index(
        "uq_decision_release",
        "decision",
        ["message_id", "recipient_id"],
        unique=True,
        sqlite_where=sa.text("state = 'final'"),
        postgresql_where=sa.text("state = 'final'"),
    )
    op.create_index(
        "ix_decision_proposed",
        "decision",
        ["case_id"],
        unique=False,
        sqlite_where=sa.text("state = 'proposed'"),
        postgresql_where=sa.text("state = 'proposed'"),
    )
    op.create_table(
        "message_recipient",
        sa.Column("message_id", sa.String(length=22), nullable=False),
        sa.Column("participant_id", sa.String(length=22), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "in_review",
                "released",
                "offered",
                "kept",
                "with_facilitator",
                "not_wanted",
                "opened",
                "returned",
                "stopped",
                "recalled",
                name="recipientstate",
                native_enum=False,
            ),
            nullable=False,
        ),
        sa.Column("tell", sa.Boolean(), nullable=False),
        sa.Column("told", sa.String(length=16), nullable=True),
        sa.Column("decision_hash", sa.String(length=43), nullable=True),
        sa.Column("not_before", UtcTime(), nullable=True),
        sa.Column("offered_at", UtcTime(), nullable=True),
        sa.Column("changed_at", UtcTime(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["message_id"], ["message.message_id"], name=op.f("fk_message_recipient_message_id_message")
        ),
        sa.ForeignKeyConstraint(
            ["participant_id"], ["member.participant_id"], name=op.f("fk_message_recipient_participant_id_member")
        ),
        sa.PrimaryKeyConstraint("message_id", "participant_id", name=op.f("pk_message_recipient")),
    )
    op.create_index("ix_message_recipient_due", "message_recipient", ["state", "not_before"], unique=False)
    op.create_index(op.f("ix_message_recipient_participant_id"), "message_recipient", ["participant_id"], unique=False)
    op.create_table(
        "task",
        sa.Column("task_id", sa.String(length=22), nullable=False),
        sa.Column("case_id", sa.String(length=22), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("message_id", sa.String(length=22), nullable=False),
        sa.Column("participant_id", sa.String(length=22), nullable=False),
        sa.Column("created_at", UtcTime(), nullable=False),
        sa.Column("done_at", UtcTime(), nullable=True),
        sa.Column("done_by", sa.String(length=22), nullable=True),
        sa.ForeignKeyConstraint(["case_id"], ["case.case_id"], name=op.f("fk_task_case_id_case")),
        sa.ForeignKeyConstraint(["message_id"], ["message.message_id"], name=op.f("fk_task_message_id_message")),
        sa.ForeignKeyConstraint(
            ["participant_id"], ["member.participant_id"], name=op.f("fk_task_participant_id_member")
        ),
        sa.PrimaryKeyConstraint("task_id", name=op.f("pk_task")),
    )
    op.create_index(op.f("ix_task_case_id"), "task", ["case_id"], unique=False)
    op.create_index(
        "uq_task_open",
        "task",
        ["kind", "message_id", "participant_id"],
        unique=True,
        sqlite_where=sa.text("done_at IS NULL"),
        postgresql_where=sa.text("done_at IS NULL"),
    )
    op.create_index(
        "ix_task_waiting",
        "task",
        ["case_id"],
        unique=False,
        sqlite_where=sa.text("done_at IS NULL"),
        postgresql_where=sa.text("done_at IS NULL"),
    )
    op.create_table(
        "wrap",
        sa.Column("message_id", sa.String(length=22), nullable=False),
        sa.Column("box_kid", sa.String(length=43), nullable=False),
        sa.Column("seal", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["message_id"], ["message.message_id"], name=op.f("fk_wrap_message_id_message")),
        sa.PrimaryKeyConstraint("message_id", "box_kid", name=op.f("pk_wrap")),
    )


def downgrade() -> None:
    for table in reversed(TABLES):
        op.drop_table(table)
