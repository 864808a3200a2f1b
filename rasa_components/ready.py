"""Makes Rasa's agent ours before its first turn: no fallback memory, no swallowed failures, quiet logs."""

from __future__ import annotations

from typing import Any

from rasa.core.agent import Agent
from rasa.core.processor import MessageProcessor
from rasa.core.tracker_store import FailSafeTrackerStore
from sanic import Sanic

from rasa_components.processor import LoudProcessor
from rasa_components.quiet import hush
from rasa_components.runner import PlainRunner
from rasa_components.tracker_store import SealedTrackerStore


class NotReady(RuntimeError):
    """No turn is possible; the text names the missing part."""


def ready_agent(app: Sanic) -> Agent:
    """The agent, prepared once. Raises NotReady."""
    agent: Any = getattr(app.ctx, "agent", None)
    if agent is None or not agent.is_ready():
        raise NotReady("model")
    if not isinstance(agent.processor, LoudProcessor):
        _prepare(agent)
    return agent


def _prepare(agent: Agent) -> None:
    hush()
    store = agent.tracker_store
    if isinstance(store, FailSafeTrackerStore):
        # It answers from an empty memory when the database fails, and logs the events.
        store = store._tracker_store
    if not isinstance(store, SealedTrackerStore):
        # Rasa takes an in-memory store, with a warning, when it cannot import the one that is named.
        raise NotReady("tracker store")
    agent.tracker_store = store
    agent.processor = _loud(agent.processor, store)


def _loud(loaded: MessageProcessor, store: SealedTrackerStore) -> LoudProcessor:
    """The same processor with our class; making a new one would load the model again."""
    processor = LoudProcessor.__new__(LoudProcessor)
    processor.__dict__.update(loaded.__dict__)
    del processor.on_circuit_break  # the class's own
    processor.tracker_store = store
    processor.graph_runner = PlainRunner(loaded.graph_runner)
    return processor
