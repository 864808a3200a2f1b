"""Finds what a question needs in a client's words: a wished time, a language, whom they write for. Nothing else is kept.

It would rather find nothing than a wrong thing: "last night" is no wish, and no event is ever an entity.
"""

import re
import threading
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass
from typing import Any

import structlog

from bot.domain.needs_words import LANGUAGES
from bot.reading import words
from bot.reading.language import language_after

log = structlog.get_logger("reading")
_HAS_DIGIT = re.compile(r"\d").search

MAX_READ = 2000  # characters of one text that are read
MAX_WHEN = 60
HALF_A_QUESTION = 6  # words
NEAR = 6  # tokens between the wish to be contacted and its time

Span = tuple[int, int]
Found = dict[str, list[Span]]
Kinds = tuple[str, ...]


@dataclass(frozen=True)
class Entities:
    """`when`: as written. `language`: a code of needs_words.LANGUAGES. `relation`: whom somebody writes for.
    `substance`: only of half a question ("and pills?"), never of a text that tells something.
    """

    when: str | None = None
    language: str | None = None
    relation: str | None = None
    substance: str | None = None

    def to_metadata(self) -> dict[str, str]:
        return {name: value for name, value in asdict(self).items() if value}


NOTHING = Entities()


_OF_TIMES: Kinds = ("WHEN", "CONTACT")
_OF_LANGUAGES: Kinds = ("LANGUAGE", "LANGUAGE_NAME")
_OF_RELATIONS: Kinds = ("WRITES_FOR", "FOR_SOMEBODY")


class EntityReader:
    """Reads with spaCy's tokens and matchers: no parser, no statistics. What it reads leaves no trace in memory."""

    def __init__(self, nlp: Any, matchers: Mapping[Kinds, Any]) -> None:
        self._nlp, self._matchers = nlp, matchers
        self._lock = threading.Lock()  # one text at a time: spaCy's vocabulary is shared

    @classmethod
    def load(cls) -> "EntityReader":
        import spacy  # noqa: PLC0415 - slow to import; only who reads needs it
        from spacy.matcher import Matcher  # noqa: PLC0415

        nlp = spacy.blank("en")
        matchers: dict[Kinds, Any] = {
            kinds: Matcher(nlp.vocab) for kinds in (_OF_TIMES, _OF_LANGUAGES, _OF_RELATIONS)
        }
        for kinds, matcher in matchers.items():
            for kind in kinds:
                matcher.add(kind, getattr(words, kind), greedy="LONGEST")
        return cls(nlp, matchers)

    def read(self, text: str) -> Entities:
        """What the text asks for. Never raises."""
        try:
            return self._read(text[:MAX_READ])
        except Exception as error:
            log.warning("reading.failed", error=type(error).__name__)
            return NOTHING

    def language_after(self, text: str, before: str | None) -> str | None:
        """The language to speak with somebody who wrote this text (bot/reading/language.py)."""
        return language_after(text, before)

    def _read(self, text: str) -> Entities:
        found: Found = {}
        with self._lock, self._nlp.memory_zone():
            doc = self._nlp.make_doc(_plain(text))
            tokens = [token.lower_ for token in doc]
            places = [(token.idx, token.idx + len(token)) for token in doc]
            for kinds in _worth_looking_for(tokens):
                for key, start, end in self._matchers[kinds](doc):
                    found.setdefault(self._nlp.vocab.strings[key], []).append((start, end))
        if not found:
            return Entities(substance=_substance(tokens))
        sentences = list(_sentences(tokens))
        when = _when(tokens, sentences, found)
        return Entities(
            when=_as_written(text, places, when) if when else None,
            language=_language(tokens, sentences, found),
            relation=_relation(tokens, sentences, found),
        )


def _substance(tokens: list[str]) -> str | None:
    """What half a question asks about."""
    spoken = [token for token in tokens if token.isalnum()]
    if len(spoken) > HALF_A_QUESTION:
        return None
    return next((words.SUBSTANCES[token] for token in spoken if token in words.SUBSTANCES), None)


def _worth_looking_for(tokens: list[str]) -> Iterator[Kinds]:
    """Most texts name no time, no language and nobody: they need no matcher."""
    if any(token in words.TIMES or _HAS_DIGIT(token) for token in tokens):
        yield _OF_TIMES
    if not LANGUAGES.keys().isdisjoint(tokens) or "sign" in tokens:
        yield _OF_LANGUAGES
    if not words.RELATIONS.keys().isdisjoint(tokens):
        yield _OF_RELATIONS


def _plain(text: str) -> str:
    """The text without accents and typographic quotes, each character in its place."""
    sound = text.encode("utf-8", "replace").decode()
    return "".join(
        c if c.isascii() else "'" if c in "‘’`´" else unicodedata.normalize("NFKD", c)[0] for c in sound
    )


def _as_written(text: str, places: list[Span], span: Span) -> str:
    return " ".join(text[places[span[0]][0] : places[span[1] - 1][1]].split())[:MAX_WHEN]


def _sentences(tokens: list[str]) -> Iterator[Span]:
    start = 0
    for place, token in enumerate(tokens):
        if token in words.BREAKS or "\n" in token:
            yield start, place
            start = place + 1
    yield start, len(tokens)


def _within(spans: Iterable[Span], sentence: Span) -> list[Span]:
    return sorted(span for span in spans if sentence[0] <= span[0] and span[1] <= sentence[1])


def _negated(tokens: list[str], sentence: Span, place: int, reach: int = 3) -> bool:
    return not words.NEGATORS.isdisjoint(tokens[max(sentence[0], place - reach) : place])


# --- a wished time ------------------------------------------------------------------------------------


def _when(tokens: list[str], sentences: list[Span], found: Found) -> Span | None:
    """The first time that is wished: beside a wish to be contacted, or alone in its sentence."""
    for sentence in sentences:
        pieces = _distinct(_within(found.get("WHEN", ()), sentence))
        if not pieces or any(_is_no_wish(tokens, sentence, piece) for piece in pieces):
            continue
        span = _joined(tokens, pieces)
        asks = [c for c in _within(found.get("CONTACT", ()), sentence) if _asks(tokens, sentence, c)]
        if _is_alone(tokens, sentence, span) or any(_belongs(tokens, sentence, span, ask) for ask in asks):
            return span
    return None


def _distinct(spans: list[Span]) -> list[Span]:
    """The longest of those that overlap, in order."""
    kept = list[Span]()
    for span in sorted(spans, key=lambda s: (s[0] - s[1], s[0])):
        if all(span[1] <= other[0] or other[1] <= span[0] for other in kept):
            kept.append(span)
    return sorted(kept)


def _is_no_wish(tokens: list[str], sentence: Span, piece: Span) -> bool:
    start, end = piece
    before = tokens[start - 1] if start > sentence[0] else ""
    after = tokens[end] if end < sentence[1] else ""
    bare_hour = tokens[end - 1].isdigit()
    counted = bare_hour and after[:1].isalpha() and after not in words.AFTER_AN_HOUR | words.JOINS
    return counted or after == "ago" or before in words.NO_WISH_BEFORE or _negated(tokens, sentence, start)


def _joined(tokens: list[str], pieces: list[Span]) -> Span:
    """The first time with what is added to it: "tomorrow" + "at 5pm" + "or" + "after 7"."""
    start, end = pieces[0]
    for piece in pieces[1:]:
        if not words.JOINS.issuperset(tokens[end : piece[0]]) or piece[0] - end > 2:
            break
        end = piece[1]
    return start, end


def _asks(tokens: list[str], sentence: Span, contact: Span) -> bool:
    """Whether it is a wish: not "don't call me", and not "call me names"."""
    start, end = contact
    if _negated(tokens, sentence, start):
        return False
    after = tokens[end] if end < sentence[1] else ""
    names = tokens[start] == "call" and tokens[end - 1] in ("me", "us")
    return not (names and after[:1].isalpha() and after not in words.AFTER_CALL_ME)


def _belongs(tokens: list[str], sentence: Span, span: Span, ask: Span) -> bool:
    """Whether the time is the wish's: it follows soon, or stands before it at the beginning."""
    if span[0] >= ask[1]:
        return span[0] - ask[1] <= NEAR
    return words.FILLER.issuperset(tokens[sentence[0] : span[0]]) and ask[0] - span[1] <= NEAR


def _is_alone(tokens: list[str], sentence: Span, span: Span) -> bool:
    rest = tokens[sentence[0] : span[0]] + tokens[span[1] : sentence[1]]
    return all(token in words.FILLER or not any(map(str.isalnum, token)) for token in rest)


# --- language and relation ----------------------------------------------------------------------------


def _language(tokens: list[str], sentences: list[Span], found: Found) -> str | None:
    for sentence in sentences:
        for span in _within(found.get("LANGUAGE", ()), sentence):
            if not _negated(tokens, sentence, span[0]):
                return _code(tokens[span[0] : span[1]])
        for start, end in _within(found.get("LANGUAGE_NAME", ()), sentence):
            rest = tokens[sentence[0] : start] + tokens[end : sentence[1]]
            if all(token in words.LANGUAGE_ALONE or not token.isalnum() for token in rest):
                return LANGUAGES[tokens[start]]
    return None


def _code(said: list[str]) -> str:
    if said == ["sign", "language"]:
        return LANGUAGES["sign language"]
    return next(LANGUAGES[word] for word in said if word in LANGUAGES)


def _relation(tokens: list[str], sentences: list[Span], found: Found) -> str | None:
    for sentence in sentences:
        sure = _within(found.get("WRITES_FOR", ()), sentence)
        likely = [s for s in _within(found.get("FOR_SOMEBODY", ()), sentence) if _seeks(tokens, sentence, s)]
        for start, end in sure + likely:
            if not _negated(tokens, sentence, start):
                return next(words.RELATIONS[t] for t in tokens[start:end] if t in words.RELATIONS)
    return None


def _seeks(tokens: list[str], sentence: Span, span: Span) -> bool:
    """ "For my son" says whom help is for only beside a word for help, or as the whole beginning."""
    before = tokens[sentence[0] : span[0]]
    return words.FILLER.union({"it", "this"}).issuperset(before) or not words.SEEKS_HELP.isdisjoint(before)
