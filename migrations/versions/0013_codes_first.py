"""Codes are sent before alerts, from indexes of their own; and how many were sent in a day is counted without naming
anybody, so that it stays when a case is erased.
"""

from typing import Any

import sqlalchemy as sa
from alembic import op

from mediation.db import UtcTime
from mediation.protocol.encoding import new_id

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    code = sa.text("wording = 'code'")
    where: dict[str, Any] = {"sqlite_where": code, "postgresql_where": code}
    for name, column in (("due", "not_before"), ("leased", "leased_until")):
        op.create_index(f"ix_outbox_codes_{name}", "outbox", ["state", column], **where)
    op.create_table(
        "code_sent",
        sa.Column("sent_id", sa.String(length=22), nullable=False),
        sa.Column("at", UtcTime(), nullable=False),
        sa.PrimaryKeyConstraint("sent_id", name=op.f("pk_code_sent")),
    )
    op.create_index("ix_code_sent_at", "code_sent", ["at"])
    _count_those_of_today()


def _count_those_of_today() -> None:
    codes = sa.table("confirmation_code", sa.column("created_at", UtcTime()), sa.column("number_index"))
    sent = sa.table("code_sent", sa.column("sent_id"), sa.column("at", UtcTime()))
    connection = op.get_bind()
    times = connection.scalars(sa.select(codes.c.created_at).where(codes.c.number_index.is_not(None))).all()
    if times:
        connection.execute(sa.insert(sent), [{"sent_id": new_id(), "at": each} for each in times])


def downgrade() -> None:
    op.drop_table("code_sent")
    op.drop_index("ix_outbox_codes_leased", table_name="outbox")
    op.drop_index("ix_outbox_codes_due", table_name="outbox")
