"""Numbers are confirmed by a code before they get alerts. Those that are in use count as confirmed when they were
recorded: to stop their texts until somebody typed a code would leave people waiting who were reached until now.
"""

import sqlalchemy as sa
from alembic import op

from mediation.db import UtcTime

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("contact", sa.Column("confirmed_at", UtcTime(), nullable=True))
    op.add_column("contact", sa.Column("confirmed_by", sa.String(length=22), nullable=True))
    op.execute("UPDATE contact SET confirmed_at = recorded_at WHERE number IS NOT NULL")
    op.create_table(
        "confirmation_code",
        sa.Column("text_id", sa.String(length=22), nullable=False),
        sa.Column("purpose", sa.String(length=8), nullable=False),
        sa.Column("participant_id", sa.String(length=22), nullable=False),
        sa.Column("case_id", sa.String(length=22), nullable=False),
        sa.Column("number_index", sa.String(length=43), nullable=True),
        sa.Column("created_at", UtcTime(), nullable=False),
        sa.Column("expires_at", UtcTime(), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("used_at", UtcTime(), nullable=True),
        sa.Column("ended_at", UtcTime(), nullable=True),
        sa.PrimaryKeyConstraint("text_id", name=op.f("pk_confirmation_code")),
    )
    for column in ("participant_id", "case_id", "created_at"):
        op.create_index(f"ix_confirmation_code_{column}", "confirmation_code", [column])
    live = sa.text("ended_at IS NULL")
    op.create_index(
        "uq_confirmation_code_live",
        "confirmation_code",
        ["participant_id", "purpose"],
        unique=True,
        sqlite_where=live,
        postgresql_where=live,
    )


def downgrade() -> None:
    op.drop_table("confirmation_code")
    with op.batch_alter_table("contact") as batch:
        batch.drop_column("confirmed_by")
        batch.drop_column("confirmed_at")
