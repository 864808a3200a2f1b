"""Signing in to the desk, and emergencies that were recorded"""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def _id() -> sa.Column[int]:
    return sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False)


def _moment(name: str, *, nullable: bool = True) -> sa.Column[object]:
    return sa.Column(name, sa.DateTime(timezone=True), nullable=nullable)


def upgrade() -> None:
    _sign_in()
    _session()
    op.create_table(
        "second_factor",
        sa.Column("counselor_id", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("secret", sa.LargeBinary(), nullable=False),
        _moment("confirmed_at"),
        sa.Column("last_step", sa.BigInteger(), server_default=sa.text("0"), nullable=False),
        sa.ForeignKeyConstraint(
            ["counselor_id"], ["counselor.id"], name=op.f("fk_second_factor_counselor_id")
        ),
        sa.PrimaryKeyConstraint("counselor_id", name=op.f("pk_second_factor")),
    )
    op.create_table(
        "emergency",
        _id(),
        sa.Column("conversation_id", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("handoff_id", sa.BigInteger(), nullable=False),
        sa.Column("counselor_id", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("detail", sa.LargeBinary(), nullable=False),
        _moment("disclosed_at", nullable=False),
        sa.Column(
            "recorded_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("clock_timestamp()"),
            nullable=False,
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_emergency")),
    )
    op.create_index("ix_emergency_conversation_id", "emergency", ["conversation_id"])
    op.create_index("ix_handoff_opened_at", "handoff", ["opened_at"])


def _sign_in() -> None:
    op.create_table(
        "sign_in",
        _id(),
        sa.Column("token_hash", sa.LargeBinary(), nullable=False),
        sa.Column("name_hash", sa.LargeBinary(), nullable=False),
        sa.Column("origin_hash", sa.LargeBinary(), nullable=False),
        sa.Column("counselor_id", sa.Uuid(as_uuid=False), nullable=True),
        sa.Column("code_hash", sa.LargeBinary(), nullable=True),
        sa.Column("wrong", sa.SmallInteger(), server_default=sa.text("0"), nullable=False),
        _moment("asked_at", nullable=False),
        _moment("passed_at"),
        _moment("used_at"),
        sa.ForeignKeyConstraint(["counselor_id"], ["counselor.id"], name=op.f("fk_sign_in_counselor_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sign_in")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_sign_in_token_hash")),
    )
    op.create_index("ix_sign_in_name_hash_asked_at", "sign_in", ["name_hash", "asked_at"])
    op.create_index("ix_sign_in_origin_hash_asked_at", "sign_in", ["origin_hash", "asked_at"])
    op.create_index("ix_sign_in_asked_at", "sign_in", ["asked_at"])


def _session() -> None:
    op.create_table(
        "staff_session",
        _id(),
        sa.Column("token_hash", sa.LargeBinary(), nullable=False),
        sa.Column("counselor_id", sa.Uuid(as_uuid=False), nullable=False),
        _moment("began_at", nullable=False),
        _moment("seen_at", nullable=False),
        _moment("ends_at", nullable=False),
        sa.ForeignKeyConstraint(
            ["counselor_id"], ["counselor.id"], name=op.f("fk_staff_session_counselor_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_staff_session")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_staff_session_token_hash")),
    )
    op.create_index("ix_staff_session_counselor_id", "staff_session", ["counselor_id"])
    op.create_index("ix_staff_session_ends_at", "staff_session", ["ends_at"])
