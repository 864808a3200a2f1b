"""The tables of what is kept about the data itself: keys, the audit, opt-outs, requests, holds, erasures to be done.

They name conversations by id without a reference, so that they outlive them. No queries here.
"""

from sqlalchemy import (
    BigInteger,
    Column,
    Date,
    DateTime,
    Identity,
    Index,
    Integer,
    LargeBinary,
    PrimaryKeyConstraint,
    SmallInteger,
    Table,
    Text,
    Uuid,
    func,
    text,
)

from bot.store.tables import metadata


def _id() -> "Column[int]":
    return Column("id", BigInteger, Identity(always=True), primary_key=True)


def _now(name: str) -> "Column[object]":
    return Column(name, DateTime(timezone=True), nullable=False, server_default=func.clock_timestamp())


# A key of ours, sealed with a master key.
data_key = Table(
    "data_key",
    metadata,
    Column("name", Text, primary_key=True),
    Column("sealed", LargeBinary, nullable=False),
    _now("created_at"),
)

# Who did or read what. Rows are added and never changed: a trigger and the roles see to it. No free text, ids only.
audit = Table(
    "audit",
    metadata,
    _id(),
    _now("at"),
    Column("actor", Text, nullable=False),
    Column("actor_id", Text),
    Column("what", Text, nullable=False),
    Column("conversation_id", Uuid(as_uuid=False)),
    Column("handoff_id", BigInteger),
    Column("detail", Text),
)
Index("ix_audit_conversation_id_id", audit.c.conversation_id, audit.c.id)
Index("ix_audit_actor_id_id", audit.c.actor_id, audit.c.id)
Index("ix_audit_at", audit.c.at)

# Who opted out and is not known any more in any other way.
opt_out = Table(
    "opt_out",
    metadata,
    Column("channel", Text, nullable=False),
    Column("address_hash", LargeBinary, nullable=False),
    _now("at"),
    PrimaryKeyConstraint("channel", "address_hash"),
)

# A client asked for a copy or an erasure of their data.
data_request = Table(
    "data_request",
    metadata,
    _id(),
    Column("conversation_id", Uuid(as_uuid=False), nullable=False),
    Column("kind", Text, nullable=False),
    _now("asked_at"),
    Column("done_at", DateTime(timezone=True)),
    Column("outcome", Text),
)
Index(
    "uq_data_request_open",
    data_request.c.conversation_id,
    data_request.c.kind,
    unique=True,
    postgresql_where=data_request.c.done_at.is_(None),
)

# A conversation that must be kept, whatever its age and whoever asks.
legal_hold = Table(
    "legal_hold",
    metadata,
    _id(),
    Column("conversation_id", Uuid(as_uuid=False), nullable=False),
    Column("reference", Text, nullable=False),
    _now("placed_at"),
    Column("released_at", DateTime(timezone=True)),
)
Index(
    "uq_legal_hold_open",
    legal_hold.c.conversation_id,
    unique=True,
    postgresql_where=legal_hold.c.released_at.is_(None),
)

# A message that its provider is still to forget: where it went and under which id, sealed.
forget = Table(
    "forget",
    metadata,
    _id(),
    Column("channel", Text, nullable=False),
    Column("sealed", LargeBinary, nullable=False),
    Column("attempts", SmallInteger, nullable=False, server_default=text("0")),
    _now("next_try_at"),
)
Index("ix_forget_next_try_at", forget.c.next_try_at)

# A text that was not understood, once, without who wrote it: no conversation, no message, and only the day.
review = Table(
    "review",
    metadata,
    _id(),
    Column("fingerprint", Text, nullable=False, unique=True),
    Column("text", LargeBinary, nullable=False),
    Column("detail", LargeBinary, nullable=False),
    Column("times", Integer, nullable=False, server_default=text("1")),
    Column("label", Text),
    Column("seen_on", Date, nullable=False),
)
