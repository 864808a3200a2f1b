"""Who it would be: reads that a client asks for it, and says whom they may hear of. Pure; whole texts only.

Only a first name and the words a counselor chose for clients are ever shown, and only of somebody who is eligible.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass

from bot.domain.matching import Counselor, eligible
from bot.domain.needs import Needs
from bot.domain.shifts import Watch

_THE_ONE = r"(?:it|that|this|they|he or she|the (?:counsell?or|person)|my counsell?or)"
_BEFORE = r"(?:(?:ok|okay|wait|and|so|but|hi|hey|sorry|first|um+)\W+)*"
_WOULD = re.compile(
    rf"^\W*{_BEFORE}(?:(?:can|could|may) i (?:know|ask|see) |i(?:'d| would) like to know |tell me )?"
    rf"(?:who (?:would|will|might|could) {_THE_ONE} be(?: though)?"
    r"|who (?:would|will|might) i (?:get|have|(?:be (?:talk|speak|writ)ing|talk|speak) (?:to|with))"
    r"|qui[eé]n (?:ser[ií]a|ser[aá]|va a ser)(?: (?:mi |el |la )?consejer[oa])?"
    r"|con qui[eé]n (?:hablar[eé]|hablar[ií]a|voy a hablar))\W*$",
    re.IGNORECASE,
)
_IS = re.compile(
    rf"^\W*{_BEFORE}(?:who(?:'?s| is) {_THE_ONE}|who am i (?:talking|speaking|writing|chatting) (?:to|with)"
    r"|qui[eé]n es(?: (?:usted|mi consejer[oa]))?|con qui[eé]n hablo)\W*$",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class Preview:
    """What a client may know of a counselor before they meet."""

    id: str
    name: str
    about: str


def asks_who_would(text: str) -> bool:
    """ "Who would that be?": meant of somebody who is still to come."""
    return bool(_WOULD.match(text))


def asks_who(text: str) -> bool:
    """The same, or "who is it?": clear only while somebody was asked for."""
    return asks_who_would(text) or bool(_IS.match(text))


def likeliest(roster: Iterable[Counselor], needs: Needs, watch: Watch) -> Counselor | None:
    """The eligible counselor who is on duty now and would be asked first; with nobody there, None."""
    there = [one for one in eligible(roster, needs) if watch.on_duty(one)]
    return next((one for one in there if one.free and not one.supervisor), next(iter(there), None))


MOST_ABOUT = 90  # characters, so that the preview and its choices fit into two SMS parts


def shown(counselor: Counselor) -> Preview:
    """What is shown; long words of theirs are cut at a blank."""
    about = " ".join(counselor.about.split()).rstrip(".")
    if len(about) > MOST_ABOUT:
        about = f"{about[:MOST_ABOUT].rpartition(' ')[0]}.."
    return Preview(counselor.id, counselor.name, about)
