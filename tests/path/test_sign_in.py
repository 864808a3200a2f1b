"""Signing in to the desk: a code on the enrolled phone, limits, sessions that end, a second factor.."""

import re

import httpx
import pyotp
from fastapi import FastAPI
from sqlalchemy import select, text, update
from structlog.testing import capture_logs

from bot.console.desk import desk_router
from bot.demonstration import STAFF
from bot.domain import signing_in as rules
from bot.services.sign_in import Step, ask_for_code, enter_code, send_code
from bot.services.staff_sessions import session_of
from bot.store import audit
from bot.store.desk_tables import sign_in, staff_session
from bot.store.tables import counselor
from tests.conftest import World, until
from tests.desk_client import DeskClient, code_on, signed_in

MARIA = STAFF[0].id
_JOBS = text("SELECT count(*) AS waiting FROM procrastinate_jobs WHERE status IN ('todo', 'doing')")


async def test_a_code_on_the_enrolled_phone_lets_one_in_and_only_once(world: World) -> None:
    desk = DeskClient(world)
    await desk.ask_for_code("  maria ")
    code = await code_on(world.maria)
    assert "Maria" in (await desk.enter(code[:3] + " " + code[3:])).text
    other = DeskClient(world)
    other.http.cookies.set("warmline_sign_in", "stolen")
    assert "no longer counts" in (await other.enter(code)).text


async def test_whether_somebody_works_here_cannot_be_told_from_outside(world: World) -> None:
    """Same pages, same cookies, same limits, and no text to anybody for a name that nobody has."""
    known, unknown = DeskClient(world), DeskClient(world)
    shown = [await known.ask_for_code("Maria"), await unknown.ask_for_code("Nobody Of Ours")]
    assert shown[0].text == shown[1].text
    assert shown[0].history[0].headers.keys() == shown[1].history[0].headers.keys()
    await code_on(world.maria)
    for _ in range(rules.TRIES_A_CODE):
        wrong = [await known.enter("000000"), await unknown.enter("000000")]
        assert wrong[0].text == wrong[1].text
        assert wrong[0].status_code == wrong[1].status_code == 403
    assert await world.james.texts() == []


async def test_five_wrong_tries_end_a_code_also_for_who_then_has_the_right_one(world: World) -> None:
    desk = DeskClient(world)
    await desk.ask_for_code("Maria")
    code = await code_on(world.maria)
    wrong = "000000" if code != "000000" else "000001"
    for _ in range(rules.TRIES_A_CODE):
        await desk.enter(wrong)
    assert "no longer counts" in (await desk.enter(code)).text


async def test_a_code_counts_for_five_minutes(world: World) -> None:
    desk = DeskClient(world)
    await desk.ask_for_code("Maria")
    code = await code_on(world.maria)
    world.clock.move(minutes=5, seconds=1)
    assert "no longer counts" in (await desk.enter(code)).text


async def test_ten_wrong_tries_lock_a_name_out_for_a_quarter_of_an_hour(world: World) -> None:
    for _ in range(2):
        desk = DeskClient(world)
        await desk.ask_for_code("Maria")
        code = await code_on(world.maria)
        for _ in range(rules.TRIES_A_CODE):
            await desk.enter("000000" if code != "000000" else "000001")
    heard = len(await world.maria.texts())
    token = await ask_for_code(world.service.context, "Maria", "elsewhere")
    assert (await enter_code(world.service.context, token, "000000")).step is Step.OVER
    await _no_job_left(world)
    assert len(await world.maria.texts()) == heard
    world.clock.move(minutes=16)
    await signed_in(world, "Maria")


async def test_a_name_gets_five_codes_in_a_quarter_of_an_hour_and_a_computer_thirty(world: World) -> None:
    for _ in range(8):
        await ask_for_code(world.service.context, "Maria", "one computer")
    await _no_job_left(world)
    assert len(await world.maria.texts()) == rules.CODES_A_NAME
    for number in range(rules.CODES_AN_ORIGIN):
        await ask_for_code(world.service.context, f"name {number}", "another computer")
    await ask_for_code(world.service.context, "James", "another computer")
    await _no_job_left(world)
    assert await world.james.texts() == []


async def _no_job_left(world: World) -> None:
    async def idle() -> bool:
        async with world.service.context.database.transaction() as tx:
            row = await tx.one(_JOBS)
        return row is not None and row.waiting == 0

    await until(idle)


async def test_the_database_holds_no_token_and_no_code(world: World) -> None:
    desk = await signed_in(world, "Maria")
    cookie = desk.http.cookies["warmline_session"]
    async with world.service.context.database.transaction() as tx:
        kept = await tx.one(select(staff_session.c.token_hash))
        tries = await tx.one(select(sign_in))
    assert kept is not None
    assert tries is not None
    assert kept.token_hash == rules.hashed(cookie)
    assert cookie.encode() not in kept.token_hash
    assert len(tries.code_hash) == 32


async def test_the_cookie_is_kept_from_scripts_and_from_other_sites(world: World) -> None:
    desk = DeskClient(world)
    await desk.ask_for_code("Maria")
    entered = await desk.http.post("/desk/sign-in/code", data={"code": await code_on(world.maria)})
    cookie = next(c for c in entered.headers.get_list("set-cookie") if c.startswith("warmline_session="))
    assert "HttpOnly" in cookie
    assert "samesite=strict" in cookie.lower()
    token = re.match(r"warmline_session=([^;]+)", cookie)
    assert token
    assert len(token.group(1)) == 43  # 256 bits


async def test_over_https_every_cookie_is_bound_to_this_host_and_goes_no_other_way(world: World) -> None:
    app = FastAPI()
    app.include_router(desk_router(world.service.context, world.service.bell, secure=True))
    transport = httpx.ASGITransport(app=app, client=("127.0.0.1", 4711))
    async with httpx.AsyncClient(transport=transport, base_url="https://127.0.0.1") as http:
        asked = await http.post("/desk/sign-in", data={"name": "Maria"})
        entered = await http.post("/desk/sign-in/code", data={"code": await code_on(world.maria)})
        shown = await http.get("/desk")
        csrf = re.findall(r'name="csrf" value="(\w+)"', shown.text)[0]
        out = await http.post("/desk/sign-out", data={"csrf": csrf})
    cookies = [c for answer in (asked, entered, out) for c in answer.headers.get_list("set-cookie")]
    assert len(cookies) >= 4
    for cookie in cookies:
        assert cookie.startswith("__Host-"), cookie
        assert {"Secure", "HttpOnly", "Path=/", "SameSite=strict"} <= set(cookie.split("; ")), cookie
    assert '"storage"' in out.headers["Clear-Site-Data"]


async def test_who_signs_in_again_in_one_browser_has_one_session(world: World) -> None:
    desk = await signed_in(world, "Maria")
    before = desk.http.cookies["warmline_session"]
    await desk.ask_for_code("Maria")
    await desk.enter(await code_on(world.maria))
    assert desk.http.cookies["warmline_session"] != before
    assert await session_of(world.service.context, before) is None


async def test_what_was_refused_stands_in_the_log_without_what_was_sent(world: World) -> None:
    desk = await signed_in(world, "Maria")
    with capture_logs() as logged:
        assert (await desk.get("/desk/audit?who=somebody-else")).status_code == 403
    refused = next(entry for entry in logged if entry["event"] == "page.refused")
    assert (refused["route"], refused["error"]) == ("/desk/audit", "not_allowed")
    assert "somebody-else" not in str(logged)


async def test_fifteen_minutes_without_a_key_or_a_click_end_a_session_and_a_fresh_page_is_no_click(
    world: World,
) -> None:
    desk = await signed_in(world, "Maria")
    world.clock.move(minutes=14)
    assert (await desk.get("/desk")).status_code == 200
    world.clock.move(minutes=14)
    background = {"X-Warmline-Refresh": "1"}
    assert (await desk.get("/desk", headers=background)).status_code == 200
    world.clock.move(minutes=2)
    assert (await desk.get("/desk", headers=background)).status_code == 401
    assert (await desk.get("/desk")).headers["location"] == "/desk/sign-in"


async def test_a_session_ends_after_one_shift_however_busy_it_was(world: World) -> None:
    desk = await signed_in(world, "Maria")
    for _ in range(12 * 6 - 1):
        world.clock.move(minutes=10)
        assert (await desk.get("/desk")).status_code == 200
    world.clock.move(minutes=10)
    assert (await desk.get("/desk")).status_code == 303


async def test_signing_out_ends_the_session_for_everybody_who_has_the_cookie(world: World) -> None:
    desk = await signed_in(world, "Maria")
    token = desk.http.cookies["warmline_session"]
    await desk.post("/desk/sign-out")
    assert await session_of(world.service.context, token) is None
    assert (await desk.get("/desk")).headers["location"] == "/desk/sign-in"


async def test_signing_out_everywhere_ends_every_session_of_one_person_and_nobody_elses(world: World) -> None:
    first, second, james = [await signed_in(world, name) for name in ("Maria", "Maria", "James")]
    await second.get("/desk/you")
    await second.post("/desk/you/sign-out-everywhere")
    assert (await first.get("/desk")).status_code == 303
    assert (await james.get("/desk")).status_code == 200


async def test_who_no_longer_works_here_is_out_at_once(world: World) -> None:
    desk = await signed_in(world, "Maria")
    async with world.service.context.database.transaction() as tx:
        await tx.run(update(counselor).where(counselor.c.id == MARIA).values(active=False))
    assert (await desk.get("/desk")).status_code == 303


async def test_a_form_without_this_sessions_token_does_nothing(world: World) -> None:
    desk, james = await signed_in(world, "Maria"), await signed_in(world, "James")
    for forged in ("", "0" * 64, james.csrf, "ü"):
        answer = await desk.http.post("/desk/sign-out", data={"csrf": forged})
        assert answer.status_code == 403
    assert (await desk.get("/desk")).status_code == 200


async def test_another_sites_page_can_send_nothing(world: World) -> None:
    desk = await signed_in(world, "Maria")
    for header in ({"Origin": "https://elsewhere.example"}, {"Sec-Fetch-Site": "cross-site"}):
        answer = await desk.http.post("/desk/sign-out", data={"csrf": desk.csrf}, headers=header)
        assert answer.status_code == 403


_PAGES = (
    *("/desk", "/desk/you", "/desk/team", "/desk/overview", "/desk/events"),
    *("/desk/reports", "/desk/reports/requests.csv", "/desk/reports/hours.csv"),
    *("/desk/audit", "/desk/audit.csv", "/desk/emergencies"),
    *("/desk/handoffs/1", "/desk/handoffs/1/emergency"),
)


async def test_nothing_is_shown_before_one_has_signed_in(world: World) -> None:
    await signed_in(world, "Maria")  # somebody else, at another computer
    for path in _PAGES:
        answer = await DeskClient(world).get(path)
        assert answer.status_code == 303, path
        assert answer.headers["location"] == "/desk/sign-in", path


async def test_every_page_goes_out_with_the_headers_that_shut_other_hosts_out(world: World) -> None:
    desk = await signed_in(world, "Maria")
    for answer in (await desk.get("/desk"), await DeskClient(world).get("/desk/sign-in")):
        assert answer.headers["content-security-policy"].startswith("default-src 'none'")
        assert answer.headers["x-frame-options"] == "DENY"
        assert answer.headers["cache-control"] == "no-store"
        assert "unsafe" not in answer.headers["content-security-policy"]
        assert not re.search(r"<script(?![^>]*src=)|\son\w+=|\sstyle=|https?://(?!127)", answer.text)


async def test_a_second_factor_is_set_up_asked_for_and_counts_once(world: World) -> None:
    desk = await signed_in(world, "Maria")
    await desk.get("/desk/you")
    shown = await desk.post("/desk/you/second-factor")
    secret = re.search(r"<code>([A-Z2-7]{32})</code>", shown.text)
    assert secret
    totp = pyotp.TOTP(secret.group(1))
    assert "not the app" in (await desk.post("/desk/you/second-factor/confirm", code="000000")).text
    now = totp.at(world.clock.now())
    assert "asked for, too" in (await desk.post("/desk/you/second-factor/confirm", code=now)).text
    again = DeskClient(world)
    await again.ask_for_code("Maria")
    app = await again.enter(await code_on(world.maria))
    assert "The code of your app" in app.text
    assert (await again.get("/desk")).status_code == 303
    assert "not the code" in (await again.post("/desk/sign-in/app", code=now)).text  # used a moment ago
    world.clock.move(seconds=30)
    assert "Maria" in (await again.post("/desk/sign-in/app", code=totp.at(world.clock.now()))).text


async def test_an_app_code_alone_leads_nowhere(world: World) -> None:
    desk = DeskClient(world)
    await desk.ask_for_code("Maria")
    assert "no longer counts" in (await desk.post("/desk/sign-in/app", code="123456")).text


async def test_signing_in_and_out_stands_in_the_record_and_no_code_in_a_log(
    world: World, logged: object
) -> None:
    desk = DeskClient(world)
    await desk.ask_for_code("Maria")
    code = await code_on(world.maria)
    await desk.enter("000000" if code != "000000" else "000001")
    await desk.enter(code)
    await desk.post("/desk/sign-out")
    async with world.service.context.database.transaction() as tx:
        done = [entry.what for entry in await audit.entries(tx, actor_id=MARIA)]
    assert done[:1] == ["signed_in"]
    assert "signed_out" in done
    assert code not in logged.getvalue()  # type: ignore[attr-defined]
    assert "Maria" not in logged.getvalue()  # type: ignore[attr-defined]


async def test_a_code_job_that_runs_twice_leaves_only_the_newest_code(world: World) -> None:
    """A job may run again after a crash: the code that counts is the one that was sent last."""
    token = await ask_for_code(world.service.context, "Maria", "here")
    first = await code_on(world.maria)
    async with world.service.context.database.transaction() as tx:
        row = await tx.one(select(sign_in.c.id))
    assert row is not None
    await send_code(world.service.context, row.id)
    second = await code_on(world.maria)
    if first != second:
        assert (await enter_code(world.service.context, token, first)).step is Step.WRONG
    assert (await enter_code(world.service.context, token, second)).step is Step.IN
