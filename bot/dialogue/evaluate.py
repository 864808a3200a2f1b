"""How well the trained model understands labelled messages. Prints counts and ids of topics, never a text.

`python -m bot.dialogue.evaluate FOLDER` with intents.jsonl and oos.jsonl ({"id","text","label","also"}).
"""

import json
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

from bot.dialogue.understand import OUT_OF_SCOPE, understand

FILES = ("intents.jsonl", "oos.jsonl")
BINS = (0.0, 0.2, 0.4, 0.6, 0.8, 1.0001)


@dataclass(frozen=True)
class Case:
    """One labelled message and the topic that was understood. `also` are labels that count as right, too."""

    label: str
    also: tuple[str, ...]
    topic: str
    confidence: float

    @property
    def right(self) -> bool:
        return self.topic == self.label or self.topic in self.also

    @property
    def truth(self) -> str:
        """The label, or the other acceptable one that was understood."""
        return self.topic if self.right else self.label


def read_cases(path: Path) -> list[Case]:
    """The file's lines as the trained model understands them."""
    rows = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines() if line.strip()]
    asked = (json.dumps({"id": row["id"], "text": row["text"]}) for row in rows)
    found = [json.loads(line) for line in understand(asked)]
    return [
        Case(row["label"], tuple(row.get("also") or ()), one["topic"], one["confidence"])
        for row, one in zip(rows, found, strict=True)
    ]


def share(hits: Sequence[bool]) -> float:
    return sum(hits) / max(len(hits), 1)


def f1(topic: str, pairs: Sequence[tuple[str, str]]) -> float:
    """2 x right / (labelled + understood), for pairs of truth and topic."""
    right = sum(truth == found == topic for truth, found in pairs)
    named = sum(truth == topic for truth, _ in pairs) + sum(found == topic for _, found in pairs)
    return 2 * right / named if named else 0.0


def report(messages: Sequence[Case], beyond: Sequence[Case]) -> Iterator[str]:
    """The tables as lines."""
    topics = sorted({case.label for case in messages})
    pairs = [(case.truth, case.topic) for case in messages]
    inside = [case for case in messages if case.label != OUT_OF_SCOPE]
    yield f"topic accuracy, strict            {share([case.topic == case.label for case in messages]):.3f}"
    yield f"topic accuracy, also counts       {share([case.right for case in messages]):.3f}"
    yield f"macro-F1, also counts             {sum(f1(topic, pairs) for topic in topics) / len(topics):.3f}"
    yield f"in scope, thrown out              {share([case.topic == OUT_OF_SCOPE for case in inside]):.3f}"
    if beyond:
        yield f"out of scope, found               {share([case.topic == OUT_OF_SCOPE for case in beyond]):.3f}"
    yield ""
    yield f"{'topic':30}{'messages':>9}{'right':>7}{'F1':>8}"
    for topic in topics:
        own = [case for case in messages if case.label == topic]
        yield f"{topic:30}{len(own):9}{sum(case.right for case in own):7}{f1(topic, pairs):8.3f}"
    yield ""
    yield from calibration(messages)


def calibration(cases: Sequence[Case]) -> Iterator[str]:
    """How often the topic is right where the intent's confidence is so much. An intent is narrower than its
    topic, so the topic is right more often than the confidence says."""
    yield f"{'confidence':14}{'messages':>9}{'mean':>8}{'right':>8}"
    for low, high in pairwise(BINS):
        here = [case for case in cases if low <= case.confidence < high]
        if here:
            mean = sum(case.confidence for case in here) / len(here)
            right = share([case.right for case in here])
            yield f"{low:.1f} to {min(high, 1):.1f}    {len(here):9}{mean:8.3f}{right:8.3f}"


def main(folder: Path) -> None:
    messages = read_cases(folder / FILES[0])
    beyond = read_cases(folder / FILES[1]) if (folder / FILES[1]).exists() else []
    print("\n".join(report(messages, beyond)))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
