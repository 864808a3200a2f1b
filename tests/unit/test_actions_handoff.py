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


async def test_wanting_to_talk_to_somebody_begins_the_questions() -> None:
    talk = Talk()
    talk.says("i need to talk to a woman", "inform_need")
    assert [h.response for h in await talk.run("action_note_need")] == ["needs_form"]


async def test_a_bare_nobody_is_no_need() -> None:
    talk = Talk()
    talk.says("nobody", "inform_need")
    assert [h.response for h in await talk.run("action_note_need")] == ["utter_needs_none_read"]
    assert talk.handoffs.needs == EMPTY
