"""Who answers the next message: safety, then consent, then whoever holds the conversation. First match wins."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.consent import Keyword
from bot.domain.conversation import Conversation, HeldBy, Step, next_step
from bot.domain.options import Option

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)


def _conversation(held_by: HeldBy = HeldBy.BOT, opted_out: bool = False, **values: object) -> Conversation:
    fields: dict[str, object] = {
        "options": (),
        "options_message_id": None,
        "crisis_at": None,
        "disclosed_at": None,
        "last_incoming_at": None,
        "last_holding_at": None,
        "rasa_stale": False,
    }
    fields.update(values)
    return Conversation(
        id="c",
        channel="sms",
        held_by=held_by,
        opted_out_at=NOW if opted_out else None,
        **fields,  # type: ignore[arg-type]
    )


anything = {
    "level": st.sampled_from(["clear", "ask", "crisis"]),
    "keyword": st.sampled_from([None, *Keyword]),
    "option": st.sampled_from([None, Option("no", "screen:no")]),
    "pressed_old": st.booleans(),
}


@given(st.sampled_from(list(HeldBy)), st.fixed_dictionaries(anything))
def test_to_somebody_who_opted_out_only_an_opt_in_word_leads_back(held_by: HeldBy, found: dict) -> None:  # type: ignore[type-arg]
    step = next_step(_conversation(held_by, opted_out=True), **found)
    assert step is (Step.OPT_IN if found["keyword"] is Keyword.OPT_IN else Step.STAY_SILENT)


@given(st.fixed_dictionaries(anything))
def test_while_a_counselor_holds_the_conversation_the_bot_says_nothing(found: dict) -> None:  # type: ignore[type-arg]
    step = next_step(_conversation(HeldBy.COUNSELOR), **found)
    assert step in (Step.RELAY, Step.OPT_OUT, Step.EXIT)


@given(st.sampled_from(list(HeldBy)), st.fixed_dictionaries({**anything, "level": st.just("crisis")}))
def test_danger_comes_before_every_word_and_option(held_by: HeldBy, found: dict) -> None:  # type: ignore[type-arg]
    step = next_step(_conversation(held_by), **found)
    assert step is (Step.RELAY if held_by is HeldBy.COUNSELOR else Step.NOTHING_MORE)


@given(st.fixed_dictionaries(anything))
def test_rasa_is_asked_only_while_the_bot_holds_the_conversation(found: dict) -> None:  # type: ignore[type-arg]
    assert next_step(_conversation(HeldBy.WAITING), **found) is not Step.ANSWER


def test_an_answer_to_the_direct_question_counts_before_a_new_question_is_asked() -> None:
    step = next_step(
        _conversation(), level="ask", keyword=None, option=Option("no", "screen:no"), pressed_old=False
    )
    assert step is Step.OPTION


@pytest.mark.parametrize(
    ("disclosed", "last", "expected"),
    [(None, None, True), (1, 1, False), (30, 1, False), (30, 8, True), (8, None, True), (1, 30, False)],
)
def test_who_answers_is_said_first_and_again_after_seven_days_away(
    disclosed: int | None, last: int | None, expected: bool
) -> None:
    def ago(days: int | None) -> datetime | None:
        return None if days is None else NOW - timedelta(days=days)

    conversation = _conversation(disclosed_at=ago(disclosed), last_incoming_at=ago(last))
    assert conversation.needs_disclosure(NOW) is expected


def test_the_holding_reply_comes_at_most_once_in_a_few_minutes() -> None:
    assert _conversation().may_hold(NOW)
    assert not _conversation(last_holding_at=NOW - timedelta(minutes=1)).may_hold(NOW)
    assert _conversation(last_holding_at=NOW - timedelta(minutes=4)).may_hold(NOW)
