"""What leaves for Telegram, byte for byte, and what each of its refusals means for a text."""

import io
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from bot.channels.base import OptedOut, OutcomeUnknown, SendError
from bot.channels.telegram import TelegramChannel, in_parts
from bot.channels.telegram_bot import Connection
from bot.channels.telegram_pace import Pace
from bot.domain.options import Option
from tests.doubles.telegram_double import CUT, LOST, TOKEN, TelegramDouble, telegram_double

DANA = 5550142
YES_NO = (Option("yes please", "/affirm"), Option("no thanks", "/deny"))


class Time:
    """A clock that only sleeping moves."""

    def __init__(self) -> None:
        self.now, self.slept = 100.0, []

    async def sleep(self, seconds: float) -> None:
        self.slept.append(round(seconds, 3))
        self.now += seconds

    def pace(self) -> Pace:
        return Pace(lambda: self.now, self.sleep)


@asynccontextmanager
async def _channel(url: str, token: str = TOKEN, timeout: float = 5.0) -> AsyncIterator[TelegramChannel]:
    channel = TelegramChannel("telegram", Connection(token, url, timeout=timeout), pace=Time().pace())
    yield channel
    await channel.close()


@pytest.fixture
async def double() -> AsyncIterator[TelegramDouble]:
    async with telegram_double() as running:
        yield running


@pytest.fixture
async def channel(double: TelegramDouble) -> AsyncIterator[TelegramChannel]:
    async with _channel(double.url) as made:
        yield made


async def test_a_text_leaves_protected_without_preview_and_without_markup(
    double: TelegramDouble, channel: TelegramChannel
) -> None:
    sent = await channel.send(str(DANA), "Call *988* <b>now</b> https://example.org", (), 812)
    assert double.called("sendMessage") == [
        {
            "chat_id": DANA,
            "text": "Call *988* <b>now</b> https://example.org",
            "protect_content": True,
            "link_preview_options": {"is_disabled": True},
        }
    ]
    assert (sent.external_id, sent.status) == ("5550100:812:1000", "sent")


async def test_options_leave_as_buttons_that_carry_no_words(
    double: TelegramDouble, channel: TelegramChannel
) -> None:
    await channel.send(str(DANA), "Shall a counselor contact you?", YES_NO, 812)
    [call] = double.called("sendMessage")
    assert call["reply_markup"]["inline_keyboard"] == [
        [{"text": "yes please", "callback_data": "812:0"}],
        [{"text": "no thanks", "callback_data": "812:1"}],
    ]
    assert call["text"] == "Shall a counselor contact you?"


async def test_the_largest_message_id_fits_into_a_button(
    double: TelegramDouble, channel: TelegramChannel
) -> None:
    await channel.send(str(DANA), "Which?", YES_NO, 2**63 - 1)
    assert len(double.called("sendMessage")) == 1


@pytest.mark.parametrize(
    ("code", "expected", "name"),
    [
        (403, OptedOut, "blocked"),
        (400, SendError, "refused"),
        (401, SendError, "token_refused"),
        (404, SendError, "token_refused"),
        (409, SendError, "refused"),
        (500, OutcomeUnknown, "provider_failed"),
        (502, OutcomeUnknown, "provider_failed"),
        (503, OutcomeUnknown, "provider_failed"),
        (CUT, OutcomeUnknown, "provider_failed"),
        (LOST, OutcomeUnknown, "provider_failed"),
    ],
)
async def test_each_refusal_says_whether_another_try_makes_sense(
    double: TelegramDouble, channel: TelegramChannel, code: int, expected: type[SendError], name: str
) -> None:
    double.fails("sendMessage", code)
    with pytest.raises(SendError) as caught:
        await channel.send(str(DANA), "Hello", (), 1)
    error = caught.value
    assert (type(error), error.code, error.retryable) == (expected, name, name == "token_refused")


async def test_a_person_who_blocked_the_bot_counts_as_opted_out(
    double: TelegramDouble, channel: TelegramChannel
) -> None:
    double.blocked.add(DANA)
    with pytest.raises(OptedOut, match="blocked"):
        await channel.send(str(DANA), "Hello", (), 1)


async def test_after_429_the_chat_is_left_alone_for_as_long_as_telegram_wants(
    double: TelegramDouble, channel: TelegramChannel
) -> None:
    double.fails("sendMessage", 429, retry_after=17)
    for _ in range(2):  # the second is not even sent
        with pytest.raises(SendError, match="too_many_requests") as caught:
            await channel.send(str(DANA), "Hello", (), 1)
        assert caught.value.retryable
        assert caught.value.after == 17
    await channel.send("5550143", "Somebody else is not held up", (), 2)
    assert [chat for chat, _ in double.texts] == [5550143]


async def test_no_connection_at_all_may_be_tried_again(double: TelegramDouble) -> None:
    async with telegram_double() as gone:
        url = gone.url
    async with _channel(url) as channel:
        with pytest.raises(SendError, match="not_reached") as caught:
            await channel.send(str(DANA), "Hello", (), 1)
    assert caught.value.retryable
    assert not isinstance(caught.value, OutcomeUnknown)


async def test_no_answer_in_time_is_an_unknown_outcome(double: TelegramDouble) -> None:
    async with _channel(double.url, timeout=0.2) as channel:
        double.silent.add("sendMessage")
        with pytest.raises(OutcomeUnknown, match="timed_out"):
            await channel.send(str(DANA), "Hello", (), 1)


@pytest.mark.parametrize("answer", [b"<html>gateway</html>", b"[]", b'{"ok": true}', b"\xff\xfe"])
async def test_an_answer_that_is_none_is_an_unknown_outcome_and_is_not_logged(
    double: TelegramDouble, channel: TelegramChannel, answer: bytes, logged: io.StringIO
) -> None:
    double.raw["sendMessage"] = answer
    with pytest.raises(OutcomeUnknown):
        await channel.send(str(DANA), "Hello", (), 1)
    assert logged.getvalue() == ""


@pytest.mark.parametrize("address", ["@somebody", "", "+15550142", "5550142 ", "me"])
async def test_only_a_number_is_an_address(
    double: TelegramDouble, channel: TelegramChannel, address: str
) -> None:
    with pytest.raises(SendError, match="no_such_chat"):
        await channel.send(address, "Hello", (), 1)
    assert double.calls == []


async def test_a_text_beyond_the_limit_leaves_in_parts_with_the_buttons_last(
    double: TelegramDouble, channel: TelegramChannel
) -> None:
    text = "K7: " + "walking along the river " * 200
    await channel.send(str(DANA), text, YES_NO, 5)
    calls = double.called("sendMessage")
    assert "".join(call["text"] for call in calls) == text
    assert ["reply_markup" in call for call in calls] == [False, True]


async def test_when_a_later_part_fails_the_beginning_is_not_shown_twice(
    double: TelegramDouble, channel: TelegramChannel
) -> None:
    double.after["sendMessage"] = (1, 403)
    with pytest.raises(OutcomeUnknown, match="partly_sent"):
        await channel.send(str(DANA), "a " * 3000, (), 5)
    assert len(double.texts) == 1


@pytest.mark.parametrize("text", ["x" * 10_000, "🙂" * 5_000, " " * 5_000 + "end", "words and " * 1_000, ""])
def test_every_part_fits_and_nothing_is_lost(text: str) -> None:
    parts = in_parts(text)
    assert all(len(part.encode("utf-16-le")) // 2 <= 4096 for part in parts)
    assert "".join(parts).strip() == text.strip()


async def test_one_chat_gets_a_message_a_second_and_all_together_thirty() -> None:
    time = Time()
    pace = time.pace()
    for _ in range(3):
        await pace.turn("a")
    assert time.slept == [1.0, 1.0]
    start = time.now
    for chat in range(50):
        await pace.turn(f"chat {chat}")
    assert time.now - start == pytest.approx(50 / 25)
    before = time.now
    await pace.turn("in danger", urgent=True)
    assert time.now == before  # it waits behind nobody's ordinary text


async def test_typing_is_shown_and_its_failure_is_one_of_the_known(
    double: TelegramDouble, channel: TelegramChannel
) -> None:
    await channel.show_typing(str(DANA))
    assert double.called("sendChatAction") == [{"chat_id": DANA, "action": "typing"}]
    double.fails("sendChatAction", 500)
    with pytest.raises(SendError):
        await channel.show_typing(str(DANA))


async def test_no_text_chat_or_token_is_logged(
    double: TelegramDouble, channel: TelegramChannel, logged: io.StringIO
) -> None:
    for code in (400, 403, 500, CUT):
        double.fails("sendMessage", code)
        with pytest.raises(SendError):
            await channel.send(str(DANA), "my secret words", YES_NO, 1)
    written = logged.getvalue()
    assert not [secret for secret in ("secret words", str(DANA), TOKEN, "yes please") if secret in written]
