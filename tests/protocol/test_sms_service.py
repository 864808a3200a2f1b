"""SMS through the whole service: signed webhooks in, texts out at a double of Twilio, receipts in any order."""

import asyncio
import io
import random

import pytest
from sqlalchemy import func, select, text

from bot.channels.sms_webhook import fields_of, read_message
from bot.channels.voice import CALL_PATH
from bot.services.context import BotReply
from bot.services.outbox import unit
from bot.store import conversations, counselors
from bot.store.tables import message
from bot.web.twilio import FALLBACK_PATH, INCOMING_PATH, STATUS_PATH
from tests.conftest import until
from tests.doubles.twilio_double import LOST, Answer, refuses
from tests.doubles.twilio_double import TOKEN as API_TOKEN
from tests.path.test_faults_inside import full_disk
from tests.protocol.sms_world import ANNA, CLIENT, CLINIC, STAFF_NUMBER, Sms
from tests.protocol.twilio_requests import FIXTURES, PREVIOUS, PUBLIC, TOKEN, post, raw, sign

ANNA_ID = "00000000-0000-4000-8000-000000000001"


async def _stored(sms: Sms) -> int:
    async with sms.world.service.context.database.single() as tx:
        found = await tx.one(select(func.count()).where(message.c.direction == "incoming"))
        return int(found[0]) if found else 0


async def _say(sms: Sms, words: str, **more: str) -> None:
    """A text of ours to a client who wrote just now, queued as the services queue it."""
    context = sms.world.service.context
    async with unit(context) as work:
        conversation_id = await conversations.find_or_create(work.tx, "sms", CLIENT)
        await conversations.change(work.tx, conversation_id, last_incoming_at=context.clock.now())
        await work.say(await conversations.lock(work.tx, conversation_id), words, **more)


async def _enrol_anna(sms: Sms) -> None:
    async with sms.world.service.context.database.transaction() as tx:
        await counselors.enrol(
            tx,
            counselor_id=ANNA_ID,
            channel="staff-sms",
            address=ANNA,
            name="Anna",
            traits=["language:xx"],
            about="",
            role="counselor",
        )


async def test_a_text_is_answered_at_twilios_api_with_the_first_message_before_it(sms: Sms) -> None:
    sms.world.dialogue.answer = lambda _: [BotReply("You can start here.", (("more", "/a"), ("no", "/b")))]
    response = await post(sms.http, INCOMING_PATH, raw("text"))
    assert (response.status_code, response.headers["content-type"]) == (200, "text/xml; charset=utf-8")
    assert response.text.endswith("<Response/>")
    await sms.hears("You can start here. Reply 1 = more, 2 = no.")
    assert "automated assistant" in sms.heard_by()[0]
    await sms.writes("1")
    await until(lambda: _asked(sms, 2))
    assert (sms.world.dialogue.asked[1]["text"], sms.world.dialogue.asked[1]["trusted"]) == ("/a", True)


async def _asked(sms: Sms, times: int) -> bool:
    return len(sms.world.dialogue.asked) >= times


@pytest.mark.parametrize("path", [INCOMING_PATH, FALLBACK_PATH, STATUS_PATH])
async def test_what_twilio_did_not_sign_is_403_and_nothing_is_stored(sms: Sms, path: str) -> None:
    body = raw("text")
    forged = [
        await post(sms.http, path, body, signature=""),
        await post(sms.http, path, body, signature="A" * 28),
        await post(sms.http, path, body, token="somebody else's"),
        await post(sms.http, path, body, signed_url="https://evil.example" + path),
        await post(sms.http, path, body, signed_url="http://inside:8081" + path),
        await post(sms.http, path, body, signed_url=PUBLIC + "/other"),
        await sms.http.post(path, content=body),
        await post(sms.http, path, raw("text")[:-9], signature="x"),
    ]
    assert [response.status_code for response in forged] == [403] * len(forged)
    assert await _stored(sms) == 0


async def test_a_body_without_end_is_refused_and_get_is_no_way_in(sms: Sms) -> None:
    assert (await post(sms.http, INCOMING_PATH, b"Body=" + b"x" * 200_000)).status_code == 413
    assert (await sms.http.get(INCOMING_PATH)).status_code == 405


async def test_a_request_signed_with_the_previous_token_still_counts(sms: Sms) -> None:
    assert (await post(sms.http, INCOMING_PATH, raw("text"), token=PREVIOUS)).status_code == 200
    assert await _stored(sms) == 1


async def test_what_is_genuine_and_not_handled_is_200_and_stored_nowhere(sms: Sms) -> None:
    for path in (INCOMING_PATH, FALLBACK_PATH, STATUS_PATH):
        for name in ("short-code", "whatsapp", "call", "status-unheard-of"):
            assert await sms.gets(name, path) == 200, (path, name)
    assert await _stored(sms) == 0


MANY = 200  # `python -m bench.provider` brings a thousand, over eight real connections, to a whole Warmline


async def test_the_same_messages_three_times_in_any_order_are_each_answered_once(sms: Sms) -> None:
    bodies = [
        raw(
            "text",
            MessageSid=f"SM{0xA000 + n:032x}",
            From=f"+155501{n % 40:02d}",
            Body=f"hello number {n:03d}",
        )
        for n in range(MANY)
    ] * 3
    random.Random(7).shuffle(bodies)
    waiting = asyncio.Semaphore(8)

    async def deliver(n: int, body: bytes) -> int:
        async with waiting:
            return (await post(sms.http, FALLBACK_PATH if n % 5 == 0 else INCOMING_PATH, body)).status_code

    assert set(await asyncio.gather(*(deliver(n, body) for n, body in enumerate(bodies)))) == {200}
    assert await _stored(sms) == MANY
    await until(lambda: _answered(sms, MANY), 60)
    answers = [f["Body"] for f in sms.twilio.accepted if f["Body"].startswith("answer to")]
    assert sorted(answers) == sorted(f"answer to: hello number {n:03d}" for n in range(MANY))


async def test_forged_truncated_replayed_and_reordered_webhooks_store_the_genuine_once_and_nothing_else(
    sms: Sms,
) -> None:
    """Every payload there is, at every address, three times in random order, among what somebody made of it."""
    rng, wanted = random.Random(11), []
    for name in sorted(path.stem for path in FIXTURES.glob("*.txt")):
        body = raw(name)
        for path in (INCOMING_PATH, FALLBACK_PATH, f"{STATUS_PATH}?channel=sms&message=1", CALL_PATH):
            wanted += [(path, body, sign(body, PUBLIC + path), 200)] * 3
            cut = body[: rng.randrange(1, len(body))]
            wanted.append((path, cut, sign(body, PUBLIC + path), 403))
            flipped = body.replace(b"0", b"1", 1)
            wanted.append((path, flipped, sign(body, PUBLIC + path), 403))
            wanted.append((path, body, sign(body, "https://evil.example" + path), 403))
    rng.shuffle(wanted)
    for path, body, signature, answered in wanted:
        got = await post(sms.http, path, body, signature=signature)
        assert got.status_code == answered, (path, body[:40])
    genuine = {
        (read.external_id, read.address)
        for path in FIXTURES.glob("*.txt")
        if (read := read_message(fields_of(raw(path.stem)), "sms")) is not None and path.stem != "to-staff"
    }
    assert await _stored(sms) == len(genuine)


async def _answered(sms: Sms, times: int) -> bool:
    return sum(f["Body"].startswith("answer to") for f in sms.twilio.accepted) >= times


async def test_a_picture_without_words_is_told_and_never_fetched(sms: Sms) -> None:
    assert await sms.gets("picture-without-words") == 200
    await sms.hears("I can only read text")
    assert sms.world.dialogue.asked == []
    assert sms.twilio.wrong == []


async def test_the_words_that_come_with_a_picture_are_screened(sms: Sms) -> None:
    assert await sms.gets("picture", Body="i am going to kill myself tonight") == 200
    await sms.hears("988")


async def test_when_the_database_is_away_twilio_is_told_503_and_the_fallback_says_where_help_is(
    sms: Sms,
) -> None:
    async with sms.world.service.context.database.transaction() as tx:
        await tx.run(text("ALTER TABLE conversation RENAME TO conversation_away"))
    try:
        assert await sms.gets("text") == 503
        response = await post(sms.http, FALLBACK_PATH, raw("text"))
        assert response.status_code == 200
        assert "<Message>We can't answer here right now." in response.text
        assert "988" in response.text
        stop = await post(sms.http, FALLBACK_PATH, raw("stop"))
        assert "<Message>" not in stop.text
        staff = await post(sms.http, FALLBACK_PATH, raw("to-staff"))
        assert "<Message>" not in staff.text
    finally:
        async with sms.world.service.context.database.transaction() as tx:
            await tx.run(text("ALTER TABLE conversation_away RENAME TO conversation"))
    assert await sms.gets("text") == 200
    await sms.hears("answer to: How do I start?")


async def test_a_crisis_text_that_is_refused_for_good_is_told_to_people(sms: Sms) -> None:
    sms.twilio.answers += [refuses(400, 21614)]
    await sms.writes("i am going to kill myself tonight")
    told = await sms.world.robin.hears("not confirmed as delivered")
    assert "kill" not in told
    assert CLIENT not in told


async def test_while_the_databases_disk_is_full_webhooks_say_503_and_afterwards_all_is_well(sms: Sms) -> None:
    """Twilio then calls the fallback and comes again; nothing is half stored."""
    async with full_disk(sms.world):
        assert await sms.gets("text", From=CLIENT, Body="hello there") == 503
    assert await sms.gets("text", From=CLIENT, Body="hello there") == 200  # the same message, again
    await sms.hears("answer to: hello there")
    assert len([said for said in sms.heard_by() if "answer to" in said]) == 1


async def test_a_client_cannot_reach_a_staff_command_and_a_stranger_hears_one_neutral_text(sms: Sms) -> None:
    await _enrol_anna(sms)
    await sms.writes("who", sender=CLIENT, to=STAFF_NUMBER)
    assert await _stored(sms) == 0
    await sms.writes("status", sender=ANNA, to=STAFF_NUMBER)
    assert await _stored(sms) == 1
    await until(lambda: _heard(sms, ANNA))
    assert {f["From"] for f in sms.twilio.accepted if f["To"] == ANNA} == {STAFF_NUMBER}
    assert all("for our staff" in text for text in sms.heard_by(CLIENT))


async def _heard(sms: Sms, who: str) -> bool:
    return bool(sms.heard_by(who))


@pytest.mark.parametrize(
    "order", [("sent", "delivered", "read"), ("read", "delivered", "sent"), ("delivered", "sent")]
)
async def test_receipts_in_any_order_never_move_a_text_back(sms: Sms, order: tuple[str, ...]) -> None:
    await _say(sms, "How are you?")
    sent = await sms.hears("How are you?")
    best = "read" if "read" in order else "delivered"
    for state in (*order, *order):
        assert await sms.receipt(sent, f"status-{state}") == 200
    assert await sms.status_of("How are you?") == (best, None)


async def test_a_receipt_for_a_text_that_is_not_ours_changes_nothing(sms: Sms) -> None:
    await _say(sms, "How are you?")
    await sms.hears("How are you?")
    for query in ("channel=sms&message=999999", "channel=sms", "channel=staff-sms&message=1", "message=x"):
        assert await sms.gets("status-failed", f"{STATUS_PATH}?{query}") == 200
    assert (await sms.status_of("How are you?"))[0] == "sent"


async def test_a_lost_answer_is_an_unknown_outcome_that_a_receipt_settles(sms: Sms) -> None:
    sms.twilio.answers.append(LOST)
    await _say(sms, "How are you?")
    sent = await sms.hears("How are you?")
    await sms.becomes("How are you?", "unknown")
    assert await sms.receipt(sent, "status-delivered") == 200
    assert await sms.status_of("How are you?") == ("delivered", None)
    assert len(sms.twilio.asked) == 1


@pytest.mark.parametrize("answer", [LOST, refuses(503), Answer(500)])
async def test_only_a_crisis_text_is_repeated_after_an_unknown_outcome_and_once(
    sms: Sms, answer: Answer
) -> None:
    sms.twilio.answers += [answer, answer]
    await _say(sms, "Call 911 now.", kind="crisis")
    await sms.becomes("Call 911 now.", "unknown")
    assert len(sms.twilio.asked) == 2


async def test_too_many_requests_are_tried_again_later_until_it_leaves(sms: Sms) -> None:
    sms.twilio.answers += [refuses(429, 20429), refuses(429, 20429)]
    await _say(sms, "How are you?")
    for wait in (3, 5):
        await until(lambda: _queued(sms))
        sms.world.clock.move(seconds=wait)
    await sms.becomes("How are you?", "sent")
    assert len(sms.twilio.accepted) == 1


async def _queued(sms: Sms) -> bool:
    return (await sms.status_of("How are you?"))[0] == "queued"


async def test_a_phone_out_of_reach_is_tried_once_more_after_ten_minutes(sms: Sms) -> None:
    await _say(sms, "How are you?")
    sent = await sms.hears("How are you?")
    assert await sms.receipt(sent, "status-undelivered-30003") == 200
    assert await sms.receipt(sent, "status-undelivered-30003") == 200
    assert (await sms.status_of("How are you?"))[0] == "undelivered"
    await _say(sms, "Are you there?")
    await sms.hears("Are you there?")  # nothing waits for the one that is to be repeated
    sms.world.clock.move(minutes=10.1)
    code = await sms.becomes("How are you?", "sent")
    assert code is None
    assert sms.heard_by().count("How are you?") == 2
    assert await sms.receipt(sent, "status-undelivered-30003") == 200
    assert await sms.status_of("How are you?") == ("undelivered", "30003 phone off or out of reach")
    sms.world.clock.move(minutes=11)
    await _say(sms, "Still here.")
    await sms.hears("Still here.")
    assert sms.heard_by().count("How are you?") == 2


async def test_a_text_that_arrived_in_the_meantime_is_not_repeated(sms: Sms) -> None:
    await _say(sms, "How are you?")
    sent = await sms.hears("How are you?")
    await sms.receipt(sent, "status-undelivered-30003")
    await sms.receipt(sent, "status-delivered")
    sms.world.clock.move(minutes=11)
    await _say(sms, "Still here.")
    await sms.hears("Still here.")
    assert sms.heard_by().count("How are you?") == 1


async def test_what_a_carrier_took_for_spam_is_said_once_more_in_plainer_words_and_operators_are_paged(
    sms: Sms,
) -> None:
    await _say(sms, "How are you?")
    sent = await sms.hears("How are you?")
    for _ in range(2):
        assert await sms.receipt(sent, "status-undelivered-30007") == 200
    plainer = await sms.hears("may not have reached you")
    await sms.world.robin.hears("Texts do not get through (30007")
    assert await sms.receipt(plainer, "status-undelivered-30007", MessageSid="SM" + "d" * 32) == 200
    await sms.becomes("may not have reached you", "undelivered")
    await _say(sms, "Are you there?")
    await sms.hears("Are you there?")
    assert len(sms.heard_by()) == 3  # nothing is said a third time
    assert not any("30007" in text for text in await sms.world.robin.unheard())  # once an hour


async def test_a_filtered_crisis_text_is_followed_by_the_plainest_help_and_staff_know(sms: Sms) -> None:
    await sms.writes("i am going to kill myself tonight")
    sent = await sms.hears("988")
    assert await sms.receipt(sent, "status-undelivered-30007") == 200
    await sms.hears("Please call or text 988 now. It is free, day and night.")
    await sms.world.robin.hears("was not confirmed as delivered (30007")


async def test_a_crisis_text_that_nothing_says_has_arrived_alerts_staff_after_two_minutes(sms: Sms) -> None:
    await sms.writes("i am going to kill myself tonight")
    sent = await sms.hears("988")
    await sms.becomes(sent["Body"][:40], "sent")
    sms.world.clock.move(minutes=2.1)
    await sms.world.robin.hears("was not confirmed as delivered (no receipt)")


async def test_a_crisis_text_that_arrived_alerts_nobody_about_that(sms: Sms) -> None:
    await sms.writes("i am going to kill myself tonight")
    sent = await sms.hears("988")
    await sms.becomes(sent["Body"][:40], "sent")
    assert await sms.receipt(sent, "status-delivered") == 200
    sms.world.clock.move(minutes=2.1)

    async def looked() -> bool:
        async with sms.world.service.context.database.single() as tx:
            rows = await tx.rows(text("SELECT done_at FROM timer WHERE kind = 'arrived'"))
        return bool(rows) and all(row.done_at is not None for row in rows)

    await until(looked)
    assert not any("not confirmed" in text for text in await sms.world.robin.unheard())


async def test_a_number_that_opted_out_at_twilio_is_opted_out_here(sms: Sms) -> None:
    sms.twilio.answers.append(refuses(400, 21610))
    await _say(sms, "How are you?")
    assert await sms.becomes("How are you?", "failed") == "21610 they opted out of texts"
    await _say(sms, "Are you there?")
    await sms.writes("hello?")
    await until(lambda: _handled(sms))
    assert sms.heard_by() == []
    await sms.writes("START")
    await sms.hears("automated assistant")


async def _handled(sms: Sms) -> bool:
    async with sms.world.service.context.database.single() as tx:
        left = await tx.one(
            select(func.count()).where(message.c.direction == "incoming", message.c.handled_at.is_(None))
        )
    return left is not None and left[0] == 0


@pytest.mark.parametrize("name", ["stop", "stop-advanced"])
async def test_an_opt_out_that_twilio_confirmed_is_kept_and_not_confirmed_again(sms: Sms, name: str) -> None:
    assert await sms.gets(name) == 200
    await until(lambda: _handled(sms))
    await sms.writes("hello?")
    await until(lambda: _handled(sms))
    assert sms.heard_by() == []
    assert await sms.gets("start-advanced") == 200
    await sms.hears("Welcome back")


async def test_yes_brings_back_who_opted_out_and_is_an_answer_from_others(sms: Sms) -> None:
    await sms.writes("YES")
    await sms.hears("answer to: YES")
    await sms.writes("stop")
    await until(lambda: _handled(sms))
    await sms.writes("YES")
    await sms.hears("Welcome back")


async def test_an_opt_out_in_words_is_confirmed_by_us_once_because_twilio_knows_only_keywords(
    sms: Sms,
) -> None:
    await sms.writes("please stop texting me")
    await sms.writes("please stop texting me")
    await until(lambda: _handled(sms))
    await until(lambda: _heard(sms, CLIENT))
    assert len(sms.heard_by()) == 1
    assert "START" in sms.heard_by()[0]


@pytest.mark.parametrize("name", ["help-advanced"])
async def test_a_help_word_that_twilio_answered_is_left_alone(sms: Sms, name: str) -> None:
    assert await sms.gets(name) == 200
    await until(lambda: _handled(sms))
    assert (sms.heard_by(), sms.world.dialogue.asked) == ([], [])


async def test_the_first_half_lost_is_told_once_even_after_the_second_arrived(sms: Sms) -> None:
    words = "This is one plain sentence with fifty-two characters. " * 8
    await _say(sms, words)
    first, second = await _halves(sms)
    await sms.receipt(first, "status-delivered")
    assert (await sms.status_of("plain sentence"))[0] == "sent"
    await sms.receipt(second, "status-delivered")
    for _ in range(2):
        await sms.receipt(first, "status-undelivered-30005")
    assert await sms.status_of("plain sentence") == ("delivered", "30005 unknown or inactive number")


async def _halves(sms: Sms) -> tuple[dict[str, str], dict[str, str]]:
    async def look() -> bool:
        return len(sms.twilio.accepted) == 2

    await until(look)
    await sms.becomes("plain sentence", "sent")
    return sms.twilio.accepted[0], sms.twilio.accepted[1]


async def test_no_log_line_holds_a_text_a_number_or_a_token(
    sms: Sms, logged: io.StringIO, capsys: pytest.CaptureFixture[str]
) -> None:
    sms.twilio.answers += [refuses(400, 30034), LOST, refuses(429)]
    await sms.gets("picture", Body="quite private words")
    await sms.gets("status-undelivered-30007", f"{STATUS_PATH}?channel=sms&message=1")
    await post(sms.http, INCOMING_PATH, raw("text"), signature="x")
    await until(lambda: _handled(sms))
    await until(lambda: _asked(sms, 1))
    lines = logged.getvalue() + "".join(capsys.readouterr())
    assert "twilio.forged" in lines
    for secret in (CLIENT, CLINIC, "quite private", "secret words", TOKEN, API_TOKEN, "Media/ME"):
        assert secret not in lines
