"""How good the screen is on a labelled file: recall, precision, the share asked. Prints ids, never texts."""

import json
import sys
from collections.abc import Sequence
from dataclasses import dataclass, replace
from math import sqrt
from pathlib import Path

from bot.screen.screen import Screen, load_screen
from bot.screen.verdict import KINDS, Verdict


@dataclass(frozen=True)
class Case:
    """One labelled line and what the screen said."""

    id: str
    risk: str
    note: str
    about: str
    verdict: Verdict

    @property
    def dangerous(self) -> bool:
        return self.risk != "none"

    @property
    def seen(self) -> bool:
        return self.verdict.level != "clear"


def read_cases(path: Path, screen: Screen) -> list[Case]:
    """The file's lines ({"id","text","risk",...}), each judged."""
    rows = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines() if line.strip()]
    return [
        Case(r["id"], r["risk"], r.get("note", ""), r.get("about", ""), screen.check(r["text"])) for r in rows
    ]


def wilson(hits: int, of: int) -> tuple[float, float]:
    """The 95 % interval of a share (Wilson's score)."""
    if of == 0:
        return (0.0, 1.0)
    z = 1.96
    share, denominator = hits / of, 1 + z * z / of
    middle = (share + z * z / (2 * of)) / denominator
    half = z * sqrt(share * (1 - share) / of + z * z / (4 * of * of)) / denominator
    return (max(0.0, middle - half), min(1.0, middle + half))


def share(name: str, hits: int, of: int) -> str:
    low, high = wilson(hits, of)
    return f"{name:<44}{hits:>5} of {of:<5}{hits / max(of, 1):>7.3f}   [{low:.3f}, {high:.3f}]"


def report(cases: Sequence[Case]) -> str:
    """The tables as text."""
    danger = [c for c in cases if c.dangerous]
    harmless = [c for c in cases if not c.dangerous]
    lines = ["recall: ask or crisis, of those in danger", share("all", _seen(danger), len(danger))]
    lines += [_kind_row(kind, danger) for kind in KINDS]
    lines += [_note_row(note, danger) for note in ("implicit", "denial")]
    lines += ["", "recall: crisis", share("all", _crisis(danger), len(danger)), "", "of the harmless"]
    lines += [
        share("crisis", _crisis(harmless), len(harmless)),
        share("ask or crisis", _seen(harmless), len(harmless)),
    ]
    lines += ["", "precision"]
    lines += [
        share("crisis", _crisis(danger), _crisis(cases)),
        share("ask or crisis", _seen(danger), _seen(cases)),
    ]
    right = [c for c in danger if c.seen]
    lines += ["", "of the dangers seen"]
    lines += [
        share("first kind is the label", sum(c.verdict.kinds[:1] == (c.risk,) for c in right), len(right))
    ]
    lines += [share("label among the kinds", sum(c.risk in c.verdict.kinds for c in right), len(right))]
    lines += [share("about is right", sum(c.verdict.about == c.about for c in right), len(right))]
    lines += ["", *_ids("missed", [c for c in danger if not c.seen])]
    lines += _ids("harmless called crisis", [c for c in harmless if c.verdict.level == "crisis"])
    lines += _ids("harmless asked", [c for c in harmless if c.verdict.level == "ask"])
    return "\n".join(lines)


def _seen(cases: Sequence[Case]) -> int:
    return sum(c.seen for c in cases)


def _crisis(cases: Sequence[Case]) -> int:
    return sum(c.verdict.level == "crisis" for c in cases)


def _kind_row(kind: str, danger: Sequence[Case]) -> str:
    these = [c for c in danger if c.risk == kind]
    return share(f"  {kind}", _seen(these), len(these))


def _note_row(note: str, danger: Sequence[Case]) -> str:
    these = [c for c in danger if c.note == note]
    return share(f"  note: {note}", _seen(these), len(these))


def _ids(name: str, cases: Sequence[Case]) -> list[str]:
    return [
        f"{name} ({len(cases)}): " + " ".join(f"{c.id}({c.risk})" if c.dangerous else c.id for c in cases)
    ]


def curve(path: Path, screen: Screen, thresholds: Sequence[float] = (0.4, 0.5, 0.58, 0.62, 0.7, 0.8)) -> str:
    """Recall and what it costs at several weights from which the screen asks."""
    if screen.classifier is None:
        return "no curve: the classifier is not there"
    lines = ["the curve: ask from, recall, harmless asked or crisis, harmless crisis"]
    for threshold in thresholds:
        classifier = replace(screen.classifier, ask_from=threshold)
        cases = read_cases(path, replace(screen, classifier=classifier))
        danger, harmless = [c for c in cases if c.dangerous], [c for c in cases if not c.dangerous]
        counts = ((_seen(danger), danger), (_seen(harmless), harmless), (_crisis(harmless), harmless))
        lines.append(f"  {threshold:.2f}" + "".join(f"{n / max(len(of), 1):>9.3f}" for n, of in counts))
    return "\n".join(lines)


def calibration(path: Path, screen: Screen) -> str:
    """For each fifth of the weight, how many of the file's lines are dangerous."""
    if screen.classifier is None:
        return "no calibration: the classifier is not there"
    rows = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines() if line.strip()]
    found: dict[int, list[bool]] = {fifth: [] for fifth in range(5)}
    for row in rows:
        levels = frozenset(s.level for s in screen.signals(row["text"]))
        weight = screen.classifier.weigh(screen.classifier.danger(row["text"]).nearness, levels)
        found[min(int(weight * 5), 4)].append(row["risk"] != "none")
    lines = [
        share(f"  weight {n / 5:.1f} to {(n + 1) / 5:.1f}: dangerous", sum(in_it), len(in_it))
        for n, in_it in found.items()
    ]
    return "\n".join(["calibration (half of such a file is dangerous)", *lines])


def main(arguments: Sequence[str]) -> int:
    """`python -m bot.screen.evaluate FILE`."""
    if len(arguments) != 1:
        sys.stderr.write("usage: python -m bot.screen.evaluate FILE.jsonl\n")
        return 2
    path, screen = Path(arguments[0]), load_screen(Path(".var"))
    parts = (report(read_cases(path, screen)), curve(path, screen), calibration(path, screen))
    sys.stdout.write("\n\n".join(parts) + "\n")
    return 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
