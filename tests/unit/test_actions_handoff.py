"""What became of a request: the truth about every outcome, the client's choice when nobody fits."""

import pytest

from bot.domain.needs import EMPTY, Needs
from tests.unit.fake_handoffs import FakeHandoffs, FakeOutcome, Opened, Talk, asked_for_human, at, told

WOMAN, MAN = "gender:woman", "gender:man"
FORM = "validate_needs_form"


OUTCOMES = {
    FakeOutcome("offered"): ["utter_handoff_offered"],
    FakeOutcome("already_open"): ["utter_handoff_already_open"],
    FakeOutcome("nobody_on_duty"): ["utter_handoff_nobody_on_duty"],
    FakeOutcome("nobody_on_duty", "tomorrow at 9 AM"): ["utter_handoff_next_opening"],
    FakeOutcome("nobody_eligible"): ["utter_handoff_nobody_eligible"],
    FakeOutcome("scheduled", "tomorrow at 5 PM (Chicago time)"): ["utter_handoff_scheduled"],
    FakeOutcome("scheduled_later", "tomorrow at 9 AM (Chicago time)"): ["utter_handoff_scheduled_later"],
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


async def test_another_time_keeps_the_request_first_and_then_asks_for_the_time() -> None:
    talk = Talk(FakeHandoffs(FakeOutcome("nobody_eligible"), needs=Needs(must=(WOMAN,))))
    talk.says(choice="unfit.later")
    assert [h.response for h in await talk.run("action_choose")] == ["utter_handoff_when"]
    assert talk.handoffs.opened == [Opened("1", Needs(must=(WOMAN,)), False, True)]


async def test_the_one_need_that_could_be_a_wish_is_among_the_choices() -> None:
    talk = await asked_for_human(
        outcome=FakeOutcome("nobody_eligible", loosen=(("a woman if possible", f"loosen:{WOMAN}"),))
    )
    talk.says(choice="need_permission.skip")
    (heard,) = await talk.run(FORM)
    assert heard.buttons == [{"title": "a woman if possible", "payload": f"loosen:{WOMAN}"}]


WISH = "2026-11-25T17:00-06:00/2026-11-25T17:00-06:00"


async def test_a_time_that_was_named_goes_with_the_request_through_the_questions() -> None:
    talk = Talk()
    talk.says("call me tomorrow at 5", "ask_call_me_back")
    talk.latest["metadata"] |= {"when": "tomorrow at 5", "when_at": WISH}
    await talk.run(FORM)
    for choice in ("need_permission.ok", "need_who.anyone", "need_never.nobody", "need_do_not_ask.nothing"):
        await told(talk, choice=choice)
    assert [opened.wished for opened in talk.handoffs.opened] == [WISH]


async def test_who_waits_already_is_asked_nothing_again_and_may_name_another_time() -> None:
    talk = Talk(FakeHandoffs(FakeOutcome("scheduled", "at 5"), needs=Needs(must=(WOMAN,)), waiting=True))
    talk.says("call me tomorrow at 5 instead", "ask_call_me_back")
    talk.latest["metadata"] |= {"when": "tomorrow at 5", "when_at": WISH}
    assert [heard.response for heard in await talk.run(FORM)] == ["utter_handoff_scheduled"]
    assert talk.handoffs.opened[0].wished == WISH
    assert talk.handoffs.opened[0].needs.must == (WOMAN,)


@pytest.mark.parametrize(("text", "choice"), [("who would it be?", ""), ("", "need_confirm.preview")])
async def test_who_it_would_be_is_shown_and_the_question_comes_again(text: str, choice: str) -> None:
    talk = await at("need_confirm")
    assert await told(talk, text, choice=choice) == ["utter_preview", "need_confirm"]
    assert talk.handoffs.opened == []


async def test_with_nobody_who_fits_no_name_is_shown() -> None:
    talk = await asked_for_human("it must be a nonbinary person")
    assert await told(talk, "who would that be") == ["utter_preview_nobody", "need_permission"]


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


async def test_wanting_to_talk_to_somebody_begins_the_questions() -> None:
    talk = Talk()
    talk.says("i need to talk to a woman", "inform_need")
    assert [h.response for h in await talk.run("action_note_need")] == ["needs_form"]


async def test_a_bare_nobody_is_no_need() -> None:
    talk = Talk()
    talk.says("nobody", "inform_need")
    assert [h.response for h in await talk.run("action_note_need")] == ["utter_needs_none_read"]
    assert talk.handoffs.needs == EMPTY
