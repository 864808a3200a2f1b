"""The tables of the desk: codes to sign in, sessions, second factors, emergencies that were recorded. No queries here."""

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    DateTime,
    ForeignKey,
    Identity,
    Index,
    LargeBinary,
    SmallInteger,
    Table,
    Text,
    Uuid,
    func,
    text,
    true,
)
from sqlalchemy.dialects.postgresql import JSONB

from bot.store.tables import handoff, metadata


def _id() -> "Column[int]":
    return Column("id", BigInteger, Identity(always=True), primary_key=True)


def _moment(name: str, *, required: bool = False) -> "Column[object]":
    return Column(name, DateTime(timezone=True), nullable=not required)


def _counselor(*, required: bool = True, primary_key: bool = False) -> "Column[object]":
    return Column(
        "counselor_id",
        Uuid(as_uuid=False),
        ForeignKey("counselor.id"),
        nullable=not required,
        primary_key=primary_key,
    )


# Somebody asked for a code. Without a counselor nobody of that name works here, and no code will ever fit.
sign_in = Table(
    "sign_in",
    metadata,
    _id(),
    Column("token_hash", LargeBinary, nullable=False, unique=True),
    Column("name_hash", LargeBinary, nullable=False),
    Column("origin_hash", LargeBinary, nullable=False),
    _counselor(required=False),
    Column("code_hash", LargeBinary),
    Column("wrong", SmallInteger, nullable=False, server_default=text("0")),
    _moment("asked_at", required=True),
    _moment("passed_at"),
    _moment("used_at"),
)
Index("ix_sign_in_name_hash_asked_at", sign_in.c.name_hash, sign_in.c.asked_at)
Index("ix_sign_in_origin_hash_asked_at", sign_in.c.origin_hash, sign_in.c.asked_at)
Index("ix_sign_in_asked_at", sign_in.c.asked_at)

staff_session = Table(
    "staff_session",
    metadata,
    _id(),
    Column("token_hash", LargeBinary, nullable=False, unique=True),
    _counselor(),
    _moment("began_at", required=True),
    _moment("seen_at", required=True),
    _moment("ends_at", required=True),
)
Index("ix_staff_session_counselor_id", staff_session.c.counselor_id)
Index("ix_staff_session_ends_at", staff_session.c.ends_at)

second_factor = Table(
    "second_factor",
    metadata,
    _counselor(primary_key=True),
    Column("secret", LargeBinary, nullable=False),
    _moment("confirmed_at"),
    Column("last_step", BigInteger, nullable=False, server_default=text("0")),
)

# 42 CFR 2.51(c): who got the information and where they work, who gave it, when, and what the emergency was.
emergency = Table(
    "emergency",
    metadata,
    _id(),
    Column("conversation_id", Uuid(as_uuid=False), nullable=False),
    Column("handoff_id", BigInteger, nullable=False),
    Column("counselor_id", Uuid(as_uuid=False), nullable=False),
    Column("detail", LargeBinary, nullable=False),
    _moment("disclosed_at", required=True),
    Column("recorded_at", DateTime(timezone=True), nullable=False, server_default=func.clock_timestamp()),
)
Index("ix_emergency_conversation_id", emergency.c.conversation_id)

Index("ix_handoff_opened_at", handoff.c.opened_at)

staff_read = Table(
    "staff_read",
    metadata,
    _id(),
    _counselor(),
    Column("conversation_id", Uuid(as_uuid=False), ForeignKey("conversation.id"), nullable=False),
    Column("what", Text, nullable=False),
    Column("created_at", DateTime(timezone=True), nullable=False, server_default=func.now()),
)
Index("ix_staff_read_conversation_id_id", staff_read.c.conversation_id, staff_read.c.id)

# One row at most: the weekly hours that somebody set, instead of those in clinic.yml.
line_week = Table(
    "line_week",
    metadata,
    Column("one", Boolean, primary_key=True, server_default=true()),
    Column("week", JSONB, nullable=False),
    Column("created_at", DateTime(timezone=True), nullable=False, server_default=func.now()),
    CheckConstraint("one", name="ck_line_week_one_row"),
)

note = Table(
    "note",
    metadata,
    _id(),
    Column("handoff_id", BigInteger, ForeignKey("handoff.id"), nullable=False, index=True),
    Column("counselor_id", Uuid(as_uuid=False), ForeignKey("counselor.id"), nullable=False),
    Column("text", LargeBinary, nullable=False),
    Column("created_at", DateTime(timezone=True), nullable=False, server_default=func.now()),
)
