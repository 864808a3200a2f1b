"""What a client needs of a counselor: must, prefer, never, do-not-ask. Plain values, no I/O.

Holds needs only, never what happened to anybody; `matching.py` decides who fits them.
"""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from bot.domain.needs_reading import Answering, read

MAX_TRAITS = 20
MAX_TOPICS = 10
MAX_WORDS = 400  # characters of one do-not-ask topic
MAX_NOTE = 600

# Of these a client wants one: the later word replaces the earlier. Any number of them can be refused.
_ONE_OF = ("gender", "language", "counselor")


@dataclass(frozen=True)
class Needs:
    """What a client needs. Traits are words like "gender:woman", "language:es", "counselor:<id>", "peer".

    A trait never stands in two lists: a refusal outweighs a want, a must outweighs a wish.
    """

    must: tuple[str, ...] = ()
    prefer: tuple[str, ...] = ()
    never: tuple[str, ...] = ()
    do_not_ask: tuple[str, ...] = ()
    language: str | None = None
    note: str = ""

    def __post_init__(self) -> None:
        never = _distinct(self.never, MAX_TRAITS)
        must = _distinct((t for t in self.must if t not in never), MAX_TRAITS)
        prefer = _distinct((t for t in self.prefer if t not in never and t not in must), MAX_TRAITS)
        language = None if f"language:{self.language}" in never else self.language
        topics = _distinct((t.strip()[:MAX_WORDS] for t in self.do_not_ask), MAX_TOPICS)
        object.__setattr__(self, "never", never)
        object.__setattr__(self, "must", must)
        object.__setattr__(self, "prefer", prefer)
        object.__setattr__(self, "language", language or None)
        object.__setattr__(self, "do_not_ask", topics)
        object.__setattr__(self, "note", self.note.strip()[:MAX_NOTE])

    @property
    def wanted(self) -> tuple[str, ...]:
        """Every trait the client asks for, musts first."""
        return self.must + self.prefer

    @property
    def empty(self) -> bool:
        return self == EMPTY


def _distinct(items: Iterable[str], most: int) -> tuple[str, ...]:
    return tuple(dict.fromkeys(item for item in items if item))[:most]


EMPTY = Needs()


def _kind(trait: str) -> str:
    kind = trait.partition(":")[0]
    return kind if kind in _ONE_OF else trait


def _language_of(traits: Iterable[str]) -> str | None:
    return next((t.partition(":")[2] for t in traits if t.startswith("language:")), None)


def merge(old: Needs, new: Needs) -> Needs:
    """Both together; where they contradict each other the later word wins."""
    replaced = {_kind(trait) for trait in new.wanted}

    def kept(traits: tuple[str, ...]) -> tuple[str, ...]:
        return tuple(t for t in traits if _kind(t) not in replaced and t not in new.never)

    must, prefer = new.must + kept(old.must), new.prefer + kept(old.prefer)
    refused_language = f"language:{old.language}" in new.never
    return Needs(
        must=must,
        prefer=prefer,
        never=new.never + tuple(t for t in old.never if t not in new.wanted),
        do_not_ask=new.do_not_ask + old.do_not_ask,
        language=new.language or _language_of(new.wanted) or (None if refused_language else old.language),
        note=_joined(old.note, new.note),
    )


def _joined(old: str, new: str) -> str:
    if not new or new in old:
        return old
    return f"{old} / {new}"[-MAX_NOTE:] if old else new


def softened(needs: Needs, traits: Iterable[str]) -> Needs:
    """The same needs with these traits as wishes instead of musts."""
    wishes = tuple(t for t in needs.must if t in set(traits))
    must = tuple(t for t in needs.must if t not in wishes)
    return replace(needs, must=must, prefer=needs.prefer + wishes)


def without_wants(needs: Needs) -> Needs:
    """The same needs without what was asked for; refusals stay."""
    return replace(needs, must=(), prefer=(), language=None)


def names_language(needs: Needs) -> bool:
    """Whether anything was said about the counselor's language."""
    return any(trait.startswith("language:") for trait in needs.wanted + needs.never)


def in_their_language(needs: Needs, language: str | None) -> Needs:
    """The needs with the language the client writes as a wish, where nothing was said about it."""
    if language is None or language == "en" or names_language(needs):
        return needs
    return merge(needs, Needs(prefer=(f"language:{language}",), language=language))


def without(needs: Needs, traits: Iterable[str]) -> Needs:
    """The same needs with these traits neither wanted nor refused."""
    gone = set(traits)
    return replace(
        needs,
        must=tuple(t for t in needs.must if t not in gone),
        prefer=tuple(t for t in needs.prefer if t not in gone),
        never=tuple(t for t in needs.never if t not in gone),
    )


def to_json(needs: Needs) -> str:
    return json.dumps(
        {
            "must": needs.must,
            "prefer": needs.prefer,
            "never": needs.never,
            "do_not_ask": needs.do_not_ask,
            "language": needs.language,
            "note": needs.note,
        },
        ensure_ascii=False,
    )


def from_json(text: str) -> Needs:
    """The needs that `to_json` wrote. Raises ValueError for anything else."""
    data: Any = json.loads(text)
    if not isinstance(data, dict):
        raise ValueError("needs are not a JSON object")
    return Needs(
        must=tuple(data.get("must", ())),
        prefer=tuple(data.get("prefer", ())),
        never=tuple(data.get("never", ())),
        do_not_ask=tuple(data.get("do_not_ask", ())),
        language=data.get("language"),
        note=str(data.get("note", "")),
    )


@dataclass(frozen=True)
class Reading:
    """What one text states, and how.

    plain: wants it calls neither a must nor a wish. accepted: traits that are fine ("a man is ok").
    indifferent: anyone will do. understood: no word is left that may say more.
    """

    needs: Needs
    plain: tuple[str, ...]
    accepted: tuple[str, ...]
    indifferent: bool
    understood: bool


def read_needs(
    text: str, roster_names: Mapping[str, str] | None = None, answering: Answering = Answering.NOTHING
) -> Reading:
    """The needs a text states, and how it puts them. A want is a must unless the text calls it a wish."""
    found = read(text, roster_names or {}, answering)
    needs = Needs(
        must=tuple(found.must),
        prefer=tuple(found.prefer),
        never=tuple(found.never),
        do_not_ask=tuple(found.topics),
        language=_language_of(found.must + found.prefer),
    )
    return Reading(needs, tuple(found.plain), tuple(found.accepted), found.indifferent, found.understood)


def read_needs_text(text: str, roster_names: Mapping[str, str] | None = None) -> Needs:
    """The needs a free text states ("a woman please", "anyone but Maria"). Never raises; EMPTY if none."""
    return read_needs(text, roster_names).needs
