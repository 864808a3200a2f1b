"""Runs Rasa's loaded graph node by node. Dask, which Rasa uses, costs more per turn than most nodes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from rasa.engine.graph import GraphNode, GraphSchema
from rasa.engine.runner.dask import DaskGraphRunner


class PlainRunner:
    """The same nodes and the same results as the runner that loaded them; one after the other, each once."""

    def __init__(self, loaded: DaskGraphRunner) -> None:
        self._nodes: Mapping[str, GraphNode] = loaded._instantiated_nodes
        self._schema: GraphSchema = loaded._graph_schema

    def run(
        self, inputs: Mapping[str, Any] | None = None, targets: list[str] | None = None
    ) -> dict[str, Any]:
        """What each target node returns."""
        results = {name: (name, value) for name, value in (inputs or {}).items()}
        wanted = targets or self._schema.target_names
        return dict(self._result(name, results) for name in wanted)

    def _result(self, name: str, results: dict[str, Any]) -> Any:
        if name not in results:
            needs = self._schema.nodes[name].needs.values()
            results[name] = self._nodes[name](*[self._result(need, results) for need in needs])
        return results[name]
