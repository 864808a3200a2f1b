"""A conversation and who answers its next message. Plain decisions, no I/O."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from bot.domain.consent import Keyword
from bot.domain.contact import NOTHING_SAID, Contact
from bot.domain.options import Option

DISCLOSE_AGAIN_AFTER = timedelta(days=7)  # Utah HB 452: say "automated" again after seven days of silence
HOLDING_REPLY_EVERY = timedelta(minutes=3)
HOLDING_IN_A_CRISIS = timedelta(minutes=1)


class HeldBy(StrEnum):
    BOT = "bot"
    WAITING = "waiting"
    COUNSELOR = "counselor"


class Step(StrEnum):
    """What happens to one incoming message, after its screen."""

    NOTHING_MORE = "crisis"
    OPT_OUT = "opt_out"
    OPT_IN = "opt_in"
    STAY_SILENT = "opted_out"
    HELP = "help"
    ERASE = "erase"
    RELAY = "relay"
    ASK_DIRECTLY = "ask"
    OPTION = "option"
    OLD_OPTION = "old_option"
    HOLD = "hold"
    ANSWER = "answer"
    UNREADABLE = "unreadable"
    EDITED = "edited"
    EXIT = "exit"
    CONTACT = "contact"
    WHO = "who"
    SAME_AGAIN = "same_again"


@dataclass(frozen=True)
class Conversation:
    """One client on one channel. `options` are those of the newest question that was sent.

    `language`: the one the client writes ("es"), or None while no words told; the service then speaks English.
    parked_at: they left by EXIT and have not written since. gate: texts are kept for them; held, knocked (asked whether
    now is a good time) or word (asked for the code word).
    """

    id: str
    channel: str
    held_by: HeldBy
    options: tuple[Option, ...]
    options_message_id: int | None
    crisis_at: datetime | None
    opted_out_at: datetime | None
    disclosed_at: datetime | None
    last_incoming_at: datetime | None
    last_holding_at: datetime | None
    rasa_stale: bool
    language: str | None = None
    contact: Contact = NOTHING_SAID
    parked_at: datetime | None = None
    verified_at: datetime | None = None
    gate: str | None = None

    @property
    def gated(self) -> bool:
        return self.parked_at is not None or self.gate is not None

    def needs_disclosure(self, now: datetime) -> bool:
        """Nobody told this person yet that an automated assistant answers, or they were away for seven days."""
        if self.disclosed_at is None:
            return True
        last = max(self.disclosed_at, self.last_incoming_at or self.disclosed_at)
        return now - last > DISCLOSE_AGAIN_AFTER

    def may_hold(self, now: datetime) -> bool:
        """Whether another honest holding reply is due (at most one per few minutes)."""
        pause = HOLDING_IN_A_CRISIS if self.crisis_at else HOLDING_REPLY_EVERY
        return self.last_holding_at is None or now - self.last_holding_at >= pause


def next_step(
    conversation: Conversation,
    *,
    level: str,
    keyword: Keyword | None,
    option: Option | None,
    pressed_old: bool,
) -> Step:
    """The one thing that happens next, first match wins: safety, then consent, then who holds the conversation."""
    if conversation.opted_out_at is not None:
        return Step.OPT_IN if keyword is Keyword.OPT_IN else Step.STAY_SILENT
    if level == "crisis":
        return Step.RELAY if conversation.held_by is HeldBy.COUNSELOR else Step.NOTHING_MORE
    if keyword is Keyword.OPT_OUT:
        return Step.OPT_OUT
    if keyword is Keyword.EXIT:
        return Step.EXIT
    if conversation.held_by is HeldBy.COUNSELOR:
        return Step.RELAY
    if keyword is Keyword.HELP:
        return Step.HELP
    if keyword is Keyword.ERASE:
        return Step.ERASE
    if option is not None:
        return Step.OPTION
    if level == "ask":
        return Step.ASK_DIRECTLY
    if pressed_old:
        return Step.OLD_OPTION
    return Step.HOLD if conversation.held_by is HeldBy.WAITING else Step.ANSWER
