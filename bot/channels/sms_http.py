"""How twilio-python's requests travel: asynchronously, with a time limit, without redirects, without a log line.

It tells a request that never left from one whose answer is not known; nothing else decides what may be repeated.
"""

import logging
from typing import Any

import httpx
from twilio.http import AsyncHttpClient  # type: ignore[import-untyped]
from twilio.http.response import Response  # type: ignore[import-untyped]

from bot.channels.under_way import UnderWay


class NotReached(Exception):
    """No connection was made, so nothing was sent."""


class Unclear(Exception):
    """It was sent, or part of it, and no whole answer came."""


class TwilioHttp(AsyncHttpClient):  # type: ignore[misc]
    """An HTTP client for `twilio.rest.Client`. Its connections open at the first request."""

    def __init__(self, timeout: float) -> None:
        super().__init__(logging.getLogger("twilio"), True, timeout)
        self._limits = httpx.Timeout(timeout, connect=min(timeout, 5.0))
        self._open: httpx.AsyncClient | None = None
        self._under_way = UnderWay()

    async def request(
        self,
        method: str,
        uri: str,
        params: dict[str, object] | None = None,
        data: dict[str, object] | None = None,
        headers: dict[str, str] | None = None,
        auth: tuple[str, str] | None = None,
        timeout: float | None = None,
        allow_redirects: bool = False,
    ) -> Response:
        client = self._client()
        query: Any = params or None
        try:
            with self._under_way.one():
                answer = await client.request(
                    method,
                    uri,
                    params=query,
                    data=data,
                    headers=headers,
                    auth=auth or httpx.USE_CLIENT_DEFAULT,
                )
        except (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout):
            raise NotReached from None
        except httpx.HTTPError:
            raise Unclear from None
        return Response(answer.status_code, answer.text, dict(answer.headers))

    def _client(self) -> httpx.AsyncClient:
        if self._open is None:
            self._open = httpx.AsyncClient(timeout=self._limits, follow_redirects=False)
        return self._open

    async def close(self) -> None:
        if self._open is not None:
            await self._under_way.over()
            await self._open.aclose()
