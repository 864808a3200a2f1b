"""Keys, the audit that cannot be changed, opt-outs that outlive a conversation, requests, holds, erasures to be done.

Revision ID: 0003
Revises: 0002
"""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

# Six years (rules of the field 6.5): nothing younger is ever removed, by nobody who keeps the trigger.
_APPEND_ONLY = """
CREATE FUNCTION warmline_audit_stays() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'DELETE' AND OLD.at < now() - interval '2190 days' THEN
        RETURN OLD;
    END IF;
    RAISE EXCEPTION 'the audit cannot be changed';
END;
$$;
CREATE TRIGGER warmline_audit_stays BEFORE UPDATE OR DELETE ON audit
    FOR EACH ROW EXECUTE FUNCTION warmline_audit_stays();
CREATE TRIGGER warmline_audit_stays_whole BEFORE TRUNCATE ON audit
    FOR EACH STATEMENT EXECUTE FUNCTION warmline_audit_stays();
CREATE FUNCTION warmline_purge_audit(days integer) RETURNS bigint LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = public, pg_temp AS $$
DECLARE gone bigint;
BEGIN
    DELETE FROM audit WHERE at < now() - make_interval(days => greatest(days, 2190));
    GET DIAGNOSTICS gone = ROW_COUNT;
    RETURN gone;
END;
$$;
"""


def _moment(name: str, *, now: bool = True) -> "sa.Column[object]":
    default = sa.text("clock_timestamp()") if now else None
    return sa.Column(name, sa.DateTime(timezone=True), server_default=default, nullable=not now)


def _id() -> "sa.Column[int]":
    return sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False)


def upgrade() -> None:
    op.create_table(
        "data_key",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        _moment("created_at"),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_data_key")),
    )
    _audit()
    op.create_table(
        "opt_out",
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("address_hash", sa.LargeBinary(), nullable=False),
        _moment("at"),
        sa.PrimaryKeyConstraint("channel", "address_hash", name=op.f("pk_opt_out")),
    )
    _requests_and_holds()
    op.create_table(
        "forget",
        _id(),
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.Column("attempts", sa.SmallInteger(), server_default=sa.text("0"), nullable=False),
        _moment("next_try_at"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_forget")),
    )
    op.create_index("ix_forget_next_try_at", "forget", ["next_try_at"])


def _audit() -> None:
    op.create_table(
        "audit",
        _id(),
        _moment("at"),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column("actor_id", sa.Text(), nullable=True),
        sa.Column("what", sa.Text(), nullable=False),
        sa.Column("conversation_id", sa.Uuid(as_uuid=False), nullable=True),
        sa.Column("handoff_id", sa.BigInteger(), nullable=True),
        sa.Column("detail", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit")),
    )
    op.create_index("ix_audit_conversation_id_id", "audit", ["conversation_id", "id"])
    op.create_index("ix_audit_actor_id_id", "audit", ["actor_id", "id"])
    op.create_index("ix_audit_at", "audit", ["at"])
    op.execute(_APPEND_ONLY)
    # What was recorded until now stays true: it moves into the audit.
    op.execute(
        "INSERT INTO audit (at, actor, actor_id, what, conversation_id)"
        " SELECT created_at, 'counselor', counselor_id::text, 'read:' || what, conversation_id"
        " FROM staff_read ORDER BY id"
    )


def _requests_and_holds() -> None:
    op.create_table(
        "data_request",
        _id(),
        sa.Column("conversation_id", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        _moment("asked_at"),
        _moment("done_at", now=False),
        sa.Column("outcome", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_data_request")),
    )
    op.create_index(
        "uq_data_request_open",
        "data_request",
        ["conversation_id", "kind"],
        unique=True,
        postgresql_where=sa.text("done_at IS NULL"),
    )
    op.create_table(
        "legal_hold",
        _id(),
        sa.Column("conversation_id", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("reference", sa.Text(), nullable=False),
        _moment("placed_at"),
        _moment("released_at", now=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_legal_hold")),
    )
    op.create_index(
        "uq_legal_hold_open",
        "legal_hold",
        ["conversation_id"],
        unique=True,
        postgresql_where=sa.text("released_at IS NULL"),
    )
