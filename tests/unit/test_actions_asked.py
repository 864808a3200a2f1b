"""What the reader found reaches the request: a time only as a note, a language as a wish, and nothing promised."""

import pytest

from bot.domain.needs import Needs, merge
from tests.unit.fake_handoffs import FakeHandoffs, Talk, sent, told

NOTE = "Asked to be contacted: tomorrow at 5pm."
FORM = "validate_needs_form"


async def _asked(text: str = "can someone call me", talk: Talk | None = None, **found: str) -> Talk:
    """A talk that begins with these words, in which the reader found this."""
    talk = talk or Talk()
    talk.says(text, "ask_for_human")
    talk.latest["metadata"] |= found
    await talk.run(FORM)
    return talk


async def test_the_wished_time_is_kept_for_the_counselor_and_nowhere_said() -> None:
    talk = await _asked(when="tomorrow at 5pm")
    assert talk.slots["requested_slot"] == "need_permission"
    assert talk.slots["needs_summary"] is None
    assert await sent(talk) == Needs(note=NOTE)


async def test_a_request_with_only_a_time_has_no_needs_to_confirm() -> None:
    talk = await _asked(when="tomorrow at 5pm")
    await told(talk, choice="need_permission.ok")
    await told(talk, choice="need_who.anyone")
    await told(talk, choice="need_never.nobody")
    assert await told(talk, choice="need_do_not_ask.nothing") == ["utter_handoff_offered"]
    assert talk.handoffs.opened[0].needs == Needs(note=NOTE)


async def test_a_time_said_before_the_option_was_pressed_counts() -> None:
    talk = Talk()
    talk.says("i am free tomorrow at 5pm", "ask_call_me_back")
    talk.latest["metadata"] |= {"when": "tomorrow at 5pm"}
    talk.says(intent="ask_for_human")
    await talk.run(FORM)
    assert (await sent(talk)).note == NOTE


async def test_a_time_said_during_the_questions_replaces_the_earlier_one() -> None:
    talk = await _asked(when="tonight")
    talk.says("no wait, call me tomorrow at 5pm", "ask_call_me_back")
    talk.latest["metadata"] |= {"when": "tomorrow at 5pm"}
    await talk.run(FORM)
    assert (await sent(talk)).note == NOTE


async def test_the_time_of_an_earlier_request_is_not_passed_on_again() -> None:
    kept = FakeHandoffs(
        needs=Needs(must=("gender:woman",), note=merge(Needs(note=NOTE), Needs(note="kind")).note)
    )
    assert await sent(await _asked(talk=Talk(kept))) == Needs(must=("gender:woman",), note="kind")


async def test_taking_back_who_must_not_come_leaves_the_time() -> None:
    talk = Talk(FakeHandoffs(needs=Needs(never=("gender:man",), note="Must not be: a neighbor")))
    await _asked(talk=talk, when="tomorrow at 5pm")
    talk.slots |= {"requested_slot": "need_change"}
    await told(talk, choice="need_change.never")
    assert await sent(talk) == Needs(note=NOTE)


async def test_a_language_that_the_needs_do_not_state_becomes_a_wish() -> None:
    talk = await _asked("in spanish, call me", language="pl")
    assert "language:pl" not in (await sent(talk)).wanted
    talk = await _asked("can someone call me", language="pl")
    assert await sent(talk) == Needs(prefer=("language:pl",), language="pl")


@pytest.mark.parametrize("language", ["en", "xx", ""])
async def test_english_and_unknown_codes_are_no_need(language: str) -> None:
    assert (await sent(await _asked(language=language))).empty


async def test_a_language_that_was_refused_stays_refused() -> None:
    talk = Talk(FakeHandoffs(needs=Needs(never=("language:pl",))))
    assert await sent(await _asked(talk=talk, language="pl")) == Needs(never=("language:pl",))


@pytest.mark.parametrize(
    ("text", "about_other"), [("can someone call us", False), ("can someone talk to my son", True)]
)
async def test_who_writes_for_somebody_is_asked_about_them(text: str, about_other: bool) -> None:
    talk = await _asked(text, relation="son")
    await sent(talk)
    assert talk.handoffs.opened[0].about_other is about_other
