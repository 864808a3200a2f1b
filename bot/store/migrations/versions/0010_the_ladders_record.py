"""What was seen to happen on a handoff's ladder, when a text was accepted and arrived, and drills"""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "ladder_record",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("handoff_id", sa.BigInteger(), nullable=False),
        sa.Column("what", sa.Text(), nullable=False),
        sa.Column("step", sa.Integer(), nullable=False),
        sa.Column("counselor_id", sa.Uuid(as_uuid=False), nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["handoff_id"], ["handoff.id"], name=op.f("fk_ladder_record_handoff_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ladder_record")),
    )
    op.create_index("ix_ladder_record_handoff_id", "ladder_record", ["handoff_id"])
    op.add_column("message", sa.Column("accepted_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("message", sa.Column("delivered_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column(
        "handoff", sa.Column("drill", sa.Boolean(), server_default=sa.text("false"), nullable=False)
    )
