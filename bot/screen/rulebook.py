"""The rules as a clinician writes them (rules/*.yml), read, checked and compiled. Decides nothing."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from bot.screen.phrases import END, MANY, NUMBER, START, Phrase, Phrasebook, Text, numbers_in, read_phrase
from bot.screen.verdict import KINDS, LEVELS, SIGNS, Level

DEFAULT_FOLDER = Path(__file__).with_name("rules")
_NOT_KINDS = ("macros", "idioms", "scopes")


class RuleError(ValueError):
    """A file of rules has an entry that cannot be used; the message names file, rule and fault."""


@dataclass(frozen=True)
class Rule:
    """One sign of danger: phrases, what they mean, and what takes them back (`drop_if`) or softens them."""

    id: str
    level: Level
    kind: str
    reason: str
    phrases: tuple[str, ...]
    about: str = "self"
    sign: str = ""
    drop_if: frozenset[str] = frozenset()
    lower_if: frozenset[str] = frozenset()
    needs: str = ""
    matches: tuple[str, ...] = ()
    not_matches: tuple[str, ...] = ()


@dataclass(frozen=True)
class Scope:
    """Words that change how a sign is read: in the same sentence, or anywhere in the message."""

    id: str
    where: str
    reason: str
    phrases: tuple[str, ...]
    unless: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Rulebook:
    """Everything the reader needs, compiled."""

    rules: Mapping[str, Rule]
    scopes: Mapping[str, Scope]
    negators: frozenset[str]
    bridge: frozenset[str]
    strugglers: frozenset[str]
    idioms: "PhraseFinder"
    rule_finder: "PhraseFinder"
    scope_finder: "PhraseFinder"
    words: frozenset[str] = field(default_factory=frozenset)


class PhraseFinder:
    """Finds the phrases of many rules in one sentence; only phrases whose anchor word is there are tried."""

    def __init__(self, book: Phrasebook, phrases: Mapping[str, Sequence[str]]) -> None:
        self._book = book
        self._phrases: list[tuple[str, Phrase, frozenset[str] | None]] = []
        self._by_anchor: dict[str, list[int]] = defaultdict(list)
        self._also: list[list[frozenset[str]]] = []
        self.words: set[str] = set()
        for key, lines in phrases.items():
            for line in lines:
                self._add(key, read_phrase(line))

    def _add(self, key: str, phrase: Phrase) -> None:
        number = len(self._phrases)
        firsts = self._book.firsts(phrase)
        self._phrases.append((key, phrase, None if firsts is None or firsts & {NUMBER, MANY} else firsts))
        self.words |= self._book.words(phrase)
        first, *others = self._book.anchors(phrase)
        self._also.append(others)
        for anchor in first:
            self._by_anchor[anchor].append(number)

    def find(self, words: Sequence[str]) -> list[tuple[str, int, int]]:
        """(key, start, end) of every phrase found, the longest of overlapping ones of a rule."""
        present = {START, END, *words} | numbers_in(words)
        anchored = sorted({number for word in present for number in self._by_anchor.get(word, ())})
        tried = [n for n in anchored if not any(present.isdisjoint(words) for words in self._also[n])]
        if not tried:
            return []
        text = Text(words, self._book)
        found: dict[str, list[tuple[int, int]]] = defaultdict(list)
        for number in tried:
            key, phrase, firsts = self._phrases[number]
            found[key] += text.find(phrase, firsts)
        return [(key, start, end) for key, spans in found.items() for start, end in _apart(spans)]


def _apart(spans: Sequence[tuple[int, int]]) -> list[tuple[int, int]]:
    """The longest of overlapping spans, in order."""
    kept: list[tuple[int, int]] = []
    for start, end in sorted(set(spans), key=lambda s: (s[0] - s[1], s[0])):
        if all(end <= other[0] or start >= other[1] for other in kept):
            kept.append((start, end))
    return sorted(kept)


def load_rulebook(folder: Path = DEFAULT_FOLDER) -> Rulebook:
    """Read and compile every file of the folder; raises RuleError."""
    files = {path.stem: _read(path) for path in sorted(folder.glob("*.yml"))}
    book = Phrasebook({key: tuple(value) for key, value in files["macros"].items()})
    rules = _by_id(
        rule for stem, doc in files.items() if stem not in _NOT_KINDS for rule in _rules(stem, doc)
    )
    scopes = _by_id(_scope(entry) for entry in files["scopes"]["scopes"])
    _check_scopes(rules.values(), scopes)
    rule_finder = PhraseFinder(book, {r.id: r.phrases for r in rules.values()})
    scope_finder = PhraseFinder(book, {s.id: s.phrases for s in scopes.values()})
    idioms = PhraseFinder(book, {"idiom": files["idioms"]["idioms"]})
    negation = files["scopes"]["negation"]
    words = rule_finder.words | scope_finder.words | idioms.words | set(negation["bridge"])
    return Rulebook(
        rules, scopes, frozenset(negation["negators"]), frozenset(negation["bridge"]),
        frozenset(negation["strugglers"]),
        idioms, rule_finder, scope_finder, frozenset(words),
    )  # fmt: skip


def _read(path: Path) -> Any:
    # BaseLoader: every scalar is text, so "no", "on" and "off" stay words.
    return yaml.load(path.read_text(encoding="utf-8"), Loader=yaml.BaseLoader)  # noqa: S506  # nosec B506


def _rules(stem: str, document: Mapping[str, Any]) -> Iterable[Rule]:
    defaults = document.get("defaults", {})
    return [_rule(stem, {**defaults, **entry}) for entry in document["rules"]]


def _rule(stem: str, entry: dict[str, Any]) -> Rule:
    try:
        return _read_rule(entry)
    except (KeyError, TypeError, ValueError) as error:
        raise RuleError(f"rules/{stem}.yml: {entry.get('id', entry)}: {error}") from error


def _read_rule(entry: dict[str, Any]) -> Rule:
    fields = {key: value for key, value in entry.items() if key not in ("patterns", "not", "matches")}
    fields["drop_if"] = frozenset(fields.get("drop_if", ()))
    fields["lower_if"] = frozenset(fields.get("lower_if", ()))
    rule = Rule(
        **fields,
        phrases=tuple(entry["patterns"]),
        matches=tuple(entry["matches"]),
        not_matches=tuple(entry.get("not", ())),
    )
    if rule.level not in LEVELS[1:] or rule.kind not in KINDS or (rule.sign and rule.sign not in SIGNS):
        raise ValueError("unknown level, kind or sign")
    return rule


def _scope(entry: Mapping[str, Any]) -> Scope:
    return Scope(
        entry["id"],
        entry["where"],
        entry["reason"],
        tuple(entry["patterns"]),
        frozenset(entry.get("unless", ())),
    )


def _by_id(entries: Iterable[Any]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for entry in entries:
        if entry.id in found:
            raise RuleError(f"the id {entry.id} is used twice")
        found[entry.id] = entry
    return found


def _check_scopes(rules: Iterable[Rule], scopes: Mapping[str, Scope]) -> None:
    for rule in rules:
        unknown = (rule.drop_if | rule.lower_if) - set(scopes) - {"negated", "quoted"}
        if unknown:
            raise RuleError(f"{rule.id}: unknown scopes {sorted(unknown)}")
