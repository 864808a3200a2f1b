"""The questions about needs: only needs are asked, every one can be skipped, what was said is said back."""

import pytest

from bot.domain.needs import EMPTY, Needs
from tests.unit.fake_handoffs import FakeHandoffs, Opened, Talk, asked_for_human, at, sent, told

WOMAN, MAN = "gender:woman", "gender:man"


async def test_the_first_question_asks_for_permission() -> None:
    assert await told(Talk(), "human please", "ask_for_human") == ["need_permission"]


async def test_all_questions_by_number_and_the_choice_is_said_back_before_it_is_sent() -> None:
    talk = await asked_for_human()
    assert await told(talk, choice="need_permission.ok") == ["need_who"]
    assert await told(talk, choice="need_who.woman") == ["need_strength"]
    assert await told(talk, choice="need_strength.must") == ["need_never"]
    assert await told(talk, choice="need_never.nobody") == ["need_do_not_ask"]
    assert await told(talk, choice="need_do_not_ask.nothing") == ["need_confirm"]
    assert talk.slots["needs_summary"] == "a woman (a must)"
    assert await told(talk, choice="need_confirm.send") == ["utter_handoff_offered"]
    assert [o.needs for o in talk.handoffs.opened] == [Needs(must=(WOMAN,))]


async def test_skipping_connects_at_once_and_asks_nothing_more() -> None:
    talk = await asked_for_human()
    assert await told(talk, choice="need_permission.skip") == ["utter_handoff_offered"]
    assert talk.handoffs.opened == [Opened("2", EMPTY, False, False)]


@pytest.mark.parametrize("words", ["sure", "ok ask me", "fine go on", "i guess", "si"])
async def test_permission_is_given_in_words(words: str) -> None:
    talk = await asked_for_human()
    assert await told(talk, words, "nlu_fallback") == ["need_who"]


@pytest.mark.parametrize(
    "words", ["just connect me", "no", "nope", "skip", "rather not", "just get me a person already"]
)
async def test_permission_refused_in_words_connects_at_once(words: str) -> None:
    talk = await asked_for_human()
    assert await told(talk, words, "nlu_fallback") == ["utter_handoff_offered"]


async def test_needs_said_with_the_request_are_noted_and_not_asked_again() -> None:
    talk = Talk()
    heard = await told(talk, "I need to talk to a woman, not a man", "ask_for_human")
    assert heard == ["utter_needs_noted", "need_permission"]
    assert await told(talk, choice="need_permission.ok") == ["need_never"]


async def test_a_want_is_not_called_a_must_before_it_was_asked_about() -> None:
    talk = Talk()
    assert await told(talk, "can I talk to a woman please, not Maria", "ask_for_human") == [
        "utter_needs_noted",
        "need_permission",
    ]
    assert talk.slots["needs_summary"] == "a woman, not Maria"
    assert await told(talk, choice="need_permission.ok") == ["need_strength"]
    await told(talk, choice="need_strength.must")
    assert talk.slots["needs_summary"] == "a woman (a must), not Maria"


async def test_needs_said_just_before_a_person_is_asked_for_count() -> None:
    talk = Talk()
    talk.says("do you have spanish speaking counselors?", "ask_languages")
    assert await told(talk, intent="ask_for_human") == ["utter_needs_noted", "need_permission"]
    assert talk.slots["needs_summary"] == "someone who speaks Spanish"


async def test_needs_said_instead_of_permission_are_taken_as_permission() -> None:
    talk = await asked_for_human()
    assert await told(talk, "a woman please", "inform_need") == ["need_strength"]


async def test_needs_known_from_before_are_noted_and_kept_when_the_questions_are_skipped() -> None:
    talk = Talk(FakeHandoffs(needs=Needs(never=("counselor:c1",))))
    assert await told(talk, intent="ask_for_human") == ["utter_needs_noted", "need_permission"]
    await told(talk, choice="need_permission.skip")
    assert talk.handoffs.opened[0].needs == Needs(never=("counselor:c1",))


WHO = {
    "a woman please": ("need_strength", Needs(must=(WOMAN,))),
    "has to be a woman": ("need_never", Needs(must=(WOMAN,))),
    "a woman if possible": ("need_never", Needs(prefer=(WOMAN,))),
    "not a man": ("need_never", Needs(never=(MAN,))),
    "someone who speaks Spanish": ("need_strength", Needs(must=("language:es",), language="es")),
    "doesn't matter": ("need_never", EMPTY),
    "no": ("need_never", EMPTY),
    "someone older": ("need_never", Needs(note="someone older")),
    "a woman over 50": ("need_strength", Needs(must=(WOMAN,), note="a woman over 50")),
}


@pytest.mark.parametrize(("words", "outcome"), WHO.items(), ids=list(WHO))
async def test_who_may_be_said_in_words(words: str, outcome: tuple[str, Needs]) -> None:
    talk = await at("need_who")
    following, needs = outcome
    assert await told(talk, words) == [following]
    assert await sent(talk) == needs


async def test_an_event_told_in_place_of_an_answer_is_heard_and_not_kept() -> None:
    talk = await at("need_who")
    assert await told(talk, "I was raped by a man", "say_trauma") == ["utter_say_trauma", "need_who"]
    assert await sent(talk) == EMPTY


@pytest.mark.parametrize(
    ("words", "needs"), [("a wish", Needs(prefer=(WOMAN,))), ("must", Needs(must=(WOMAN,)))]
)
async def test_must_or_wish_in_words(words: str, needs: Needs) -> None:
    talk = await at("need_strength")
    assert await told(talk, words) == ["need_never"]
    assert await sent(talk) == needs


async def test_must_or_wish_skipped_is_not_loosened() -> None:
    talk = await at("need_strength")
    assert await told(talk, "skip") == ["need_never"]
    assert await sent(talk) == Needs(must=(WOMAN,))


NEVER = {
    "Maria": Needs(must=(WOMAN,), never=("counselor:c1",)),
    "not john or maria": Needs(must=(WOMAN,), never=("counselor:c2", "counselor:c1")),
    "men": Needs(must=(WOMAN,), never=(MAN,)),
    "anyone from my church": Needs(must=(WOMAN,), note="Must not be: anyone from my church"),
    "nobody": Needs(must=(WOMAN,)),
    "idk": Needs(must=(WOMAN,)),
    "no one i can think of": Needs(must=(WOMAN,)),
    "no thanks": Needs(must=(WOMAN,)),
}


@pytest.mark.parametrize(("words", "needs"), NEVER.items(), ids=list(NEVER))
async def test_who_must_not_be_is_free_text(words: str, needs: Needs) -> None:
    talk = await at("need_never")
    assert await told(talk, words, "nlu_fallback") == ["need_do_not_ask"]
    assert await sent(talk) == needs


TOPICS = {
    "my dad": ("my dad",),
    "please don't ask about my job or my ex": ("my job or my ex",),
    "what happened last year": ("what happened last year",),
    "why I drink": ("why I drink",),
    "no": (),
    "nothing": (),
    "nothing really": (),
    "not the accident, not the court case, and please don't ask about any of that": (
        "not the accident, not the court case, and please don't ask about any of that",
    ),
}


@pytest.mark.parametrize(("words", "topics"), TOPICS.items(), ids=list(TOPICS))
async def test_what_not_to_ask_is_kept_as_the_whole_phrase(words: str, topics: tuple[str, ...]) -> None:
    talk = await at("need_do_not_ask")
    assert await told(talk, words, "nlu_fallback") == ["need_confirm"]
    assert (await sent(talk)).do_not_ask == topics
