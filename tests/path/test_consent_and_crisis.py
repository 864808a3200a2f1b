"""Opt-out and danger: nothing is sent to who said stop, danger always reaches staff, only people clear a crisis."""

from bot.services.consents import OPTED_IN, OPTED_OUT, TOLD, digest
from bot.store import audit, conversations
from tests.conftest import World, until


async def _state(world: World) -> conversations.Conversation:
    async with world.service.context.database.transaction() as tx:
        return await conversations.read(tx, await conversations.find_or_create(tx, "phone-sms", "client-1"))


async def test_stop_is_confirmed_once_and_then_there_is_silence(world: World) -> None:
    await world.client.says("STOP")
    await world.client.hears("you are unsubscribed")
    await world.client.says("hello?")
    await world.client.says("START")
    await world.client.hears("automated assistant")
    await world.client.hears("Welcome back")
    assert world.dialogue.asked == []


async def test_only_an_opt_in_word_brings_somebody_back(world: World) -> None:
    await world.client.says("stop texting me")
    await world.client.hears("unsubscribed")
    for text in ("yes", "hello", "I changed my mind"):
        await world.client.says(text)
    await world.client.says("START")
    assert (await world.client.hears()).startswith("Two Dreams automated assistant")


async def test_danger_from_an_opted_out_number_alerts_staff_and_sends_nothing(world: World) -> None:
    await world.client.says("STOP")
    await world.client.hears("unsubscribed")
    await world.client.says("i want to kill myself tonight")
    await world.maria.hears("CRISIS")
    assert await world.client.unheard() == []


async def test_wanting_to_stop_drinking_is_a_question_and_no_opt_out(world: World) -> None:
    await world.client.says("I want to stop drinking")
    await world.client.hears("answer to")


async def test_help_always_names_911_and_988(world: World) -> None:
    await world.client.says("HELP")
    heard = await world.client.hears("Emergency: call 911")
    assert "988" in heard


async def test_the_crisis_text_comes_before_who_answers_here(world: World) -> None:
    await world.client.says("i want to kill myself tonight")
    first = await world.client.hears()
    assert "Please call or text 988 now" in first
    assert "alerting our counselors" in first
    assert "automated assistant" in await world.client.hears()


async def test_im_fine_does_not_clear_a_crisis_but_the_counselor_does(world: World) -> None:
    await world.client.says("i want to kill myself tonight")
    tag = (await world.maria.hears("CRISIS")).split("Case ")[1].split(".")[0]
    await world.client.says("never mind i'm fine")
    await world.client.hears("Our counselors have been alerted")
    assert (await _state(world)).crisis_at is not None
    await world.maria.says(f"TAKE {tag}")
    await world.client.hears("has joined")
    await world.maria.says(f"DONE {tag}")
    await world.client.hears("has left")
    assert (await _state(world)).crisis_at is None


async def test_an_unclear_sign_is_asked_about_once_and_no_is_believed(world: World) -> None:
    await world.client.says("i just want everything to be over")
    await world.client.hears("Are you thinking about")
    await world.client.says("2")
    await world.client.hears("Thank you for telling me")
    assert world.dialogue.asked == []
    assert (await _state(world)).crisis_at is None


async def test_rather_not_say_counts_as_danger(world: World) -> None:
    await world.client.says("i just want everything to be over")
    await world.client.hears("Are you thinking about")
    await world.client.says("3")
    await world.client.hears("988")
    await world.maria.hears("CRISIS")


async def test_an_unanswered_crisis_is_asked_again_and_the_client_hears_the_truth(world: World) -> None:
    await world.client.says("i want to kill myself tonight")
    await world.maria.hears("CRISIS")
    for _ in range(2):
        world.clock.move(seconds=60)
        await world.maria.hears("CRISIS")
    await world.client.hears("No counselor has answered yet")
    for _ in range(10):
        world.clock.move(minutes=11)
        await world.maria.hears("Still waiting")


async def test_a_question_that_nobody_answers_is_told_to_people(world: World) -> None:
    await world.client.says("i just want everything to be over")
    await world.client.hears("Are you thinking about")
    world.clock.move(minutes=4)
    assert (await _state(world)).crisis_at is None
    world.clock.move(minutes=2)
    await world.maria.hears("CRISIS")
    assert (await _state(world)).crisis_at is not None
    assert await world.client.unheard() == []


async def test_an_answered_question_raises_no_alarm_later(world: World) -> None:
    await world.client.says("i just want everything to be over")
    await world.client.hears("Are you thinking about")
    await world.client.says("2")
    await world.client.hears("Thank you for telling me")
    world.clock.move(minutes=30)
    await world.client.says("what are your hours")
    await world.client.hears("answer to")
    assert (await _state(world)).crisis_at is None


async def test_telegram_asks_for_the_country_after_the_crisis_text(world: World) -> None:
    tg = world.phone("client-3")
    await tg.says("i want to kill myself tonight")
    assert "988" in await tg.hears()
    await tg.hears("Are you in the US?")


async def test_the_record_says_when_how_and_what_was_shown(world: World) -> None:
    await world.client.says("hello")
    first = await world.client.hears("automated assistant")
    await world.client.says("please stop texting me")
    stopped = await world.client.hears("unsubscribed")
    await world.client.says("START")
    await world.client.hears("Welcome back")
    async with world.service.context.database.transaction() as tx:
        conversation_id = await conversations.find_or_create(tx, "phone-sms", "client-1")
        kept = await audit.entries(tx, conversation_id=conversation_id)
    said = [(entry.what, entry.detail) for entry in kept if entry.what.startswith("consent:")]
    assert said == [
        (TOLD, f"how=they wrote first; shown=C1 en {digest(first)}"),
        (OPTED_OUT, f"how=in their own words; shown=C10 en {digest(stopped)}"),
        (OPTED_IN, "how=word start"),
        (TOLD, f"how=they wrote first; shown=C1 en {digest(first)}"),
    ]
    assert all(entry.at for entry in kept)


async def test_danger_in_words_that_also_say_stop_is_danger(world: World) -> None:
    await world.client.says("stop. i want to kill myself tonight")
    await world.client.hears("988")
    await world.maria.hears("CRISIS")
    assert (await _state(world)).opted_out_at is None


async def test_a_spanish_opt_out_is_one_and_wanting_to_stop_drinking_is_none(world: World) -> None:
    await world.client.says("quiero dejar de beber")
    await world.client.hears("answer to")
    assert (await _state(world)).opted_out_at is None
    await world.client.says("ya no me escriban por favor")
    await until(lambda: _opted_out(world))


async def _opted_out(world: World) -> bool:
    return (await _state(world)).opted_out_at is not None
