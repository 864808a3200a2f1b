"""One-time enrolment of a counselor's phone: what a token looks like, how long it counts. No I/O, no chance.

Rules 5.3: 32 random bytes, fifteen minutes, once, bound to a named person, confirmed by an operator.
"""

import re
from datetime import timedelta

LIFE = timedelta(minutes=15)
TRIES = 10  # wrong codes that one number may text in a day; after that its texts are not even compared
TOLD_A_DAY, TOLD_EVERY = 5, timedelta(minutes=1)  # the neutral text to one unknown number or chat

CODE_LETTERS = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789"  # none that is mistaken for another
CODE_LENGTH = 12  # of 32 letters: 60 bits, good for fifteen minutes
_CODE = re.compile(rf"(?:JOIN[\s:]*)?((?:[{CODE_LETTERS}][\s-]?){{{CODE_LENGTH}}})[.!]?", re.IGNORECASE)


def in_groups(code: str) -> str:
    """A code as people read it: ABCD-EFGH-JKLM."""
    return "-".join(code[place : place + 4] for place in range(0, len(code), 4))


def code_in(text: str) -> str | None:
    """The code that a whole text is, however it was typed. None when it is something else."""
    found = _CODE.fullmatch(text.strip())
    return re.sub(r"[\s-]", "", found.group(1)).upper() if found else None


def deep_link(bot_username: str, token: str) -> str:
    """The link that opens a private chat with the staff bot and hands it the token."""
    return f"https://t.me/{bot_username}?start={token}"
