"""What Twilio's error codes mean and what each calls for (rules 4.9). A table; it sends nothing.

Sources: twilio.com/docs/api/errors/<code>, read 2026-11.
"""

from dataclasses import dataclass
from datetime import timedelta


@dataclass(frozen=True)
class Meaning:
    """What a code says, in words a counselor understands.

    `again_after`: a text that was accepted and then not delivered is sent once more after this time.
    `operator`: nothing but a change of our account or number helps. `retryable`: it was not processed, so try again.
    `filtered`: a carrier took it for spam, and plainer words may pass.
    """

    says: str
    retryable: bool = False
    again_after: timedelta | None = None
    operator: bool = False
    opted_out: bool = False
    filtered: bool = False


MEANINGS: dict[int, Meaning] = {
    20003: Meaning("our account was refused", operator=True),
    20404: Meaning("our account was not found", operator=True),
    20429: Meaning("too many requests", retryable=True),
    21211: Meaning("not a phone number"),
    21408: Meaning("country not switched on", operator=True),
    21606: Meaning("our number cannot send texts", operator=True),
    21610: Meaning("they opted out of texts", opted_out=True),
    21611: Meaning("too many texts waiting", retryable=True),
    21614: Meaning("not a mobile number"),
    21617: Meaning("text too long"),
    21703: Meaning("no number in our messaging service", operator=True),
    30001: Meaning("too many texts waiting", again_after=timedelta(minutes=1)),
    30002: Meaning("our account is suspended", operator=True),
    30003: Meaning("phone off or out of reach", again_after=timedelta(minutes=10)),
    30004: Meaning("blocked by phone or carrier"),
    30005: Meaning("unknown or inactive number"),
    30006: Meaning("landline or carrier out of reach"),
    30007: Meaning("filtered as spam by the carrier", operator=True, filtered=True),
    30008: Meaning("unknown reason", again_after=timedelta(minutes=1)),
    30034: Meaning("our number is not registered", operator=True),
    30450: Meaning("blocked by pumping protection", operator=True),
    30610: Meaning("blocked by quiet hours", operator=True),
}
_UNLISTED = Meaning("not delivered")


def meaning(code: int) -> Meaning:
    return MEANINGS.get(code, _UNLISTED)


def in_words(code: int) -> str:
    """The code with what it says: safe to log, and short enough for an alert."""
    return f"{code} {meaning(code).says}"
