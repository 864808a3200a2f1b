"""Somebody calls the number: help first, then a counselor or the clinic, and one text when nobody could take it."""

from datetime import UTC, datetime, timedelta
from xml.etree import ElementTree

from sqlalchemy import func, select, text

from bot.channels.voice import ACCEPT_PATH, ANSWERED_PATH, ASK_PATH, CALL_PATH, ENDED_PATH, NEXT_PATH
from bot.domain.needs import EMPTY, Needs
from bot.store import conversations, counselors
from bot.store.tables import conversation, message
from tests.conftest import until
from tests.protocol.sms_world import ANNA, CLIENT, CLINIC, STAFF_NUMBER, Sms
from tests.protocol.twilio_requests import PUBLIC, post, raw

CALL = "CA" + "4" * 32
CLINICS_PHONE = "+17086134750"
MISSED = "we missed your call"


async def _calls(sms: Sms, path: str = CALL_PATH, **changed: str) -> ElementTree.Element:
    """What Twilio is told to do with a call."""
    answer = await post(sms.http, path, raw("call", **changed))
    assert (answer.status_code, answer.headers["content-type"]) == (200, "text/xml; charset=utf-8")
    twiml = ElementTree.fromstring(answer.text)
    assert twiml.tag == "Response"
    assert not list(twiml.iter("Record"))
    assert not [e for e in twiml.iter() if "record" in e.attrib or "transcribe" in e.attrib]
    return twiml


def _said(twiml: ElementTree.Element) -> str:
    return " ".join(said.text or "" for said in twiml.iter("Say"))


def _rung(twiml: ElementTree.Element) -> list[str]:
    return [number.text or "" for number in twiml.iter("Number")]


async def _add_counselor(sms: Sms, name: str, phone: str, *traits: str) -> str:
    async with sms.world.service.context.database.transaction() as tx:
        who = await counselors.add(
            tx, name=name, traits=[f"gender:{t}" for t in traits], about="", role="counselor", capacity=3
        )
        await counselors.bind(tx, who, "staff-sms", phone)
    return who


async def _wrote(sms: Sms, ago: timedelta, **changed: object) -> str:
    """Somebody's conversation, who wrote so long ago."""
    context = sms.world.service.context
    async with context.database.transaction() as tx:
        who = await conversations.find_or_create(tx, "sms", CLIENT)
        heard = {"last_incoming_at": context.clock.now() - ago, "disclosed_at": context.clock.now()}
        await conversations.change(tx, who, **{**heard, **changed})
    return who


def _at(sms: Sms, hour: int) -> None:
    """Move to this hour of the clinic's next day."""
    clock = sms.world.clock
    there = clock.now().astimezone(sms.world.service.context.clinic.zone)
    wanted = (there + timedelta(days=1)).replace(hour=hour, minute=30)
    clock.moved += wanted.astimezone(UTC) - datetime.now(UTC) - clock.moved


async def _misses(sms: Sms, call: str = CALL) -> None:
    """A call that nobody takes, to the end of what Twilio says about it and of what follows."""
    await _calls(sms, CallSid=call)
    await _calls(sms, f"{NEXT_PATH}?after=clinic", CallSid=call, DialCallStatus="no-answer")
    assert await sms.gets("call", ENDED_PATH, CallSid=call, CallStatus="completed") == 200
    sms.world.clock.move(seconds=11)

    async def fired() -> bool:
        async with sms.world.service.context.database.single() as tx:
            row = await tx.one(text(f"SELECT done_at FROM timer WHERE key = 'missed_call:{call}'"))
        return row is not None and row.done_at is not None

    await until(fired)


async def _texted(sms: Sms) -> int:
    async with sms.world.service.context.database.single() as tx:
        row = await tx.one(select(func.count()).where(message.c.kind == "missed_call"))
    return 0 if row is None else int(row[0])


# --- who calls ------------------------------------------------------------------------------------------------


async def test_a_caller_hears_where_help_is_before_anything_else_and_is_put_through_to_the_clinic(
    sms: Sms,
) -> None:
    twiml = await _calls(sms)
    assert _said(twiml).startswith("If this is an emergency, hang up and call 9 1 1.")
    assert "call or text 9 8 8" in _said(twiml)
    assert _rung(twiml) == [CLINICS_PHONE]
    dial = next(twiml.iter("Dial"))
    assert dial.attrib["callerId"] == CLINIC  # our own number: neither sees the other's
    assert dial.attrib["action"] == f"{PUBLIC}{NEXT_PATH}?after=clinic"
    assert CLIENT not in ElementTree.tostring(twiml, encoding="unicode")


async def test_counselors_on_duty_are_rung_before_the_clinic_and_press_1_to_take_it(sms: Sms) -> None:
    await _add_counselor(sms, "Anna", ANNA)
    twiml = await _calls(sms)
    assert _rung(twiml) == [ANNA]
    number = next(twiml.iter("Number"))
    assert number.attrib["url"] == f"{PUBLIC}{ASK_PATH}?call={CALL}"
    assert next(twiml.iter("Dial")).attrib["callerId"] == CLINIC
    asked = await _calls(sms, f"{ASK_PATH}?call={CALL}", CallSid="CA" + "5" * 32)
    assert "Press 1" in _said(asked)
    assert next(asked.iter("Gather")).attrib["action"] == f"{PUBLIC}{ACCEPT_PATH}?call={CALL}"
    assert asked[-1].tag == "Hangup"  # voicemail presses no key
    refused = await _calls(sms, f"{ACCEPT_PATH}?call={CALL}", Digits="2")
    assert [e.tag for e in refused] == ["Hangup"]
    then = await _calls(sms, f"{NEXT_PATH}?after=counselors", DialCallStatus="completed", DialBridged="false")
    assert _rung(then) == [CLINICS_PHONE]
    assert "No counselor could take" in _said(then)


async def test_a_call_that_a_counselor_took_is_over_afterwards_and_brings_no_text(sms: Sms) -> None:
    await _wrote(sms, timedelta(minutes=2))
    await _add_counselor(sms, "Anna", ANNA)
    await _calls(sms)
    assert len(await _calls(sms, f"{ACCEPT_PATH}?call={CALL}", Digits="1")) == 0
    ended = await _calls(sms, f"{NEXT_PATH}?after=counselors", DialCallStatus="completed")
    assert [e.tag for e in ended] == ["Hangup"]
    assert await sms.gets("call", ENDED_PATH, CallStatus="completed") == 200
    await _misses(sms, "CA" + "6" * 32)
    assert await _texted(sms) == 1  # of the call that was missed


async def test_a_call_that_the_clinic_took_brings_no_text_though_the_news_comes_late(sms: Sms) -> None:
    await _wrote(sms, timedelta(minutes=2))
    await _calls(sms)
    assert await sms.gets("call", ENDED_PATH, CallStatus="completed") == 200
    path = f"{ANSWERED_PATH}?call={CALL}"
    assert await sms.gets("call", path, CallSid="CA" + "5" * 32, CallStatus="in-progress") == 200
    await _misses(sms, "CA" + "6" * 32)
    assert await _texted(sms) == 1


async def test_whom_the_caller_must_not_meet_and_who_is_not_there_is_not_rung(sms: Sms) -> None:
    who = await _wrote(sms, timedelta(days=2))
    anna = await _add_counselor(sms, "Anna", ANNA, "woman")
    assert _rung(await _calls(sms)) == [ANNA]
    database = sms.world.service.context.database
    async with database.transaction() as tx:
        await conversations.write_needs(tx, who, Needs(never=frozenset({f"counselor:{anna}"})))
    assert _rung(await _calls(sms)) == [CLINICS_PHONE]
    async with database.transaction() as tx:
        await conversations.write_needs(tx, who, EMPTY)
        await counselors.set_shifts(tx, anna, {"duty": {}, "on_call": {}})
    assert _rung(await _calls(sms)) == [CLINICS_PHONE]
    async with database.transaction() as tx:
        await counselors.set_shifts(tx, anna, None)
        await counselors.unbind(tx, anna)
    assert _rung(await _calls(sms)) == [CLINICS_PHONE]


async def test_the_number_for_staff_takes_no_calls_and_says_where_help_is(sms: Sms) -> None:
    twiml = await _calls(sms, To=STAFF_NUMBER)
    assert "9 8 8" in _said(twiml)
    assert [e.tag for e in twiml] == ["Say", "Hangup"]


async def test_a_withheld_number_is_put_through_like_any_other(sms: Sms) -> None:
    for caller in ("anonymous", "", "+266696687", "Restricted"):
        assert _rung(await _calls(sms, From=caller)) == [CLINICS_PHONE]


async def test_a_caller_from_abroad_is_not_sent_to_numbers_that_do_not_answer_there(sms: Sms) -> None:
    said = _said(await _calls(sms, From="+442079460000"))
    assert "local emergency number" in said
    assert "9 8 8" not in said


async def test_without_a_database_a_caller_hears_help_and_reaches_the_clinic(sms: Sms) -> None:
    async with sms.world.service.context.database.transaction() as tx:
        await tx.run(text("ALTER TABLE timer RENAME TO timer_away"))
    try:
        twiml = await _calls(sms)
        assert "9 8 8" in _said(twiml)
        assert _rung(twiml) == [CLINICS_PHONE]
        assert await sms.gets("call", ENDED_PATH, CallStatus="completed") == 200
    finally:
        async with sms.world.service.context.database.transaction() as tx:
            await tx.run(text("ALTER TABLE timer_away RENAME TO timer"))


async def test_a_call_that_twilio_did_not_sign_is_403_and_what_is_no_call_is_no_error(sms: Sms) -> None:
    for path in (CALL_PATH, NEXT_PATH, ENDED_PATH, ANSWERED_PATH, ASK_PATH, ACCEPT_PATH):
        assert (await post(sms.http, path, raw("call"), signature="x")).status_code == 403
        assert (await sms.http.get(path)).status_code == 405
        for body in (b"", raw("text"), raw("call", CallSid="x"), raw("call", To="sip:somebody@example.org")):
            assert (await post(sms.http, path, body)).status_code == 200


# --- after a call that nobody took ----------------------------------------------------------------------------


async def test_who_wrote_before_gets_one_text_however_often_twilio_says_that_the_call_was_missed(
    sms: Sms,
) -> None:
    await _wrote(sms, timedelta(minutes=2))
    await _misses(sms)
    await sms.hears(MISSED)
    await _calls(sms)  # the same call again
    await sms.gets("call", ENDED_PATH, CallStatus="no-answer")
    await _misses(sms, "CA" + "7" * 32)  # and a second call on the same day
    assert await _texted(sms) == 1
    assert "Two Dreams" not in "".join(sms.heard_by())  # it reveals nothing


async def test_who_never_wrote_is_not_texted(sms: Sms) -> None:
    await _misses(sms)
    assert await _texted(sms) == 0
    async with sms.world.service.context.database.single() as tx:
        row = await tx.one(select(func.count()).select_from(conversation))
    assert row is not None
    assert row[0] == 0  # a call makes no conversation


async def test_at_night_no_text_follows(sms: Sms) -> None:
    _at(sms, 23)
    await _wrote(sms, timedelta(hours=2))
    await _misses(sms)
    assert await _texted(sms) == 0


async def test_who_opted_out_or_left_by_exit_is_not_texted(sms: Sms) -> None:
    for call, state in ("8", "opted_out_at"), ("9", "parked_at"):
        left = {"opted_out_at": None, "parked_at": None, state: sms.world.clock.now()}
        await _wrote(sms, timedelta(minutes=2), **left)
        await _misses(sms, "CA" + call * 32)
    assert await _texted(sms) == 0
    assert sms.heard_by() == []
