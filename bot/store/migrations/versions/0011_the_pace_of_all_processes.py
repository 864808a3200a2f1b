"""When the next message may go to a chat, over all processes; unlogged, because a crash may forget it"""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "pace",
        sa.Column("key", sa.LargeBinary(), nullable=False),
        sa.Column("free_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_pace")),
        prefixes=["UNLOGGED"],
    )


def downgrade() -> None:
    op.drop_table("pace")
