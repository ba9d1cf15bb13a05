"""Whoever gets texts, by when they were last asked whether that is safe."""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    texts = sa.text("channel = 'text'")
    op.create_index("ix_contact_texts", "contact", ["recorded_at"], sqlite_where=texts, postgresql_where=texts)


def downgrade() -> None:
    op.drop_index("ix_contact_texts", "contact")
