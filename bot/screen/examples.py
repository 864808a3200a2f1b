"""The project's own examples of danger and of its harmless neighbours (data/safety), read and unfolded."""

import random
import re
import zlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

HELD_OUT_OF = (
    "posts",
    "longer",
)  # files of data/safety whose lines were written one by one, in real registers
_SLOT = re.compile(r"\{([a-z_0-9]+)\}")


@dataclass(frozen=True)
class Example:
    """One text with its kind ("none" for harmless) and whom it is about."""

    text: str
    kind: str
    about: str
    source: str
    unfolded: bool = False

    @property
    def held_out(self) -> bool:
        """One in eight of the hand-written posts: nothing learns from these, thresholds and balance are set on them."""
        written = self.source.startswith(HELD_OUT_OF) and not self.unfolded
        return written and zlib.crc32(self.text.encode()) % 8 == 0


def read_examples(folder: Path, *, per_template: int = 30, seed: int = 7) -> list[Example]:
    """All lines, and `per_template` texts from each template; the same for the same files and seed."""
    found: dict[str, Example] = {}
    for path in sorted(folder.glob("*.yml")):
        document = yaml.safe_load(path.read_text(encoding="utf-8"))
        chance = random.Random(f"{seed}:{path.stem}")  # noqa: S311
        for part in document if isinstance(document, list) else [document]:
            for example in _examples(path.stem, part, per_template, chance):
                found.setdefault(example.text.lower(), example)
    return list(found.values())


def _examples(
    stem: str, document: Mapping[str, Any], per_template: int, chance: random.Random
) -> Iterator[Example]:
    kind, about = document["kind"], document.get("about", "")
    for line in document["lines"].strip().splitlines():
        yield Example(line.strip(), kind, about, stem)
    for template in document.get("templates", ()):
        for text in _unfold(template, document["slots"], per_template, chance):
            yield Example(text, kind, about, stem, unfolded=True)


def _unfold(
    template: str, slots: Mapping[str, Sequence[str]], count: int, chance: random.Random
) -> list[str]:
    """Up to `count` different texts of one template."""
    names = set(_SLOT.findall(template))
    most = 1
    for name in names:
        most *= len(slots[name])
    texts: set[str] = set()
    for _ in range(count * 4):
        if len(texts) >= min(count, most):
            break
        chosen = {name: chance.choice(slots[name]) for name in sorted(names)}
        texts.add(template.format(**chosen))
    return sorted(texts)
