"""The reviewed file of fixed texts, read and rendered. Changes no word and decides nothing."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol

import yaml

DEFAULT_PATH = Path(__file__).with_name("texts.yml")
SPANISH_PATH = Path(__file__).with_name("texts_es.yml")


class TextError(ValueError):
    """The file of fixed texts is not what it should be, or lacks the text that was asked for."""


class Clinic(Protocol):
    """What a text may name of the clinic (clinic.yml)."""

    @property
    def name(self) -> str: ...
    @property
    def phone(self) -> str: ...
    @property
    def short_name(self) -> str: ...


@dataclass(frozen=True)
class Option:
    """A numbered or button reply: the label a person sees, the payload the bot gets."""

    label: str
    payload: str


@dataclass(frozen=True)
class FixedText:
    """One reviewed text. `after` follows the options on SMS and the text everywhere else."""

    id: str
    text: str
    reason: str
    options: tuple[Option, ...] = ()
    after: str = ""
    line: bool = False
    plain_line: bool = False
    names_keywords: bool = False


@dataclass(frozen=True)
class Texts:
    """All fixed texts by id. `translations`: the same in other languages; what is missing there is English."""

    by_id: Mapping[str, FixedText]
    lines: Mapping[str, str]
    contacts: Mapping[str, Mapping[str, str]]
    translations: Mapping[str, "Texts"] = field(default_factory=dict)

    def render(
        self,
        text_id: str,
        clinic: Clinic,
        *,
        line: str | None = None,
        language: str | None = None,
        **values: str,
    ) -> tuple[str, tuple[Option, ...]]:
        """The text with the clinic's name filled in, and its options.

        `line` ("alerted" or "nobody") adds the sentence about the counselors to the texts that take one; pass
        what is true at that moment, or nothing. `language` is what the person writes ("es"); `values` fill
        further places ({priority}, {case}).
        """
        spoken = self._in(language, text_id)
        fixed = spoken._find(text_id)
        text = _fill(fixed.text, clinic, values) + spoken._line(fixed, line)
        return text + _fill(fixed.after, clinic, values), fixed.options

    def _in(self, language: str | None, text_id: str) -> "Texts":
        """The texts in this language, when it has the text and every sentence that may be added to it."""
        translated = self.translations.get(language or "")
        return translated if translated is not None and text_id in translated.by_id else self

    def sms(self, text_id: str, clinic: Clinic, *, line: str | None = None, **values: str) -> str:
        """The text as one SMS, options as "Reply 1 = ..., 2 = ..."."""
        fixed = self._find(text_id)
        text = _fill(fixed.text, clinic, values) + self._line(fixed, line)
        return text + reply_part(fixed.options) + _fill(fixed.after, clinic, values)

    def _find(self, text_id: str) -> FixedText:
        if text_id not in self.by_id:
            raise TextError(f"there is no fixed text {text_id!r}")
        return self.by_id[text_id]

    def _line(self, fixed: FixedText, line: str | None) -> str:
        if line is None or not fixed.line:
            return ""
        if line == "nobody" and fixed.plain_line:
            line = "nobody_plain"
        if line not in self.lines:
            raise TextError(f"there is no line {line!r}; known: {', '.join(self.lines)}")
        return " " + self.lines[line]


def reply_part(options: Sequence[Option]) -> str:
    """ " Reply 1 = a, 2 = b." with its leading space, or nothing."""
    if not options:
        return ""
    return " Reply " + ", ".join(f"{n} = {o.label}" for n, o in enumerate(options, start=1)) + "."


def load_texts(path: Path | str = DEFAULT_PATH) -> Texts:
    """Read the file; raises TextError with every problem named at once."""
    document = yaml.safe_load(Path(path).read_text(encoding="utf-8"))
    problems: list[str] = []
    texts = {key: _read_text(key, entry, problems) for key, entry in document["texts"].items()}
    if problems:
        raise TextError("; ".join(problems))
    lines = {key: entry["text"] for key, entry in document["lines"].items()}
    return Texts(texts, lines, {str(key): entry for key, entry in document["contacts"].items()})


def _read_text(key: str, entry: Mapping[str, Any], problems: list[str]) -> FixedText:
    unknown = set(entry) - set(FixedText.__dataclass_fields__)
    if unknown or not entry.get("text") or not entry.get("reason"):
        problems.append(f"{key}: needs text and reason; unknown: {sorted(unknown)}")
        return FixedText(key, "", "")
    fields = dict(entry)
    fields["options"] = tuple(Option(o["label"], o["payload"]) for o in entry.get("options", ()))
    return FixedText(id=key, **fields)


def _fill(template: str, clinic: Clinic, values: Mapping[str, str]) -> str:
    return template.format(
        clinic_name=clinic.name, clinic_phone=clinic.phone, short_name=clinic.short_name, **values
    )
