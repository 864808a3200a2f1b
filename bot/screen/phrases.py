"""The phrase language of the rules, and matching it against words. Knows nothing of danger.

A phrase is words with spaces between them:
  die            the word itself                    kill|hurt      either word
  ~kill          any form: kill, kills, killing ..  <want>         any phrase of the macro `want`
  really?        may be missing (also ~x?, <x>?)    at_all         two words in a place where one may stand
  ..3            up to three words, no "not" among  ..3-i          the same, without "i", "im", "my"
  #              a number                           ##             a number of ten or more
  ^ and $        begin and end of the sentence
Apostrophes do not count ("don't" is "dont"), nor do filler words (normalise.FILLERS).
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from bot.screen.verbs import IRREGULAR
from bot.screen.wordlists import word_set

START, END, NUMBER, MANY = "<s>", "</s>", "#", "##"
NEGATORS = word_set(
    """
    not never no dont wont wouldnt didnt doesnt isnt arent wasnt without neither nor aint hasnt
    havent zero nope werent
    """
)
_I_WORDS = word_set(
    """
    i im ive id ill my me myself
    """
)


def forms(verb: str) -> frozenset[str]:
    """Every form of a verb people write, the "-in" of casual texting included."""
    if verb in IRREGULAR:
        return frozenset(IRREGULAR[verb].split())
    stem = verb[:-1] if verb.endswith("e") else verb
    third = verb + "es" if verb.endswith(("s", "sh", "ch", "x")) else verb + "s"
    return frozenset({verb, third, stem + "ed", stem + "ing", stem + "in"})


@dataclass(frozen=True)
class Choice:
    """One place of a phrase: a word, one of several phrases, or one of several macros."""

    words: frozenset[str]
    phrases: tuple[tuple[str, ...], ...] = ()
    macros: tuple[str, ...] = ()
    optional: bool = False


@dataclass(frozen=True)
class Gap:
    """Up to `width` words, none of which says no; `no_i`: nor "i", "im", "my"."""

    width: int
    no_i: bool = False

    def passes(self, word: str) -> bool:
        return word not in NEGATORS and not (self.no_i and word in _I_WORDS)


Phrase = tuple[Choice | Gap, ...]


def read_phrase(line: str) -> Phrase:
    """One line of a rule; raises ValueError when it has nothing but gaps and words that may be missing."""
    places = [_read_place(word) for word in line.lower().replace("'", "").split()]
    while places and isinstance(places[-1], Gap):  # a gap at the end would only make the evidence longer
        places.pop()
    phrase = tuple(places)
    if all(isinstance(place, Gap) or place.optional for place in phrase):
        raise ValueError(f"a phrase needs a word that must be there: {line!r}")
    return phrase


def _read_place(word: str) -> Choice | Gap:
    if word.startswith(".."):
        return Gap(int(word[2:].removesuffix("-i")), word.endswith("-i"))
    optional = len(word) > 1 and word.endswith("?")
    words: set[str] = set()
    phrases: list[tuple[str, ...]] = []
    macros: list[str] = []
    for part in (word[:-1] if optional else word).split("|"):
        if part.startswith("<") and part.endswith(">"):
            macros.append(part[1:-1])
        elif part.startswith("~"):
            words |= forms(part[1:])
        elif "_" in part:
            phrases.append(tuple(part.split("_")))
        else:
            words.add({"^": START, "$": END}.get(part, part))
    return Choice(frozenset(words), tuple(phrases), tuple(macros), optional)


class Phrasebook:
    """The macros, and matching of phrases that use them."""

    def __init__(self, macros: Mapping[str, Sequence[str]]) -> None:
        self._macros = {name: tuple(read_phrase(line) for line in lines) for name, lines in macros.items()}
        self._alternatives = {n: [(p, self.firsts(p)) for p in ps] for n, ps in self._macros.items()}

    def words(self, phrase: Phrase) -> set[str]:
        """Every word the phrase can match."""
        found: set[str] = set()
        for place in phrase:
            if isinstance(place, Choice):
                found |= place.words | {w for p in place.phrases for w in p}
                found |= {w for name in place.macros for p in self._macro(name) for w in self.words(p)}
        return found

    def firsts(self, phrase: Phrase) -> frozenset[str] | None:
        """The words the phrase can begin with; None when any can be."""
        found: set[str] = set()
        for place in phrase:
            if isinstance(place, Gap):
                return None
            begins = self._begins(place)
            if begins is None:
                return None
            found |= begins
            if not place.optional:
                return frozenset(found)
        return None

    def anchors(self, phrase: Phrase) -> list[frozenset[str]]:
        """Sets of words; of each one must be in a text for the phrase to match. The smallest set first."""
        sets = [self._anchor(p) for p in phrase if isinstance(p, Choice) and not p.optional]
        return sorted(sets, key=len)

    def alternatives(self, name: str) -> list[tuple[Phrase, frozenset[str] | None]]:
        """The phrases of a macro, each with the words it can begin with."""
        return self._alternatives[name]

    def _macro(self, name: str) -> tuple[Phrase, ...]:
        if name not in self._macros:
            raise ValueError(f"there is no macro <{name}>")
        return self._macros[name]

    def _begins(self, place: Choice) -> set[str] | None:
        begins = set(place.words) | {p[0] for p in place.phrases}
        for name in place.macros:
            for phrase in self._macro(name):
                firsts = self.firsts(phrase)
                if firsts is None:
                    return None
                begins |= firsts
        return begins

    def _anchor(self, place: Choice) -> frozenset[str]:
        found = place.words | {p[-1] for p in place.phrases}
        return found.union(*(self.anchors(p)[0] for name in place.macros for p in self._macro(name)))


class Text:
    """The words of one sentence, ready to be matched; remembers where macros were found."""

    def __init__(self, words: Sequence[str], book: Phrasebook) -> None:
        self._words = (START, *words, END)
        self._book = book
        self._seen: dict[tuple[str, int], frozenset[int]] = {}
        self._starts: dict[str, list[int]] = defaultdict(list)
        for position, word in enumerate(self._words):
            self._starts[word].append(position)

    def find(self, phrase: Phrase, firsts: frozenset[str] | None) -> list[tuple[int, int]]:
        """(start, end) of the phrase, in the sentence's own counting; the longest at each start."""
        starts = range(len(self._words)) if firsts is None else self._starting(firsts)
        found = ((start, self._ends(phrase, start)) for start in starts)
        last = len(self._words) - 2
        return [(max(s - 1, 0), min(max(ends) - 1, last)) for s, ends in found if ends]

    def _starting(self, firsts: frozenset[str]) -> list[int]:
        return [p for word, places in self._starts.items() if word in firsts for p in places]

    def _ends(self, phrase: Phrase, start: int) -> set[int]:
        positions = {start}
        for place in phrase:
            positions = self._step(place, positions)
            if not positions:
                break
        return positions

    def _step(self, place: Choice | Gap, positions: set[int]) -> set[int]:
        if isinstance(place, Gap):
            return {q for p in positions for q in self._reach(place, p)}
        after = set(positions) if place.optional else set()
        for position in positions:
            self._choose(place, position, after)
        return after

    def _reach(self, gap: Gap, position: int) -> list[int]:
        last = min(position + gap.width, len(self._words) - 1)
        reached = [position]
        while reached[-1] < last and gap.passes(self._words[reached[-1]]):
            reached.append(reached[-1] + 1)
        return reached

    def _choose(self, place: Choice, position: int, after: set[int]) -> None:
        if position >= len(self._words):
            return
        word = self._words[position]
        if word in place.words or (not place.words.isdisjoint(_NUMBERS_MEANT) and counts(word, place.words)):
            after.add(position + 1)
        for phrase in place.phrases:
            if phrase[0] == word and self._words[position : position + len(phrase)] == phrase:
                after.add(position + len(phrase))
        for name in place.macros:
            after |= self._macro_ends(name, position)

    def _macro_ends(self, name: str, position: int) -> frozenset[int]:
        key = (name, position)
        if key not in self._seen:
            word = self._words[position]
            ends: set[int] = set()
            for phrase, firsts in self._book.alternatives(name):
                if firsts is None or word in firsts or not firsts.isdisjoint(_NUMBERS_MEANT):
                    ends |= self._ends(phrase, position)
            self._seen[key] = frozenset(ends)
        return self._seen[key]


_NUMBERS = word_set(
    """
    one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen
    seventeen eighteen nineteen twenty thirty forty fifty sixty seventy eighty ninety hundred
    thousand dozen couple
    """
)


_FEW = word_set("one two three four five six seven eight nine couple")
_NUMBERS_MEANT = {NUMBER, MANY}


def is_number(word: str) -> bool:
    return word.isdigit() or word in _NUMBERS


def is_many(word: str) -> bool:
    """A number of ten or more."""
    return int(word) >= 10 if word.isdigit() else word in _NUMBERS and word not in _FEW


def counts(word: str, wanted: frozenset[str]) -> bool:
    """Whether the word is a number that one of the signs # and ## stands for."""
    return is_number(word) if NUMBER in wanted else MANY in wanted and is_many(word)


def numbers_in(words: Sequence[str]) -> set[str]:
    """Which of the signs # and ## something in the words stands for."""
    found = {NUMBER} if any(map(is_number, words)) else set[str]()
    return found | ({MANY} if any(map(is_many, words)) else set())
