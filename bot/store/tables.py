"""The tables. Everything a person wrote, is called, can be reached at or needs is a sealed column (bytes).

No queries here, and nothing that knows what a table means.
"""

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Date,
    DateTime,
    ForeignKey,
    Identity,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    SmallInteger,
    Table,
    Text,
    UniqueConstraint,
    Uuid,
    false,
    func,
    text,
    true,
)
from sqlalchemy.dialects.postgresql import JSONB

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)


def _id() -> "Column[int]":
    return Column("id", BigInteger, Identity(always=True), primary_key=True)


def _moment(name: str, *, required: bool = False) -> "Column[object]":
    return Column(name, DateTime(timezone=True), nullable=not required)


def _created() -> "Column[object]":
    return Column("created_at", DateTime(timezone=True), nullable=False, server_default=func.now())


conversation = Table(
    "conversation",
    metadata,
    Column("id", Uuid(as_uuid=False), primary_key=True),
    Column("channel", Text, nullable=False),
    Column("address_hash", LargeBinary, nullable=False),
    Column("address", LargeBinary, nullable=False),
    Column("held_by", Text, nullable=False, server_default="bot"),
    Column("needs", LargeBinary),
    Column("options", LargeBinary),
    Column("options_message_id", BigInteger),
    Column("rasa_stale", Boolean, nullable=False, server_default=false()),
    _moment("crisis_at"),
    _moment("opted_out_at"),
    _moment("disclosed_at"),
    _moment("last_incoming_at"),
    _moment("last_holding_at"),
    Column("contact", LargeBinary),
    _moment("parked_at"),
    _moment("verified_at"),
    Column("language", Text),
    Column("gate", Text),
    _created(),
    UniqueConstraint("channel", "address_hash"),
)

counselor = Table(
    "counselor",
    metadata,
    Column("id", Uuid(as_uuid=False), primary_key=True),
    Column("channel", Text, nullable=False),
    Column("address_hash", LargeBinary, nullable=False),
    Column("address", LargeBinary, nullable=False),
    Column("name", LargeBinary, nullable=False),
    Column("profile", LargeBinary, nullable=False),
    Column("role", Text, nullable=False, server_default="counselor"),
    Column("capacity", Integer, nullable=False, server_default=text("3")),
    Column("away", Boolean, nullable=False, server_default=false()),
    Column("active", Boolean, nullable=False, server_default=true()),
    Column("shifts", JSONB),
    _moment("opted_out_at"),
    _moment("removed_at"),
    _created(),
    UniqueConstraint("channel", "address_hash"),
)

enrolment = Table(
    "enrolment",
    metadata,
    _id(),
    Column("counselor_id", Uuid(as_uuid=False), ForeignKey("counselor.id"), nullable=False, index=True),
    Column("channel", Text, nullable=False),
    Column("token_hash", LargeBinary, nullable=False),
    Column("address_hash", LargeBinary),
    Column("address", LargeBinary),
    _moment("expires_at", required=True),
    _moment("claimed_at"),
    _moment("ended_at"),
    _created(),
)

stranger = Table(
    "stranger",
    metadata,
    _id(),
    Column("channel", Text, nullable=False),
    Column("address_hash", LargeBinary, nullable=False),
    Column("address", LargeBinary, nullable=False),
    Column("told", Integer, nullable=False, server_default=text("0")),
    Column("tries", Integer, nullable=False, server_default=text("0")),
    _moment("told_at"),
    _created(),
    UniqueConstraint("channel", "address_hash"),
)

handoff = Table(
    "handoff",
    metadata,
    _id(),
    Column("conversation_id", Uuid(as_uuid=False), ForeignKey("conversation.id"), nullable=False),
    Column("tag", Text, nullable=False),
    Column("priority", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("step", Integer, nullable=False, server_default=text("0")),
    Column("counselor_id", Uuid(as_uuid=False), ForeignKey("counselor.id")),
    Column("about_other", Boolean, nullable=False, server_default=false()),
    Column("line", Text),
    Column("close_reason", Text),
    Column("feedback", SmallInteger),
    _moment("opened_at", required=True),
    _moment("taken_at"),
    _moment("first_reply_at"),
    _moment("closed_at"),
    _moment("due_at"),
    Column("wished", Boolean, nullable=False, server_default=false()),
    Column("topic", Text),
    Column("drill", Boolean, nullable=False, server_default=false()),
)
Index(
    "uq_handoff_one_open_per_conversation",
    handoff.c.conversation_id,
    unique=True,
    postgresql_where=handoff.c.state != "closed",
)
Index("uq_handoff_open_tag", handoff.c.tag, unique=True, postgresql_where=handoff.c.state != "closed")
Index("ix_handoff_tag_closed_at", handoff.c.tag, handoff.c.closed_at)
Index(
    "ix_handoff_counselor_id_open",
    handoff.c.counselor_id,
    postgresql_where=handoff.c.state == "taken",
)

message = Table(
    "message",
    metadata,
    _id(),
    Column("conversation_id", Uuid(as_uuid=False), ForeignKey("conversation.id")),
    Column("counselor_id", Uuid(as_uuid=False), ForeignKey("counselor.id")),
    Column("handoff_id", BigInteger, ForeignKey("handoff.id")),
    Column("reply_to", BigInteger),
    Column("direction", Text, nullable=False),
    Column("channel", Text, nullable=False),
    Column("external_id", Text),
    Column("author", Text, nullable=False),
    Column("kind", Text, nullable=False, server_default="text"),
    Column("text", LargeBinary, nullable=False),
    Column("options", LargeBinary),
    Column("press", Text),
    Column("status", Text, nullable=False),
    Column("outcome", Text),
    Column("error_code", Text),
    Column("priority", SmallInteger, nullable=False, server_default=text("0")),
    Column("attempts", SmallInteger, nullable=False, server_default=text("0")),
    _created(),
    _moment("next_try_at"),
    _moment("handled_at"),
    _moment("sent_at"),
    _moment("forgotten_at"),
    _moment("accepted_at"),
    _moment("delivered_at"),
)
Index(
    "uq_message_channel_external_id",
    message.c.channel,
    message.c.external_id,
    unique=True,
    postgresql_where=message.c.external_id.is_not(None),
)
Index("ix_message_created_at", message.c.created_at, postgresql_using="brin")
Index("ix_message_conversation_id_id", message.c.conversation_id, message.c.id)
Index("ix_message_counselor_id_id", message.c.counselor_id, message.c.id)
Index(
    "ix_message_unhandled",
    message.c.created_at,
    postgresql_where=text("direction = 'incoming' AND handled_at IS NULL"),
)
Index(
    "ix_message_unsent",
    message.c.conversation_id,
    message.c.counselor_id,
    postgresql_where=text("direction = 'outgoing' AND status IN ('queued', 'sending')"),
)
Index(
    "ix_message_held",
    message.c.conversation_id,
    message.c.id,
    postgresql_where=text("status = 'held'"),
)

verdict = Table(
    "verdict",
    metadata,
    Column("message_id", BigInteger, ForeignKey("message.id"), primary_key=True),
    Column("level", Text, nullable=False),
    Column("detail", LargeBinary, nullable=False),
    _created(),
)

turn = Table(
    "turn",
    metadata,
    _id(),
    Column("message_id", BigInteger, ForeignKey("message.id"), nullable=False, unique=True),
    Column("conversation_id", Uuid(as_uuid=False), ForeignKey("conversation.id"), nullable=False),
    Column("state", Text, nullable=False),
    _created(),
)

turn_effect = Table(
    "turn_effect",
    metadata,
    Column("turn_id", BigInteger, ForeignKey("turn.id"), primary_key=True),
    Column("name", Text, primary_key=True),
    Column("result", JSONB, nullable=False),
    _created(),
)

offer = Table(
    "offer",
    metadata,
    _id(),
    Column("handoff_id", BigInteger, ForeignKey("handoff.id"), nullable=False),
    Column("counselor_id", Uuid(as_uuid=False), ForeignKey("counselor.id"), nullable=False),
    Column("step", Integer, nullable=False),
    Column("state", Text, nullable=False),
    Column("message_id", BigInteger),
    _created(),
    UniqueConstraint("handoff_id", "counselor_id"),
)

ladder_record = Table(
    "ladder_record",
    metadata,
    _id(),
    Column("handoff_id", BigInteger, ForeignKey("handoff.id"), nullable=False, index=True),
    Column("what", Text, nullable=False),
    Column("step", Integer, nullable=False),
    Column("counselor_id", Uuid(as_uuid=False)),
    _moment("at", required=True),
)

timer = Table(
    "timer",
    metadata,
    _id(),
    Column("key", Text, nullable=False, unique=True),
    Column("kind", Text, nullable=False),
    Column("subject", Text, nullable=False),
    Column("step", Integer, nullable=False, server_default=text("0")),
    _moment("due_at", required=True),
    _moment("fired_at"),
    _moment("done_at"),
)
Index("ix_timer_due", timer.c.due_at, postgresql_where=timer.c.done_at.is_(None))
Index("ix_timer_subject", timer.c.subject, postgresql_where=timer.c.done_at.is_(None))

pace = Table(
    "pace",
    metadata,
    Column("key", LargeBinary, primary_key=True),
    _moment("free_at", required=True),
    prefixes=["UNLOGGED"],
)

closed_day = Table("closed_day", metadata, Column("day", Date, primary_key=True), _created())
