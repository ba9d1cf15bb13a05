"""When what a task about texts is about came up last."""

import sqlalchemy as sa
from alembic import op

from mediation.db import UtcTime

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("text_task", sa.Column("heard_at", UtcTime(), nullable=True))


def downgrade() -> None:
    op.drop_column("text_task", "heard_at")
