"""Each conversation on a number of its own: a thread on the counselor's phone that can mean one client only."""

from collections.abc import AsyncIterator

import httpx
import pytest
from fastapi import FastAPI

from bot.channels.sms import Sender, SmsChannel, TwilioAccount
from bot.channels.sms_webhook import Signing
from bot.domain.needs import Needs
from bot.services.handoff import open_handoff
from bot.store import conversations
from bot.web.twilio import Lines, twilio_router
from tests.conftest import World, until
from tests.doubles.twilio_double import ACCOUNT, twilio_double
from tests.doubles.twilio_double import TOKEN as API_TOKEN
from tests.protocol.test_sms_service import ANNA, CLINIC, STAFF_NUMBER, Sms, _enrol_anna
from tests.protocol.twilio_requests import PUBLIC, TOKEN

POOL = {"+15550181": "staff-sms-2", "+15550182": "staff-sms-3"}
FIRST, SECOND, THIRD = "+15550141", "+15550142", "+15550143"


@pytest.fixture
async def sms(world: World) -> AsyncIterator[Sms]:
    async with twilio_double() as twilio:
        account = TwilioAccount(ACCOUNT, API_TOKEN, twilio.url, timeout=2.0)
        made = [SmsChannel("sms", account, Sender(number=CLINIC, public_url=PUBLIC))]
        for number, name in {STAFF_NUMBER: "staff-sms", **POOL}.items():
            made.append(SmsChannel(name, account, Sender(number=number, public_url=PUBLIC), staff=True))
        context = world.service.context
        context.channels = {**context.channels, **{channel.name: channel for channel in made}}
        pages, lines = FastAPI(), Lines(staff_number=STAFF_NUMBER, pool=POOL)
        pages.include_router(twilio_router(context, Signing(PUBLIC, (TOKEN,)), lines))
        async with httpx.AsyncClient(transport=httpx.ASGITransport(pages), base_url="http://inside") as http:
            sms = Sms(world, twilio, http)
            await _enrol_anna(sms)
            yield sms
        for channel in made:
            await channel.close()


async def _taken(sms: Sms, client: str) -> tuple[str, str]:
    """(tag, the number from which Anna hears of it) of a conversation that Anna took."""
    context = sms.world.service.context
    await sms.writes("hello", sender=client)
    await sms.hears("answer to: hello", to=client)
    async with context.database.transaction() as tx:
        conversation_id = await conversations.find_or_create(tx, "sms", client)
    before = len(sms.heard_by(ANNA))
    await open_handoff(context, conversation_id, None, Needs(must=("language:xx",)))
    alert = await until(lambda: _newest(sms, before, "New conversation"))
    tag = str(alert["Body"]).split("Case ")[1].split(".")[0]  # type: ignore[index]
    assert alert["From"] == STAFF_NUMBER  # type: ignore[index]
    await sms.writes(f"TAKE {tag}", sender=ANNA, to=STAFF_NUMBER)
    return tag, (await sms.hears(f"{tag} is yours", to=ANNA))["From"]


async def _newest(sms: Sms, after: int, words: str) -> dict[str, str] | None:
    heard = [fields for fields in sms.twilio.accepted if fields["To"] == ANNA][after:]
    return next((fields for fields in heard if words in fields["Body"]), None)


async def test_each_conversation_has_its_thread_and_a_reply_there_needs_no_tag(sms: Sms) -> None:
    (_, at_first), (second, at_second) = await _taken(sms, FIRST), await _taken(sms, SECOND)
    assert {at_first, at_second} == set(POOL)
    await sms.writes("how are you, first?", sender=ANNA, to=at_first)
    await sms.writes("how are you, second?", sender=ANNA, to=at_second)
    await sms.hears("Anna: how are you, first?", to=FIRST)
    await sms.hears("Anna: how are you, second?", to=SECOND)
    await sms.writes("fine", sender=SECOND)
    assert (await sms.hears(f"{second}: fine", to=ANNA))["From"] == at_second
    await sms.writes("which?", sender=ANNA, to=STAFF_NUMBER)
    await sms.hears("Nothing was sent: you hold", to=ANNA)
    await sms.writes(f"{second} psst", sender=ANNA, to=at_first)
    await sms.hears("this thread belongs to another case", to=ANNA)
    assert not any("psst" in text or "which?" in text for c in (FIRST, SECOND) for text in sms.heard_by(c))


async def test_a_thread_whose_talk_is_over_reaches_nobody_and_its_number_rests(sms: Sms) -> None:
    _, number = await _taken(sms, FIRST)
    await sms.writes("DONE", sender=ANNA, to=number)
    await sms.hears("has left the chat", to=FIRST)
    _, other = await _taken(sms, SECOND)
    assert other != number
    await sms.writes("are you still there?", sender=ANNA, to=number)
    await sms.hears("no case is open in this thread", to=ANNA)
    _, third = await _taken(sms, THIRD)
    assert third == STAFF_NUMBER, "both numbers are known to Anna as somebody else's"
    assert not any("still there" in text for c in (FIRST, SECOND, THIRD) for text in sms.heard_by(c))


async def test_a_stranger_on_a_number_of_the_pool_is_a_stranger(sms: Sms) -> None:
    await sms.writes("TAKE K7", sender="+15550177", to=next(iter(POOL)))
    await sms.hears("This line is for our staff", to="+15550177")
