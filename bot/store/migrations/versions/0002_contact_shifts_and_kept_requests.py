"""What is safe to send, who works when, and requests that are kept for a time"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def _moment(name: str) -> sa.Column[object]:
    return sa.Column(name, sa.DateTime(timezone=True), nullable=True)


def upgrade() -> None:
    op.add_column("conversation", sa.Column("contact", sa.LargeBinary(), nullable=True))
    op.add_column("conversation", _moment("parked_at"))
    op.add_column("conversation", _moment("verified_at"))
    op.add_column("counselor", sa.Column("shifts", postgresql.JSONB(astext_type=sa.Text()), nullable=True))
    op.add_column("handoff", _moment("due_at"))
    op.add_column(
        "handoff", sa.Column("wished", sa.Boolean(), server_default=sa.text("false"), nullable=False)
    )
    op.add_column("handoff", sa.Column("topic", sa.Text(), nullable=True))
    op.create_table(
        "closed_day",
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.PrimaryKeyConstraint("day", name=op.f("pk_closed_day")),
    )
    op.create_index(
        "ix_message_held",
        "message",
        ["conversation_id", "id"],
        postgresql_where=sa.text("status = 'held'"),
    )
