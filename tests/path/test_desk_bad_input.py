"""Whatever is sent to the desk: a clear answer, nothing run, nothing told. Rubbish by the hundred: `test_fuzz.py`."""

import time
from statistics import median

from bot.console import door
from bot.console.door import NOT_SIGNED_IN
from bot.domain import signing_in as rules
from bot.services.sign_in import ask_for_code
from tests.conftest import World
from tests.desk_client import DeskClient, signed_in


async def test_bodies_that_are_no_forms_are_refused(world: World) -> None:
    desk = await signed_in(world, "Robin")
    form = {"content-type": "application/x-www-form-urlencoded"}
    multi = {"content-type": "multipart/form-data; boundary=x"}
    for body, headers, allowed in (
        (b"\xff\xfe%zz=%", form, {403}),
        (b"--x\r\nbroken", multi, {400, 403, 422}),
        (b"x" * 300_000, form, {413}),
        (b"a=1&" * 1000, form, {400, 403, 422}),
        (b'{"csrf": 1}', {"content-type": "application/json"}, {403}),
    ):
        answer = await desk.http.post("/desk/sign-out", content=body, headers=headers)
        assert answer.status_code in allowed, (body[:20], answer.status_code)
    assert (await desk.get("/desk")).status_code == 200


async def test_what_was_refused_is_not_kept_in_memory(world: World) -> None:
    """An error that stands in a module and is raised keeps the frames of every request that it refused."""
    desk = await signed_in(world, "Robin")
    for http, status in ((desk.http, 403), (DeskClient(world).http, 303)):
        for _ in range(3):
            answer = await http.post("/desk/sign-out", data={"csrf": "x" * 64, "text": "words of a client"})
            assert answer.status_code == status
    assert NOT_SIGNED_IN.__traceback__ is None
    assert door._FORGED.__traceback__ is None


async def test_what_is_shown_is_what_was_written_and_runs_nowhere(world: World) -> None:
    hostile = "<img src=x onerror=alert(1)>{{7*7}}"
    await world.client.says("i am going to kill myself tonight")
    await world.robin.hears("CRISIS")
    desk = await signed_in(world, "Robin")
    await desk.get("/desk/handoffs/1")
    await desk.post("/desk/handoffs/1/take")
    await desk.post("/desk/handoffs/1/note", text=hostile)
    await desk.post("/desk/handoffs/1/reply", text=hostile)
    shown = (await desk.get("/desk/handoffs/1")).text
    assert "<img src=x" not in shown
    assert shown.count("&lt;img src=x onerror=alert(1)&gt;{{7*7}}") == 2


async def test_an_unknown_name_takes_as_long_as_a_known_one(world: World) -> None:
    """The request does the same work for both; the text is a job's. Medians of 24, interleaved."""
    took: dict[str, list[float]] = {"Maria": [], "Nobody": []}
    for turn in range(24):
        for name, times in took.items():
            begun = time.perf_counter()
            await ask_for_code(world.service.context, name, f"computer {turn}")
            times.append(time.perf_counter() - begun)
            world.clock.move(seconds=rules.WINDOW.total_seconds() / 3)
    known, unknown = (median(times) for times in took.values())
    assert 0.5 < known / unknown < 2.0
