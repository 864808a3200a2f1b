"""What the page of phones needs of the service behind it: handsets, their texts, and news of changes.

Shapes only. Nothing here knows a channel, the database or HTTP.
"""

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from typing import Literal, Protocol

Kind = Literal["sms", "telegram"]
Side = Literal["client", "staff"]
Direction = Literal["to_phone", "from_phone"]


@dataclass(frozen=True)
class Handset:
    """One simulated phone. `label` stands on its tab, `name` is the person's, `about` a line of profile."""

    id: str
    label: str
    kind: Kind
    side: Side
    name: str
    about: str


@dataclass(frozen=True)
class Option:
    """One reply offered with a text. `token` is what a press of its button sends back."""

    number: int
    label: str
    token: str


@dataclass(frozen=True)
class PhoneText:
    """One text on a handset. `open_options` is false once the question was superseded or answered.

    `at` is an ISO 8601 moment with its offset; `segments` is what the text costs on SMS. On an SMS-like phone
    `text` already holds the numbered options, as a real phone would show them.
    """

    id: int
    direction: Direction
    text: str
    options: Sequence[Option]
    open_options: bool
    at: str
    status: str
    segments: int


class UnknownHandset(LookupError):
    """There is no such phone."""


class UnknownOption(LookupError):
    """That text of this phone has no such option. (An old question's option counts: it is answered.)"""


class TooManyHandsets(Exception):
    """No more phones can be added."""


class PhonesPort(Protocol):
    """The service as the page of phones sees it. Every method may raise UnknownHandset."""

    async def handsets(self) -> Sequence[Handset]:
        """All phones, clients' and staff's, in the order in which they are shown."""
        ...

    async def add_client(self, kind: Kind) -> Handset:
        """One more client's phone. Raises TooManyHandsets."""
        ...

    async def texts(self, handset_id: str, after_id: int = 0) -> Sequence[PhoneText]:
        """The texts on a phone with a larger id than `after_id`, oldest first."""
        ...

    async def send_text(self, handset_id: str, text: str) -> None:
        """The person with this phone sends a text; returns once it is stored."""
        ...

    async def press(self, handset_id: str, text_id: int, token: str) -> None:
        """The person presses a button under a text. Raises UnknownOption."""
        ...

    def changes(self) -> AsyncIterator[str]:
        """The id of each handset on which something changed; ends when the service stops."""
        ...
