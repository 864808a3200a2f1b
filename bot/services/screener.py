"""Runs the safety screen beside the event loop: it is CPU work, and it must never stop a message."""

import asyncio
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor

from bot.screen.replies import reply_for
from bot.screen.screen import Screen
from bot.screen.verdict import FAILED, Verdict

AT_ONCE = 400  # characters that are looked at in a few milliseconds, so they need no other thread


class Screener:
    """The screen as the services use it. When the screen cannot be loaded, every verdict is "ask"."""

    def __init__(self, screen: Screen | None) -> None:
        self._screen = screen
        self._threads = ThreadPoolExecutor(max_workers=1, thread_name_prefix="screen")

    @property
    def works(self) -> bool:
        return self._screen is not None

    async def check(self, text: str, earlier: Sequence[str] = ()) -> Verdict:
        """The verdict on a text. Never raises; what could not be checked is "ask"."""
        if self._screen is None:
            return FAILED
        if len(text) <= AT_ONCE:
            return self._screen.check_safely(text, earlier=earlier)
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._threads, lambda: self._screen_it(text, earlier))

    def _screen_it(self, text: str, earlier: Sequence[str]) -> Verdict:
        assert self._screen is not None
        return self._screen.check_safely(text, earlier=earlier)

    def reply_for(self, verdict: Verdict, country: str | None) -> str:
        """The id of the fixed text for this verdict and the country of the address (None: not known)."""
        return reply_for(verdict, country=country) or "C2"

    def close(self) -> None:
        self._threads.shutdown(wait=False)
