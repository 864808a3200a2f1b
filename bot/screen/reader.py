"""Reads sentences with the rules: masks idioms, finds signs, lets scopes take them back or soften them.

What other sentences say can make a sign a question, it never takes one back: "3 years clean" beside "i cut myself"
is a reason to ask, and harmless words around a danger must not clear it.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from bot.screen.normalise import Sentence
from bot.screen.rulebook import Rule, Rulebook
from bot.screen.verdict import LEVELS, About, Level

_MASK = "_"
MINOR_SCOPE = "minor_writes"
_REACH = 6  # words between a negator and what it denies


@dataclass(frozen=True)
class Signal:
    """One sign that stands after the scopes were looked at."""

    rule: str
    level: Level
    kind: str
    about: About
    said: str
    sign: str
    sentence: str
    start: int
    end: int
    minor: bool = False


@dataclass(frozen=True)
class Reader:
    book: Rulebook

    def signals(self, found: Sequence[Sentence]) -> list[Signal]:
        masked = [self._mask(sentence) for sentence in found]
        per_sentence = [self._scopes(sentence) for sentence in found]
        message = frozenset().union(*per_sentence)
        signals: list[Signal] = []
        for sentence, own in zip(masked, per_sentence, strict=True):
            signals += self._sentence(sentence, own, message)
        return signals

    def _scopes(self, sentence: Sentence) -> set[str]:
        words = ("just", *sentence.words) if sentence.just else sentence.words
        return {key for key, _, _ in self.book.scope_finder.find(words)}

    def _mask(self, sentence: Sentence) -> Sentence:
        words = list(sentence.words)
        for _, start, end in self.book.idioms.find(sentence.words):
            words[start:end] = [_MASK] * (end - start)
        return replace(sentence, words=tuple(words))

    def _active(self, own: set[str], message: frozenset[str]) -> frozenset[str]:
        """Scopes that hold in a sentence: its own, and the message's, unless another scope lifts them."""
        reach = {s for s in message if self.book.scopes[s].where == "message"} | own
        return frozenset(s for s in reach if not self.book.scopes[s].unless & (reach | own))

    def _alone(self, own: set[str], message: frozenset[str]) -> frozenset[str]:
        """A sentence's own scopes, unless one anywhere in the message lifts them."""
        return frozenset(s for s in own if not self.book.scopes[s].unless & (message | own))

    def _sentence(self, sentence: Sentence, own: set[str], message: frozenset[str]) -> list[Signal]:
        within, alone = self._active(own, message), self._alone(own, message)
        signals = []
        for key, start, end in self.book.rule_finder.find(sentence.words):
            rule = self.book.rules[key]
            level = self._level(rule, sentence, start, within)
            if level == "clear" and self._level(rule, sentence, start, alone) != "clear":
                level = "ask"
            if level != "clear" and (not rule.needs or rule.needs in message):
                found = _signal(rule, level, sentence, start, end)
                signals.append(replace(found, minor=MINOR_SCOPE in message))
        return signals

    def _level(self, rule: Rule, sentence: Sentence, start: int, scopes: frozenset[str]) -> Level:
        here = scopes | {"negated"} if self._negated(sentence.words, start) else scopes
        if rule.drop_if & here:
            return "clear"
        steps = LEVELS.index(rule.level) - len(rule.lower_if & here)
        return LEVELS[max(steps, 0)]

    def _negated(self, words: Sequence[str], start: int) -> bool:
        """Is there a "not", "never", "no" before the words, with nothing but small words between?"""
        for position in range(start - 1, max(start - 1 - _REACH, -1), -1):
            if words[position] in self.book.negators:
                return not self.book.strugglers.intersection(words[max(position - 3, 0) : position])
            if words[position] not in self.book.bridge:
                return False
        return False


def _signal(rule: Rule, level: Level, sentence: Sentence, start: int, end: int) -> Signal:
    about: About = "other" if rule.about == "other" else "self"
    said = sentence.said(start, end) if end > start else ""
    return Signal(rule.id, level, rule.kind, about, said, rule.sign, " ".join(sentence.chunks), start, end)
