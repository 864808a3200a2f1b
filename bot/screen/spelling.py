"""Repairs one typed word: slang, leetspeak, stretched, censored, glued or misspelt. Touches no real word.

A word is only repaired towards words the rules know, so a repair can make the screen see more, never less.
"""

import itertools
import re
from collections import defaultdict
from collections.abc import Iterable
from functools import lru_cache

from bot.screen.wordlists import LEET, LEET_OTHER, SLANG

_STRETCHED = re.compile(r"(.)\1{2,}")
_HAS_DIGIT_OR_SIGN = re.compile(r"[0-9@$!]")
_CENSORED = re.compile(r"^[a-z]*[*#_.\-@$!xX][a-z*#_.\-@$!]*$")
_VOWELS = re.compile(r"[aeiou]")
_LETTERS_ONLY = re.compile(r"[^a-z]")
_LONGEST = 40
_GLUED_FROM = 8
_FEWEST_PIECES = 3
_COSTS = {"i": 1.2, "a": 1.3}


class Speller:
    """Knows the rules' words (`wanted`) and real English words (`known`)."""

    def __init__(self, wanted: Iterable[str], known: Iterable[str]) -> None:
        self._wanted = frozenset(w for w in wanted if w.isalpha())
        self._known = frozenset(known) | self._wanted
        self._near = _deletions(w for w in self._wanted if len(w) >= 5)
        self._skeletons = _skeletons(self._wanted)
        self._by_length: dict[int, list[str]] = defaultdict(list)
        for word in sorted(self._wanted):
            self._by_length[len(word)].append(word)
        self.repair = lru_cache(maxsize=20_000)(self._repair)

    def _repair(self, typed: str) -> tuple[str, ...]:
        """The plain words that a typed word (lower case, no space) stands for; itself when nothing fits."""
        if typed in SLANG:
            return tuple(SLANG[typed].split())
        plain = typed.replace("'", "")
        if plain in SLANG:
            return tuple(SLANG[plain].split())
        if plain in self._known or plain.isdigit():
            return (plain,)
        return self._hyphenated(plain) or self._unknown(plain)

    def _hyphenated(self, word: str) -> tuple[str, ...]:
        parts = [p for p in re.split(r"[-_.]+", word) if p]
        if len(parts) > 1 and all(p in self._known or p in SLANG or p.isdigit() for p in parts):
            return tuple(w for p in parts for w in self._repair(p))
        return ()

    def _unknown(self, word: str) -> tuple[str, ...]:
        for attempt in (self._leet, self._stretched, self._censored):
            found = attempt(word)
            if found:
                return self._repair(found) if found in SLANG else (found,)
        bare = _LETTERS_ONLY.sub("", word)
        found = self._misspelt(bare) if bare == word or not re.search(r"\d", word) else ""
        if found:
            return (found,)
        return self._glued(bare) if len(bare) >= _GLUED_FROM else (word,)

    def _wanted_or_slang(self, word: str) -> bool:
        return word in self._wanted or word in SLANG

    def _leet(self, word: str) -> str:
        if not _HAS_DIGIT_OR_SIGN.search(word) or not re.search(r"[a-z]", word):
            return ""
        for table in (LEET, LEET_OTHER):
            plain = word.translate(table)
            if self._wanted_or_slang(plain):
                return plain
        return ""

    def _stretched(self, word: str) -> str:
        if not _STRETCHED.search(word):
            return ""
        runs = [(c, len(list(g))) for c, g in itertools.groupby(word)][:_LONGEST]
        stretched = [i for i, (_, n) in enumerate(runs) if n >= 2][:6]
        fallback = ""
        for lengths in itertools.product((2, 1), repeat=len(stretched)):
            chosen = dict(zip(stretched, lengths, strict=True))
            plain = "".join(c * chosen.get(i, 1) for i, (c, _) in enumerate(runs))
            if self._wanted_or_slang(plain):
                return plain
            if plain in self._known and not fallback:
                fallback = plain
        return fallback

    def _censored(self, word: str) -> str:
        if len(word) < 3 or not re.search(r"[*#@$!_.\-]", word) or not _CENSORED.match(word):
            return ""
        pattern = re.compile("".join(c if c.isalpha() else "[a-z]" for c in word))
        fits = [w for w in self._by_length[len(word)] if pattern.fullmatch(w)]
        joined = _LETTERS_ONLY.sub("", word)
        if joined in self._wanted and len(joined) >= 3:
            return joined
        return fits[0] if len(fits) >= 1 and sum(c.isalpha() for c in word) >= 2 else ""

    def _misspelt(self, word: str) -> str:
        if word in self._skeletons and not _VOWELS.search(word[1:]):
            return self._skeletons[word]
        if len(word) < 5 or len(word) > _LONGEST:
            return ""
        near = {w for key in _one_deleted(word) for w in self._near.get(key, ())}
        near = {w for w in near if _one_edit(word, w)}
        return min(near, key=lambda w: (w[0] != word[0], abs(len(w) - len(word)), w)) if near else ""

    def _glued(self, word: str) -> tuple[str, ...]:
        """Words run together ("iwanttosleep"), cut where the fewest words cover the text."""
        best: list[tuple[float, int]] = [(0.0, 0)]
        for end in range(1, len(word) + 1):
            options = ((best[s][0] + self._cost(word[s:end]), s) for s in range(max(0, end - 15), end))
            best.append(min(options))
        pieces, end = [], len(word)
        while end:
            start = best[end][1]
            pieces.append(word[start:end])
            end = start
        unknown = sum(1 for p in pieces if p not in self._known)
        worth = any(len(p) > 2 and p in self._wanted for p in pieces) and unknown * 4 <= len(pieces)
        if not worth or (len(pieces) < _FEWEST_PIECES and pieces[-1] not in ("i", "im")):
            return (word,)  # two pieces may be a compound: nosebleed, bloodbath
        return tuple(w for p in reversed(pieces) for w in self._expand(p))

    def _expand(self, word: str) -> tuple[str, ...]:
        return tuple(SLANG[word].split()) if word in SLANG and len(word) > 2 else (word,)

    def _cost(self, piece: str) -> float:
        if piece in _COSTS:
            return _COSTS[piece]
        if len(piece) == 1:
            return 4.0
        if piece in self._wanted:
            return 1.0
        return 1.5 if piece in self._known and len(piece) > 2 else 4.0 * len(piece)


def _skeletons(words: Iterable[str]) -> dict[str, str]:
    """Words without their vowels; skeletons have three letters or more; of several words the shortest."""
    found: dict[str, str] = {}
    for word in sorted(words, key=lambda w: (len(w), w)):
        bare = word[0] + _VOWELS.sub("", word[1:])
        for key in {bare, _VOWELS.sub("", word)}:
            if len(key) >= 3 and key != word:
                found.setdefault(key, word)
    return found


def _deletions(words: Iterable[str]) -> dict[str, set[str]]:
    index: dict[str, set[str]] = defaultdict(set)
    for word in words:
        for key in _one_deleted(word):
            index[key].add(word)
    return index


def _one_deleted(word: str) -> set[str]:
    return {word} | {word[:i] + word[i + 1 :] for i in range(len(word))}


def _one_edit(one: str, other: str) -> bool:
    """Same letters but one more, one less, one other, or two neighbours swapped."""
    if abs(len(one) - len(other)) > 1:
        return False
    start = next(
        (i for i, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), min(len(one), len(other))
    )
    a, b = one[start:], other[start:]
    swapped = a[:2] == b[:2][::-1] and a[2:] == b[2:]
    return a[1:] == b[1:] or a[1:] == b or a == b[1:] or swapped
