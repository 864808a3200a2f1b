"""The tables of the simulated phones: what stands on each handset. No queries here."""

from sqlalchemy import (
    BigInteger,
    Column,
    DateTime,
    ForeignKey,
    Identity,
    Index,
    LargeBinary,
    Table,
    Text,
    func,
)

from bot.store.tables import metadata

handset = Table(
    "handset",
    metadata,
    Column("id", Text, primary_key=True),
    Column("kind", Text, nullable=False),
    Column("side", Text, nullable=False),
    Column("name", LargeBinary, nullable=False),
    Column("about", Text, nullable=False, server_default=""),
    Column("created_at", DateTime(timezone=True), nullable=False, server_default=func.now()),
)

handset_text = Table(
    "handset_text",
    metadata,
    Column("id", BigInteger, Identity(always=True), primary_key=True),
    Column("handset_id", Text, ForeignKey("handset.id"), nullable=False),
    Column("direction", Text, nullable=False),
    Column("text", LargeBinary, nullable=False),
    Column("options", LargeBinary),
    Column("key", Text, unique=True),
    Column("at", DateTime(timezone=True), nullable=False, server_default=func.clock_timestamp()),
)
Index("ix_handset_text_handset_id_id", handset_text.c.handset_id, handset_text.c.id)
