"""What became of each try to send a text; senders that are paused or stopped; numbers that want no texts; tasks."""

from typing import Any

import sqlalchemy as sa
from alembic import op

from mediation.db import UtcTime

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

COLUMNS: tuple[tuple[str, sa.types.TypeEngine[Any], dict[str, Any]], ...] = (
    ("tried_at", UtcTime(), {}),
    ("recalled_at", UtcTime(), {}),
    ("asks", sa.Integer(), {"nullable": False, "server_default": "0"}),
    ("error", sa.String(length=24), {}),
)


def upgrade() -> None:
    for name, kind, options in COLUMNS:
        op.add_column("outbox", sa.Column(name, kind, **options))
    op.drop_index("ix_outbox_state", table_name="outbox")
    op.create_index("ix_outbox_due", "outbox", ["state", "not_before"])
    op.create_index("ix_outbox_leased", "outbox", ["state", "leased_until"])
    _tries()
    _numbers()
    _tasks()


def _tries() -> None:
    op.create_table(
        "text_try",
        sa.Column("provider_id", sa.String(length=64), nullable=False),
        sa.Column("text_id", sa.String(length=22), nullable=False),
        sa.Column("taken_at", UtcTime(), nullable=False),
        sa.Column("ask_at", UtcTime(), nullable=True),
        sa.PrimaryKeyConstraint("provider_id", name=op.f("pk_text_try")),
    )
    op.create_index("ix_text_try_text_id", "text_try", ["text_id"])
    waits = sa.text("ask_at IS NOT NULL")
    op.create_index("ix_text_try_ask", "text_try", ["ask_at"], sqlite_where=waits, postgresql_where=waits)
    op.create_table(
        "text_sender",
        sa.Column("sender", sa.String(length=43), nullable=False),
        sa.Column("paused_until", UtcTime(), nullable=True),
        sa.Column("stopped_at", UtcTime(), nullable=True),
        sa.Column("stopped_by", sa.String(length=24), nullable=True),
        sa.PrimaryKeyConstraint("sender", name=op.f("pk_text_sender")),
    )


def _numbers() -> None:
    op.create_table(
        "stopped_number",
        sa.Column("number_index", sa.String(length=43), nullable=False),
        sa.Column("reason", sa.String(length=16), nullable=False),
        sa.Column("at", UtcTime(), nullable=False),
        sa.PrimaryKeyConstraint("number_index", name=op.f("pk_stopped_number")),
    )
    op.create_table(
        "received_text",
        sa.Column("provider_id", sa.String(length=64), nullable=False),
        sa.Column("at", UtcTime(), nullable=False),
        sa.PrimaryKeyConstraint("provider_id", name=op.f("pk_received_text")),
    )


def _tasks() -> None:
    op.create_table(
        "text_task",
        sa.Column("task_id", sa.String(length=22), nullable=False),
        sa.Column("case_id", sa.String(length=22), nullable=False),
        sa.Column("participant_id", sa.String(length=22), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("created_at", UtcTime(), nullable=False),
        sa.Column("done_at", UtcTime(), nullable=True),
        sa.Column("done_by", sa.String(length=22), nullable=True),
        sa.PrimaryKeyConstraint("task_id", name=op.f("pk_text_task")),
    )
    op.create_index("ix_text_task_case_id", "text_task", ["case_id"])
    open_ = sa.text("done_at IS NULL")
    op.create_index(
        "uq_text_task_open",
        "text_task",
        ["case_id", "participant_id", "kind"],
        unique=True,
        sqlite_where=open_,
        postgresql_where=open_,
    )


def downgrade() -> None:
    for table in ("text_task", "received_text", "stopped_number", "text_sender", "text_try"):
        op.drop_table(table)
    op.drop_index("ix_outbox_leased", table_name="outbox")
    op.drop_index("ix_outbox_due", table_name="outbox")
    op.create_index("ix_outbox_state", "outbox", ["state"])
    with op.batch_alter_table("outbox") as outbox:
        for name, _, _ in COLUMNS:
            outbox.drop_column(name)
