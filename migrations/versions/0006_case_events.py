"""The events of one case are read in their order from an index."""

from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index("ix_audit_event_case", "audit_event", ["case_id", "qid"])
    op.drop_index("ix_audit_event_case_id", table_name="audit_event")


def downgrade() -> None:
    op.create_index("ix_audit_event_case_id", "audit_event", ["case_id"])
    op.drop_index("ix_audit_event_case", table_name="audit_event")
