"""What leaves for Twilio, field by field, and what each of its answers means for the text."""

import asyncio
import io
from collections.abc import AsyncIterator

import pytest

from bot.channels.base import OptedOut, OutcomeUnknown, SendError
from bot.channels.sms import Sender, SmsChannel, TwilioAccount
from bot.channels.sms_codes import MEANINGS
from bot.channels.sms_parts import for_client, for_staff, plain
from bot.domain.options import Option
from bot.domain.sms_text import segments
from tests.conftest import until
from tests.doubles.twilio_double import (
    ACCOUNT,
    CUT,
    LOST,
    TOKEN,
    Answer,
    TwilioDouble,
    refuses,
    twilio_double,
)

CLIENT, CLINIC = "+15550100", "+15550199"
OPTIONS = [Option("a counselor", "/ask_for_human"), Option("no thanks", "/deny")]
SENTENCE = "This is one plain sentence with fifty-two characters. "


@pytest.fixture
async def twilio() -> AsyncIterator[TwilioDouble]:
    async with twilio_double() as double:
        yield double


@pytest.fixture
async def sms(twilio: TwilioDouble) -> AsyncIterator[SmsChannel]:
    channel = _channel(twilio, Sender(number=CLINIC, public_url="https://clinic.example/"))
    yield channel
    await channel.close()


def _channel(
    twilio: TwilioDouble, sender: Sender, *, token: str = TOKEN, timeout: float = 5.0, staff: bool = False
) -> SmsChannel:
    channel = SmsChannel("sms", TwilioAccount(ACCOUNT, token, twilio.url, timeout), sender, staff=staff)
    channel.PAUSES = (0.01, 0.02)  # type: ignore[misc]
    return channel


async def _refusal(sms: SmsChannel, text: str = "Hello.") -> SendError:
    with pytest.raises(SendError) as raised:
        await sms.send(CLIENT, text, [], 7)
    return raised.value


async def test_a_text_leaves_from_the_number_with_its_options_written_out(
    twilio: TwilioDouble, sms: SmsChannel
) -> None:
    sent = await sms.send(CLIENT, "Who should write to you?", OPTIONS, 7)
    assert twilio.asked == [
        {
            "To": CLIENT,
            "From": CLINIC,
            "Body": "Who should write to you? Reply 1 = a counselor, 2 = no thanks.",
            "StatusCallback": "https://clinic.example/twilio/status?channel=sms&message=7",
        }
    ]
    assert (sent.external_id, sent.status) == (twilio.sid(), "sent")
    assert twilio.wrong == []


async def test_with_a_messaging_service_no_number_is_named(twilio: TwilioDouble) -> None:
    sms = _channel(twilio, Sender(number=CLINIC, messaging_service="MG" + "1" * 32))
    await sms.send(CLIENT, "Hello.", [], 7)
    await sms.close()
    assert twilio.asked == [{"To": CLIENT, "MessagingServiceSid": "MG" + "1" * 32, "Body": "Hello."}]


def test_without_a_number_and_a_service_there_is_no_sender() -> None:
    with pytest.raises(ValueError, match="number or a Messaging Service"):
        Sender()


@pytest.mark.parametrize(("keywords", "answers"), [("default", True), ("advanced", True), ("app", False)])
async def test_who_answers_stop_is_a_setting(twilio: TwilioDouble, keywords: str, answers: bool) -> None:
    sms = _channel(twilio, Sender(number=CLINIC, keywords=keywords))  # type: ignore[arg-type]
    assert sms.traits.answers_keywords is answers
    assert not sms.traits.repeatable
    assert not sms.traits.buttons


@pytest.mark.parametrize(
    ("text", "leaves"),
    [
        ("It\u2019s \u201cfine\u201d \u2013 really\u2026", 'It\'s "fine" - really...'),
        ("ma\u00f1ana, \u00bfs\u00ed?", "ma\u00f1ana, \u00bfsi?"),
        ("Why? Because.", "Why? Because."),
        ("\u0645\u0631\u062d\u0628\u0627", "\u0645\u0631\u062d\u0628\u0627"),
        ("take care \u2764", "take care \u2764"),
    ],
)
def test_typography_is_made_plain_and_no_letter_is_lost(text: str, leaves: str) -> None:
    assert plain(text) == leaves


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("", 1),
        ("x" * 306, 1),
        (SENTENCE * 5, 1),
        (SENTENCE * 8, 2),
        ("word " * 100, 2),
        ("x" * 400, 1),
        ("\u0645" * 134, 1),
        ("\u0645" * 60 + ". " + "\u0645" * 90, 2),
        (SENTENCE * 58, 2),
        (SENTENCE * 70, 0),
        ("x" * 1601, 0),
    ],
)
def test_a_client_gets_one_or_two_texts(text: str, parts: int) -> None:
    cut = for_client(text)
    assert len(cut) == parts
    assert all(len(part) <= 1600 for part in cut)
    assert "".join("".join(cut).split()) == ("".join(text.split()) if parts else "")


def test_two_texts_are_cut_at_a_sentence_end_nearest_the_middle() -> None:
    first, second = for_client(f'{SENTENCE * 3}He said "go on." {SENTENCE * 3}Reply 1 = yes please, 2 = no.')
    assert first.endswith('"go on."')
    assert second.endswith("Reply 1 = yes please, 2 = no.")
    assert max(segments(first), segments(second)) <= 2


def test_a_counselor_gets_one_text_so_that_all_of_it_stands_after_its_tag() -> None:
    assert len(for_staff("K7: " + SENTENCE * 20)) == 1
    assert len(for_staff("K7: " + SENTENCE * 40)) == 2
    for long in ("K7: " + SENTENCE * 200, "x" * 5000, "word " * 1000):
        cut = for_staff(long)
        assert all(0 < len(part) <= 1600 for part in cut)
        assert cut[-1].endswith("(The rest is at the desk.)")


async def test_of_two_texts_both_name_our_id_and_the_first_says_that_it_is_not_all(
    twilio: TwilioDouble, sms: SmsChannel
) -> None:
    sent = await sms.send(CLIENT, SENTENCE * 8, [], 7)
    assert [fields["StatusCallback"].partition("?")[2] for fields in twilio.asked] == [
        "channel=sms&message=7&part=1",
        "channel=sms&message=7",
    ]
    assert sent.external_id == f"SM{2:032x}+SM{1:032x}"  # the last one first; both can be deleted there


async def test_a_text_too_long_for_two_is_refused_before_anything_leaves(
    twilio: TwilioDouble, sms: SmsChannel
) -> None:
    error = await _refusal(sms, SENTENCE * 70)
    assert (error.code, error.retryable) == ("21617 text too long", False)
    assert twilio.asked == []


@pytest.mark.parametrize(
    ("answer", "code", "kind", "retryable"),
    [
        (refuses(400, 21211), "21211 not a phone number", SendError, False),
        (refuses(400, 21408), "21408 country not switched on", SendError, False),
        (refuses(400, 21610), "21610 they opted out of texts", OptedOut, False),
        (refuses(400, 21614), "21614 not a mobile number", SendError, False),
        (refuses(400, 21617), "21617 text too long", SendError, False),
        (refuses(400, 30004), "30004 blocked by phone or carrier", SendError, False),
        (refuses(400, 30005), "30005 unknown or inactive number", SendError, False),
        (refuses(400, 30006), "30006 landline or carrier out of reach", SendError, False),
        (refuses(400, 30034), "30034 our number is not registered", SendError, False),
        (refuses(400, 30450), "30450 blocked by pumping protection", SendError, False),
        (refuses(400, 30610), "30610 blocked by quiet hours", SendError, False),
        (refuses(400, 99999), "99999 not delivered", SendError, False),
        (refuses(400), "Twilio answered 400", SendError, False),
        (refuses(401, 20003), "20003 our account was refused", SendError, False),
        (refuses(404, 20404), "20404 our account was not found", SendError, False),
        (refuses(429, 20429), "20429 too many requests", SendError, True),
        (refuses(429), "20429 too many requests", SendError, True),
        (refuses(500, 20500), "Twilio answered 500", OutcomeUnknown, False),
        (refuses(503), "Twilio answered 503", OutcomeUnknown, False),
        (CUT, "no clear answer from Twilio", OutcomeUnknown, False),
        (LOST, "no clear answer from Twilio", OutcomeUnknown, False),
        (Answer(201, body="<html>"), "no clear answer from Twilio", OutcomeUnknown, False),
        (Answer(201, body="{}"), "no clear answer from Twilio", OutcomeUnknown, False),
        (Answer(400, body="<html>", accepts=False), "Twilio answered 400", SendError, False),
        (Answer(503, body="<html>", accepts=False), "Twilio answered 503", OutcomeUnknown, False),
        (Answer(302, body="{}", accepts=False), "Twilio answered 302", SendError, False),
    ],
)
async def test_each_answer_of_twilios_says_what_it_means(
    twilio: TwilioDouble,
    sms: SmsChannel,
    answer: Answer,
    code: str,
    kind: type[SendError],
    retryable: bool,
) -> None:
    twilio.answers.append(answer)
    error = await _refusal(sms)
    assert (type(error), error.code, error.retryable) == (kind, code, retryable)
    assert len(twilio.asked) == 1


def test_every_code_of_the_rules_has_words_a_counselor_understands() -> None:
    rules = {21211, 21408, 21610, 21614, 30003, 30004, 30005, 30006, 30007, 30008, 30034, 30450, 30610}
    assert rules <= MEANINGS.keys()
    assert all(len(meant.says) <= 40 for meant in MEANINGS.values())


async def test_no_answer_in_time_is_an_unknown_outcome(twilio: TwilioDouble) -> None:
    sms = _channel(twilio, Sender(number=CLINIC), timeout=0.2)
    twilio.answers.append(Answer(after=2.0))
    assert isinstance(await _refusal(sms), OutcomeUnknown)
    await sms.close()


async def test_no_connection_at_all_may_be_tried_again(twilio: TwilioDouble) -> None:
    account = TwilioAccount(ACCOUNT, TOKEN, "http://127.0.0.1:1")
    sms = SmsChannel("sms", account, Sender(number=CLINIC))
    error = await _refusal(sms)
    assert (error.code, error.retryable) == ("Twilio could not be reached", True)
    assert not isinstance(error, OutcomeUnknown)
    await sms.close()


async def test_a_wrong_token_is_refused_for_good(twilio: TwilioDouble) -> None:
    sms = _channel(twilio, Sender(number=CLINIC), token="another")
    assert (await _refusal(sms)).code == "20003 our account was refused"
    await sms.close()


async def test_the_second_half_is_tried_again_and_the_first_is_never_repeated(
    twilio: TwilioDouble, sms: SmsChannel
) -> None:
    twilio.answers += [Answer(), refuses(429, 20429), refuses(429, 20429), Answer()]
    await sms.send(CLIENT, SENTENCE * 7 + "The end.", [], 7)
    assert [fields["Body"].endswith("The end.") for fields in twilio.accepted] == [False, True]


@pytest.mark.parametrize("answers", [[refuses(400, 30034)], [refuses(429)] * 3, [LOST], [refuses(503)]])
async def test_a_lost_second_half_makes_the_outcome_unknown(
    twilio: TwilioDouble, sms: SmsChannel, answers: list[Answer]
) -> None:
    twilio.answers += [Answer(), *answers]
    error = await _refusal(sms, SENTENCE * 8)
    assert isinstance(error, OutcomeUnknown)
    assert len(twilio.asked) == 1 + len(answers)


async def test_a_slow_twilio_holds_up_nothing_else(twilio: TwilioDouble) -> None:
    """The double runs beside the sender: were one call to hold up the loop, the next would never arrive."""
    sms, answered = _channel(twilio, Sender(number=CLINIC), timeout=60), asyncio.Event()
    twilio.answers += [Answer(held=answered) for _ in range(20)]
    sends = [asyncio.create_task(sms.send(CLIENT, "Hello.", [], n)) for n in range(20)]

    async def all_arrived() -> bool:
        return len(twilio.asked) == 20

    await until(all_arrived)
    assert not any(send.done() for send in sends)
    answered.set()
    assert len({(await send).external_id for send in sends}) == 20
    await sms.close()


async def test_nothing_personal_is_in_a_log_line_or_an_error(
    twilio: TwilioDouble, sms: SmsChannel, logged: io.StringIO, capsys: pytest.CaptureFixture[str]
) -> None:
    twilio.answers += [refuses(400, 30034), refuses(503), CUT, Answer()]
    errors = [str(await _refusal(sms, "private words")) for _ in range(3)]
    await sms.send(CLIENT, "private words", [], 7)
    lines = logged.getvalue() + "".join(errors) + "".join(capsys.readouterr())
    for secret in (CLIENT, CLINIC, "private words", TOKEN, "secret words"):
        assert secret not in lines
