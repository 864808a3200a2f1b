"""Whatever is sent to the desk, signed in or not: a clear answer, never an error of ours, nothing run, nothing kept."""

import random
import time
from statistics import median
from urllib.parse import quote

from sqlalchemy import text

from bot.domain import signing_in as rules
from bot.services.sign_in import ask_for_code
from tests.conftest import World
from tests.desk_client import DeskClient, signed_in

NASTY = (
    *("", " ", "\x00", "\r\n", "'; DROP TABLE handoff; --", "{{7*7}}", "${7*7}", "<script>alert(1)</script>"),
    *(
        "../../etc/passwd",
        "=cmd|' /C calc'!A0",
        "\ud800".encode("utf-16", "surrogatepass").decode("utf-16", "replace"),
    ),
    *("😀" * 500, "x" * 20_000, "%00", "-1", "9" * 40, "١٢٣٤٥٦", "\u202e000000", "NaN", "1e9", "true", "[]"),
)
FORMS = (
    *("/desk/sign-in", "/desk/sign-in/code", "/desk/sign-in/app", "/desk/here"),
    *("/desk/you/second-factor/confirm", "/desk/you/second-factor/off"),
    *(f"/desk/handoffs/1/{act}" for act in ("take", "pass", "reply", "note", "close", "emergency")),
    *("/desk/team/00000000-0000-0000-0000-000000000000/sign-out", "/desk/team/x/second-factor-off"),
)
PATHS = (
    *("/desk/handoffs/{}", "/desk/handoffs/{}/emergency", "/desk/handoffs/1?say={}", "/desk/reports?days={}"),
    *("/desk/audit?who={}", "/desk/audit?what={}", "/desk/{}", "/desk/reports/requests.csv?days={}"),
)
FIELDS = (
    "name",
    "code",
    "text",
    "reason",
    "at",
    "recipient",
    "affiliation",
    "disclosed_by",
    "nature",
    "writing",
)


async def test_no_input_makes_an_error_of_ours(world: World) -> None:
    inside, outside = await signed_in(world, "Robin"), DeskClient(world)
    rng = random.Random(7)
    seen = set()
    for nasty in NASTY:
        for path in PATHS:
            seen.add((await inside.http.get(path.format(quote(nasty, safe="")))).status_code)
        for path in FORMS:
            sent = dict.fromkeys(rng.sample(FIELDS, 6), nasty)
            for desk in (inside, outside):
                answer = await desk.http.post(path, data={"csrf": desk.csrf, **sent})
                seen.add(answer.status_code)
    assert not [status for status in seen if status >= 500], seen
    async with world.service.context.database.transaction() as tx:
        assert (await tx.run(text("SELECT count(*) FROM handoff"))).scalar_one() == 0
    assert (await inside.get("/desk")).status_code == 200


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
