"""Calls to the clients' number: reads what Twilio says of one, and writes what Twilio is to do (TwiML). No I/O.

Nothing is recorded or written down, and who picks up sees our number, never the caller's; nor does the caller see theirs.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import urlencode

from twilio.twiml.voice_response import Dial, Gather, VoiceResponse  # type: ignore[import-untyped]

from bot.channels.base import Call
from bot.channels.sms_webhook import CALL, PHONE, Fields, first

CALL_PATH, NEXT_PATH, ENDED_PATH = "/twilio/call", "/twilio/call/next", "/twilio/call/ended"
ANSWERED_PATH, ASK_PATH, ACCEPT_PATH = "/twilio/call/answered", "/twilio/call/ask", "/twilio/call/accept"
RINGS = 20  # seconds; about four rings, and shorter than most voicemail
MOST_AT_ONCE = 10  # phones that Twilio rings together
_VOICES = {"es": "es-MX"}
_SPELLED = re.compile(r"\b(?:911|988)\b")  # spoken as digits, not as hundreds


@dataclass(frozen=True)
class Said:
    """Words to be spoken, in the language they are in."""

    text: str
    language: str | None = None


def read_call(fields: Fields) -> Call | None:
    """A call to one of our numbers, or None for what is no call."""
    sid, to, caller = first(fields, "CallSid"), first(fields, "To"), first(fields, "From")
    if not CALL.fullmatch(sid) or not PHONE.fullmatch(to):
        return None
    return Call(sid, caller if PHONE.fullmatch(caller) else "", to)


def was_bridged(fields: Fields) -> bool:
    """Whether two people spoke, as far as Twilio itself tells when a dialled call has ended."""
    bridged = first(fields, "DialBridged").lower()
    return bridged == "true" if bridged else first(fields, "DialCallStatus") in ("completed", "answered")


def accepted(fields: Fields) -> bool:
    return first(fields, "Digits") == "1"


@dataclass(frozen=True)
class Twiml:
    """Writes the answers to one call. `public_url` is where Twilio goes on."""

    public_url: str

    def hang_up(self, *words: Said) -> str:
        """Say this and end the call."""
        answer = VoiceResponse()
        _say(answer, words)
        answer.hangup()
        return str(answer)

    def put_through(
        self, call: Call, phones: Sequence[str], *words: Said, after: str, ask_first: bool
    ) -> str:
        """Say this, then ring these phones together; `after` names what comes when nobody takes it.

        `ask_first`: who picks up must press 1, so that no voicemail of theirs ever speaks to a caller.
        """
        answer = VoiceResponse()
        _say(answer, words)
        dial = Dial(
            caller_id=call.to,
            timeout=RINGS,
            answer_on_bridge=True,
            action=self._address(NEXT_PATH, after=after),
            method="POST",
        )
        for phone in phones[:MOST_AT_ONCE]:
            if ask_first:
                dial.number(phone, url=self._address(ASK_PATH, call=call.id), method="POST")
            else:
                dial.number(
                    phone,
                    status_callback=self._address(ANSWERED_PATH, call=call.id),
                    status_callback_event="answered",
                    status_callback_method="POST",
                )
        answer.append(dial)
        return str(answer)

    def ask(self, call_id: str, words: Said) -> str:
        """To who picked up: press 1 to take the call. Silence ends it, and the next is asked."""
        answer = VoiceResponse()
        gather = Gather(
            num_digits=1, timeout=6, action=self._address(ACCEPT_PATH, call=call_id), method="POST"
        )
        _say(gather, (words, words))
        answer.append(gather)
        answer.hangup()
        return str(answer)

    def connect(self) -> str:
        """Nothing more to say: who picked up and the caller hear each other."""
        return str(VoiceResponse())

    def _address(self, path: str, **known: str) -> str:
        return f"{self.public_url.rstrip('/')}{path}?{urlencode(known)}"


def _say(answer: VoiceResponse | Gather, words: Sequence[Said]) -> None:
    for said in words:
        answer.say(
            _SPELLED.sub(lambda number: " ".join(number[0]), said.text),
            language=_VOICES.get(said.language or "", "en-US"),
        )
