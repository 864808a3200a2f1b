"""Clients and counselors of the trial: seeded, with phones that are nothing but a number at the provider's double."""

import asyncio
import re
from dataclasses import dataclass, field
from uuid import uuid4

from sqlalchemy import update

from bench.survival.town import Town
from bot.domain.matching import Counselor as OnRoster
from bot.domain.matching import eligible
from bot.domain.needs import EMPTY, Needs
from bot.store import conversations, counselors
from bot.store.tables import counselor

JOINED = "a counselor, has joined"
TRAITS = ("gender:woman", "gender:man", "language:es", "trained:trauma", "peer")
_WAITING = re.compile(r"(?:New conversation waiting|Still waiting)\..*Case (\w+)\.")
_YOURS = re.compile(r"^(\w+) is yours\.")
_NUDGED = re.compile(r"^(\w+) is waiting for your first reply")
_WORDS = re.compile(r"^(\w+)(?: \(!\))?: (?!the client|your last|kept|the safety)")


@dataclass
class Person:
    """Somebody with a phone. `heard`: every text that the provider has for them, in order."""

    town: Town
    number: str
    heard: list[str] = field(default_factory=list)

    async def hears(self, words: str) -> None:
        self.heard.append(words)

    def heard_any(self, words: str) -> bool:
        return any(words in text for text in self.heard)


@dataclass
class Client(Person):
    """Asks for a person, or is in danger, or both; may want somebody else; says something to whoever joins."""

    place: int = 0
    way: str = "asks"
    needs: Needs = EMPTY
    conversation_id: str = ""
    wants_other: bool = False
    refused: list[tuple[str, int]] = field(default_factory=list)  # (counselor's name, staff texts until then)
    joined: int = 0

    @property
    def mark(self) -> str:
        return f"mark{self.place}x"

    async def arrives(self) -> None:
        """Their needs are known from an earlier talk; now they write."""
        async with self.town.database.transaction() as tx:
            self.conversation_id = await conversations.find_or_create(tx, "sms", self.number)
            await conversations.write_needs(tx, self.conversation_id, self.needs)
        words = "i want to kill myself tonight" if self.way == "danger" else "I need a person please"
        await self.says(f"{words} {self.mark}")
        if self.way == "both":
            await asyncio.sleep(self.town.rng.uniform(0.05, 2))
            await self.says(f"i want to kill myself tonight {self.mark}")

    async def says(self, words: str) -> None:
        await self.town.text(self.number, words)

    async def hears(self, words: str) -> None:
        await super().hears(words)
        if JOINED in words:
            self.joined += 1
            if self.wants_other and self.joined == 1:
                await self.says("someone else please")
            else:
                await self.says(f"thank you for joining {self.mark}")
        elif found := re.match(r"All right\. (\w+) has left this chat", words):
            self.refused.append((found.group(1), len(self.town.provider.accepted)))


@dataclass
class Counselor(Person):
    """Takes, passes, waits or tries what is not theirs; answers, is silent, passes on, ends it."""

    id: str = ""
    name: str = ""
    supervisor: bool = False
    traits: tuple[str, ...] = ()
    holds: dict[str, int] = field(default_factory=dict)
    said: int = 0
    tags: list[str] = field(default_factory=list)  # every tag anybody heard of
    unwanted: set[str] = field(default_factory=set)  # tags that nobody takes

    async def says(self, words: str) -> None:
        await self.town.text(self.number, words, to_staff=True)

    async def hears(self, words: str) -> None:
        await super().hears(words)
        if found := _WAITING.search(words):
            await self._is_asked(found.group(1), again="Still" in words, crisis="CRISIS" in words)
        elif found := _YOURS.match(words):
            await self._holds_now(found.group(1))
        elif found := _NUDGED.match(words):
            if self.town.rng.random() < 0.5:
                await self.replies(found.group(1))
        elif (found := _WORDS.match(words)) and self.town.rng.random() < 0.7:
            await self.replies(found.group(1))

    async def _is_asked(self, tag: str, *, again: bool, crisis: bool) -> None:
        if tag not in self.tags:
            self.tags.append(tag)
            if self.town.rng.random() < 0.12:
                self.unwanted.add(tag)
        if tag in self.unwanted and not crisis:  # a crisis is asked about until somebody takes it
            return
        chance, rng = self.town.rng.random(), self.town.rng
        if chance < (0.75 if again or crisis else 0.5):
            if rng.random() < 0.3:
                await asyncio.sleep(rng.uniform(0, 0.5))
            await self.says(f"TAKE {tag}")
        elif chance < 0.88 and chance > 0.75:
            await self.says(f"PASS {tag}")

    async def _holds_now(self, tag: str) -> None:
        self.holds[tag] = 0
        chance = self.town.rng.random()
        if chance < 0.15:
            return  # silent
        if chance < 0.25:
            self.holds.pop(tag)
            await self.says(f"TRANSFER {tag} please go on {tag}")
        else:
            await self.replies(tag)

    async def replies(self, tag: str) -> None:
        self.said += 1
        self.holds.setdefault(tag, 0)
        await self.says(f"{tag} hello from {self.name} reply{self.said}of{self.name} about {tag}.")

    async def ticks(self) -> None:
        """Now and then they try a case of others, and end what they have had for a while."""
        rng = self.town.rng
        if self.tags and rng.random() < 0.1:
            tag = rng.choice(self.tags)
            await self.says(
                rng.choice((f"TAKE {tag}", f"DONE {tag}", f"{tag} stray{self.name}", "stray words"))
            )
        for tag in list(self.holds):
            self.holds[tag] += 1
            if self.holds[tag] > 2 and rng.random() < 0.6:
                self.holds.pop(tag)
                await self.says(f"DONE {tag} helped")


async def hire(town: Town, place: int, tags: list[str], unwanted: set[str]) -> Counselor:
    """One counselor or supervisor on the roster, always on duty and never full."""
    rng = town.rng
    traits = tuple(rng.sample(TRAITS, rng.randint(1, 3)))
    person = Counselor(
        town,
        f"+1555011{place:02}",
        id=str(uuid4()),
        name=f"Nora{chr(65 + place)}",
        supervisor=place % 4 == 3,
        traits=traits,
        tags=tags,
        unwanted=unwanted,
    )
    async with town.database.transaction() as tx:
        await counselors.enrol(
            tx,
            counselor_id=person.id,
            channel="staff-sms",
            address=person.number,
            name=person.name,
            traits=list(traits),
            about="",
            role="supervisor" if person.supervisor else "counselor",
        )
        await tx.run(update(counselor).where(counselor.c.id == person.id).values(capacity=50))
    return person


def client(town: Town, place: int, staff: list[Counselor]) -> Client:
    """Somebody with needs of their own. Who is in danger fits somebody: without anybody a crisis has no end."""
    rng = town.rng
    way = rng.choice(("asks", "asks", "asks", "danger", "both"))
    needs = _needs(town, staff)
    roster = [OnRoster(id=one.id, name=one.name, traits=frozenset(one.traits)) for one in staff]
    while way != "asks" and not eligible(roster, needs):
        needs = _needs(town, staff)
    number, other = f"+1555010{place:05}", rng.random() < 0.15
    return Client(town, number, place=place, way=way, needs=needs, wants_other=other)


def _needs(town: Town, staff: list[Counselor]) -> Needs:
    rng = town.rng
    some = [*TRAITS, *(f"counselor:{one.id}" for one in staff)]
    return Needs(
        must=tuple(rng.sample(TRAITS, rng.choice((0, 0, 1)))),
        never=tuple(rng.sample(some, rng.randint(0, 2))),
    )
