"""Makes a data set of so many intents and rows, for the time and the memory of `warmline benchmark-nlu`.

`python -m bench.intents FOLDER [--intents 150] [--each 100]` writes train.csv, test.csv (with rows out of scope) and
prints nothing. The sentences are put together from lists: they say how long it takes, not how well it understands.
"""

from __future__ import annotations

import argparse
import csv
import itertools
import random
from collections.abc import Iterator, Sequence
from pathlib import Path

OUTSIDE = "oos"
TEST_EACH, TEST_OUTSIDE = 30, 1000
_ACTS = (
    *("book", "cancel", "move", "check", "find", "repair", "order", "return", "share", "print", "translate"),
    *("compare", "measure", "rent", "sell"),
)
_THINGS = (
    *(
        "table",
        "flight",
        "parcel",
        "bill",
        "song",
        "recipe",
        "car",
        "room",
        "ticket",
        "alarm",
        "photo",
        "card",
    ),
    *("meeting", "visa", "phone"),
)
_STRANGE = (
    *("volcano", "comet", "pyramid", "glacier", "violin", "beetle", "tribe", "planet", "fossil", "poem"),
    *("emperor", "mushroom", "castle", "whale", "equation"),
)
_OPENINGS = (
    *(
        "",
        "please ",
        "hey, ",
        "can you ",
        "could you ",
        "i want to ",
        "i need to ",
        "help me ",
        "i'd like to ",
    ),
    *("how do i ", "what is the best way to ", "let's ", "is it possible to ", "i have to ", "would you "),
)
_BETWEEN = ("the ", "my ", "a ", "that ", "our ", "this ", "one more ", "the other ")
_ENDINGS = (
    *("", " today", " for tomorrow", " for my mother", " before noon", " again", " as soon as i can"),
    *(
        " on monday",
        " for two people",
        " near the station",
        " without paying more",
        " for work",
        " right now",
    ),
)
_ASKED = (
    "how old is ",
    "who found ",
    "why is there ",
    "what colour is ",
    "where was ",
    "is there a story about ",
)

Row = tuple[str, str]


def sentences(intent: tuple[str, str], count: int, draw: random.Random) -> list[str]:
    """So many different ways of asking for one act with one thing; fewer where the lists do not give more."""
    act, thing = intent
    ways = list(itertools.product(_OPENINGS, _BETWEEN, _ENDINGS))
    return [
        f"{opening}{act} {between}{thing}{ending}"
        for opening, between, ending in draw.sample(ways, min(count, len(ways)))
    ]


def rows(intents: int, each: int, seed: int = 1) -> tuple[list[Row], list[Row]]:
    """Train and test. At most 225 intents."""
    draw = random.Random(seed)  # noqa: S311 -- the same set each time
    train: list[Row] = []
    test: list[Row] = []
    for intent in itertools.islice(itertools.product(_ACTS, _THINGS), intents):
        label = "_".join(intent)
        found = sentences(intent, each + TEST_EACH, draw)
        train += [(text, label) for text in found[:each]]
        test += [(text, label) for text in found[each:]]
    return train, [*test, *((text, OUTSIDE) for text in _outside(draw))]


def _outside(draw: random.Random) -> Iterator[str]:
    for _ in range(TEST_OUTSIDE):
        yield draw.choice(_ASKED) + draw.choice(_BETWEEN) + draw.choice(_STRANGE) + draw.choice(_ENDINGS)


def write(path: Path, found: Sequence[Row]) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        out = csv.writer(file)
        out.writerow(("sentence", "label"))
        out.writerows(found)


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bench.intents", description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--intents", type=int, default=150)
    parser.add_argument("--each", type=int, default=100)
    asked = parser.parse_args()
    asked.folder.mkdir(parents=True, exist_ok=True)
    for name, found in zip(("train.csv", "test.csv"), rows(asked.intents, asked.each), strict=True):
        write(asked.folder / name, found)


if __name__ == "__main__":
    main()
