"""Enrolment of counselors' phones on a staff bot and on a staff number, and what strangers there hear."""

import io
import re
from collections.abc import AsyncIterator
from functools import partial

import pytest

from bot.channels.telegram_bot import Connection
from bot.domain.enrolment import LIFE, TOLD_A_DAY, TRIES
from bot.services.context import Context
from bot.services.enrolment import EnrolmentProblem, confirm, invite, revoke
from bot.services.receive import receive_from_staff
from bot.services.roster import add, listing
from bot.services.strangers import open_link
from bot.store import counselors, messages
from tests.conftest import World, until
from tests.doubles.telegram_double import TOKEN, telegram_double
from tests.protocol.sms_world import ANNA, STAFF_NUMBER, Sms
from tests.protocol.test_telegram_story import Person, RunningBot

NEUTRAL = "This line is for our staff"


@pytest.fixture
async def tess(world: World) -> AsyncIterator[Person]:
    """Somebody with Telegram, in a private chat with the staff bot."""
    context = world.service.context
    async with telegram_double() as double:
        staff, link = partial(receive_from_staff, context), partial(open_link, context)
        connection = Connection(TOKEN, double.url)
        async with RunningBot(world, "staff-telegram", "staff", connection, staff, link):
            yield Person(double, 5550163)


async def _added(context: Context, name: str = "Tess") -> str:
    return await add(context, name=name, role="counselor", traits=["language:en"], about="", capacity=3)


async def _phone_of(context: Context, counselor_id: str) -> str:
    return next(one.phone for one in await listing(context) if one.counselor.id == counselor_id)


def _number(text: str) -> str:
    return re.findall(r"\b\d{4}\b", text)[0]


async def test_a_link_used_once_and_confirmed_with_the_number_makes_a_phone_that_gets_alerts(
    world: World, tess: Person, logged: io.StringIO
) -> None:
    context = world.service.context
    counselor_id = await _added(context)
    assert await _phone_of(context, counselor_id) == "none"
    token = (await invite(context, counselor_id, "staff-telegram")).token
    assert len(token) == 43
    await tess.says(f"/start {token}")
    number = _number(await tess.hears("Tell your operator this number"))
    assert await _phone_of(context, counselor_id) == "to confirm"
    async with context.database.transaction() as tx:
        assert await counselors.find_by_address(tx, "staff-telegram", "5550163") is None
    await confirm(context, counselor_id, number)
    await tess.hears("This phone now gets alerts")
    assert await _phone_of(context, counselor_id) == "enrolled"
    await tess.says("/who")
    await tess.hears("You hold: none")
    assert token not in logged.getvalue()
    assert "5550163" not in logged.getvalue()


@pytest.mark.parametrize(
    "wrong", ["never made", "used by another", "late", "of a revoked person", "too early"]
)
async def test_a_token_that_does_not_count_hears_what_hello_hears(
    world: World, tess: Person, wrong: str
) -> None:
    context = world.service.context
    counselor_id = await _added(context)
    token = (await invite(context, counselor_id, "staff-telegram")).token
    if wrong == "never made":
        token = "a" * 43
    elif wrong == "used by another":
        await open_link(context, "staff-telegram", "5550199", token)
    elif wrong == "late":
        world.clock.move(seconds=LIFE.total_seconds() + 1)
    elif wrong == "of a revoked person":
        await revoke(context, counselor_id)
    else:
        await invite(context, counselor_id, "staff-telegram")
    await tess.says(f"/start {token}")
    heard = await tess.hears("")
    other = Person(tess.double, 5550177, numbers=[900])
    await other.says("hello")
    assert await other.hears("") == heard
    assert heard.startswith(NEUTRAL)
    with pytest.raises(EnrolmentProblem):
        await confirm(context, counselor_id, "0000")


async def test_a_wrong_number_ends_the_invitation_and_binds_nobody(world: World, tess: Person) -> None:
    context = world.service.context
    counselor_id = await _added(context)
    await tess.says(f"/start {(await invite(context, counselor_id, 'staff-telegram')).token}")
    number = _number(await tess.hears("Tell your operator this number"))
    for tried in ("x" + number[1:], number):
        with pytest.raises(EnrolmentProblem):
            await confirm(context, counselor_id, tried)
    async with context.database.transaction() as tx:
        assert await counselors.find_by_address(tx, "staff-telegram", "5550163") is None


async def test_a_phone_of_one_counselor_cannot_become_anothers(world: World, tess: Person) -> None:
    context = world.service.context
    first, second = await _added(context), await _added(context, "Ida")
    for counselor_id in (first, second):
        async with context.database.transaction() as tx:
            before = await counselors.find_by_address(tx, "staff-telegram", "5550163")
        await tess.says(f"/start {(await invite(context, counselor_id, 'staff-telegram')).token}")
        number = _number(await tess.hears("Tell your operator this number"))
        if before is None:
            await confirm(context, counselor_id, number)
        else:
            with pytest.raises(EnrolmentProblem, match="another counselor"):
                await confirm(context, counselor_id, number)


async def test_a_group_is_no_place_to_enrol(world: World, tess: Person) -> None:
    context = world.service.context
    counselor_id = await _added(context)
    token = (await invite(context, counselor_id, "staff-telegram")).token
    group = {"id": -100, "type": "group", "title": "Team"}
    said = {"message_id": 7, "date": 1795420800, "from": tess._user(), "chat": group}
    await tess.double.brings(tess._update(message={**said, "text": f"/start {token}"}))
    await until(lambda: _left(tess))
    assert await _phone_of(context, counselor_id) == "invited"


async def _left(tess: Person) -> bool:
    return bool(tess.double.called("leaveChat"))


async def test_a_stranger_is_told_once_a_minute_and_a_few_times_a_day_and_nothing_is_kept(
    world: World, tess: Person
) -> None:
    context = world.service.context
    for number in range(TOLD_A_DAY + 3):
        for words in ("TAKE K7", "my name is Zelda"):
            await tess.says(words)
        await until(lambda n=number: _told(tess, min(n + 1, TOLD_A_DAY)))
        world.clock.move(seconds=61)
    assert {call["text"] for call in tess.sent()} == {tess.sent()[0]["text"]}
    async with context.database.transaction() as tx:
        assert await messages.find(tx, 1) is None


async def _told(tess: Person, times: int) -> bool:
    return len(tess.sent()) == times


async def test_a_code_texted_to_the_staff_number_enrols_and_stop_ends_it_until_start(sms: Sms) -> None:
    context = sms.world.service.context
    counselor_id = await _added(context, "Anna")
    code = (await invite(context, counselor_id, "staff-sms")).token
    await sms.writes(f"Join {code[:6].lower()} {code[6:]}", sender=ANNA, to=STAFF_NUMBER)
    number = _number((await sms.hears("Tell your operator this number", to=ANNA))["Body"])
    await confirm(context, counselor_id, number)
    await sms.hears("This phone now gets alerts", to=ANNA)
    await sms.writes("STOP", sender=ANNA, to=STAFF_NUMBER)
    await until(lambda: _is(context, counselor_id, "stopped"))
    heard = len(sms.heard_by(ANNA))
    await sms.writes("WHO", sender=ANNA, to=STAFF_NUMBER)
    await sms.writes("START", sender=ANNA, to=STAFF_NUMBER)
    await sms.hears("Welcome back", to=ANNA)
    assert len(sms.heard_by(ANNA)) == heard + 1
    assert await _phone_of(context, counselor_id) == "enrolled"


async def _is(context: Context, counselor_id: str, phone: str) -> bool:
    return await _phone_of(context, counselor_id) == phone


async def test_a_stranger_who_tries_many_codes_is_no_longer_compared(sms: Sms) -> None:
    context = sms.world.service.context
    counselor_id = await _added(context, "Anna")
    code = (await invite(context, counselor_id, "staff-sms")).token
    wrong = "A" * 11
    for letter in "BCDEFGHJKLMN"[:TRIES]:
        await sms.writes(wrong + letter, sender=ANNA, to=STAFF_NUMBER)
    await sms.writes(code, sender=ANNA, to=STAFF_NUMBER)
    assert await _phone_of(context, counselor_id) == "invited"
    assert set(sms.heard_by(ANNA)) <= {next(iter(sms.heard_by(ANNA)), "")}
