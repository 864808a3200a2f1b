"""What is no answer to the open question: a question in between, a change of mind, something odd."""

import pytest

from bot.domain.needs import Needs
from tests.unit.fake_handoffs import Talk, asked_for_human, at, told

WOMAN, MAN = "gender:woman", "gender:man"


@pytest.mark.parametrize(
    "question", ["need_permission", "need_who", "need_strength", "need_never", "need_do_not_ask"]
)
async def test_a_question_in_between_is_answered_and_the_open_one_asked_again(question: str) -> None:
    talk = await at(question)
    assert await told(talk, "how much does it cost?", "ask_cost") == ["utter_ask_cost", question]


@pytest.mark.parametrize("question", ["need_permission", "need_who", "need_never"])
async def test_why_do_you_ask_has_an_answer(question: str) -> None:
    talk = await at(question)
    assert await told(talk, "why do you ask?", "ask_why") == ["utter_needs_reason", question]


@pytest.mark.parametrize(
    "question", ["need_who", "need_strength", "need_never", "need_do_not_ask", "need_confirm"]
)
@pytest.mark.parametrize("words", ["never mind", "forget it", "nvm thanks", "i changed my mind"])
async def test_everything_can_be_forgotten_at_any_moment(question: str, words: str) -> None:
    talk = await at(question)
    assert await told(talk, words, "nlu_fallback") == ["utter_needs_dropped"]
    assert talk.handoffs.opened == []
    assert not any(value for slot, value in talk.slots.items() if slot.startswith("need"))


async def test_a_numbered_question_is_asked_once_more_and_then_skipped() -> None:
    talk = await at("need_who")
    assert await told(talk, "qwert zuiop", "nlu_fallback") == ["utter_needs_say_again", "need_who"]
    assert await told(talk, "asdf ghjk", "nlu_fallback") == ["need_never"]


@pytest.mark.parametrize("question", ["need_never", "need_do_not_ask"])
@pytest.mark.parametrize("words", ["7", "yes", "12."])
async def test_a_number_or_a_bare_yes_is_no_free_text_answer(question: str, words: str) -> None:
    talk = await at(question)
    assert await told(talk, words, "affirm") == ["utter_needs_say_again", question]


async def test_an_option_of_another_question_only_brings_the_open_one_back() -> None:
    talk = await at("need_never")
    assert await told(talk, choice="need_permission.skip") == ["need_never"]
    assert await told(talk, choice="need_confirm.send") == ["need_never"]
    assert talk.handoffs.opened == []


async def test_pressing_ask_for_a_person_again_sends_nothing() -> None:
    talk = await at("need_permission")
    assert await told(talk, intent="ask_for_human") == ["need_permission"]
    assert talk.handoffs.opened == []


async def test_insisting_on_a_person_is_followed() -> None:
    talk = await at("need_never")
    assert await told(talk, "just connect me to a person", "ask_for_human") == ["utter_handoff_offered"]
    assert talk.handoffs.opened[0].needs == Needs(must=(WOMAN,))


async def test_what_was_said_back_can_be_changed_by_option() -> None:
    talk = await at("need_confirm")
    assert await told(talk, choice="need_confirm.change") == ["need_change"]
    assert await told(talk, choice="need_change.who") == ["need_who"]
    assert await told(talk, choice="need_who.man") == ["need_strength"]
    assert await told(talk, choice="need_strength.wish") == ["need_confirm"]
    assert talk.slots["needs_summary"] == "a man if possible"


async def test_what_was_said_back_can_be_changed_in_words() -> None:
    talk = await at("need_confirm")
    assert await told(talk, "no, not maria either", "deny") == ["need_confirm"]
    assert talk.slots["needs_summary"] == "a woman (a must), not Maria"
    assert await told(talk, "ok", "affirm") == ["utter_handoff_offered"]


async def test_a_refusal_is_taken_back_in_words() -> None:
    talk = await at("need_never")
    await told(talk, "men")
    await told(talk, "skip")
    assert await told(talk, "a man is fine actually") == ["need_confirm"]
    assert MAN not in talk.slots["needs"]


async def test_an_event_is_never_said_back() -> None:
    talk = await at("need_do_not_ask")
    await told(talk, "how my uncle molested me", "say_trauma")
    assert talk.slots["needs_summary"] == "a woman (a must); no questions about what you named"


@pytest.mark.parametrize(
    "words", ["it's for my son", "can somebody talk to my daughter", "my husband needs a counselor"]
)
async def test_who_asks_for_a_counselor_for_another_is_asked_in_their_name(words: str) -> None:
    talk = await asked_for_human(words)
    assert talk.slots["about_other"] is True
    await told(talk, choice="need_permission.skip")
    assert talk.handoffs.opened[0].about_other


async def test_for_me_is_believed_at_any_moment() -> None:
    talk = await asked_for_human("it's for my son")
    await told(talk, "no it's for me, and a woman please")
    assert talk.slots["about_other"] is False


@pytest.mark.parametrize(
    "worry", ["my brother drinks all day", "i am so worried about my son", "my son needs help"]
)
async def test_who_worries_about_somebody_will_talk_themselves_and_is_asked_about_themselves(
    worry: str,
) -> None:
    talk = Talk()
    talk.says(worry, "say_worried_about_someone")
    await told(talk, "can i talk to a real person about my son", intent="ask_for_human")
    assert talk.slots["about_other"] is False


@pytest.mark.parametrize("words", ["im 15 and i drink", "I am 16 years old", "i'm a minor"])
async def test_somebody_under_18_is_asked_nothing_and_connected(words: str) -> None:
    talk = Talk()
    talk.says(words, "say_using")
    assert await told(talk, intent="ask_for_human") == ["utter_handoff_offered"]


@pytest.mark.parametrize("words", ["im 15 days sober", "i am 30", "i'm 12 years clean"])
async def test_other_numbers_are_no_age(words: str) -> None:
    talk = Talk()
    talk.says(words, "say_progress")
    assert await told(talk, intent="ask_for_human") == ["need_permission"]


@pytest.mark.parametrize("intent", ["handed_back", "begin_again"])
async def test_the_conversation_coming_back_ends_the_questions_without_a_word(intent: str) -> None:
    talk = await at("need_never")
    assert await told(talk, intent=intent) == []
    assert talk.handoffs.opened == []


@pytest.mark.parametrize("words", ["9", "12!", "7"])
async def test_a_number_that_names_no_option_is_never_taken_for_a_statement(words: str) -> None:
    talk = await at("need_who")
    assert await told(talk, words, "say_progress") == ["utter_needs_say_again", "need_who"]


async def test_a_statement_in_between_is_answered_only_when_it_is_sure() -> None:
    talk = await at("need_who")
    assert await told(talk, "i drink a lot", "say_using", confidence=0.8) == ["utter_say_using", "need_who"]
    assert await told(talk, "blue key", "say_using", confidence=0.4) == ["utter_needs_say_again", "need_who"]


@pytest.mark.parametrize("words", ["what's this for?", "what for", "why do you want to know that"])
async def test_what_the_questions_are_for_is_told(words: str) -> None:
    talk = await at("need_permission")
    assert await told(talk, words, "ask_what_can_you_do") == ["utter_needs_reason", "need_permission"]


async def test_finding_a_man_fine_too_makes_a_wish_of_the_must() -> None:
    talk = await at("need_confirm")
    assert await told(talk, "actually a man is fine too", "change_mind") == ["need_confirm"]
    assert talk.slots["needs_summary"] == "a woman if possible"


async def test_change_it_changes_and_does_not_drop() -> None:
    talk = await at("need_confirm")
    assert await told(talk, "change it", "change_mind") == ["need_change"]


async def test_agreeing_is_no_skipping_whatever_the_reading() -> None:
    assert await told(await at("need_permission"), "ask me", "skip") == ["need_who"]


async def test_a_person_is_an_answer_to_what_not_to_ask_about_whatever_the_reading() -> None:
    assert await told(await at("need_do_not_ask"), "my brother", "greet") == ["need_confirm"]
