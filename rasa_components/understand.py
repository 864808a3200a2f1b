"""What a trained model understands, line by line, without a server or a database.

`python -m rasa_components.understand model.tar.gz`: JSON Lines {"id","text"} in,
{"id","intent","confidence","ranking"} out.
"""

from __future__ import annotations

import json
import sys
import tempfile
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any

from rasa.core.channels.channel import UserMessage
from rasa.engine import loader
from rasa.engine.constants import PLACEHOLDER_MESSAGE, PLACEHOLDER_TRACKER
from rasa.engine.runner.dask import DaskGraphRunner
from rasa.engine.storage.local_model_storage import LocalModelStorage
from rasa.shared.core.trackers import DialogueStateTracker

from rasa_components.turn import typed

Understand = Callable[[str], dict[str, Any]]


def load(model: Path) -> Understand:
    """A function from a typed text to what a turn would understand: `intent` and `intent_ranking`."""
    with tempfile.TemporaryDirectory() as folder:
        known, graph = loader.load_predict_graph_runner(
            Path(folder), model, LocalModelStorage, DaskGraphRunner
        )

    def understand(text: str) -> dict[str, Any]:
        inputs = {
            PLACEHOLDER_MESSAGE: [UserMessage(typed(text))],
            PLACEHOLDER_TRACKER: DialogueStateTracker.from_events("", []),
        }
        message = graph.run(inputs=inputs, targets=[known.nlu_target])[known.nlu_target][0]
        parsed: dict[str, Any] = message.as_dict(only_output_properties=True)
        return parsed

    return understand


def answer(lines: Iterable[str], understand: Understand) -> Iterator[str]:
    """One line out for each line in, in order."""
    for line in lines:
        asked = json.loads(line)
        found = understand(str(asked["text"]))
        intent, ranking = found["intent"], found.get("intent_ranking", [])
        yield json.dumps(
            {
                "id": asked["id"],
                "intent": intent["name"],
                "confidence": intent["confidence"],
                "ranking": [[one["name"], one["confidence"]] for one in ranking],
            }
        )


def main() -> None:
    understand = load(Path(sys.argv[1]))
    for line in answer(sys.stdin, understand):
        print(line, flush=True)


if __name__ == "__main__":
    main()
