"""SMS by Twilio, put together: its channels and what answers its webhooks. Imported only when an account is set."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from fastapi import APIRouter

from bot.channels.sms import Sender, SmsChannel, TwilioAccount
from bot.channels.sms_webhook import Signing
from bot.services.context import Context
from bot.settings import Settings
from bot.web.calls import Calls, calls_router
from bot.web.twilio import Lines, twilio_router


@dataclass(frozen=True)
class SmsSide:
    """The channels that send, and what their webhooks are checked against."""

    channels: Sequence[SmsChannel]
    signing: Signing
    staff_number: str | None
    pool: Mapping[str, str]
    calls: Calls

    def routers(self, context: Context) -> tuple[APIRouter, ...]:
        """What Twilio calls: texts, receipts, the fallback, and phone calls."""
        lines = Lines(staff_number=self.staff_number, pool=self.pool)
        return (
            twilio_router(context, self.signing, lines),
            calls_router(context, self.signing, self.calls),
        )

    async def close(self) -> None:
        for channel in self.channels:
            await channel.close()


def sms_side(settings: Settings) -> SmsSide | None:
    """The SMS side of this installation; None without an account. Settings has checked that the rest is there."""
    if settings.twilio_account_sid is None:
        return None
    assert settings.twilio_auth_token is not None
    assert settings.public_url is not None
    token = settings.twilio_auth_token.get_secret_value()
    account = TwilioAccount(settings.twilio_account_sid, token, settings.twilio_api)
    keywords, url = settings.twilio_keywords, settings.public_url
    sender = Sender(settings.twilio_number, settings.twilio_messaging_service, url, keywords)
    channels = [SmsChannel("sms", account, sender)]
    if settings.twilio_staff_number is not None:
        staff = Sender(settings.twilio_staff_number, None, url, keywords)
        channels.append(SmsChannel("staff-sms", account, staff, staff=True, relay=settings.staff_phones))
    pool = {number: f"staff-sms-{place}" for place, number in enumerate(settings.staff_pool, start=2)}
    for number, name in pool.items():
        line = Sender(number, None, url, keywords)
        channels.append(SmsChannel(name, account, line, staff=True, relay=settings.staff_phones))
    before = settings.twilio_previous_auth_token
    tokens = (token, before.get_secret_value()) if before else (token,)
    staff_numbers = tuple(n for n in (settings.twilio_staff_number, *settings.staff_pool) if n)
    calls = Calls(settings.calls, staff_numbers)
    return SmsSide(channels, Signing(url, tokens), settings.twilio_staff_number, pool, calls)
