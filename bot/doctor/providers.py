"""The doctor's look at Twilio and Telegram: credentials, numbers, where their webhooks go. It changes nothing there."""

from collections.abc import AsyncIterator, Iterator
from typing import Any

import httpx
from telegram.error import InvalidToken, TelegramError
from twilio.base.exceptions import TwilioException, TwilioRestException  # type: ignore[import-untyped]
from twilio.rest import Client  # type: ignore[import-untyped]

from bot.channels.sms import STATUS_PATH
from bot.channels.sms_http import NotReached, TwilioHttp, Unclear
from bot.channels.telegram_bot import Connection
from bot.channels.voice import CALL_PATH, ENDED_PATH
from bot.doctor.finding import Finding, fail, ok, warn
from bot.settings import Settings
from bot.web.twilio import FALLBACK_PATH, INCOMING_PATH

CONSOLE = "set it in Twilio's Console"
HOW_TO_SMS, HOW_TO_TELEGRAM = "see docs/how-to/connect-twilio.md", "see docs/how-to/connect-telegram.md"


# --- Twilio -------------------------------------------------------------------------------------------------


async def twilio(settings: Settings) -> AsyncIterator[Finding]:
    """Account, number, Messaging Service, and where each sends its webhooks."""
    if settings.twilio_account_sid is None or settings.twilio_auth_token is None:
        yield ok("SMS", "not connected")
        return
    http = TwilioHttp(10.0)
    client: Any = Client(
        settings.twilio_account_sid, settings.twilio_auth_token.get_secret_value(), http_client=http
    )
    if settings.twilio_api is not None:
        client.api.base_url = client.messaging.base_url = settings.twilio_api
    try:
        async for finding in _twilio(settings, client):
            yield finding
    except TwilioRestException as error:
        yield _refused(error.status)
    except (NotReached, Unclear, TwilioException, ValueError):
        yield fail("Twilio", "cannot be reached or gives no clear answer", "is the network there? Try again")
    finally:
        await http.close()


def _refused(status: int) -> Finding:
    if status == 401:
        do = "compare WARMLINE_TWILIO_ACCOUNT_SID and _AUTH_TOKEN with the Console"
        return fail("Twilio", "refuses the account or its token", do)
    return fail("Twilio", f"answered {status}", "look at the account in Twilio's Console")


async def _twilio(settings: Settings, client: Any) -> AsyncIterator[Finding]:
    account = await client.api.v2010.accounts(settings.twilio_account_sid).fetch_async()
    if account.status == "active":
        yield ok("Twilio", "the account is active and the token is right")
    else:
        yield fail("Twilio", f"the account is {account.status}", "look at it in Twilio's Console")
    for about, number in (
        ("clients' number", settings.twilio_number),
        ("staff number", settings.twilio_staff_number),
        *((f"staff pool, number {n}", number) for n, number in enumerate(settings.staff_pool, start=1)),
    ):
        if number is not None:
            found = await client.incoming_phone_numbers.list_async(phone_number=number, limit=1)
            for finding in _number(settings, about, found[0] if found else None):
                yield finding
    if settings.twilio_messaging_service is not None:
        service = await client.messaging.v1.services(settings.twilio_messaging_service).fetch_async()
        for finding in _service(settings, service):
            yield finding
    yield _keywords(settings)


def _number(settings: Settings, about: str, found: Any | None) -> Iterator[Finding]:
    if found is None:
        yield fail(about, "is not of this account", "compare the setting with the Console")
        return
    if not (found.capabilities or {}).get("sms", True):
        yield fail(about, "cannot send texts", "use a number with SMS")
    if about == "clients' number":
        yield from _calls(settings, about, found)
    service = settings.twilio_messaging_service if about == "clients' number" else None
    if service is None:
        yield from _webhook(about, "messages", found.sms_url, settings, INCOMING_PATH)
        yield from _webhook(f"{about}, fallback", "messages", found.sms_fallback_url, settings, FALLBACK_PATH)


def _calls(settings: Settings, about: str, found: Any) -> Iterator[Finding]:
    """Where calls to the clients' number go; who calls it must hear where help is."""
    if not (found.capabilities or {}).get("voice", True):
        yield warn(
            f"{about}, calls", "takes no calls", "say so where you print the number, or use one with Voice"
        )
        return
    yield from _webhook(f"{about}, calls", "calls", found.voice_url, settings, CALL_PATH)
    right = f"{(settings.public_url or '').rstrip('/')}{ENDED_PATH}"
    if found.status_callback != right:
        do = f"{CONSOLE}, Voice, Call status changes: {right}"
        yield warn(
            f"{about}, calls", "do not tell when a caller hangs up, so a missed call is noticed late", do
        )


def _service(settings: Settings, service: Any) -> Iterator[Finding]:
    about = "Messaging Service"
    if service.use_inbound_webhook_on_number:
        yield warn(about, "leaves the webhook to each number", f"give the service {INCOMING_PATH}; {CONSOLE}")
        return
    yield from _webhook(about, "messages", service.inbound_request_url, settings, INCOMING_PATH)
    yield from _webhook(f"{about}, fallback", "messages", service.fallback_url, settings, FALLBACK_PATH)


def _webhook(about: str, what: str, now: str | None, settings: Settings, path: str) -> Iterator[Finding]:
    """Whether Twilio calls us where we listen. An address is no secret; one that is not ours is not printed."""
    right = f"{(settings.public_url or '').rstrip('/')}{path}"
    if now == right:
        yield ok(about, f"sends {what} to us")
    elif path == FALLBACK_PATH:
        yield warn(about, "is not set, so a client hears nothing when we are down", f"{CONSOLE}: {right}")
    else:
        state = "sends them nowhere" if not now else "sends them to another address"
        yield fail(about, state, f"{CONSOLE}: {right} (POST)")


def _keywords(settings: Settings) -> Finding:
    about = "STOP and HELP"
    match settings.twilio_keywords:
        case "app":
            do = "ask Twilio's support to switch its own answers off for the account, or clients hear two"
            return warn(about, "answered by Warmline; Twilio's own setting cannot be read", do)
        case "advanced":
            do = f"HELP must name 911 and 988; take YES and INFO off the lists; {HOW_TO_SMS}"
            return warn(about, "answered by Twilio's Advanced Opt-Out, which cannot be read", do)
        case _:
            do = f"Twilio's own HELP names no help line; Advanced Opt-Out can: {HOW_TO_SMS}"
            return warn(about, "answered by Twilio's default texts", do)


async def public_url(settings: Settings) -> Finding:
    """Whether the public address leads to our listener: an unsigned call must be refused with 403."""
    about = "public address"
    if settings.public_url is None:
        return ok(about, "not set; nothing calls us from outside")
    if not settings.public_url.startswith("https://"):
        return fail(about, "is not https, so texts would travel readable", "put a TLS proxy before us")
    try:
        async with httpx.AsyncClient(timeout=8.0) as client:
            answer = await client.post(settings.public_url.rstrip("/") + STATUS_PATH, content=b"")
    except httpx.HTTPError:
        return fail(
            about, "cannot be reached from here", "is the proxy up? See docs/how-to/behind-a-proxy.md"
        )
    if answer.status_code == 403:
        return ok(about, "leads to Warmline, and unsigned calls are refused")
    do = "is `warmline up` running, and does the proxy hand on the path? See docs/how-to/behind-a-proxy.md"
    return warn(about, f"answers {answer.status_code} where Warmline answers 403", do)


# --- Telegram -----------------------------------------------------------------------------------------------


async def telegram(settings: Settings) -> AsyncIterator[Finding]:
    """Each bot: does the token count, and does anything else take its updates?"""
    tokens = (
        ("clients' bot", settings.telegram_token, "/telegram/clients"),
        ("staff bot", settings.telegram_staff_token, "/telegram/staff"),
    )
    for about, token, path in tokens:
        if token is None:
            yield ok(about, "not connected")
            continue
        connection = Connection(token.get_secret_value(), settings.telegram_api_base_url)
        try:
            async for finding in _bot(about, connection, settings, path):
                yield finding
        except InvalidToken:
            yield fail(
                about,
                "Telegram refuses the token",
                "ask @BotFather for it; see docs/how-to/rotate-a-token.md",
            )
        except TelegramError:
            yield fail(about, "Telegram cannot be reached", "is the network there? Try again")
        finally:
            await connection.close()


def _brought(about: str, now: str, settings: Settings, path: str) -> Finding:
    right = f"{(settings.public_url or '').rstrip('/')}{path}"
    if now == right:
        return ok(about, "Telegram brings its updates to us")
    do = "`warmline up` sets it when it starts: is it running? See docs/how-to/connect-telegram.md"
    return fail(about, "Telegram brings its updates nowhere, or to another address", do)


async def _bot(about: str, connection: Connection, settings: Settings, path: str) -> AsyncIterator[Finding]:
    me = await connection.bot.get_me()
    yield ok(about, f"@{me.username}")
    if me.can_join_groups:
        yield warn(
            about, "can be put into groups", "@BotFather: /setjoingroups, Disable (we leave them anyway)"
        )
    hook = await connection.bot.get_webhook_info()
    if settings.telegram_updates == "webhook":
        yield _brought(about, hook.url, settings, path)
    elif hook.url:
        do = "`warmline up` takes it away when it starts; stop the program that set it"
        yield warn(about, "has a webhook set, so polling is refused (409)", do)
    elif hook.pending_update_count > 20:
        yield warn(about, f"{hook.pending_update_count} updates wait", "is `warmline up` running?")
    else:
        yield ok(about, "polled by `warmline up`; were it to log 409, another program has this token")
