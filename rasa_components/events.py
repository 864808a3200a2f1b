"""Rasa's events as JSON and back, quickly: Rasa searches all its classes for every event it reads."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from functools import lru_cache

from rasa.shared.core.events import Event
from rasa.shared.utils.common import all_subclasses


def write(events: Sequence[Event]) -> str:
    return json.dumps([event.as_dict() for event in events])


def read(text: str) -> list[Event]:
    """Raises KeyError for an event that this Rasa does not know."""
    kinds = _kinds()
    return [kinds[one["event"]]._from_parameters(one) for one in json.loads(text)]


@lru_cache(maxsize=1)
def _kinds() -> Mapping[str, type[Event]]:
    found: dict[str, type[Event]] = {}
    for kind in all_subclasses(Event):
        found.setdefault(kind.type_name, kind)  # the first one counts, as in Rasa
    return found
