"""`python -m bench.provider`: SMS as a provider sees it, Warmline's beside that of stock Rasa's own Twilio channel.

Signed webhooks go to a whole `warmline up`, and what it sends arrives at a double of Twilio's API. Measured are the time
to 200 at a constant rate, the time to the answer, and that webhooks delivered three times are answered once.
"""

import argparse
import asyncio
import os
import random
import statistics
import time
from collections import Counter
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

import aiohttp
from aiohttp import web

from bench import stock
from bench.service import QUESTIONS, Warmline
from bot.channels.sms_webhook import signature
from bot.processes import Command, Supervised, answers_at, free_port

ACCOUNT, TOKEN, PUBLIC = "AC" + "7" * 32, "a token of the bench", "https://clinic.example"
NUMBER = "+15550100100"
QUESTION = "what kinds of therapy are there?"
CONNECTIONS, TIMES = 8, 3
PATIENCE = 240.0  # seconds until everything that was asked should have been answered
# Stock Rasa's channel as it is; only the address of Twilio's API is another.
_CHANNEL = """
from rasa.core.channels.twilio import TwilioInput

class ToTheDouble(TwilioInput):
    @classmethod
    def name(cls):
        return "twilio"

    def get_output_channel(self):
        output = super().get_output_channel()
        output.api.base_url = "{url}"
        return output
"""
_CREDENTIALS = """
bench_twilio.ToTheDouble:
  account_sid: "{account}"
  auth_token: "{token}"
  twilio_number: "{number}"
"""


@dataclass
class Double:
    """Twilio's message resource, which takes everything: (moment, number, text) of each text that reached a phone."""

    url: str = ""
    reached: list[tuple[float, str, str]] = field(default_factory=list)
    news: asyncio.Event = field(default_factory=asyncio.Event)

    async def create(self, request: web.Request) -> web.Response:
        form = await request.post()
        self.reached.append((time.monotonic(), str(form["To"]), str(form.get("Body", ""))))
        self.news.set()
        said = {"sid": f"SM{len(self.reached):032x}", "status": "queued", "error_code": None}
        return web.json_response(said, status=201)

    async def until(self, count: int, number: str = "") -> float:
        """Wait for so many texts (to this number); the moment of the last of them."""
        deadline = time.monotonic() + PATIENCE
        while True:
            self.news.clear()
            found = [at for at, to, _ in self.reached if number in ("", to)]
            if len(found) >= count:
                return found[count - 1]
            async with asyncio.timeout(deadline - time.monotonic()):
                await self.news.wait()


@asynccontextmanager
async def twilio_double() -> AsyncIterator[Double]:
    double, app = Double(), web.Application()
    app.router.add_post(f"/2010-04-01/Accounts/{ACCOUNT}/Messages.json", double.create)
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    double.url = f"http://127.0.0.1:{runner.addresses[0][1]}"
    try:
        yield double
    finally:
        await runner.cleanup()


@dataclass
class Person:
    """Posts what Twilio would post, over connections of its own; `fresh` numbers belong to nobody yet."""

    url: str
    path: str
    http: aiohttp.ClientSession
    numbers: int = 0

    def fresh(self) -> str:
        self.numbers += 1
        return f"+155501{self.numbers:05d}"

    def message(self, sender: str, words: str) -> dict[str, str]:
        sid = f"SM{random.getrandbits(128):032x}"
        return {
            "AccountSid": ACCOUNT,
            "From": sender,
            "To": NUMBER,
            "Body": words,
            "MessageSid": sid,
            "NumMedia": "0",
        }

    async def brings(self, fields: Mapping[str, str]) -> float:
        """Post it, signed; the seconds until it was taken. Raises when it was not."""
        once = {name: [value] for name, value in fields.items()}
        headers = {"X-Twilio-Signature": signature(TOKEN, PUBLIC + self.path, once)}
        begun = time.monotonic()
        async with self.http.post(self.url + self.path, data=dict(fields), headers=headers) as answer:
            if answer.status not in (200, 204):
                raise RuntimeError(f"a webhook was answered {answer.status}")
            await answer.read()
        return time.monotonic() - begun


async def at_a_rate(person: Person, rate: float, seconds: float) -> list[float]:
    """Times to 200 while webhooks come at a constant rate, whatever the answers take: nobody waits for anybody."""
    senders = [person.fresh() for _ in range(200)]
    begun, tasks = time.monotonic(), []
    for number in range(int(rate * seconds)):
        await asyncio.sleep(max(0.0, begun + number / rate - time.monotonic()))
        fields = person.message(senders[number % len(senders)], f"{QUESTION} {number}")
        tasks.append(asyncio.create_task(person.brings(fields)))
    return await asyncio.gather(*tasks)


async def answers(
    person: Person, double: Double, turns: int, words: Sequence[str]
) -> tuple[list[float], list[float]]:
    """(to 200, to the answer at the provider) of single questions, each of somebody who has written before."""
    taken, answered, sender, each = [], [], "", 8
    for number in range(turns):
        if number % each == 0:  # a long conversation slows stock Rasa down, which is not what is measured
            sender = person.fresh()
            await person.brings(person.message(sender, "hello"))
            await _quiet(double)
        before = sum(to == sender for _, to, _ in double.reached)
        begun = time.monotonic()
        taken.append(await person.brings(person.message(sender, words[number % len(words)])))
        answered.append(await double.until(before + 1, sender) - begun)
        await _quiet(double, 0.15)
    return taken, answered


async def _quiet(double: Double, seconds: float = 0.5) -> None:
    """Until nothing has come for so long."""
    while True:
        count = len(double.reached)
        await asyncio.sleep(seconds)
        if len(double.reached) == count and count:
            return


async def thrice(person: Person, double: Double, count: int) -> tuple[int, Counter[str]]:
    """Bring so many webhooks three times each, in random order, over eight connections.

    Returns (numbers that heard each of their texts once and the same as all others, what was heard how often).
    """
    before = len(double.reached)
    fields = [person.message(person.fresh(), QUESTION) for _ in range(count)]
    left = fields * TIMES
    random.Random(7).shuffle(left)  # noqa: S311 -- an order, no secret

    async def connection() -> None:
        while left:
            await person.brings(left.pop())

    await asyncio.gather(*(connection() for _ in range(CONNECTIONS)))
    async with asyncio.timeout(PATIENCE):
        await _until_each_heard(double, [f["From"] for f in fields], before)
    await _quiet(double, 5.0)
    heard: dict[str, list[str]] = {f["From"]: [] for f in fields}
    for _, to, words in double.reached[before:]:
        heard.setdefault(to, []).append(words)
    usual = Counter(tuple(sorted(texts)) for texts in heard.values()).most_common(1)[0][0]
    right = sum(tuple(sorted(texts)) == usual and len(set(texts)) == len(texts) for texts in heard.values())
    return right, Counter(f"{len(texts)} texts" for texts in heard.values())


async def _until_each_heard(double: Double, numbers: Sequence[str], before: int) -> None:
    """Each number heard something beside the first message, which comes before every first answer."""
    while True:
        times = Counter(to for _, to, _ in double.reached[before:])
        if all(times[number] >= 2 for number in numbers):
            return
        await asyncio.sleep(0.5)


def show(what: str, seconds: Sequence[float], budget: str = "") -> None:
    cuts = statistics.quantiles(seconds, n=100) if len(seconds) > 1 else list(seconds) * 99
    p50, p95, p99 = (1000 * cuts[place - 1] for place in (50, 95, 99))
    line = f"{what:58} median {p50:7.1f} ms   95th {p95:7.1f}   99th {p99:7.1f}   n={len(seconds)}"
    print(line + (f"   budget {budget}" if budget else ""), flush=True)


async def ours(arguments: argparse.Namespace) -> None:
    async with twilio_double() as double:
        port = free_port()
        settings = {
            "WARMLINE_PUBLIC_URL": PUBLIC,
            "WARMLINE_WEBHOOK_PORT": str(port),
            "WARMLINE_TWILIO_ACCOUNT_SID": ACCOUNT,
            "WARMLINE_TWILIO_AUTH_TOKEN": TOKEN,
            "WARMLINE_TWILIO_NUMBER": NUMBER,
            "WARMLINE_TWILIO_API": double.url,
        }
        warmline = Warmline("provider", settings)
        await warmline.start()
        try:
            async with _session() as http:
                person = Person(f"http://127.0.0.1:{port}", "/twilio/incoming", http)
                taken, answered = await answers(person, double, arguments.turns, QUESTIONS)
                show("Warmline: webhook to 200, one at a time", taken)
                show("Warmline: webhook to answer at Twilio, one at a time", answered, "60 / 150 ms")
                at_rate = await at_a_rate(person, arguments.rate, arguments.seconds)
                show(f"Warmline: webhook to 200 at {arguments.rate:g} a second", at_rate, "20 ms")
                await _quiet(double, 5.0)
                if arguments.count:
                    right, heard = await thrice(person, double, arguments.count)
                    said = ", ".join(f"{count} numbers heard {texts}" for texts, count in heard.items())
                    print(
                        f"{arguments.count} webhooks three times each, eight connections: {right} answered once ({said})"
                    )
        finally:
            await warmline.stop()


async def theirs(turns: int) -> None:
    """Stock Rasa with its own Twilio channel: its webhook is answered when the answer has been sent."""
    stock.prepare()
    if not stock.is_trained():
        print(f"Stock Rasa was trained in {stock.train():.0f} s.")
    async with twilio_double() as double:
        (stock.PROJECT / "bench_twilio.py").write_text(_CHANNEL.format(url=double.url))
        credentials = stock.PROJECT / "credentials-twilio.yml"
        credentials.write_text(_CREDENTIALS.format(account=ACCOUNT, token=TOKEN, number=NUMBER))
        port = free_port()
        argv = (str(stock.PYTHON), "-m", "rasa", "run", "-i", "127.0.0.1", "-p", str(port))
        command = Command((*argv, "--credentials", str(credentials)), stock.environment(), stock.PROJECT)
        url = f"http://127.0.0.1:{port}"
        server = Supervised("stock rasa", command, answers_at(url + "/"), stock.PLACE / "stock-twilio.log")
        await server.start()
        try:
            await server.until_ready()
            async with _session() as http:
                person = Person(url, "/webhooks/twilio/webhook", http)
                taken, answered = await answers(person, double, turns, ("hello",))
                show("stock Rasa: webhook to 204, one at a time", taken)
                show("stock Rasa: webhook to answer at Twilio, one at a time", answered)
        finally:
            await server.stop()


def _session() -> aiohttp.ClientSession:
    return aiohttp.ClientSession(
        timeout=aiohttp.ClientTimeout(total=60), connector=aiohttp.TCPConnector(limit=100)
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--turns", type=int, default=96, help="questions one at a time")
    parser.add_argument("--rate", type=float, default=50, help="webhooks a second")
    parser.add_argument("--seconds", type=float, default=20, help="how long at that rate")
    parser.add_argument("--count", type=int, default=1000, help="webhooks that come three times; 0: none")
    parser.add_argument("--no-stock", action="store_true", help="leave stock Rasa out")
    arguments = parser.parse_args()
    print(f"load of the machine before: {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores", flush=True)
    if not arguments.no_stock:
        asyncio.run(theirs(arguments.turns))
    asyncio.run(ours(arguments))
    print(f"load of the machine after: {os.getloadavg()[0]:.1f}")


if __name__ == "__main__":
    main()
