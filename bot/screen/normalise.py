"""From what people type to plain words the rules can read. Judges nothing."""

import re
import unicodedata
from dataclasses import dataclass

from bot.screen.spelling import Speller
from bot.screen.wordlists import EMOJI, FILLERS, LOOKALIKES, word_set

_SPACED_OUT = re.compile(r"(?<![^\W_])(?:[A-Za-z](?:[.\-_*/|]| {1,4})){3,}[A-Za-z](?![^\W_])")
_LONG_CHUNK = 20
_DISGUISED = re.compile(r"(?i)[a-z][0-9@$*]+[a-z]|^[0-9@$!][a-z]{2,}|[a-z]{2}[0-9]$")
_WIDE = re.compile(r" {2,}")
_BOUNDARY = re.compile(r"(?<=[.!?])\s+|[\r\n;]+|(?<=[a-z]{2}[.!?])(?=[A-Z][a-z])|(?<=[.!?][\"')])\s+")
_CHUNK = re.compile(r"[^\s,/()\[\]\"“”<>=+|]+")
_NUMBER_UNIT = re.compile(r"^(\d+)([a-z]+)$")
_EDGES = "'’`.,!?:;-_~*&^%#—–…"


@dataclass(frozen=True)
class Sentence:
    """One sentence: plain words without fillers, and for each the chunk of the text it came from."""

    words: tuple[str, ...]
    sources: tuple[int, ...]
    chunks: tuple[str, ...]
    just: bool = False  # "just" is a filler before a wish and a time before an act

    def said(self, start: int, end: int) -> str:
        """What the person wrote where words start..end (end excluded) stand."""
        return " ".join(self.chunks[self.sources[start] : self.sources[end - 1] + 1])


def clean(text: str) -> str:
    """The text in one script, without invisible characters, spaced-out words closed; case is kept."""
    text = unicodedata.normalize("NFKC", text)
    text = "".join(EMOJI.get(c, c) for c in text)
    text = "".join(LOOKALIKES.get(c, c) for c in text if unicodedata.category(c) != "Cf")
    text = "".join(c for c in unicodedata.normalize("NFKD", text) if not unicodedata.combining(c))
    text = "".join(
        " " if unicodedata.category(c) in ("So", "Sk", "Cn", "Co") and c not in "^`" else c for c in text
    )
    text = text.replace("’", "'").replace("‘", "'").replace("`", "'")
    return _SPACED_OUT.sub(_close, text)


def _close(spaced: re.Match[str]) -> str:
    """Letters closed to words; a wider gap between letters is the end of a word."""
    return " ".join(re.sub(r"[ .\-_*/|]", "", word) for word in _WIDE.split(spaced.group()))


def sentences(text: str, speller: Speller) -> list[Sentence]:
    """The text's sentences in plain words; empty ones are left out."""
    found = (_sentence(part, speller) for part in _BOUNDARY.split(clean(text)))
    return [sentence for sentence in found if sentence.words]


def plain_text(text: str, found: list[Sentence]) -> str:
    """The text for the sentence encoder: cleaned, and rebuilt from its words where letters were disguised."""
    chunks = [chunk for sentence in found for chunk in sentence.chunks]
    odd = sum(len(c) > _LONG_CHUNK or bool(_DISGUISED.search(c)) for c in chunks)
    if odd * 5 <= len(chunks):
        return clean(text)
    return ". ".join(" ".join(sentence.words) for sentence in found)


def _sentence(part: str, speller: Speller) -> Sentence:
    chunks = tuple(_CHUNK.findall(part))
    words: list[str] = []
    sources: list[int] = []
    for position, chunk in enumerate(chunks):
        for word in _words(chunk, speller):
            if word not in FILLERS and not _is_filler_like(word, words):
                words.append(word)
                sources.append(position)
    return Sentence(tuple(words), tuple(sources), chunks, "just" in (c.lower() for c in chunks))


def _is_filler_like(word: str, before: list[str]) -> bool:
    """ "like" counts only after words of feeling and looking ("feel like", "sounds like")."""
    return word == "like" and not (before and before[-1] in _BEFORE_LIKE)


_BEFORE_LIKE = word_set(
    """
    feel feels felt feeling sound sounds seem seems look looks looking i you would id dont not what
    something
    """
)


def _words(chunk: str, speller: Speller) -> list[str]:
    bare = chunk.strip(_EDGES)
    if not bare:
        return []
    if chunk == "SI":
        return ["suicidal", "ideation"]
    repaired = speller.repair(bare.lower())
    return [piece for word in repaired for piece in _split_number(word)]


def _split_number(word: str) -> list[str]:
    found = _NUMBER_UNIT.match(word)
    if found:
        return [found.group(1), found.group(2)]
    return [word]
