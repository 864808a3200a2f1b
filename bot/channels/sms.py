"""SMS through Twilio: writes the options out, sends one or two texts, and says what Twilio answered.

It tries once. The one exception is the second of two texts, because a repeat from outside would repeat the first.
"""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal
from urllib.parse import urlencode

from twilio.base.exceptions import TwilioException, TwilioRestException  # type: ignore[import-untyped]
from twilio.rest import Client  # type: ignore[import-untyped]

from bot.channels.base import OptedOut, OutcomeUnknown, SendError, Sent, Traits
from bot.channels.sms_codes import in_words, meaning
from bot.channels.sms_http import NotReached, TwilioHttp, Unclear
from bot.channels.sms_parts import API_LIMIT, for_client, for_staff, plain
from bot.domain.options import Option, as_text

STATUS_PATH = "/twilio/status"
Keywords = Literal["default", "advanced", "app"]


@dataclass(frozen=True)
class TwilioAccount:
    """Whose account, and where it is reached. `api` is another address in tests."""

    sid: str
    token: str
    api: str | None = None
    timeout: float = 10.0


@dataclass(frozen=True)
class Sender:
    """From which number or Messaging Service texts leave, and where receipts come to (None: there are none)."""

    number: str | None = None
    messaging_service: str | None = None
    public_url: str | None = None
    keywords: Keywords = "default"

    def __post_init__(self) -> None:
        if not (self.number or self.messaging_service):
            raise ValueError("a number or a Messaging Service is needed to send from")

    def fields(self) -> dict[str, str]:
        if self.messaging_service:
            return {"messaging_service_sid": self.messaging_service}
        return {"from_": self.number or ""}

    def callback(self, channel: str, message_id: int, *, last: bool) -> dict[str, str]:
        """Our id goes along, so that a receipt is understood even when the answer to the send was lost."""
        if not self.public_url:
            return {}
        known = {"channel": channel, "message": message_id, **({} if last else {"part": 1})}
        return {"status_callback": f"{self.public_url.rstrip('/')}{STATUS_PATH}?{urlencode(known)}"}


_TOGETHER = "+"  # between the ids of two texts that are one message, the last one first


class SmsChannel:
    """Texts to real phones. One for clients; another, with a number of its own, for staff."""

    PAUSES = (1.0, 3.0)  # seconds before the second of two texts is tried again after "too many requests"

    def __init__(
        self, name: str, account: TwilioAccount, sender: Sender, *, staff: bool = False, relay: bool = True
    ) -> None:
        self.name = name
        self._sender, self._staff, self._relay = sender, staff, relay
        self._http = TwilioHttp(account.timeout)
        self._client: Any = Client(account.sid, account.token, http_client=self._http)
        if account.api is not None:
            self._client.api.base_url = account.api

    @property
    def traits(self) -> Traits:
        return Traits(
            buttons=False,
            repeatable=False,
            max_chars=API_LIMIT,
            answers_keywords=self._sender.keywords != "app",
            relay=self._relay,
            confirms=self._sender.public_url is not None,
        )

    async def close(self) -> None:
        await self._http.close()

    async def send(
        self, address: str, text: str, options: Sequence[Option], message_id: int, *, urgent: bool = False
    ) -> Sent:
        """Hand the text to Twilio. Raises SendError, OptedOut or OutcomeUnknown; nothing personal is in them."""
        whole = plain(as_text(text, options))
        parts = for_staff(whole) if self._staff else for_client(whole)
        if not parts:
            raise SendError(in_words(21617), retryable=False)
        sids = []
        for number, part in enumerate(parts, start=1):
            callback = self._sender.callback(self.name, message_id, last=number == len(parts))
            create = self._create if number == 1 else self._create_rest
            sids.append(await create(to=address, body=part, **callback, **self._sender.fields()))
        return Sent(_TOGETHER.join(reversed(sids)), "sent")

    async def forget(self, address: str, external_id: str) -> bool:
        """Have Twilio delete a message, its words and both numbers. It refuses while the message is on its way."""
        for sid in external_id.split(_TOGETHER):
            await self._delete(sid)
        return True

    async def _delete(self, sid: str) -> None:
        try:
            await self._client.messages(sid).delete_async()
        except TwilioRestException as error:
            if error.status == 404:
                return  # it is gone already
            raise SendError(f"Twilio answered {error.status}", retryable=True) from None
        except (NotReached, Unclear, TwilioException, ValueError):
            raise SendError("Twilio could not be reached", retryable=True) from None

    async def _create(self, **fields: str) -> str:
        try:
            created = await self._client.messages.create_async(**fields)
        except TwilioRestException as error:
            raise _refusal(error.status, error.code) from None
        except NotReached:
            raise SendError("Twilio could not be reached", retryable=True) from None
        except (Unclear, TwilioException, ValueError):  # ValueError: an answer that is not JSON
            raise OutcomeUnknown("no clear answer from Twilio") from None
        if not isinstance(created.sid, str):
            raise OutcomeUnknown("no clear answer from Twilio")
        return created.sid

    async def _create_rest(self, **fields: str) -> str:
        """The second of two texts. When it cannot leave, part of the message did: the outcome is unknown."""
        for pause in (*self.PAUSES, None):
            try:
                return await self._create(**fields)
            except OutcomeUnknown:
                raise
            except SendError as error:
                if pause is None or not error.retryable:
                    raise OutcomeUnknown(f"only its first half was sent: {error.code}") from None
                await asyncio.sleep(pause)
        raise AssertionError("unreachable")


def _refusal(status: int, code: int | None) -> SendError:
    """What an error answer of Twilio's means for the text (rules 4.9)."""
    if status >= 500:
        return OutcomeUnknown(f"Twilio answered {status}")
    if status == 429:
        return SendError(in_words(20429), retryable=True)
    if (
        not isinstance(code, int) or code < 10_000
    ):  # without a code of Twilio's the library puts the status there
        return SendError(f"Twilio answered {status}", retryable=False)
    meant = meaning(code)
    if meant.opted_out:
        return OptedOut(in_words(code))
    return SendError(in_words(code), retryable=meant.retryable, operator=meant.operator)
