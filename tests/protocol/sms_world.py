"""A service with SMS as the protocol tests see it: signed webhooks go in, texts come out at a double of Twilio."""

from collections.abc import AsyncIterator
from dataclasses import dataclass

import httpx
import pytest
from fastapi import FastAPI
from sqlalchemy import select

from bot.channels.sms import Sender, SmsChannel, TwilioAccount
from bot.channels.sms_webhook import Signing
from bot.store.tables import message
from bot.web.calls import Calls, calls_router
from bot.web.twilio import INCOMING_PATH, Lines, twilio_router
from tests.conftest import World, until
from tests.doubles.twilio_double import ACCOUNT, TwilioDouble, twilio_double
from tests.doubles.twilio_double import TOKEN as API_TOKEN
from tests.protocol.twilio_requests import PREVIOUS, PUBLIC, TOKEN, post, raw

CLIENT, CLINIC, STAFF_NUMBER, ANNA = "+15550100", "+15550199", "+15550188", "+15550111"


@dataclass
class Sms:
    """A service with SMS, seen from Twilio's side."""

    world: World
    twilio: TwilioDouble
    http: httpx.AsyncClient
    numbers: int = 0

    async def gets(self, name: str, path: str = INCOMING_PATH, **changed: str) -> int:
        return (await post(self.http, path, raw(name, **changed))).status_code

    async def writes(self, words: str, sender: str = CLIENT, to: str = CLINIC, **changed: str) -> None:
        self.numbers += 1
        sid = f"SM{0xC000 + self.numbers:032x}"
        fields = {"MessageSid": sid, "SmsSid": sid, "Body": words, "From": sender, "To": to, **changed}
        assert await self.gets("text", **fields) == 200

    async def hears(self, words: str, to: str = CLIENT) -> dict[str, str]:
        async def look() -> dict[str, str] | None:
            found = [f for f in self.twilio.accepted if f["To"] == to and words.lower() in f["Body"].lower()]
            return found[0] if found else None

        try:
            return await until(look)  # type: ignore[return-value]
        except AssertionError:
            raise AssertionError(f"not heard: {words!r}; sent: {self.heard_by(to)}") from None

    def heard_by(self, to: str = CLIENT) -> list[str]:
        return [fields["Body"] for fields in self.twilio.accepted if fields["To"] == to]

    async def receipt(self, sent: dict[str, str], name: str, **changed: str) -> int:
        """What Twilio says later about a text it got, at the address that came with the text."""
        path = sent["StatusCallback"].removeprefix(PUBLIC)
        return await self.gets(name, path, **changed)

    async def status_of(self, words: str) -> tuple[str, str | None]:
        """(state, error code) of the one outgoing text to the client that holds these words."""
        async with self.world.service.context.database.single() as tx:
            rows = await tx.rows(select(message).where(message.c.direction == "outgoing"))
            found = [r for r in rows if words in tx.vault.open(r.text, "message.text")]
        assert len(found) == 1, len(found)
        return found[0].status, found[0].error_code

    async def becomes(self, words: str, status: str) -> str | None:
        async def look() -> bool:
            return (await self.status_of(words))[0] == status

        await until(look)
        return (await self.status_of(words))[1]


@pytest.fixture
async def sms(world: World) -> AsyncIterator[Sms]:
    async with twilio_double() as twilio:
        account = TwilioAccount(ACCOUNT, API_TOKEN, twilio.url, timeout=2.0)
        client = SmsChannel("sms", account, Sender(number=CLINIC, public_url=PUBLIC))
        staff = SmsChannel("staff-sms", account, Sender(number=STAFF_NUMBER, public_url=PUBLIC), staff=True)
        channels = world.service.context.channels
        world.service.context.channels = {**channels, "sms": client, "staff-sms": staff}
        pages = FastAPI()
        lines = Lines(staff_number=STAFF_NUMBER)
        signing = Signing(PUBLIC, (TOKEN, PREVIOUS))
        pages.include_router(twilio_router(world.service.context, signing, lines))
        pages.include_router(
            calls_router(world.service.context, signing, Calls("counselors", (STAFF_NUMBER,)))
        )
        transport = httpx.ASGITransport(pages)
        async with httpx.AsyncClient(transport=transport, base_url="http://inside:8081") as http:
            yield Sms(world, twilio, http)
        await client.close()
        await staff.close()
