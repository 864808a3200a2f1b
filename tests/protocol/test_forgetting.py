"""What providers keep of a message is deleted there: after its delivery where that is wanted, and after an erasure."""

from collections.abc import AsyncIterator

import pytest
from sqlalchemy import text

from bot.channels.base import SendError
from bot.channels.telegram import MOST_CHARACTERS, TelegramChannel
from bot.channels.telegram_bot import Connection
from bot.services import rights
from bot.services.housekeeping import MOST_TRIES, forget_some, queue_delivered
from bot.store import audit
from tests.conftest import World, until
from tests.doubles.telegram_double import TOKEN as BOT
from tests.doubles.telegram_double import Refused, TelegramDouble, telegram_double
from tests.doubles.twilio_double import refuses
from tests.protocol.sms_world import Sms

DANA = "5550142"
LONG = "This is one sentence of a long answer. " * 10


async def _number(world: World, statement: str) -> int:
    async with world.service.context.database.single() as tx:
        return int((await tx.run(text(statement))).scalar_one())


async def _everything_settled(used: Sms) -> None:
    unsent = (
        "SELECT count(*) FROM message WHERE status IN ('queued', 'sending')"
        " OR (direction = 'incoming' AND handled_at IS NULL)"
    )

    async def done() -> bool:
        return await _number(used.world, unsent) == 0

    await until(done)


async def test_what_was_delivered_and_handled_is_deleted_at_twilio_both_ways_and_once(sms: Sms) -> None:
    context = sms.world.service.context
    await sms.writes("hello there")
    sent = await sms.hears("answer to: hello there")
    await _everything_settled(sms)
    assert await queue_delivered(context, ["sms"]) == 0  # nothing has reached its end yet
    assert await sms.receipt(sent, "status-delivered") == 200
    sms.world.clock.move(minutes=11)  # the provider no longer tries again to bring what was handled
    assert await queue_delivered(context, ["sms"]) == 2
    await forget_some(context)
    incoming = f"SM{0xC001:032x}"
    assert incoming in sms.twilio.deleted
    assert len(set(sms.twilio.deleted)) == len(sms.twilio.deleted) == 2
    assert await queue_delivered(context, ["sms"]) == 0
    assert await _number(sms.world, "SELECT count(*) FROM forget") == 0


async def test_of_a_message_in_two_texts_both_are_deleted_also_after_receipts(sms: Sms) -> None:
    context = sms.world.service.context
    await sms.writes(LONG)
    await until(lambda: _has_two(sms))
    first, last = (f for f in sms.twilio.accepted if "sentence" in f["Body"])
    await _everything_settled(sms)
    for part in (last, first):
        sid = f"SM{sms.twilio.accepted.index(part) + 1:032x}"
        assert await sms.receipt(part, "status-delivered", MessageSid=sid, SmsSid=sid) == 200
    conversation = str(await _text(sms.world, "SELECT id::text FROM conversation"))
    await rights.erase(context.database, conversation, "op", with_record=False)
    await forget_some(context)
    assert len(sms.twilio.deleted) == len(set(sms.twilio.deleted)) == len(sms.twilio.accepted) + 1


async def _has_two(used: Sms) -> bool:
    return len([f for f in used.twilio.accepted if "sentence" in f["Body"]]) == 2


async def _text(world: World, statement: str) -> object:
    async with world.service.context.database.single() as tx:
        return (await tx.run(text(statement))).scalar_one()


async def test_a_deletion_that_fails_is_tried_again_what_is_gone_counts_as_deleted_and_in_the_end_it_is_recorded(
    sms: Sms,
) -> None:
    context = sms.world.service.context
    await sms.writes("hello there")
    await sms.hears("answer to: hello there")
    await _everything_settled(sms)
    conversation = str(await _text(sms.world, "SELECT id::text FROM conversation"))
    erased = await rights.erase(context.database, conversation, "op", with_record=False)
    sms.twilio.deletions = [refuses(404, 20404), *[refuses(500)] * (erased.at_provider * MOST_TRIES)]
    for _ in range(MOST_TRIES + 1):
        await forget_some(context)
        sms.world.clock.move(days=1)
    assert await _number(sms.world, "SELECT count(*) FROM forget") == 0
    assert sms.twilio.deleted == []
    async with context.database.single() as tx:
        given_up = await audit.entries(tx, what="forget:not_possible")
    assert len(given_up) == erased.at_provider - 1  # the one that was gone already needs no word


@pytest.fixture
async def bot() -> AsyncIterator[tuple[TelegramDouble, TelegramChannel]]:
    async with telegram_double() as double:
        channel = TelegramChannel("telegram", Connection(BOT, double.url))
        yield double, channel
        await channel.close()


async def test_telegram_deletes_every_part_of_our_text_and_the_clients_own(
    bot: tuple[TelegramDouble, TelegramChannel],
) -> None:
    double, channel = bot
    sent = await channel.send(DANA, "x" * (MOST_CHARACTERS + 10), (), 812)
    assert await channel.forget(DANA, sent.external_id)
    assert await channel.forget(DANA, "5550100:730114:41")  # an incoming one: bot, update, message
    asked = double.called("deleteMessage")
    assert [call["chat_id"] for call in asked] == [int(DANA)] * 3
    assert asked[-1]["message_id"] == 41
    assert len({call["message_id"] for call in asked}) == 3
    assert not await channel.forget(DANA, "5550100:730115")  # a press of a button is no text


async def test_what_telegram_no_longer_deletes_is_said_so_and_a_fault_is_tried_again(
    bot: tuple[TelegramDouble, TelegramChannel],
) -> None:
    double, channel = bot
    double.faults["deleteMessage"] = [
        Refused(400, "Bad Request: message can't be deleted for everyone"),
        Refused(500, "Internal Server Error"),
    ]
    assert not await channel.forget(DANA, "5550100:1:41")
    with pytest.raises(SendError):
        await channel.forget(DANA, "5550100:1:42")
    assert await channel.forget(DANA, "5550100:1:42")
