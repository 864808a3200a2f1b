"""The Flesch-Kincaid grade of a text: the school year in which it is read with ease. For tests only.

textstat would do it, but brings nltk and loads a corpus from the network at its first use. Syllables are counted by
rule; where a rule errs it counts one too many, so the grade is rather too high than too low.
"""

import re

_SILENT = re.compile(r"(?:[^laeiouy]es|[^aeiouydt]ed|[^laeiouy]e)$")
_VOWELS = re.compile(r"[aeiouy]+")
_TWO = re.compile(r"ia|io(?!u|n)|eo(?!p)|ua|iu|ying|crea|idea")
_ONE = re.compile(r"cia|tia|gua|qua")
_SENTENCE_END = re.compile(r"[.!?:;]+(?:\s|$)")


def syllables(word: str) -> int:
    """At least one."""
    plain = word.lower()
    heard = _SILENT.sub(lambda end: end.group()[0], plain) if len(plain) > 3 else plain
    return max(1, len(_VOWELS.findall(heard)) + len(_TWO.findall(heard)) - len(_ONE.findall(heard)))


def grade(text: str) -> float:
    """0.39 x words per sentence + 11.8 x syllables per word - 15.59."""
    sentences = [part for part in _SENTENCE_END.split(text) if re.search("[a-z]", part)]
    words = re.findall(r"[A-Za-z']+", text)
    if not words:
        return 0.0
    return 0.39 * len(words) / len(sentences) + 11.8 * sum(map(syllables, words)) / len(words) - 15.59
