"""Warmline as `warmline up` runs it: the whole path of a message, driven through the simulated phones."""

import itertools
import os
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType

from bench.figures import Memory, Rate, Times, memory_of, sustained
from bench.phones import NoAnswerError, Phones
from bench.rest import RestRasa
from bot.dialogue.rasa_python import rasa_environment, rasa_python
from bot.processes import Command, Supervised, free_port

ROOT = Path(__file__).parent.parent
PLACE = ROOT / ".var/bench"
QUESTIONS = (
    "when should I see a therapist?",
    "does therapy work?",
    "what kinds of therapy are there?",
    "how do I start?",
    "what does mindfulness mean?",
    "will they judge me?",
    "can I change my therapist?",
    "what is the first step?",
)
COUNSELOR = "staff-james"
STAFF = ("staff-maria", "staff-james", "staff-robin")
TURNS_EACH = 8
# What a client answers on the way to a person, the likeliest first.
_TOWARDS_A_PERSON = ("skip, just connect me", "send it", "ask one to contact you", "skip", "no preference")


def train() -> float:
    """Trains the model from this repository's data; the seconds that took."""
    begun = time.monotonic()
    with (PLACE / "training.log").open("wb") as log:
        command = [sys.executable, "-m", "bot.cli", "train"]
        subprocess.run(command, cwd=ROOT, stdout=log, stderr=log, check=True)  # noqa: S603
    return time.monotonic() - begun


def screen_times(rounds: int = 40) -> Times:
    """The safety screen on one message, in this process."""
    from threadpoolctl import threadpool_limits  # noqa: PLC0415 -- the screen loads spaCy

    from bot.screen.screen import load_screen  # noqa: PLC0415

    threadpool_limits(1, user_api="blas")  # as bot/running.py does
    screen = load_screen(ROOT / ".var")
    texts = (
        *QUESTIONS,
        "I have been sober for a month and it is hard",
        "my brother drinks every day, what now",
    )
    spent = []
    for number, text in enumerate(texts * rounds):
        begun = time.perf_counter()
        screen.check(f"{text} {number}")  # never the same text twice
        spent.append(time.perf_counter() - begun)
    return Times.of(spent[len(texts) :])


def rasa_alone() -> RestRasa:
    """Our Rasa without the service: the trained model behind Rasa's own REST channel."""
    port = free_port()
    shell = ROOT / "rasa-env/shell"
    argv = (str(rasa_python()), "-m", "rasa", "run", "-i", "127.0.0.1", "-p", str(port))
    argv += ("--model", str(ROOT / "models/warmline.tar.gz"))
    argv += ("--endpoints", str(shell / "endpoints.yml"), "--credentials", str(shell / "credentials.yml"))
    command = Command(argv, rasa_environment(1, WARMLINE_CLINIC=str(ROOT / "clinic.yml")), ROOT)
    return RestRasa("rasa alone", command, port, PLACE / "rasa.log", QUESTIONS)


class Warmline:
    """A running `warmline up` with an empty database of its own, or with what `more` settings name."""

    def __init__(self, name: str = "data", more: Mapping[str, str] = MappingProxyType({})) -> None:
        port, data, output = free_port(), PLACE / name, PLACE / f"warmline-{name}.log"
        shutil.rmtree(data, ignore_errors=True)
        own = {"WARMLINE_DATA_DIR": str(data), "WARMLINE_PORT": str(port), "PYTHONUNBUFFERED": "1", **more}
        kept = {name: value for name, value in os.environ.items() if not name.startswith("WARMLINE_")}
        kept.pop("DATABASE_URL", None)
        command = Command((sys.executable, "-m", "bot.cli", "up"), kept | own, ROOT)

        async def ready() -> bool:
            return output.exists() and "Ready." in output.read_text()

        self.server = Supervised("warmline", command, ready, output, stop_seconds=30)
        self.phones = Phones(f"http://127.0.0.1:{port}")
        self._turns = itertools.count()
        self._talkers: dict[int, str] = {}

    async def start(self) -> float:
        """The seconds until everything, Rasa too, takes messages."""
        begun = time.monotonic()
        await self.server.start()
        await self.server.until_ready()
        spent = time.monotonic() - begun
        await self.phones.__aenter__()
        return spent

    async def stop(self) -> None:
        await self.phones.__aexit__(None, None, None)
        await self.server.stop()

    async def new_client(self) -> str:
        """A client who has had the first message and an answer."""
        phone = await self.phones.add()
        await self.phones.say(phone, "hello")
        await self.phones.heard(phone, 0)
        await self.phones.quiet(phone, 0.5)
        return phone

    async def turn(self, phone: str) -> tuple[float, float]:
        """Seconds (until the webhook said 200, until the answer was at the provider) of one question."""
        after = await self.phones.last_id(phone)
        begun = time.monotonic()
        await self.phones.say(phone, QUESTIONS[next(self._turns) % len(QUESTIONS)])
        taken = time.monotonic() - begun
        await self.phones.next_news(phone)
        await self.phones.heard(phone, after)
        asked = next(text for text in await self.phones.texts(phone, after) if not text.to_phone)
        answer = await self.phones.heard(phone, asked.id)
        await self.phones.quiet(phone, 0.1)  # an answer may come in two texts
        return taken, answer.at - asked.at

    async def asked(self, phone: str, heard: int) -> int:
        """One question and its answer; the id of the answer, to be given as `heard` the next time."""
        await self.phones.say(phone, QUESTIONS[next(self._turns) % len(QUESTIONS)])
        await self.phones.next_news(phone)
        return (await self.phones.heard(phone, heard)).id

    async def latency(self, turns: int) -> tuple[Times, Times]:
        """(webhook to 200, webhook to the answer at the provider), one client at a time."""
        await self.turn(await self.new_client())
        spent: list[tuple[float, float]] = []
        while len(spent) < turns:
            phone = await self.new_client()
            spent += [await self.turn(phone) for _ in range(TURNS_EACH)]
        return Times.of([taken for taken, _ in spent]), Times.of([answered for _, answered in spent])

    async def throughput(self, talkers: int, seconds: float) -> Rate:
        """Bot turns with so many clients at once."""
        talking = [await self.phones.add() for _ in range(talkers)]
        heard = dict.fromkeys(talking, 0)

        async def turn(number: int) -> None:
            phone = talking[number]
            heard[phone] = await self.asked(phone, heard[phone])

        for number in range(talkers):
            await turn(number)  # the first message has a text of its own before the answer
            await self.phones.quiet(talking[number], 0.3)
            heard[talking[number]] = await self.phones.last_id(talking[number])
        return await sustained(turn, talkers, seconds, self.server.pid or 0)

    async def relay(self, turns: int) -> Times:
        """From a client's text to the counselor's phone, the conversation being theirs."""
        phone = await self._with_counselor()
        spent = []
        for number in range(turns):
            after, before = await self.phones.last_id(COUNSELOR), await self.phones.last_id(phone)
            await self.phones.say(phone, f"this is text number {number} to you")
            await self.phones.next_news(COUNSELOR)
            arrived = await self.phones.heard(COUNSELOR, after, f"number {number} ")
            said = next(text for text in await self.phones.texts(phone, before) if not text.to_phone)
            spent.append(arrived.at - said.at)
        return Times.of(spent)

    async def _with_counselor(self) -> str:
        """A client whose conversation the counselor has taken."""
        phone, before = await self.new_client(), await self.phones.last_id(COUNSELOR)
        await self.phones.say(phone, "I want to talk to a person")
        for _ in range(8):
            await self.phones.quiet(phone, 1)
            alert = [text.text for text in await self.phones.texts(COUNSELOR, before) if text.to_phone]
            tag = re.search(r"Case (\w+)", " ".join(alert))
            if tag:
                await self.phones.say(COUNSELOR, f"TAKE {tag[1]}")
                await self.phones.heard(COUNSELOR, before, "is yours")
                await self.phones.quiet(phone, 1)
                return phone
            await self.phones.say(phone, await self._next_reply(phone))
        raise NoAnswerError("The client did not reach a counselor.")

    async def alerts(self, times: int) -> Times:
        """From the client's last word of "I need a person" until every alert of the first step is at the provider."""
        spent = []
        for _ in range(times):
            before = {phone: await self.phones.last_id(phone) for phone in STAFF}
            phone = await self.new_client()
            await self._towards_an_alert(phone, before[COUNSELOR])
            spent.append(await self._last_alert(phone, before) - await self._last_word(phone))
            await self._end_it(before)
        return Times.of(spent)

    async def crisis(self, times: int) -> Times:
        """From a client's text in danger until the help and every alert are at the provider."""
        spent = []
        for number in range(times):
            before = {phone: await self.phones.last_id(phone) for phone in STAFF}
            phone = await self.new_client()
            after = await self.phones.last_id(phone)
            await self.phones.say(phone, f"i want to kill myself tonight {number}")
            await self.phones.quiet(COUNSELOR, 0.5)
            helped = await self.phones.heard(phone, after, "988")
            last = max(helped.at, await self._last_alert(phone, before))
            spent.append(last - await self._last_word(phone))
            await self._end_it(before)
        return Times.of(spent)

    async def _towards_an_alert(self, phone: str, before: int) -> None:
        await self.phones.say(phone, "I want to talk to a person")
        for _ in range(8):
            await self.phones.quiet(phone, 0.7)
            if any("Case " in text.text for text in await self.phones.texts(COUNSELOR, before)):
                return
            await self.phones.say(phone, await self._next_reply(phone))
        raise NoAnswerError("The client did not reach a counselor.")

    async def _last_word(self, phone: str) -> float:
        """When the client's newest text came in."""
        return max(text.at for text in await self.phones.texts(phone) if not text.to_phone)

    async def _last_alert(self, phone: str, before: dict[str, int]) -> float:
        """When the last alert about the newest case reached a phone of the staff."""
        await self.phones.heard(COUNSELOR, before[COUNSELOR], "waiting")
        await self.phones.quiet(COUNSELOR, 0.5)
        found = [text for one in STAFF for text in await self.phones.texts(one, before[one])]
        return max(text.at for text in found if "waiting" in text.text)

    async def _end_it(self, before: dict[str, int]) -> None:
        """The counselor takes the newest case and ends it, so that the next one finds them free."""
        alert = await self.phones.heard(COUNSELOR, before[COUNSELOR], "Case ")
        tag = re.search(r"Case (\w+)", alert.text)
        assert tag is not None
        for words, answer in ((f"TAKE {tag[1]}", "is yours"), (f"DONE {tag[1]}", "is closed")):
            after = await self.phones.last_id(COUNSELOR)
            await self.phones.say(COUNSELOR, words)
            await self.phones.heard(COUNSELOR, after, answer)

    async def _next_reply(self, phone: str) -> str:
        offered = [text.options for text in await self.phones.texts(phone) if text.options]
        for wanted in _TOWARDS_A_PERSON if offered else ():
            for number, label in offered[-1]:
                if label.lower() == wanted:
                    return str(number)
        return "1"

    def memory(self) -> Memory:
        return memory_of(self.server.pid or 0)
