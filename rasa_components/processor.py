"""Rasa's message processor, except that a failed action fails the turn, and so does an endless one.

Rasa itself logs the error with its text, forgets the action and says nothing to the client. After too many
actions it stops without listening, and the conversation is mute for ever. A failed turn leaves no trace, and
lets the bot service give an honest answer and offer a human.
"""

from __future__ import annotations

from rasa.core.actions.action import Action, ActionExecutionRejection
from rasa.core.channels.channel import OutputChannel
from rasa.core.nlg import NaturalLanguageGenerator
from rasa.core.policies.policy import PolicyPrediction
from rasa.core.processor import MessageProcessor
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import ActionExecuted, Event
from rasa.shared.core.trackers import DialogueStateTracker


class ActionFailed(RuntimeError):
    """The action that the text names could not be run, so nothing of the turn is kept."""


class TurnEndless(RuntimeError):
    """The rules never came to listen, so nothing of the turn is kept."""


class LoudProcessor(MessageProcessor):
    """Raises ActionFailed or TurnEndless out of `handle_message`; the tracker is then not saved."""

    @staticmethod
    def on_circuit_break(*_: object) -> None:
        raise TurnEndless(TurnEndless.__doc__)

    async def _run_action(
        self,
        action: Action,
        tracker: DialogueStateTracker,
        output_channel: OutputChannel,
        nlg: NaturalLanguageGenerator,
        prediction: PolicyPrediction,
    ) -> bool:
        watched = _Watched(action)
        goes_on = await super()._run_action(watched, tracker, output_channel, nlg, prediction)
        if watched.failure:
            raise ActionFailed(action.name()) from watched.failure
        return goes_on


class _Watched(Action):
    """An action that remembers what Rasa would have swallowed."""

    def __init__(self, action: Action) -> None:
        self._action = action
        self.failure: Exception | None = None

    def name(self) -> str:
        return self._action.name()

    def event_for_successful_execution(self, prediction: PolicyPrediction) -> ActionExecuted:
        return self._action.event_for_successful_execution(prediction)

    async def run(
        self,
        output_channel: OutputChannel,
        nlg: NaturalLanguageGenerator,
        tracker: DialogueStateTracker,
        domain: Domain,
    ) -> list[Event]:
        try:
            return await self._action.run(output_channel, nlg, tracker, domain)
        except ActionExecutionRejection:
            raise  # how a form lets other rules answer
        except Exception as failure:
            self.failure = failure
            raise
