"""From "I want a person" to what became of it: only needs are asked, said back, sent once, or dropped."""

import pytest

from bot.domain.needs import EMPTY, Needs
from tests.unit.fake_handoffs import FakeHandoffs, FakeOutcome, Opened, Talk

WOMAN, MAN = "gender:woman", "gender:man"
FORM = "validate_needs_form"


async def told(talk: Talk, text: str = "", intent: str = "", choice: str = "") -> list[str]:
    """What the bot says to one message while the questions are on; the open question is the last."""
    talk.says(text, intent, choice)
    heard = [heard.response for heard in await talk.run(FORM)]
    asked = talk.slots.get("requested_slot")
    return [*heard, asked] if asked else heard


async def asked_for_human(text: str = "", intent: str = "ask_for_human", **handoffs: object) -> Talk:
    talk = Talk(FakeHandoffs(**handoffs))  # type: ignore[arg-type]
    await told(talk, text, intent)
    return talk


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


async def test_needs_said_instead_of_permission_are_taken_as_permission() -> None:
    talk = await asked_for_human()
    assert await told(talk, "a woman please", "inform_need") == ["need_strength"]


async def test_needs_known_from_before_are_noted_and_kept_when_the_questions_are_skipped() -> None:
    talk = Talk(FakeHandoffs(needs=Needs(never=("counselor:c1",))))
    assert await told(talk, intent="ask_for_human") == ["utter_needs_noted", "need_permission"]
    await told(talk, choice="need_permission.skip")
    assert talk.handoffs.opened[0].needs == Needs(never=("counselor:c1",))


async def at(question: str) -> Talk:
    """A talk in which this question is open."""
    talk = await asked_for_human()
    steps = [
        "need_permission.ok",
        "need_who.woman",
        "need_strength.must",
        "need_never.nobody",
        "need_do_not_ask.nothing",
    ]
    for step in steps:
        if talk.slots["requested_slot"] == question:
            break
        await told(talk, choice=step)
    assert talk.slots["requested_slot"] == question
    return talk


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


async def sent(talk: Talk) -> Needs:
    """The needs that are sent when everything else is skipped."""
    for _ in range(6):
        if talk.handoffs.opened:
            break
        await told(talk, "skip")
    return talk.handoffs.opened[0].needs


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
}


@pytest.mark.parametrize(("words", "topics"), TOPICS.items(), ids=list(TOPICS))
async def test_what_not_to_ask_is_kept_as_the_whole_phrase(words: str, topics: tuple[str, ...]) -> None:
    talk = await at("need_do_not_ask")
    assert await told(talk, words, "nlu_fallback") == ["need_confirm"]
    assert (await sent(talk)).do_not_ask == topics


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
    "words", ["it's for my son", "can somebody talk to me about my daughter", "my husband needs help"]
)
async def test_somebody_who_writes_for_another_is_asked_in_their_name(words: str) -> None:
    talk = await asked_for_human(words)
    assert talk.slots["about_other"] is True
    await told(talk, choice="need_permission.skip")
    assert talk.handoffs.opened[0].about_other


async def test_for_me_is_believed_at_any_moment() -> None:
    talk = await asked_for_human("it's for my son")
    await told(talk, "no it's for me, and a woman please")
    assert talk.slots["about_other"] is False


async def test_worry_about_somebody_told_just_before_counts_as_writing_for_them() -> None:
    talk = Talk()
    talk.says("my brother drinks all day", "say_worried_about_someone")
    await told(talk, intent="ask_for_human")
    assert talk.slots["about_other"] is True


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


OUTCOMES = {
    FakeOutcome("offered"): ["utter_handoff_offered"],
    FakeOutcome("already_open"): ["utter_handoff_already_open"],
    FakeOutcome("nobody_on_duty"): ["utter_handoff_nobody_on_duty"],
    FakeOutcome("nobody_on_duty", "tomorrow at 9 AM"): ["utter_handoff_next_opening"],
    FakeOutcome("nobody_eligible"): ["utter_handoff_nobody_eligible"],
    FakeOutcome("turn_given_up"): [],
}


@pytest.mark.parametrize(("outcome", "heard"), OUTCOMES.items(), ids=[o.state for o in OUTCOMES])
async def test_the_truth_is_told_about_every_outcome(outcome: FakeOutcome, heard: list[str]) -> None:
    talk = await asked_for_human(outcome=outcome)
    assert await told(talk, choice="need_permission.skip") == heard


async def test_a_message_without_a_turn_opens_nothing() -> None:
    talk = await asked_for_human()
    talk.says(choice="need_permission.skip", turn_id=None)
    assert await talk.run(FORM) == []
    assert talk.handoffs.opened == []


async def test_waiting_for_somebody_who_fits_is_the_clients_choice() -> None:
    talk = Talk(FakeHandoffs(FakeOutcome("nobody_eligible"), needs=Needs(must=(WOMAN,))))
    talk.says(choice="unfit.wait")
    assert [h.response for h in await talk.run("action_choose")] == ["utter_handoff_waits_for_fit"]
    assert talk.handoffs.opened == [Opened("1", Needs(must=(WOMAN,)), False, True)]


async def test_changing_what_was_asked_for_asks_what_to_change() -> None:
    talk = Talk(FakeHandoffs(needs=Needs(must=(WOMAN,))))
    talk.says(choice="unfit.change")
    assert [h.response for h in await talk.run("action_choose")] == ["needs_form"]
    await talk.run(FORM)
    assert talk.slots["requested_slot"] == "need_change"


async def test_the_phone_number_is_given() -> None:
    talk = Talk()
    talk.says(choice="unfit.phone")
    assert [h.response for h in await talk.run("action_choose")] == ["utter_handoff_phone"]


async def test_a_need_told_outside_the_questions_is_kept_and_said_back() -> None:
    talk = Talk()
    talk.says("not a man please, and not maria", "inform_need")
    (heard,) = await talk.run("action_note_need")
    assert (heard.response, heard.values) == ("utter_needs_kept", {"needs_summary": "not a man, not Maria"})
    assert talk.handoffs.needs == Needs(never=(MAN, "counselor:c1"))


async def test_a_need_that_matching_cannot_read_is_kept_in_the_clients_words() -> None:
    talk = Talk()
    talk.says("somebody gentle who has kids", "inform_need")
    assert [h.response for h in await talk.run("action_note_need")] == ["utter_needs_kept"]
    assert talk.handoffs.needs == Needs(note="somebody gentle who has kids")


async def test_an_event_told_as_a_need_is_not_kept() -> None:
    talk = Talk()
    talk.says("he raped me", "inform_need")
    assert [h.response for h in await talk.run("action_note_need")] == ["utter_needs_none_read"]
    assert talk.handoffs.needs == EMPTY


@pytest.mark.parametrize(
    ("waiting", "heard"), [(True, "utter_request_taken_back"), (False, "utter_change_mind")]
)
async def test_a_request_is_taken_back_when_there_is_one(waiting: bool, heard: str) -> None:
    talk = Talk(FakeHandoffs(waiting=waiting))
    talk.says("forget it, no counselor", "change_mind")
    assert [h.response for h in await talk.run("action_take_back")] == [heard]
    assert not talk.handoffs.waiting


async def test_the_reset_forgets_the_questions_and_says_nothing() -> None:
    talk = await at("need_never")
    talk.says(intent="begin_again")
    assert await talk.run("action_reset_after_handoff") == []
    assert not any(talk.slots.values())
