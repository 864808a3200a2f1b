"""The shape of a channel: read what the provider brings, send a text, nothing else.

A channel knows the domain and no service. What a failed send leads to is delivery's decision, not the channel's.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Protocol, runtime_checkable

from bot.domain.options import Option


@dataclass(frozen=True)
class Incoming:
    """One message as a channel read it. `external_id` is the provider's id; `press` names a pressed button."""

    channel: str
    address: str
    external_id: str
    text: str
    press: str | None = None
    kind: str = "text"


@dataclass(frozen=True)
class Call:
    """One phone call to a number of ours. `caller` is "" when the number is withheld, or no phone's."""

    id: str
    caller: str
    to: str


@dataclass(frozen=True)
class Traits:
    """What a channel can do.

    `repeatable`: sending the same message id twice shows it once. `answers_keywords`: the carrier itself
    answers STOP, START and HELP, so we send nothing then. `relay`: staff may read and write clients' words here.
    `deletes`: it can take texts off a phone (Forgetting). `confirms`: it says later whether a text arrived.
    """

    buttons: bool
    repeatable: bool
    max_chars: int
    answers_keywords: bool = False
    relay: bool = True
    deletes: bool = False
    confirms: bool = False


@dataclass(frozen=True)
class Sent:
    """What the provider said: its id for the message, and the state it starts in."""

    external_id: str
    status: str = "sent"


@dataclass(frozen=True)
class Receipt:
    """What the provider says later about a text it accepted.

    `status` is one of ours: sent, delivered, read, undelivered, failed. `message_id` is ours when the provider hands
    it back. `last` is False for the first of two texts: the message has arrived when the last one has. operator: only a
    change of our account or number helps. filtered: a carrier took it for spam, so plainer words may pass.
    """

    channel: str
    external_id: str
    status: str
    code: str | None = None
    message_id: int | None = None
    last: bool = True
    opted_out: bool = False
    again_after: timedelta | None = None
    operator: bool = False
    filtered: bool = False


class SendError(Exception):
    """A text was not accepted. `code` is safe to log; `retryable` says whether another try makes sense.

    `after`: the provider wants no other try for so many seconds. `operator`: only a change of our account helps.
    """

    def __init__(self, code: str, *, retryable: bool, after: float = 0.0, operator: bool = False) -> None:
        super().__init__(code)
        self.code = code
        self.retryable = retryable
        self.after = after
        self.operator = operator


class OutcomeUnknown(SendError):
    """The provider may or may not have accepted it (time-out, cut connection)."""

    def __init__(self, code: str) -> None:
        super().__init__(code, retryable=False)


class OptedOut(SendError):
    """The provider refuses because this person opted out there: nothing may be sent until they opt in."""

    def __init__(self, code: str) -> None:
        super().__init__(code, retryable=False)


class Channel(Protocol):
    """One way to reach people."""

    @property
    def name(self) -> str: ...

    @property
    def traits(self) -> Traits: ...

    async def send(
        self, address: str, text: str, options: Sequence[Option], message_id: int, *, urgent: bool = False
    ) -> Sent:
        """Hand one text to the provider. Raises SendError; the message id is ours, for channels that can use it.

        `urgent`: it goes ahead of what waits for others, where a provider limits how fast we send.
        """
        ...


@runtime_checkable
class Forgetting(Protocol):
    """A channel whose provider deletes a message when asked to."""

    async def forget(self, address: str, external_id: str) -> bool:
        """Have one message deleted. False when the provider cannot delete this one. Raises SendError."""
        ...


@runtime_checkable
class ShowsTyping(Protocol):
    """A channel on which a client can see that somebody is writing."""

    async def show_typing(self, address: str) -> None:
        """Show it for a few seconds. Raises SendError."""
        ...
