"""Which language a client writes, English or Spanish, from the words alone. Sends and stores nothing.

Only words that no English text uses count for Spanish, so that nobody who writes English hears Spanish.
"""

import re
import unicodedata
from functools import cache

from bot.reading.language_words import BOTH, COURTESY, GREETING, NOT_ONLY_SPANISH
from bot.reading.language_words import ENGLISH as ENGLISH_WORDS
from bot.reading.language_words import SPANISH as SPANISH_WORDS

ENGLISH, SPANISH = "en", "es"
MAX_READ = 600  # characters; who writes more has said enough by then

_WORD = re.compile(r"[a-z']+")


def language_after(text: str, before: str | None) -> str | None:
    """The language to speak with somebody who wrote `text`; `before` when the words do not tell.

    A greeting alone decides only where nothing was decided before; thanks alone never do.
    """
    words = _words(text)
    if before is None and words and GREETING.issuperset(words):
        return SPANISH
    spanish, english = _counts([word for word in words if word not in COURTESY])
    if spanish > english:
        return SPANISH
    if english > spanish and (before is None or _is_a_sentence(words, spanish, english)):
        return ENGLISH
    return before


def _is_a_sentence(words: list[str], spanish: int, english: int) -> bool:
    """ "ok", "yes" and "please" are said in every language; a whole sentence of English is a change to it."""
    return len(words) > 1 and (english - spanish > 1 or (not spanish and len(words) > 2))


def _words(text: str) -> list[str]:
    folded = unicodedata.normalize("NFKD", text[:MAX_READ].lower().replace("’", "'"))
    return _WORD.findall("".join(c for c in folded if not unicodedata.combining(c)))


def _counts(words: list[str]) -> tuple[int, int]:
    spanish, english = _lists()
    return sum(word in spanish for word in words), sum(word in english for word in words)


@cache
def _lists() -> tuple[frozenset[str], frozenset[str]]:
    """The words that only Spanish has, and those that only English has."""
    from spacy.lang.en import stop_words as english  # noqa: PLC0415 - slow to import
    from spacy.lang.es import stop_words as spanish  # noqa: PLC0415

    folded = {word for listed in spanish.STOP_WORDS for word in _words(listed)}
    only_spanish = (folded - english.STOP_WORDS - NOT_ONLY_SPANISH) | SPANISH_WORDS
    return frozenset(only_spanish), frozenset((english.STOP_WORDS | ENGLISH_WORDS) - only_spanish - BOTH)
