"""What a roster anchored stays when its case is erased."""

from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

NAME = "fk_roster_anchor_case_id_case"


def upgrade() -> None:
    with op.batch_alter_table("roster_anchor") as table:
        table.drop_constraint(op.f(NAME), type_="foreignkey")


def downgrade() -> None:
    with op.batch_alter_table("roster_anchor") as table:
        table.create_foreign_key(op.f(NAME), "case", ["case_id"], ["case_id"])
