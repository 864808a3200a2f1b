"""Rasa's custom actions: thin. Each takes what it needs, calls a function of bot/services, returns events."""

from rasa_sdk import Action

from actions.choosing import Choose
from actions.correct import Correct
from actions.fallback import Fallback
from actions.follow_ups import FollowUp
from actions.handoff import NoteNeed, OpenHandoff, ResetAfterHandoff, TakeBack, ValidateNeedsForm
from actions.offers import Affirm
from actions.ports import HandoffPort, ReviewPort
from actions.quote import Quote
from actions.services_port import ServiceHandoffs, ServiceReviews
from bot.services.context import Context


def build(ctx: Context) -> list[Action]:
    """Every action, ready to be registered, on the service of this context."""
    return build_on(ServiceHandoffs(ctx), ServiceReviews(ctx))


def build_on(handoffs: HandoffPort, reviews: ReviewPort) -> list[Action]:
    """The same on any ports."""
    choose = Choose(handoffs, reviews)
    return [
        ValidateNeedsForm(handoffs),
        OpenHandoff(handoffs),
        choose,
        NoteNeed(handoffs),
        TakeBack(handoffs),
        ResetAfterHandoff(),
        Affirm(choose),
        Fallback(handoffs, reviews),
        FollowUp(),
        Correct(reviews),
        Quote(),
    ]
