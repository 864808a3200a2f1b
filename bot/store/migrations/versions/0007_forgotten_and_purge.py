"""When a provider was asked to forget a message, and a small index by age for the purge.

Revision ID: 0004
Revises: 0003
"""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("message", sa.Column("forgotten_at", sa.DateTime(timezone=True), nullable=True))
    op.create_index("ix_message_created_at", "message", ["created_at"], postgresql_using="brin")
