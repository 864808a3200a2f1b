"""Reads what a client needs of a counselor out of their own words. Pure; never raises; asks nothing.

One clause at a time: which person is named, wanted or refused, as a must or as a wish. It would rather find
nothing than the opposite of what was meant: what it finds is always said back to the client.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from bot.domain.needs_clause import Answering, Context, Want, scan, strength_of
from bot.domain.needs_names import names_of
from bot.domain.needs_topics import cut_topics
from bot.domain.needs_words import Token, tokens

__all__ = ["Answering", "Found", "read"]


@dataclass
class Found:
    """What one text states. `plain`: wants called neither a must nor a wish; `accepted`: "a man is fine"."""

    must: list[str] = field(default_factory=list)
    prefer: list[str] = field(default_factory=list)
    never: list[str] = field(default_factory=list)
    plain: list[str] = field(default_factory=list)
    accepted: list[str] = field(default_factory=list)
    topics: list[str] = field(default_factory=list)
    indifferent: bool = False
    understood: bool = True


def read(text: str, roster: Mapping[str, str], answering: Answering = Answering.NOTHING) -> Found:
    """What the text states about the counselor and about what not to ask."""
    topics, rest = cut_topics(text)
    names = names_of(roster, text)
    clauses = _clauses(list(tokens(rest, names)))
    context = Context(answering, names)
    scans = [scan(clause, context) for clause in clauses]
    wants = [scan.wants for scan in scans]
    found = _sorted(
        _not_them(clauses, [want for clause in _with_afterthoughts(clauses, wants) for want in clause])
    )
    _accept(found, [trait for scan in scans for trait in scan.accepted])
    found.topics = topics
    found.indifferent = any(token.kind == "any" for clause in clauses for token in clause)
    found.understood = not _leftover(clauses)
    return found


_STARTS_ANEW = {"want", "wish", "must", "soft", "not", "counselor"}
_BREAKING_WORDS = {
    "but",
    "because",
    "cause",
    "cuz",
    "since",
    "so",
    "though",
    "although",
    "pero",
    "porque",
    "then",
    "while",
}


def _clauses(words: list[Token]) -> list[list[Token]]:
    clauses: list[list[Token]] = [[]]
    for place, token in enumerate(words):
        if token.kind == "break" or token.word in _BREAKING_WORDS or _and_anew(words, place):
            clauses.append([token])
        else:
            clauses[-1].append(token)
    return [clause for clause in clauses if any(token.kind != "break" for token in clause)]


def _and_anew(words: list[Token], place: int) -> bool:
    """An "and" after which something new is said: "and not a man", "and I want", "and someone"."""
    if words[place].kind != "also" or words[place].word in ("or", "nor", "o", "ni"):
        return False
    following = [token for token in words[place + 1 : place + 3] if token.word not in ("i", "a", "an")]
    return bool(following) and following[0].kind in _STARTS_ANEW


def _with_afterthoughts(clauses: list[list[Token]], wants: list[list[Want]]) -> Iterator[list[Want]]:
    """ "..., if possible" after a want makes a wish of it; "it has to be" a must."""
    for place, clause_wants in enumerate(wants):
        after = strength_of(clauses[place + 1]) if place + 1 < len(clauses) and not wants[place + 1] else ""
        carried = after if after and _only_strength(clauses[place + 1]) else ""
        yield [
            Want(want.trait, want.wanted, carried or want.strength) if carried else want
            for want in clause_wants
        ]


def _not_them(clauses: list[list[Token]], wants: list[Want]) -> list[Want]:
    """ "Maria is my cousin, so not her" refuses the one who was named."""
    last = [token.word for token in clauses[-1] if token.kind != "break"] if clauses else []
    if (
        wants
        and last[-2:]
        and last[-2:][0] in ("not", "no", "except", "but")
        and last[-1] in ("her", "him", "them")
    ):
        return [*wants[:-1], Want(wants[-1].trait, False, "")]
    return wants


def _only_strength(clause: list[Token]) -> bool:
    return any(token.kind in ("soft", "must") for token in clause)


def _sorted(wants: list[Want]) -> Found:
    found = Found()
    for want in wants:
        for kept in (found.must, found.prefer, found.never, found.plain):
            if want.trait in kept:
                kept.remove(want.trait)
        if not want.wanted:
            found.never.append(want.trait)
        elif want.strength == "soft":
            found.prefer.append(want.trait)
        else:
            found.must.append(want.trait)
            if not want.strength:
                found.plain.append(want.trait)
    for kind in ("gender:", "language:", "counselor:"):
        _one_of(found, kind)
    return found


def _accept(found: Found, accepted: list[str]) -> None:
    """Who says "a woman, but a man is fine" names a wish."""
    found.accepted = [trait for trait in dict.fromkeys(accepted) if trait not in found.never]
    kinds = {trait.partition(":")[0] for trait in found.accepted}
    for trait in [t for t in found.must if t.partition(":")[0] in kinds]:
        found.must.remove(trait)
        found.prefer.append(trait)
        found.plain = [plain for plain in found.plain if plain != trait]


_GENDERS = {"gender:woman", "gender:man", "gender:nonbinary"}


def _one_of(found: Found, kind: str) -> None:
    """Nobody can be both a woman and a man: "a woman or a nonbinary person" refuses the third instead."""
    musts = [trait for trait in found.must if trait.startswith(kind)]
    if len(musts) < 2:
        return
    found.must = [trait for trait in found.must if trait not in musts]
    found.plain = [trait for trait in found.plain if trait not in musts]
    if kind == "gender:":
        refused = sorted(_GENDERS - set(musts))
        found.never += [
            trait for trait in refused if "gender:nonbinary" in musts and trait not in found.never
        ]
    else:
        found.prefer += musts


_NEUTRAL = {
    "a", "an", "the", "i", "im", "me", "my", "be", "to", "it", "its", "is", "if", "who", "that",
    "thats", "whos", "for", "named", "called", "there", "here", "them", "him", "her", "she", "he",
    "would", "can", "id", "do", "and", "or", "un", "una", "que", "sea", "es", "por", "favor", "hi",
    "hello", "ok", "yes", "yeah", "any", "all", "some", "really", "just", "also", "too", "then", "with",
    "around", "at", "on", "anyone", "anybody", "someone", "but", "well", "talk", "kind", "type", "sort",
    "s", "u", "you", "we", "as", "was", "am", "are", "been", "this", "of",
}  # fmt: skip


def _leftover(clauses: list[list[Token]]) -> bool:
    """Whether words are left that say more than was read."""
    return any(
        token.kind in ("word", "harm") and token.word not in _NEUTRAL
        for clause in clauses
        for token in clause
    )
