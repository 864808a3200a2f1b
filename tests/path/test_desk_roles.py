"""The desk's services refuse what a role may not do, whoever asks and however; and what is read is recorded."""

import csv
import io
import re
from collections.abc import Awaitable, Callable
from datetime import date, timedelta

import pytest
from sqlalchemy import text, update

from bot.demonstration import STAFF
from bot.domain.needs import Needs
from bot.services import desk, desk_roster, desk_work, emergencies, reports
from bot.services.allowed import NotAllowed
from bot.services.context import Context
from bot.services.emergencies import Disclosure, Incomplete
from bot.services.handoff import open_handoff
from bot.services.questions import open_questions
from bot.services.staff_sessions import sign_out_everywhere
from bot.services.typing_sign import is_writing
from bot.store import audit, conversations, reviews
from bot.store import emergencies as kept_emergencies
from bot.store.tables import counselor
from tests.conftest import World
from tests.desk_client import signed_in

MARIA, JAMES, ROBIN = (person.id for person in STAFF)
TOLD = Disclosure("a nurse", "a hospital", "Maria", "not breathing well")


async def _case(world: World, needs: Needs = Needs()) -> int:  # noqa: B008
    await world.client.says("hello")
    await world.client.hears("answer to: hello")
    async with world.service.context.database.transaction() as tx:
        conversation_id = await conversations.find_or_create(tx, "phone-sms", "client-1")
    await open_handoff(world.service.context, conversation_id, None, needs)
    async with world.service.context.database.transaction() as tx:
        return int((await tx.run(text("SELECT max(id) FROM handoff"))).scalar_one())


async def _becomes(world: World, counselor_id: str, role: str) -> None:
    async with world.service.context.database.transaction() as tx:
        await tx.run(update(counselor).where(counselor.c.id == counselor_id).values(role=role))


Deed = Callable[[Context, str, int], Awaitable[object]]
DEEDS: dict[str, tuple[Deed, str]] = {
    # what is done: by whom it may be done
    "queue": (lambda c, me, h: desk.queue(c, me), "counselor supervisor operator"),
    "read": (desk.conversation, "counselor supervisor"),
    "take": (desk_work.take, "counselor supervisor"),
    "pass": (desk_work.pass_on, "counselor supervisor"),
    "reply": (lambda c, me, h: desk_work.reply(c, me, h, "hi"), "counselor supervisor"),
    "note": (lambda c, me, h: desk_work.note(c, me, h, "hi"), "counselor supervisor"),
    "close": (lambda c, me, h: desk_work.close(c, me, h, "helped"), "counselor supervisor"),
    "emergency": (
        lambda c, me, h: emergencies.record_emergency(c, me, h, TOLD, c.clock.now()),
        "counselor supervisor",
    ),
    "roster": (lambda c, me, h: desk_roster.roster(c, me), "counselor supervisor operator"),
    "sign out": (lambda c, me, h: sign_out_everywhere(c, me, MARIA), "supervisor operator"),
    "report": (lambda c, me, h: reports.report(c, me, 7), "supervisor operator auditor"),
    "export": (lambda c, me, h: reports.each_request(c, me, 7), "supervisor operator auditor"),
    "record": (lambda c, me, h: desk_roster.record(c, me), "supervisor auditor"),
    "questions": (lambda c, me, h: open_questions(c, me), "supervisor"),
    "emergencies": (lambda c, me, h: emergencies.emergencies_of(c, me), "supervisor auditor"),
}


async def test_every_service_of_the_desk_refuses_the_roles_that_may_not(world: World) -> None:
    handoff_id = await _case(world)
    for role in ("counselor", "supervisor", "operator", "auditor", "nobody knows it"):
        await _becomes(world, JAMES, role)
        for name, (deed, who) in DEEDS.items():
            try:
                await deed(world.service.context, JAMES, handoff_id)
                allowed = True
            except NotAllowed:
                allowed = False
            assert allowed is (role in who.split()), f"{role}: {name}"


async def test_a_role_that_changes_counts_from_the_next_click(world: World) -> None:
    page = await signed_in(world, "Robin")
    assert (await page.get("/desk/audit")).status_code == 200
    await _becomes(world, ROBIN, "counselor")
    assert (await page.get("/desk/audit")).status_code == 403
    await _becomes(world, ROBIN, "auditor")
    assert (await page.get("/desk")).headers["location"] == "/desk/reports"
    assert "Team" not in (await page.get("/desk/audit")).text


async def test_an_operator_is_offered_nothing_and_sees_no_word(world: World) -> None:
    await _becomes(world, MARIA, "operator")
    handoff_id = await _case(world)
    await world.james.hears("New conversation")
    assert await world.maria.texts() == []
    page = await signed_in(world, "Maria")
    shown = (await page.get("/desk")).text
    assert "not for you" in shown
    assert "hello" not in shown
    assert (await page.get(f"/desk/handoffs/{handoff_id}")).status_code == 403


async def test_who_is_not_eligible_reads_nothing_also_as_a_supervisor(world: World) -> None:
    handoff_id = await _case(world, Needs(must=("gender:woman",)))
    context = world.service.context
    assert await desk.conversation(context, JAMES, handoff_id) is None
    assert await desk.conversation(context, ROBIN, handoff_id) is None
    assert not (await desk_work.take(context, ROBIN, handoff_id)).ok
    assert await desk.conversation(context, MARIA, handoff_id) is not None


async def test_only_who_holds_it_writes_and_a_colleague_sees_nothing_a_supervisor_reads(world: World) -> None:
    handoff_id, context = await _case(world), world.service.context
    await desk_work.take(context, MARIA, handoff_id)
    assert not (await desk_work.reply(context, JAMES, handoff_id, "hi")).ok
    assert not (await desk_work.reply(context, ROBIN, handoff_id, "hi")).ok
    assert not (await desk_work.close(context, ROBIN, handoff_id, "helped")).ok
    assert not await is_writing(context, JAMES, handoff_id)
    assert await is_writing(context, MARIA, handoff_id)
    assert await desk.conversation(context, JAMES, handoff_id) is None
    seen = await desk.conversation(context, ROBIN, handoff_id)
    assert seen is not None
    assert not seen.mine
    async with context.database.transaction() as tx:
        read = [
            (e.actor_id, e.what)
            for e in await audit.entries(tx, conversation_id=seen.handoff.conversation_id)
        ]
    assert (ROBIN, "read:supervision") in read
    assert JAMES not in [who for who, _ in read]


async def test_a_page_that_keeps_itself_fresh_is_one_reading(world: World) -> None:
    handoff_id, context = await _case(world), world.service.context
    for _ in range(3):
        view = await desk.conversation(context, MARIA, handoff_id, background=True)
    assert view is not None
    async with context.database.transaction() as tx:
        found = await audit.entries(tx, conversation_id=view.handoff.conversation_id, what="read:desk")
    assert len(found) == 1


async def test_closing_needs_a_reason_and_keeps_it(world: World) -> None:
    handoff_id, context = await _case(world), world.service.context
    await desk_work.take(context, MARIA, handoff_id)
    assert not (await desk_work.close(context, MARIA, handoff_id, "because")).ok
    assert (await desk_work.close(context, MARIA, handoff_id, "referred")).ok
    async with context.database.transaction() as tx:
        reason = await tx.run(text("SELECT close_reason FROM handoff WHERE id = :id"), {"id": handoff_id})
    assert reason.scalar_one() == "referred"


async def test_an_emergency_wants_all_four_fields_and_is_kept_sealed(world: World) -> None:
    """42 CFR 2.51(c): recipient and affiliation, who disclosed, date and time, nature of the emergency."""
    handoff_id, context = await _case(world), world.service.context
    await desk_work.take(context, MARIA, handoff_id)
    now = context.clock.now()
    for lacking in ("recipient", "affiliation", "disclosed_by", "nature"):
        told = Disclosure(**{**TOLD.__dict__, lacking: "  "})
        with pytest.raises(Incomplete):
            await emergencies.record_emergency(context, MARIA, handoff_id, told, now)
    with pytest.raises(Incomplete):
        await emergencies.record_emergency(context, MARIA, handoff_id, TOLD, now + timedelta(hours=1))
    assert not await emergencies.record_emergency(context, JAMES, handoff_id, TOLD, now)
    assert await emergencies.record_emergency(context, MARIA, handoff_id, TOLD, now)
    async with context.database.transaction() as tx:
        (kept,) = await kept_emergencies.newest(tx)
        stored = bytes((await tx.run(text("SELECT detail FROM emergency"))).scalar_one())
    assert kept.detail["recipient"] == "a nurse"
    assert b"nurse" not in stored


async def test_the_report_counts_by_priority_and_its_csv_holds_no_words(world: World) -> None:
    handoff_id, context = await _case(world), world.service.context
    world.clock.move(seconds=30)
    await desk_work.take(context, MARIA, handoff_id)
    world.clock.move(seconds=30)
    await desk_work.reply(context, MARIA, handoff_id, "hi")
    await world.phone("client-2").says("i am going to kill myself tonight")
    await world.james.hears("CRISIS")
    found = await reports.report(context, ROBIN, 1)
    normal, crisis = found.total["normal"], found.total["crisis"]
    assert (normal.opened, normal.taken, normal.taken_in_five, crisis.opened, crisis.taken) == (1, 1, 1, 1, 0)
    assert 30 <= (normal.take_median or 0) < 40
    assert 60 <= (normal.answer_median or 0) < 70
    assert sum(hour.opened for hour in found.hours["crisis"]) == 1
    page = await signed_in(world, "Robin")
    sent = (await page.get("/desk/reports/requests.csv?days=1")).text
    rows = list(csv.DictReader(io.StringIO(sent)))
    assert {row["priority"] for row in rows} == {"normal", "crisis"}
    assert not re.search("kill|hello|Maria|client", sent)
    async with context.database.transaction() as tx:
        assert await audit.entries(tx, actor_id=ROBIN, what="export:requests")


async def test_a_supervisor_labels_what_was_not_understood(world: World) -> None:
    page, database = await signed_in(world, "Robin"), world.service.context.database
    async with database.transaction() as tx:
        detail = {"kind": "not_understood", "guesses": ["greet"], "meant": None, "language": "en"}
        await reviews.keep(tx, "<i>how are the fish</i>", detail, date(2026, 11, 24), again=True)
        (one,) = await reviews.read(tx, labelled=False)
    shown = (await page.get("/desk/questions")).text
    assert "&lt;i&gt;how are the fish" in shown
    assert "choose what it means" in (await page.post(f"/desk/questions/{one.id}", intent="no_such")).text
    assert "Labelled." in (await page.post(f"/desk/questions/{one.id}", intent="-")).text
    assert "gone already" in (await page.post(f"/desk/questions/{one.id + 1}", intent="-")).text
    async with database.transaction() as tx:
        assert await reviews.read(tx, labelled=False) == []


async def test_a_period_that_is_none_is_refused_kindly(world: World) -> None:
    page = await signed_in(world, "Robin")
    for query in ("days=0", "days=91", "days=x", "days=99999999999999999999", "days=7&days='", "days=%00"):
        answer = await page.get(f"/desk/reports?{query}")
        assert answer.status_code == 422, query
        assert "not what it should be" in answer.text
