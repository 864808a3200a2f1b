"""What a counselor's text asks for: TAKE, PASS, DONE, NOTE and TRANSFER with a tag (K7), K7 some words, AWAY, BACK, WHO."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum


class Verb(StrEnum):
    TAKE = "take"
    PASS = "pass"  # noqa: S105  # nosec B105  (a command, no password)
    DONE = "done"
    NOTE = "note"
    TRANSFER = "transfer"
    AWAY = "away"
    BACK = "back"
    WHO = "who"
    HELP = "help"
    SAY = "say"


@dataclass(frozen=True)
class Command:
    """`tag` is None when none was given; `text` is what is to be said or noted."""

    verb: Verb
    tag: str | None = None
    text: str = ""


_TAG = r"[A-Za-z]\d{1,5}"
_TAGGED = re.compile(
    rf"^\s*(take|pass|done|note|transfer)\b[\s:,-]*(?:({_TAG})\b)?[\s:,-]*(.*)$", re.IGNORECASE | re.DOTALL
)
_BARE = re.compile(r"^\s*(away|back|who|help|\?)\s*[.!]?\s*$", re.IGNORECASE)
_SAY = re.compile(rf"^\s*#?({_TAG})\b[\s:,-]*(.*)$", re.DOTALL)


def case_meant(command: Command, held: Sequence[str]) -> str | None:
    """The tag of the case a command is about: the one it names, or the only one its writer holds. None: not clear.

    The one place that decides it, so that words without a clear tag reach nobody. Whether the case is theirs is
    decided where it is locked.
    """
    if command.tag is not None:
        return command.tag
    return held[0] if len(held) == 1 else None


def read_command(text: str) -> Command:
    """The command in a counselor's text. Words after a tag are for that client; text without one has no tag.

    A sentence that only begins like a command ("Take your time", "Done is fine") is no command: TAKE, PASS and
    DONE count with a tag, or alone.
    """
    if bare := _BARE.match(text):
        word = bare.group(1).lower()
        return Command(Verb.HELP if word == "?" else Verb(word))
    if found := _TAGGED.match(text):
        verb, tag, rest = Verb(found.group(1).lower()), found.group(2), found.group(3).strip()
        if tag or not rest:
            return Command(verb, tag.upper() if tag else None, rest)
    if said := _SAY.match(text):
        return Command(Verb.SAY, said.group(1).upper(), said.group(2).strip())
    return Command(Verb.SAY, None, text.strip())
