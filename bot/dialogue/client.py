"""Talks to Rasa over loopback. A breaker stops hammering it while it is down; slow is not failed until the time-out."""

import time
from collections.abc import Mapping, Sequence
from typing import Any

import aiohttp
import structlog

from bot.services.context import NO_METADATA, BotReply, Dialogue, DialogueAway, DialogueDown

log = structlog.get_logger("dialogue")

FAILURES_UNTIL_OPEN = 3
OPEN_FOR = 2.0  # seconds between two tries while Rasa is down


class Breaker:
    """Counts failures in a row; after a few, lets one try through every OPEN_FOR seconds."""

    def __init__(self, clock: Any = time.monotonic) -> None:
        self._clock, self._failures, self._next_try = clock, 0, 0.0

    def allows(self) -> bool:
        if self._failures < FAILURES_UNTIL_OPEN:
            return True
        if self._clock() < self._next_try:
            return False
        self._next_try = self._clock() + OPEN_FOR
        return True

    def worked(self) -> None:
        self._failures = 0

    def failed(self) -> None:
        self._failures += 1
        self._next_try = self._clock() + OPEN_FOR


class RasaClient:
    """Asks Rasa's channel of ours (`rasa_components/channel.py`) for one turn."""

    def __init__(self, base_url: str, secret: str, timeout: float) -> None:
        self._url = f"{base_url}/webhooks/warmline/webhook"
        self._headers = {"X-Warmline-Secret": secret}
        self._timeout = aiohttp.ClientTimeout(total=timeout, sock_connect=2.0)
        self._http: aiohttp.ClientSession | None = None
        self._breaker = Breaker()

    async def ask(
        self,
        *,
        conversation_id: str,
        message_id: int,
        turn_id: int,
        text: str,
        trusted: bool,
        retry: bool,
        metadata: Mapping[str, str] = NO_METADATA,
    ) -> list[BotReply]:
        """One turn. Raises DialogueAway when Rasa is not there, DialogueDown when it is too slow or answers an error."""
        if not self._breaker.allows():
            raise DialogueAway("breaker")
        body = {
            "conversation_id": conversation_id,
            "message_id": str(message_id),
            "turn_id": str(turn_id),
            "text": text,
            "trusted": trusted,
            "retry": retry,
            "metadata": dict(metadata),
        }
        try:
            replies = [_reply(item) for item in (await self._post(body))["replies"]]
        except (aiohttp.ClientError, TimeoutError, ValueError, KeyError, TypeError) as error:
            self._breaker.failed()
            log.warning("dialogue.down", error=type(error).__name__, conversation_id=conversation_id)
            raise _what_failed(error)(type(error).__name__) from None
        self._breaker.worked()
        return replies

    async def _post(self, body: Mapping[str, Any]) -> Any:
        """What Rasa answers. The session is made here, because it belongs to the running loop."""
        if self._http is None:
            connections = aiohttp.TCPConnector(limit=40)
            self._http = aiohttp.ClientSession(
                headers=self._headers, timeout=self._timeout, connector=connections
            )
        async with self._http.post(self._url, json=body, allow_redirects=False) as answer:
            answer.raise_for_status()
            return await answer.json()

    async def close(self) -> None:
        if self._http is not None:
            await self._http.close()


def _what_failed(error: Exception) -> type[DialogueDown]:
    """Away: nothing answers there, or it ended in the middle. Who is only slow may still finish the turn."""
    away = isinstance(error, aiohttp.ClientConnectionError) and not isinstance(error, TimeoutError)
    return DialogueAway if away else DialogueDown


class SeveralRasas:
    """Rasas with one memory in PostgreSQL: the first is asked, and the next one while that one is away.

    A turn that began before is asked as a retry, so the next Rasa looks into the memory before it does anything.
    """

    def __init__(self, rasas: Sequence[Dialogue]) -> None:
        self._rasas = tuple(rasas)

    async def ask(self, *, retry: bool, **asked: Any) -> list[BotReply]:
        """One turn. Raises DialogueDown when no Rasa answers, or when one that is there fails."""
        for place, rasa in enumerate(self._rasas):
            try:
                return await rasa.ask(**asked, retry=retry or place > 0)
            except DialogueAway:
                if rasa is self._rasas[-1]:
                    raise
        raise DialogueAway("none")


def _reply(item: Mapping[str, Any]) -> BotReply:
    options = tuple((str(option["label"]), str(option["payload"])) for option in item.get("options") or ())
    return BotReply(text=str(item["text"] or ""), options=options, name=item.get("name"))
