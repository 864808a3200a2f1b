"""How a text is written before it is understood: without what changes nothing of what is meant. No Rasa in here.

"how much is it?!" means what "how much is it" means, but the sentence vector takes the mark for excitement, and then
for something else altogether. Examples and messages go through here, so that both look alike. The question mark at the
end goes, too: most people leave it out, and the words tell.
"""

from __future__ import annotations

import re

_STRAIGHT = str.maketrans(
    {
        "\u2019": "'",
        "\u2018": "'",
        "\u201c": '"',
        "\u201d": '"',
        "\u2026": "...",
        "\u00a0": " ",
        "\u00bf": None,
        "\u00a1": None,
    }
)
_MARKS = re.compile(r"[!?.]{2,}|[!?]")  # ?!, !!!, ...; a single stop stays, for it may be in a number
_DRAWN = re.compile(r"([a-z])\1{2,}", re.IGNORECASE)  # sooo, pleeease
_SPACES = re.compile(r"\s+")


def calm(text: str) -> str:
    """The text with plain quotes, a full stop for a call or a pause, a question mark for several, none of these at
    its end, no letter more than twice in a row, single spaces. A text of marks alone stays."""
    plain = _DRAWN.sub(r"\1\1", text.translate(_STRAIGHT))
    plain = _MARKS.sub(lambda marks: "? " if "?" in marks[0] else ". ", plain)
    plain = _SPACES.sub(" ", plain).strip().rstrip("?.,;:- ")
    return plain or text.strip()
