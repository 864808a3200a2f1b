"""Questions that lean on the answer before them: "why?", "tell me more", "and if that doesn't help?"."""

import re
from collections.abc import Mapping
from typing import Any, NamedTuple

from rasa_sdk import Action, Tracker
from rasa_sdk.executor import CollectingDispatcher

from actions import words
from actions.handoff import Events
from actions.said import bot_said, found_in, response_of, said

OFFER = "utter_follow_up_offer"  # nothing more is known: a counselor can say more
UNKNOWN = "utter_follow_up_unknown"  # what was said before was "I don't know"
UNCLEAR = "utter_follow_up_unclear"  # nothing was said before that this could lean on


class Next(NamedTuple):
    """The intents whose answers come next. "" where the article has nothing more."""

    why: str = ""
    more: str = ""
    if_not: str = ""


# After the answer to an intent. Facts only: nothing follows what tells of pain but the offer of a person.
FOLLOW_UPS: dict[str, Next] = {
    "ask_when_to_see_therapist": Next("ask_why_not_wait", "ask_how_to_start", "ask_thinking_counts"),
    "ask_why_not_wait": Next("ask_does_therapy_work", "ask_how_to_start", "ask_no_progress"),
    "ask_thinking_counts": Next("ask_why_not_wait", "ask_how_to_start", "ask_no_progress"),
    "ask_how_to_start": Next("ask_why_not_wait", "ask_first_step", "ask_no_progress"),
    "ask_alcohol_or_drugs": Next("ask_why_not_wait", "ask_when_to_see_therapist", "ask_no_progress"),
    "ask_causes": Next(
        "ask_why_trust_matters", "ask_what_therapist_helps_with", "ask_what_therapist_helps_with"
    ),
    "ask_body_rhythm": Next("", "ask_approach", ""),
    "say_quitting": Next("ask_why_not_wait", "ask_how_to_start", "ask_no_progress"),
    "ask_kinds_of_therapy": Next("ask_does_therapy_work", "ask_is_attending_enough", "ask_no_progress"),
    "ask_does_therapy_work": Next("ask_good_relationship", "ask_kinds_of_therapy", "ask_no_progress"),
    "ask_is_attending_enough": Next("ask_good_relationship", "ask_first_step", "ask_no_progress"),
    "ask_first_step": Next("ask_why_trust_matters", "ask_good_relationship", "ask_hiding_things"),
    "ask_expected_of_me": Next("ask_good_relationship", "ask_showing_serious", "ask_no_progress"),
    "ask_showing_serious": Next("ask_good_relationship", "ask_expected_of_me", "ask_no_progress"),
    "ask_no_progress": Next("ask_is_attending_enough", "ask_if_that_fails", "ask_if_that_fails"),
    "ask_if_that_fails": Next("ask_good_relationship", "ask_change_therapist", "ask_change_therapist"),
    "ask_what_therapist_helps_with": Next("ask_causes", "ask_stress", "ask_no_progress"),
    "ask_stress": Next("ask_causes", "ask_relationship_problems", "ask_no_progress"),
    "ask_who_decides_plan": Next("", "ask_what_therapist_helps_with", "ask_no_progress"),
    "ask_approach": Next("ask_body_rhythm", "ask_now_meaning", "ask_no_progress"),
    "ask_now_meaning": Next("", "ask_mindfulness", ""),
    "ask_mindfulness": Next("ask_programs_mindfulness", "ask_programs_mindfulness", ""),
    "ask_programs_mindfulness": Next("", "ask_approach", ""),
    "ask_quote": Next("", "ask_body_rhythm", ""),
    "ask_good_relationship": Next("ask_why_trust_matters", "ask_openness_gain", "ask_change_therapist"),
    "ask_openness_gain": Next("ask_why_trust_matters", "ask_good_relationship", "ask_hiding_things"),
    "ask_judged": Next("ask_do_they_care", "ask_lived_experience", "ask_change_therapist"),
    "ask_do_they_care": Next("ask_why_they_do_it", "ask_lived_experience", "ask_change_therapist"),
    "ask_lived_experience": Next("ask_why_they_do_it", "ask_why_they_do_it", ""),
    "ask_why_they_do_it": Next("", "ask_do_they_care", ""),
    "ask_why_trust_matters": Next("ask_good_relationship", "ask_causes", "ask_hiding_things"),
    "ask_hiding_things": Next("ask_why_trust_matters", "ask_change_therapist", "ask_change_therapist"),
    "say_afraid_to_open_up": Next("ask_why_trust_matters", "ask_openness_gain", "ask_change_therapist"),
    "say_distrusts_therapists": Next("ask_reasons_to_change", "ask_do_they_care", "ask_change_therapist"),
    "ask_change_therapist": Next(
        "ask_reasons_to_change", "ask_reasons_to_change", "ask_will_they_be_offended"
    ),
    "ask_reasons_to_change": Next("ask_good_relationship", "ask_will_they_be_offended", ""),
    "ask_will_they_be_offended": Next("ask_do_they_care", "ask_reasons_to_change", ""),
    "say_therapist_unhelpful": Next(
        "ask_reasons_to_change", "ask_will_they_be_offended", "ask_change_therapist"
    ),
    "ask_relationship_problems": Next("ask_causes", "ask_what_therapist_helps_with", "ask_no_progress"),
    "ask_family_involved": Next("", "ask_relationship_problems", ""),
    "ask_hard_to_talk": Next("", "ask_when_to_tell_trauma", "ask_change_therapist"),
    "ask_when_to_tell_trauma": Next("ask_why_hard_to_trust", "ask_hard_to_talk", "ask_change_therapist"),
    "ask_why_hard_to_trust": Next("", "ask_when_to_tell_trauma", "ask_change_therapist"),
    "ask_reminds_of_attacker": Next("", "ask_change_therapist", "ask_change_therapist"),
}

# What an answer rests on (the marks in data/responses say the same, and a test compares them).
# The article says it.
FROM_ARTICLE = frozenset(
    {
        "say_need_therapy", "ask_relationship_problems", "say_low_self_esteem", "ask_family_involved",
        "say_family_conflict", "say_breakup", "say_lonely", "say_work_or_school_stress", "say_low_mood",
        "ask_alcohol_or_drugs", "say_using", "say_relapse", "say_quitting", "ask_causes",
        "ask_body_rhythm", "ask_call_me_back", "ask_change_therapist", "ask_reasons_to_change",
        "ask_will_they_be_offended", "say_therapist_unhelpful", "say_lost_therapist",
        "ask_reminds_of_attacker", "ask_kinds_of_therapy", "ask_does_therapy_work",
        "ask_is_attending_enough", "ask_first_step", "ask_expected_of_me", "ask_showing_serious",
        "ask_no_progress", "ask_if_that_fails", "ask_what_therapist_helps_with", "ask_stress",
        "ask_who_decides_plan", "ask_approach", "ask_now_meaning", "ask_mindfulness",
        "ask_programs_mindfulness", "ask_quote", "ask_sessions", "ask_live_with_trauma",
        "ask_why_refuse_family_therapy", "ask_abuse_and_drugs", "ask_why_hard_to_trust",
        "ask_hard_to_talk", "ask_past_and_recovery", "ask_when_to_tell_trauma", "ask_good_relationship",
        "ask_openness_gain", "ask_judged", "ask_do_they_care", "ask_lived_experience",
        "ask_why_they_do_it", "ask_why_trust_matters", "ask_hiding_things", "say_afraid_to_open_up",
        "say_distrusts_therapists", "ask_when_to_see_therapist", "ask_why_not_wait",
        "ask_thinking_counts", "ask_how_to_start", "say_need_help", "say_afraid_to_seek_help",
    }
)  # fmt: skip
# It says "I don't know" (rules 7.2): there is no source, no reason and no more to give.
NOT_KNOWN = frozenset(
    {
        "ask_cost", "ask_free_options", "ask_location_hours", "ask_waiting_time", "ask_ways_in",
        "ask_languages", "find_a_service", "ask_eligibility", "say_parents_in_the_way",
        "ask_emergency_limits", "ask_help_loved_one", "say_worried_about_someone",
        "ask_about_third_person", "ask_intervention", "ask_withdrawal", "ask_medication",
        "ask_meetings", "ask_matching", "ask_success_rate", "ask_confidentiality", "ask_level_of_care",
        "ask_house_rules", "ask_staff", "ask_profession", "ask_psychiatric_medication",
        "say_afraid_of_consequences", "ask_self_check", "ask_tell_family_i_need_help",
    }
)  # fmt: skip
# It is about this service, or tells of help.
OTHERS = frozenset(
    {
        "ask_are_you_bot", "ask_who_built", "ask_what_can_you_do", "ask_delete_data", "ask_who_reads",
        "ask_how_long_reply", "say_craving", "say_progress", "say_trauma", "ask_hotlines",
    }
)  # fmt: skip


# The same in plainer words, for "what do you mean?".
PLAINER: dict[str, str] = {
    "ask_kinds_of_therapy": "utter_plain_therapies",
    "ask_no_progress": "utter_plain_therapies",
    "ask_does_therapy_work": "utter_plain_works",
    "ask_is_attending_enough": "utter_plain_works",
    "ask_when_to_see_therapist": "utter_plain_withdrawal",
    "ask_thinking_counts": "utter_plain_withdrawal",
    "ask_alcohol_or_drugs": "utter_plain_withdrawal",
    "say_quitting": "utter_plain_withdrawal",
    "ask_withdrawal": "utter_plain_withdrawal",
    "ask_medication": "utter_plain_withdrawal",
    "ask_judged": "utter_plain_judged",
    "say_using": "utter_plain_judged",
    "say_relapse": "utter_plain_judged",
    "ask_change_therapist": "utter_plain_change",
    "ask_reasons_to_change": "utter_plain_change",
    "ask_will_they_be_offended": "utter_plain_change",
    "ask_first_step": "utter_plain_trust",
    "ask_why_trust_matters": "utter_plain_trust",
    "ask_good_relationship": "utter_plain_trust",
    "ask_mindfulness": "utter_plain_mindfulness",
    "ask_programs_mindfulness": "utter_plain_mindfulness",
}
# "And alcohol?" after one of these asks whether the same holds for it.
_ABOUT_STOPPING = {
    "ask_when_to_see_therapist", "ask_why_not_wait", "ask_thinking_counts", "ask_how_to_start", "say_quitting",
    "ask_does_therapy_work", "ask_alcohol_or_drugs", "ask_what_can_you_do", "ask_what_therapist_helps_with",
}  # fmt: skip
_ELLIPSIS = re.compile(r"^\W*(?:and|what about|how about|or|but|also|y|e|o)\b", re.IGNORECASE)
_MOST_WORDS = 6


def ellipsis(tracker: Tracker) -> str | None:
    """The answer to half a question that leans on the last answer: "and alcohol?", "and for my wife?"."""
    text, found, answers = said(tracker).text, found_in(tracker, most=1), _answers(tracker)
    if not answers or not _ELLIPSIS.search(text) or len(text.split()) > _MOST_WORDS:
        return None
    if found.get("substance") and answers[0] in _ABOUT_STOPPING:
        return "utter_ask_alcohol_or_drugs"
    return "utter_ask_help_loved_one" if words.SOMEBODY.search(text) else None


class FollowUp(Action):  # type: ignore[misc]
    """Gives the next fact after the last answer; where there is none it says so and offers a person."""

    def name(self) -> str:
        return "action_follow_up"

    async def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: Mapping[str, Any]
    ) -> Events:
        dispatcher.utter_message(response=follow_up(said(tracker).intent, _answers(tracker)))
        return []


def follow_up(asked: str, answers: list[str]) -> str:
    """What answers a question that leans on the newest of these answers (intents). Nothing is said twice."""
    if not answers:
        return UNCLEAR
    last = answers[0]
    if asked == "ask_source":
        return _source(last)
    if asked == "ask_meaning":
        return PLAINER.get(last, "utter_meaning")
    after = FOLLOW_UPS.get(last, Next())
    wanted = {"ask_why": after.why, "ask_more": after.more, "ask_what_if_not": after.if_not}.get(asked, "")
    if wanted and wanted not in answers:
        return f"utter_{wanted}"
    return UNKNOWN if last in NOT_KNOWN else OFFER


def _source(answer: str) -> str:
    if answer in FROM_ARTICLE:
        return "utter_source_article"
    return "utter_source_unknown" if answer in NOT_KNOWN else "utter_source_general"


def _answers(tracker: Tracker, most: int = 5) -> list[str]:
    """The intents of the newest answers, newest first. Greetings and the bot's own questions are none."""
    said = (response_of(event).removeprefix("utter_") for event in bot_said(tracker))
    return [intent for intent in said if intent in FROM_ARTICLE or intent in NOT_KNOWN or intent in OTHERS][
        :most
    ]
