"""When and in which words somebody may be reached: language, code word, days and hours."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("contact", sa.Column("language", sa.String(8), nullable=False, server_default="en"))
    op.add_column("contact", sa.Column("code_word", sa.LargeBinary(), nullable=True))
    op.add_column("contact", sa.Column("hours", sa.JSON(), nullable=True))
    _demonstration_text(sa.LargeBinary())


def _demonstration_text(body: sa.LargeBinary | sa.String) -> None:
    """What a demonstration has shown until now goes: a text may begin with somebody's code word, so it is encrypted."""
    op.execute("DELETE FROM demonstration_text")
    with op.batch_alter_table("demonstration_text") as batch:
        batch.drop_column("body")
        batch.add_column(sa.Column("body", body, nullable=False))


def downgrade() -> None:
    _demonstration_text(sa.String(160))
    with op.batch_alter_table("contact") as batch:
        for name in ("hours", "code_word", "language"):
            batch.drop_column(name)
