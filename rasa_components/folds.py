"""The clinic's pipeline on given folds, with the settings of config.yml, for cross-validation.

`python -m rasa_components.folds FOLDS.jsonl`: {"text","label","fold"} in; {"fold","place","predicted","confidence"}
and, after each fold, {"fold","training","seconds"} out.
"""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path
from typing import Any

import numpy as np
import yaml

import encoder
from rasa_components.calm import calm
from rasa_components.intents import IntentModel
from rasa_components.longer import lengthen
from rasa_components.topics import TOPICS, prefer, read_topics
from rasa_components.vectors import encode_all

ROOT = Path(__file__).resolve().parents[1]
Row = dict[str, Any]


def settings_of(config: Path) -> tuple[dict[str, Any], float]:
    """The classifier's settings, and how many longer messages are made for each example."""
    from rasa_components.classifier import DEFAULTS  # noqa: PLC0415 -- Rasa takes seconds to import

    parts = {part["name"].rsplit(".", 1)[-1]: part for part in yaml.safe_load(config.read_text())["pipeline"]}
    return {**DEFAULTS, **parts["ClinicIntentClassifier"]}, parts.get("Lengthener", {"share": 0.0})["share"]


def learn(rows: list[Row], vectors: encoder.Encoder, folder: Path) -> IntentModel:
    settings, share = settings_of(ROOT / "config.yml")
    pairs = [(row["text"], row["label"]) for row in rows]
    pairs += lengthen(pairs, share)
    texts = [text for text, _ in pairs]
    known = encode_all([calm(text) for text in texts], vectors, folder)
    return IntentModel.learn(
        texts, np.stack([known[calm(text)] for text in texts]), [one for _, one in pairs], settings
    )


def main() -> None:
    rows = [json.loads(line) for line in Path(sys.argv[1]).read_text().splitlines()]
    folder = ROOT / encoder.DEFAULT_FOLDER
    vectors = encoder.load(folder)
    settings, _ = settings_of(ROOT / "config.yml")
    topics = read_topics(TOPICS)
    for fold in sorted({row["fold"] for row in rows}):
        begun = time.monotonic()
        model = learn([row for row in rows if row["fold"] != fold], vectors, folder)
        trained = time.monotonic() - begun
        for place in (place for place, row in enumerate(rows) if row["fold"] == fold):
            text = rows[place]["text"]
            shares = model.shares(text, vectors.encode(calm(text))[None], settings)
            shares = prefer(shares, model.intents, topics)
            best = int(shares.argmax())
            found = {"predicted": model.intents[best], "confidence": round(float(shares[best]), 4)}
            print(json.dumps({"fold": fold, "place": place, **found}))
        print(
            json.dumps({"fold": fold, "training": trained, "seconds": time.monotonic() - begun}), flush=True
        )


if __name__ == "__main__":
    main()
