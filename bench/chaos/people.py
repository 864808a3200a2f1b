"""Clients in a crisis and their counselors: alert, TAKE, words both ways, DONE. Each word carries a mark that is its own."""

import asyncio
import re
from collections import Counter, defaultdict
from contextlib import suppress
from dataclasses import dataclass, field
from time import time

from bench.chaos.provider import CLIENTS_NUMBER, STAFF_NUMBER, Provider, Reached

COUNSELORS = tuple(f"+1555017{number:04d}" for number in range(1, 5))
WORDS = 6  # texts of a client while a counselor is on
_ALERT = re.compile(r"Case ([A-Z]\d+)")
_TAGGED = re.compile(r"^([A-Z]\d+)\b.*?(zq(\d+)x\d+)", re.DOTALL)


@dataclass
class Story:
    """One client in a crisis. `written`: (mark, provider's id) of every text that was taken, in order."""

    number: int
    written: list[tuple[str, str]] = field(default_factory=list)
    refused: int = 0
    taken_at: float = 0.0
    helped_at: float = 0.0
    tag: str | None = None
    counselor: str | None = None
    joined: asyncio.Event = field(default_factory=asyncio.Event)
    heard: set[str] = field(default_factory=set)

    @property
    def phone(self) -> str:
        return f"+1555019{self.number:04d}"


@dataclass
class People:
    """Everybody whose texts need a mind behind them. `accepted`: the provider's id of all that was taken."""

    provider: Provider
    stories: list[Story] = field(default_factory=list)
    accepted: list[str] = field(default_factory=list)
    _sids: int = 0
    _tasks: set[asyncio.Task[object]] = field(default_factory=set)
    _trying: set[str] = field(default_factory=set)
    _load: Counter[str] = field(default_factory=Counter)
    _phones: dict[str, asyncio.Lock] = field(default_factory=lambda: defaultdict(asyncio.Lock))

    def __post_init__(self) -> None:
        self.provider.on_text = self._on_text

    async def live(self, seconds: float, every: float) -> None:
        """A new client in a crisis every so often; returns when the last story has ended."""
        end, running = time() + seconds, []
        while time() < end:
            self.stories.append(Story(len(self.stories) + 1))
            running.append(asyncio.create_task(self._tell(self.stories[-1])))
            await asyncio.sleep(every)
        await asyncio.gather(*running)
        while self._tasks:
            await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _tell(self, story: Story) -> None:
        await self._says(story, "I want to kill myself tonight", 0)
        story.taken_at = time()
        with suppress(TimeoutError):
            await asyncio.wait_for(story.joined.wait(), 90)
        for place in range(1, WORDS + 1):
            await self._says(story, "this is the next thing I want to tell you", place)
            await asyncio.sleep(self.provider.rng.uniform(0.2, 4))
        for _ in range(40):  # until the counselor has read it all; a text that was lost is never read
            if len(story.heard) == WORDS:
                break
            await asyncio.sleep(0.5)
        if story.tag is not None and story.counselor is not None:
            self._load[story.counselor] -= 1
            await self._staff(story.counselor, f"DONE {story.tag}")

    async def _says(self, story: Story, words: str, place: int) -> None:
        mark, sid = f"zq{story.number}x{place}", self._sid()
        if await self.provider.text(story.phone, CLIENTS_NUMBER, f"{words} {mark}", sid):
            story.written.append((mark, sid))
            self.accepted.append(sid)
        else:
            story.refused += 1

    async def _staff(self, phone: str, words: str) -> None:
        """A counselor's texts leave their phone one after the other."""
        async with self._phones[phone]:
            if await self.provider.text(phone, STAFF_NUMBER, words, sid := self._sid()):
                self.accepted.append(sid)

    def _sid(self) -> str:
        self._sids += 1
        return f"SMffffffff{self._sids:024x}"

    def _on_text(self, text: Reached) -> None:
        if text.to in COUNSELORS:
            self._counselor_hears(text)
            return
        number = int(text.to[-4:])
        if not text.to.startswith("+1555019") or number > len(self.stories):
            return
        story = self.stories[number - 1]
        if "988" in text.body and not story.helped_at:
            story.helped_at = text.at
        if "has joined" in text.body:
            story.joined.set()

    def _counselor_hears(self, text: Reached) -> None:
        if marked := _TAGGED.match(text.body):
            self._relayed(text.to, marked[1], marked[2], int(marked[3]))
        elif (alert := _ALERT.search(text.body)) and alert[1] not in self._trying:
            self._trying.add(alert[1])
            least = min(COUNSELORS, key=lambda phone: self._load[phone])
            self._load[least] += 1
            self._later(self._staff(least, f"TAKE {alert[1]}"))

    def _relayed(self, counselor: str, tag: str, mark: str, number: int) -> None:
        story = self.stories[number - 1]
        story.tag, story.counselor = tag, counselor
        if mark.endswith("x0"):  # what was written before, on taking
            return
        story.heard.add(mark)
        self._later(self._staff(counselor, f"{tag} I read {mark.replace('zq', 'za')}"))

    def _later(self, work: object) -> None:
        task = asyncio.ensure_future(work)  # type: ignore[arg-type]
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
