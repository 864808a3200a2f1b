"""Keeps a conversation short: what the last turns need, and where older ones had led. No database."""

from __future__ import annotations

from collections.abc import Sequence

from rasa.shared.core.constants import ACTION_LISTEN_NAME, ACTION_SESSION_START_NAME
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import ActionExecuted, ActiveLoop, Event, SessionStarted, SlotSet, UserUttered
from rasa.shared.core.trackers import DialogueStateTracker

KEPT_TURNS = 3  # the rules look back one, the actions two


def shorten(sender_id: str, events: Sequence[Event], domain: Domain) -> list[Event]:
    """The last turns as they were, behind a start that sets the slots and the form as they were before them.

    Every turn costs Rasa a replay of all events, several times over, so an endless history makes it slow.
    """
    starts = [place for place, event in enumerate(events) if isinstance(event, UserUttered)]
    if len(starts) <= KEPT_TURNS:
        return list(events)
    cut = starts[-KEPT_TURNS]
    before = DialogueStateTracker.from_events(sender_id, list(events[:cut]), domain.slots)
    return [*_start(before, domain), *events[cut:]]


def _start(before: DialogueStateTracker, domain: Domain) -> list[Event]:
    empty = {slot.name: slot.initial_value for slot in domain.slots}
    events: list[Event] = [ActionExecuted(ACTION_SESSION_START_NAME), SessionStarted()]
    events += [
        SlotSet(name, value)
        for name, value in before.current_slot_values().items()
        if value != empty.get(name)
    ]
    if before.active_loop_name:
        events.append(ActiveLoop(before.active_loop_name))
    events.append(ActionExecuted(ACTION_LISTEN_NAME))
    for event in events:
        event.timestamp = before.events[-1].timestamp
    return events
