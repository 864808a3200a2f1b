"""Handoffs through the real service: who is asked, who may take, what the client hears, and what never happens."""

import asyncio

from sqlalchemy import text

from bot.domain.needs import Needs
from bot.services.handoff import open_handoff
from bot.services.taking import take_handoff
from bot.store import conversations, handoffs, ladder_records
from tests.conftest import Phone, World, until

MARIA, JAMES, ROBIN = "staff-maria", "staff-james", "staff-robin"


async def _ask_for_person(world: World, phone: Phone, needs: Needs = Needs(), **choices: bool) -> str:  # noqa: B008
    await phone.says("hello")
    await phone.hears("answer to: hello")
    async with world.service.context.database.transaction() as tx:
        conversation_id = await conversations.find_or_create(tx, _channel(phone), phone.id)
    outcome = await open_handoff(world.service.context, conversation_id, None, needs, **choices)
    return outcome.state


def _channel(phone: Phone) -> str:
    return "phone-telegram" if phone.id == "client-3" else "phone-sms"


async def _tag_on(phone: Phone) -> str:
    alert = await phone.hears("New conversation waiting")
    return alert.split("Case ")[1].split(".")[0]


def _id(name: str) -> str:
    from bot.demonstration import STAFF

    return next(person.id for person in STAFF if f"staff-{person.key}" == name)


async def test_a_must_keeps_everybody_else_out(world: World) -> None:
    assert await _ask_for_person(world, world.client, Needs(must=("gender:woman",))) == "offered"
    tag = await _tag_on(world.maria)
    for other in (world.james, world.robin):
        await other.says(f"TAKE {tag}")
        assert "can't take" in await other.hears()
    await world.maria.says(f"take {tag}")
    await world.client.hears("Maria, a counselor, has joined")


async def test_a_counselor_the_client_named_is_never_asked_not_even_in_a_crisis(world: World) -> None:
    await _ask_for_person(world, world.client, Needs(never=(f"counselor:{_id(MARIA)}",)))
    await _tag_on(world.james)
    await world.client.says("i am going to kill myself tonight")
    await world.james.hears("CRISIS")
    await world.robin.hears("CRISIS")
    assert await world.maria.texts() == []


async def test_an_alert_carries_no_personal_data(world: World) -> None:
    await world.client.says("i want to kill myself, my name is Zelda Quux")
    alert = await world.maria.hears("CRISIS")
    for word in ("kill", "Zelda", "Quux", "client-1", "suicide"):
        assert word not in alert


async def test_nobody_eligible_opens_nothing_and_loosens_nothing(world: World) -> None:
    nobody = Needs(never=("gender:woman", "gender:man", "gender:nonbinary"))
    assert await _ask_for_person(world, world.client, nobody) == "nobody_eligible"
    for phone in (world.maria, world.james, world.robin):
        assert await phone.texts() == []


async def test_nobody_on_duty_is_said_and_the_request_is_asked_again_when_somebody_is_back(
    world: World,
) -> None:
    for phone in (world.maria, world.james, world.robin):
        await phone.says("AWAY")
        await phone.hears("You are away")
    assert await _ask_for_person(world, world.client) == "nobody_on_duty"
    await world.client.says("still there?")
    await world.client.hears("answer to: still there?")  # the bot goes on answering meanwhile
    await world.james.says("BACK")
    await world.james.hears("Welcome back")
    await world.james.hears("New conversation waiting")


async def test_of_two_who_take_at_once_exactly_one_holds_it(world: World) -> None:
    for number, phone in enumerate((world.client, world.phone("client-2"), world.phone("client-3"))):
        await _ask_for_person(world, phone)
        async with world.service.context.database.transaction() as tx:
            waiting = [h for h in await handoffs.all_open(tx) if h.waiting]
        assert len(waiting) == 1, number
        tag = waiting[0].tag
        takers = [_id(name) for name in (MARIA, JAMES, ROBIN)] * 2
        said = await asyncio.gather(*(take_handoff(world.service.context, taker, tag) for taker in takers))
        assert sum(one.ok for one in said) == 1


async def test_with_two_conversations_words_without_a_tag_reach_nobody(world: World) -> None:
    second = world.phone("client-2")
    await _ask_for_person(world, world.client, Needs(must=("gender:man",)))
    first_tag = await _tag_on(world.james)
    await _ask_for_person(world, second, Needs(must=("gender:man",)))
    second_tag = await _tag_on(world.james)
    for tag in (first_tag, second_tag):
        await world.james.says(f"TAKE {tag}")
        await world.james.hears(f"{tag} is yours")
    await world.james.says("how are you?")
    refusal = await world.james.hears("Nothing was sent")
    assert first_tag in refusal
    assert second_tag in refusal
    await world.james.says(f"{second_tag} how are you?")
    await second.hears("James: how are you?")
    assert not any("how are you" in text for text in await world.client.unheard())


async def test_a_tag_of_somebody_elses_client_sends_nothing(world: World) -> None:
    await _ask_for_person(world, world.client)
    tag = await _tag_on(world.maria)
    await world.maria.says(f"TAKE {tag}")
    await world.maria.hears("is yours")
    await world.james.says(f"{tag} hello")
    await world.james.hears("not with you")
    await world.james.says(f"DONE {tag}")
    await world.james.hears("not with you")
    assert not any("James" in text for text in await world.client.unheard())


async def test_when_all_pass_the_next_step_begins_at_once(world: World) -> None:
    await _ask_for_person(world, world.client)
    tag = await _tag_on(world.maria)
    await world.james.hears(tag)
    await world.maria.presses(f"PASS {tag}")
    await world.james.says(f"PASS {tag}")
    await world.robin.hears(tag)  # the supervisor


async def test_a_missing_proof_moves_the_ladder_on_to_the_truth_for_the_client(world: World) -> None:
    await _ask_for_person(world, world.client)
    await _tag_on(world.maria)
    world.clock.move(seconds=100)
    await world.robin.hears("New conversation waiting")
    world.clock.move(seconds=100)
    await world.client.hears("No counselor has been able to join so far")
    await world.maria.hears("Still waiting")


async def test_an_unanswered_handoff_ends_honestly_and_the_bot_answers_again(world: World) -> None:
    await _ask_for_person(world, world.client)
    for _ in range(3):
        world.clock.move(seconds=100)
        await asyncio.sleep(1.2)
    for _ in range(8):
        world.clock.move(minutes=11)
        await asyncio.sleep(1.2)
    await world.client.hears("No counselor could join today")
    await world.client.says("ok what now")
    await world.client.hears("answer to: ok what now")


async def test_a_silent_counselor_is_nudged_and_then_the_others_are_asked(world: World) -> None:
    await _ask_for_person(world, world.client)
    tag = await _tag_on(world.maria)
    await world.maria.says(f"TAKE {tag}")
    await world.client.hears("has joined")
    world.clock.move(minutes=5)
    await world.maria.hears("waiting for your first reply")
    world.clock.move(minutes=5)
    await world.client.hears("Maria has not answered yet")
    await world.james.hears("New conversation waiting")
    seen = await _seen(world)
    assert [(what, who) for what, who in seen if who == _id(MARIA)] == [
        ("asked", _id(MARIA)),
        ("taken", _id(MARIA)),
        ("nudged", _id(MARIA)),
        ("given_back", _id(MARIA)),
    ]
    assert [who for what, who in seen if what == "asked"].count(_id(JAMES)) == 2  # once in each round


async def _seen(world: World) -> list[tuple[str, str | None]]:
    """The ladder's record of the one open handoff."""
    async with world.service.context.database.transaction() as tx:
        (open_one,) = await handoffs.all_open(tx)
        return [(one.what, one.counselor_id) for one in await ladder_records.of(tx, open_one.id)]


async def test_while_waiting_the_holding_reply_is_honest_and_rare_and_can_be_left(world: World) -> None:
    await _ask_for_person(world, world.client)
    await world.client.says("anybody?")
    assert "None has joined yet" in await world.client.hears()
    await world.client.says("anybody??")
    await world.client.says("2")
    await world.client.hears("taken your request back")
    await world.maria.hears("no longer waiting")
    assert not any("None has joined" in text for text in await world.client.unheard())


async def test_danger_while_a_counselor_is_on_alerts_and_sends_no_text_in_between(world: World) -> None:
    await _ask_for_person(world, world.client)
    tag = await _tag_on(world.maria)
    await world.maria.says(f"TAKE {tag}")
    await world.client.hears("has joined")
    await world.client.says("i want to kill myself tonight")
    await world.maria.hears("marked the newest message as urgent")
    await world.maria.hears(f"{tag} (!): i want to kill myself tonight")
    await world.robin.hears("marked the newest message as urgent")
    assert await world.client.unheard() == []


async def test_notes_stay_with_the_staff(world: World) -> None:
    await _ask_for_person(world, world.client)
    tag = await _tag_on(world.maria)
    await world.maria.says(f"TAKE {tag}")
    await world.client.hears("has joined")
    await world.maria.says(f"NOTE {tag} call the sister on Monday")
    await world.maria.hears("Noted")
    assert not any("sister" in text for text in await world.client.unheard())


async def test_what_counselors_type_in_a_talk_is_not_taken_for_a_command(world: World) -> None:
    await _ask_for_person(world, world.client)
    tag = await _tag_on(world.maria)
    await world.maria.says(f"TAKE {tag}")
    await world.client.hears("has joined")
    await world.maria.says("Take your time, I am here.")
    await world.client.hears("Maria: Take your time, I am here.")


async def test_an_alert_that_has_not_left_is_not_queued_a_second_time(world: World) -> None:
    """When nothing leaves, more alerts would only make the backlog longer; each counselor has the one of this case."""
    await world.client.says("I want to kill myself tonight")
    for counselor in (world.maria, world.james, world.robin):
        await counselor.hears("New conversation waiting")
    async with world.service.context.database.transaction() as tx:
        await tx.run(
            text("UPDATE message SET status = 'queued', next_try_at = '2999-01-01' WHERE kind = 'alert'")
        )
    for _ in range(3):
        world.clock.move(seconds=46)
        steps = await _steps(world)
        await until(lambda steps=steps: _moved_on(world, steps))
    async with world.service.context.database.transaction() as tx:
        queued = await tx.rows(
            text(
                "SELECT counselor_id, count(*) AS n FROM message WHERE kind = 'alert' AND options IS NOT NULL GROUP BY 1"
            )
        )
    assert queued
    assert {row.n for row in queued} == {1}


async def _steps(world: World) -> int:
    async with world.service.context.database.transaction() as tx:
        return int((await tx.run(text("SELECT max(step) FROM handoff"))).scalar_one())


async def _moved_on(world: World, steps: int) -> bool:
    return await _steps(world) > steps


async def test_the_taker_reads_the_clients_words_and_not_the_buttons_they_pressed(world: World) -> None:
    client = world.phone("client-3")
    world.dialogue.down = True
    await client.says("I do not know where to begin")
    await client.hears("a part of me is not working")
    await client.presses("ask a counselor")
    tag = await _tag_on(world.maria)
    await world.maria.says(f"TAKE {tag}")
    assert "where to begin" in await world.maria.hears(f"{tag} wrote:")
    await client.says("now I do")
    await world.maria.hears(f"{tag}: now I do")
    assert not [t.text for t in await world.maria.texts() if "ask a counselor" in t.text]
