"""What we say to the providers, read by others: Twilio's own description of its API, and aiogram's models."""

from dataclasses import dataclass, field

import httpx
import pytest

from bot.channels.base import Incoming, SendError
from bot.channels.sms import Sender, SmsChannel, TwilioAccount
from bot.channels.telegram import TelegramChannel
from bot.channels.telegram_bot import Connection, update_from
from bot.channels.telegram_intake import TelegramIntake
from bot.domain.options import Option
from tests.doubles.emulated import (
    ACCOUNT,
    CLIENTS_BOT,
    CLIENTS_NUMBER,
    TOKEN,
    TelegramEmulated,
    TwilioEmulated,
)
from tests.protocol.telegram_fixtures import raw

pytestmark = pytest.mark.xdist_group("connected")

Providers = tuple[TwilioEmulated, TelegramEmulated]
OPTIONS = [Option("yes, please", "/yes"), Option("no", "/no")]
LONG = "This is a sentence of a long text. " * 20


@pytest.mark.parametrize(("text", "texts"), [("Hello.", 1), ("Grüße 🌱 to you.", 1), (LONG, 2)])
async def test_every_text_is_one_that_twilios_description_allows(
    providers: Providers, text: str, texts: int
) -> None:
    twilio, to = providers[0], f"+1555016{len(text):04d}"
    sender = Sender(number=CLIENTS_NUMBER, public_url="http://127.0.0.1:9")
    channel = SmsChannel("sms", TwilioAccount(ACCOUNT, TOKEN, twilio.api), sender)
    try:
        sent = await channel.send(to, text, OPTIONS, 7)
    finally:
        await channel.close()
    arrived = twilio.messages(To=to)
    assert len(arrived) == texts
    assert sent.external_id.split("+") == [text["sid"] for text in reversed(arrived)]
    assert arrived[-1]["body"].endswith("Reply 1 = yes, please, 2 = no.")


def test_what_twilios_description_does_not_allow_is_refused_by_the_double(providers: Providers) -> None:
    """A double that takes everything would prove nothing."""
    path = f"{providers[0].api}/2010-04-01/Accounts/{ACCOUNT}/Messages.json"
    fields = {"To": "+15550160000", "From": CLIENTS_NUMBER, "Body": "Hello.", "StatusCallback": "no address"}
    assert httpx.post(path, data=fields, auth=(ACCOUNT, TOKEN), trust_env=False).status_code == 422


async def test_a_wrong_token_of_twilios_is_refused_for_good(providers: Providers) -> None:
    sender = Sender(number=CLIENTS_NUMBER)
    channel = SmsChannel("sms", TwilioAccount(ACCOUNT, "another token", providers[0].api), sender)
    try:
        with pytest.raises(SendError) as refused:
            await channel.send("+15550160001", "Hello.", [], 7)
    finally:
        await channel.close()
    assert not refused.value.retryable


@dataclass
class Bot:
    """A bot at the double, and what was stored of what came in."""

    connection: Connection
    channel: TelegramChannel
    stored: list[Incoming] = field(default_factory=list)

    async def receive(self, incoming: Incoming) -> None:
        self.stored.append(incoming)


async def test_every_call_to_telegram_is_one_that_aiograms_models_allow(providers: Providers) -> None:
    telegram = providers[1]
    before = len(telegram.calls())
    connection = Connection(CLIENTS_BOT, telegram.url)
    bot = Bot(connection, TelegramChannel("telegram", connection))
    intake = TelegramIntake(connection, "telegram", "client", bot.receive)
    try:
        await bot.channel.send("5550160", LONG * 8, OPTIONS, 2**63 - 1)
        await bot.channel.show_typing("5550160")
        for name in ("press", "added_to_a_group", "group_text"):
            read = update_from(raw(name))
            assert read is not None
            await intake.take(read)
        await intake.close()
        await connection.set_webhook("https://clinic.example/telegram/clients", "a-secret_for-tests")
        await connection.bot.delete_webhook()
    finally:
        await connection.close()
    calls = telegram.calls()[before:]
    assert {call["method"] for call in calls} >= {
        "sendMessage",
        "sendChatAction",
        "answerCallbackQuery",
        "leaveChat",
        "setWebhook",
        "deleteWebhook",
    }
    assert [call["problem"] for call in calls if call["problem"]] == []
    assert {call["status"] for call in calls} == {200}


def test_what_aiograms_models_do_not_allow_is_seen(providers: Providers) -> None:
    telegram, wrong = providers[1], "5550199:test-token-of-another-bot"
    telegram.http.post(f"/bot{wrong}/sendMessage", data={"chat_id": "5", "text": "x", "protected": "true"})
    telegram.http.post(f"/bot{wrong}/answerCallbackQuery", data={"text": "x"})
    mine = [call["problem"] for call in telegram.calls() if call["bot"] == "5550199"]
    assert mine == ["unknown: protected", "callback_query_id: missing"]
