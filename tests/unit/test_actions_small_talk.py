"""What leans on what was said before: follow-ups, a bare yes, a text not understood, the quotation."""

import pytest

from actions.follow_ups import FOLLOW_UPS, FROM_ARTICLE, NOT_KNOWN, follow_up
from tests.unit.fake_handoffs import FakeHandoffs, FakeOutcome, Talk


async def heard_after(action: str, intent: str, *before: str) -> list[str]:
    talk = Talk()
    for response in before:
        talk.bot_said(response)
    talk.says("and now?", intent)
    return [heard.response for heard in await talk.run(action)]


CHAINS = [
    ("ask_when_to_see_therapist", "ask_why", "ask_why_not_wait"),
    ("ask_when_to_see_therapist", "ask_more", "ask_how_to_start"),
    ("ask_kinds_of_therapy", "ask_what_if_not", "ask_no_progress"),
    ("ask_no_progress", "ask_what_if_not", "ask_if_that_fails"),
    ("ask_if_that_fails", "ask_what_if_not", "ask_change_therapist"),
]


@pytest.mark.parametrize(("last", "asked", "following"), CHAINS)
async def test_a_follow_up_gives_the_next_fact(last: str, asked: str, following: str) -> None:
    assert await heard_after("action_follow_up", asked, f"utter_{last}") == [f"utter_{following}"]


@pytest.mark.parametrize("asked", ["ask_why", "ask_more", "ask_what_if_not"])
async def test_no_follow_up_goes_round_in_a_circle(asked: str) -> None:
    for first in FOLLOW_UPS:
        said, following = [first], ""
        for _ in range(12):
            following = follow_up(asked, said[:5])
            if following.removeprefix("utter_") not in FOLLOW_UPS:
                break
            assert following.removeprefix("utter_") not in said[:5]
            said.insert(0, following.removeprefix("utter_"))


async def test_without_an_answer_before_a_kind_question_with_options_comes() -> None:
    assert await heard_after("action_follow_up", "ask_more", "utter_greet") == ["utter_follow_up_unclear"]


async def test_what_is_not_known_stays_not_known_when_asked_again() -> None:
    assert await heard_after("action_follow_up", "ask_more", "utter_ask_cost") == ["utter_follow_up_unknown"]


async def test_the_source_of_a_fact_is_the_article_and_of_the_rest_it_is_not() -> None:
    assert await heard_after("action_follow_up", "ask_source", "utter_ask_judged") == ["utter_source_article"]
    assert await heard_after("action_follow_up", "ask_source", "utter_ask_cost") == ["utter_source_unknown"]
    assert await heard_after("action_follow_up", "ask_source", "utter_say_craving") == [
        "utter_source_general"
    ]


def test_follow_ups_lead_only_to_facts() -> None:
    following = {intent for after in FOLLOW_UPS.values() for intent in after if intent}
    assert following <= FROM_ARTICLE
    assert not following & NOT_KNOWN
    assert "ask_quote" not in following


async def test_the_first_misunderstanding_asks_for_other_words_and_the_second_offers_a_person() -> None:
    talk = Talk()
    talk.says("qwert", "nlu_fallback")
    assert [h.response for h in await talk.run("action_fallback")] == ["utter_rephrase"]
    talk.says("zuiop", "nlu_fallback")
    assert [h.response for h in await talk.run("action_fallback")] == ["utter_offer_human"]


async def test_an_understood_message_in_between_starts_afresh() -> None:
    talk = Talk()
    talk.says("qwert", "nlu_fallback")
    await talk.run("action_fallback")
    talk.says("what does it cost", "ask_cost")
    talk.bot_said("utter_ask_cost")
    talk.says("zuiop", "nlu_fallback")
    assert [h.response for h in await talk.run("action_fallback")] == ["utter_rephrase"]


async def torn_between(text: str, *intents: str) -> list[str]:
    talk = Talk()
    talk.says(text, "nlu_fallback", torn=("nlu_fallback", *intents))
    return [heard.response for heard in await talk.run("action_fallback")]


async def test_a_text_torn_between_two_ways_of_asking_for_a_person_is_understood() -> None:
    both = await torn_between("i need to talk to a woman not a man", "inform_need", "ask_for_human")
    assert both == ["needs_form"]
    assert await torn_between("someone to talk to", "say_want_to_talk", "ask_for_human") == ["needs_form"]


async def test_a_need_in_a_text_that_was_not_understood_is_kept() -> None:
    assert await torn_between("a woman, never a man", "say_breakup", "ask_staff") == ["utter_needs_kept"]


async def test_a_text_torn_between_other_things_is_asked_about() -> None:
    assert await torn_between("my counselor", "ask_for_human", "say_lost_therapist") == ["utter_did_you_mean"]


async def yes_after(*payloads: str, outcome: str = "offered") -> list[str]:
    talk = Talk(FakeHandoffs(FakeOutcome(outcome)))
    talk.says("something", "ask_cost")
    talk.bot_said("utter_anything", *payloads)
    talk.says("yes", "affirm")
    return [heard.response for heard in await talk.run("action_affirm")]


async def test_yes_takes_up_the_first_option() -> None:
    assert await yes_after("/ask_for_human", "/deny") == ["needs_form"]
    assert await yes_after("/ask_how_to_start", "/ask_for_human") == ["utter_ask_how_to_start"]
    assert await yes_after('/choose{"choice": "unfit.wait"}') == ["utter_handoff_offered"]


async def test_yes_to_nothing_is_only_heard() -> None:
    assert await yes_after() == ["utter_affirm"]


@pytest.mark.parametrize(
    ("told", "heard"),
    [
        ("say_low_mood", "utter_quote_later"),
        ("say_trauma", "utter_quote_later"),
        ("ask_cost", "utter_ask_quote"),
    ],
)
async def test_the_quotation_is_never_said_after_something_hard(told: str, heard: str) -> None:
    talk = Talk()
    talk.says("a text", told)
    talk.says("what is the quote on your page", "ask_quote")
    assert [h.response for h in await talk.run("action_quote")] == [heard]


async def test_thanks_take_up_no_offer() -> None:
    talk = Talk()
    talk.says("something", "ask_cost")
    talk.bot_said("utter_anything", "/ask_for_human")
    talk.says("ok thx", "affirm")
    assert [heard.response for heard in await talk.run("action_affirm")] == ["utter_thank"]
