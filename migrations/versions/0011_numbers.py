"""The number of a case that was erased is not given again."""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("agency", sa.Column("numbered", sa.Integer(), server_default="0", nullable=False))


def downgrade() -> None:
    op.drop_column("agency", "numbered")
