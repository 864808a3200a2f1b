"""Rasa's default pipeline (DIET) on given folds. Runs in stock Rasa's environment, by its path; imports nothing of ours.

`python bench/stock_folds.py FOLDS.jsonl`: {"text","label","fold"} in; {"fold","place","predicted"} and, after each
fold, {"fold","training","seconds"} out.
"""

from __future__ import annotations

import asyncio
import json
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

# What `rasa init` of 3.6 writes into config.yml, as its comments show the default pipeline.
DEFAULT_PIPELINE = """
recipe: default.v1
language: en
pipeline:
  - name: WhitespaceTokenizer
  - name: RegexFeaturizer
  - name: LexicalSyntacticFeaturizer
  - name: CountVectorsFeaturizer
  - name: CountVectorsFeaturizer
    analyzer: char_wb
    min_ngram: 1
    max_ngram: 4
  - name: DIETClassifier
    epochs: 100
    constrain_similarities: true
  - name: EntitySynonymMapper
  - name: ResponseSelector
    epochs: 100
    constrain_similarities: true
  - name: FallbackClassifier
    threshold: 0.3
    ambiguity_threshold: 0.1
"""


def examples_file(rows: list[dict[str, Any]]) -> str:
    """The rows in Rasa's training format."""
    lines: dict[str, str] = {}
    for row in rows:
        lines[row["label"]] = lines.get(row["label"], "") + f"- {row['text']}\n"
    blocks = [
        f"- intent: {label}\n  examples: {json.dumps(found, ensure_ascii=False)}\n"  # JSON's text is YAML's
        for label, found in sorted(lines.items())
    ]
    return 'version: "3.1"\nnlu:\n' + "".join(blocks)


def train(rows: list[dict[str, Any]], folder: Path) -> str:
    from rasa.model_training import train_nlu  # noqa: PLC0415

    (folder / "config.yml").write_text(DEFAULT_PIPELINE)
    (folder / "nlu.yml").write_text(examples_file(rows))
    made = train_nlu(str(folder / "config.yml"), str(folder / "nlu.yml"), str(folder))
    if made is None:
        raise SystemExit("Rasa could not train")
    return made


async def predict(model: str, rows: list[dict[str, Any]]) -> list[str | None]:
    from rasa.core.agent import load_agent  # noqa: PLC0415

    agent = await load_agent(model)
    found = [await agent.parse_message(row["text"].lstrip("/ ")) for row in rows]
    # The fallback says only that the best is weak: the best is what is compared.
    return [_best(one["intent_ranking"]) for one in found]


def _best(ranking: list[dict[str, Any]]) -> str | None:
    return next((one["name"] for one in ranking if one["name"] != "nlu_fallback"), None)


def main() -> None:
    rows = [json.loads(line) for line in Path(sys.argv[1]).read_text().splitlines()]
    for fold in sorted({row["fold"] for row in rows}):
        begun = time.monotonic()
        with tempfile.TemporaryDirectory() as folder:
            model = train([row for row in rows if row["fold"] != fold], Path(folder))
            trained = time.monotonic() - begun
            asked = [place for place, row in enumerate(rows) if row["fold"] == fold]
            for place, best in zip(
                asked, asyncio.run(predict(model, [rows[place] for place in asked])), strict=True
            ):
                print(json.dumps({"fold": fold, "place": place, "predicted": best}))
        seconds = time.monotonic() - begun
        print(json.dumps({"fold": fold, "training": trained, "seconds": seconds}), flush=True)


if __name__ == "__main__":
    main()
