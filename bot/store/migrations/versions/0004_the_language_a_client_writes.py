"""The language a client writes"""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("conversation", sa.Column("language", sa.Text(), nullable=True))


def downgrade() -> None:
    op.drop_column("conversation", "language")
