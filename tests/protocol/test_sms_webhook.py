"""What Twilio posts and what it is read as: one row each, over the raw bytes."""

from datetime import timedelta
from urllib.parse import parse_qsl

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.channels.base import Incoming, Receipt
from bot.channels.sms_webhook import Signing, fields_of, is_genuine, media_in, read_message, read_receipt
from tests.protocol.twilio_requests import FIXTURES, PREVIOUS, PUBLIC, TOKEN, raw, sign

SIGNING = Signing(PUBLIC, (TOKEN, PREVIOUS))
PATH = "/twilio/incoming"
CLIENT = "+15550100"


def _sid(number: int, kind: str = "SM") -> str:
    return f"{kind}{number:032x}"


@pytest.mark.parametrize(
    ("name", "becomes"),
    [
        ("text", Incoming("sms", CLIENT, _sid(0xA1), "How do I start?")),
        ("unicode", Incoming("sms", CLIENT, _sid(0xA2), "Caf\u00e9 & 100% + \U0001f64f = hope?")),
        ("two-lines", Incoming("sms", CLIENT, _sid(0xA3), "hello\r\nthere ")),
        ("empty", Incoming("sms", CLIENT, _sid(0xA4), "")),
        ("picture", Incoming("sms", CLIENT, _sid(0xA5, "MM"), "look at this", kind="media")),
        ("picture-without-words", Incoming("sms", CLIENT, _sid(0xA6, "MM"), "", kind="media")),
        ("stop", Incoming("sms", CLIENT, _sid(0xA7), "STOP")),
        ("stop-advanced", Incoming("sms", CLIENT, _sid(0xA8), "Arret", kind="opt_out")),
        ("start-advanced", Incoming("sms", CLIENT, _sid(0xA9), "Comenzar", kind="opt_in")),
        ("help-advanced", Incoming("sms", CLIENT, _sid(0xAA), "Ayuda", kind="help")),
        ("new-field", Incoming("sms", CLIENT, _sid(0xAB), "hi")),
        ("fallback", Incoming("sms", CLIENT, _sid(0xAC), "is anybody there")),
        ("short-code", None),
        ("whatsapp", None),
        ("call", None),
        ("status-delivered", None),
    ],
)
def test_a_payload_is_read_as_a_message_or_as_nothing(name: str, becomes: Incoming | None) -> None:
    assert read_message(fields_of(raw(name)), "sms") == becomes


def test_pictures_are_counted() -> None:
    assert [media_in(fields_of(raw(n))) for n in ("text", "picture", "picture-without-words")] == [0, 2, 1]
    assert media_in({"NumMedia": ["two"]}) == media_in({}) == 0


def _receipt(status: str, code: str | None = None, **more: object) -> Receipt:
    return Receipt("sms", _sid(0xB0), status, code, 7, **more)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("name", "becomes"),
    [
        ("status-queued", _receipt("sent")),
        ("status-sent", _receipt("sent")),
        ("status-delivered", _receipt("delivered")),
        ("status-read", _receipt("read")),
        (
            "status-undelivered-30003",
            _receipt("undelivered", "30003 phone off or out of reach", again_after=timedelta(minutes=10)),
        ),
        ("status-undelivered-30005", _receipt("undelivered", "30005 unknown or inactive number")),
        ("status-undelivered-30006", _receipt("undelivered", "30006 landline or carrier out of reach")),
        (
            "status-undelivered-30007",
            _receipt("undelivered", "30007 filtered as spam by the carrier", operator=True, filtered=True),
        ),
        (
            "status-undelivered-30008",
            _receipt("undelivered", "30008 unknown reason", again_after=timedelta(minutes=1)),
        ),
        ("status-failed-21610", _receipt("failed", "21610 they opted out of texts", opted_out=True)),
        ("status-failed", _receipt("failed", "failed")),
        ("status-canceled", _receipt("failed", "canceled")),
        ("status-unheard-of", None),
        ("text", None),
        ("call", None),
    ],
)
def test_a_payload_is_read_as_a_receipt_or_as_nothing(name: str, becomes: Receipt | None) -> None:
    assert read_receipt(fields_of(raw(name)), "channel=sms&message=7", ("sms", "staff-sms")) == becomes


@pytest.mark.parametrize(
    ("query", "message_id", "last"),
    [
        ("channel=sms&message=7&part=1", 7, False),
        ("channel=sms", None, True),
        ("channel=sms&message=7x", None, True),
        ("channel=sms&message=" + "9" * 30, None, True),
    ],
)
def test_the_query_of_a_receipt_names_our_message(query: str, message_id: int | None, last: bool) -> None:
    receipt = read_receipt(fields_of(raw("status-sent")), query, ("sms",))
    assert receipt is not None
    assert (receipt.message_id, receipt.last) == (message_id, last)


@pytest.mark.parametrize("query", ["", "channel=phone-sms&message=7", "message=7"])
def test_a_receipt_for_no_channel_of_ours_is_none(query: str) -> None:
    assert read_receipt(fields_of(raw("status-sent")), query, ("sms",)) is None


def _genuine(body: bytes, signature: str, *, signing: Signing = SIGNING, query: str = "") -> bool:
    return is_genuine(signing, PATH, query, body, signature)


@pytest.mark.parametrize(
    "signed_url",
    [PUBLIC + PATH, "https://clinic.example:443" + PATH],
)
@pytest.mark.parametrize("public", [PUBLIC, PUBLIC + "/", "https://clinic.example:443"])
@pytest.mark.parametrize("name", ["text", "unicode", "empty", "picture", "new-field"])
def test_a_signature_counts_with_and_without_the_default_port(
    name: str, public: str, signed_url: str
) -> None:
    body = raw(name)
    assert _genuine(body, sign(body, signed_url), signing=Signing(public, (TOKEN,)))


@pytest.mark.parametrize(
    ("public", "signed_url"),
    [
        ("http://clinic.example", "http://clinic.example:80" + PATH),
        ("https://clinic.example:8443", "https://clinic.example:8443" + PATH),
        ("https://clinic.example/below", "https://clinic.example/below" + PATH),
        ("https://who:word@clinic.example", "https://who:word@clinic.example" + PATH),
        ("https://who:word@clinic.example", "https://clinic.example" + PATH),
        ("https://who:word@clinic.example", "https://who:word@clinic.example:443" + PATH),
        ("https://[2001:db8::1]", "https://[2001:db8::1]:443" + PATH),
        ("https://[2001:db8::1]:443", "https://[2001:db8::1]" + PATH),
    ],
)
def test_the_address_comes_from_the_configuration(public: str, signed_url: str) -> None:
    body = raw("text")
    assert _genuine(body, sign(body, signed_url), signing=Signing(public, (TOKEN,)))


def test_a_query_is_signed_with_the_address() -> None:
    body, query = raw("status-sent"), "channel=sms&message=7"
    signature = sign(body, f"{PUBLIC}{PATH}?{query}")
    assert _genuine(body, signature, query=query)
    assert not _genuine(body, signature, query="channel=sms&message=8")
    assert not _genuine(body, signature)


def test_the_previous_token_counts_while_it_is_named_and_no_longer() -> None:
    body = raw("text")
    old = sign(body, PUBLIC + PATH, PREVIOUS)
    assert _genuine(body, old)
    assert not _genuine(body, old, signing=Signing(PUBLIC, (TOKEN,)))


def test_an_empty_token_signs_nothing() -> None:
    body = raw("text")
    assert not _genuine(body, sign(body, PUBLIC + PATH, ""), signing=Signing(PUBLIC, ("",)))


@pytest.mark.parametrize(
    "body",
    [
        raw("text").replace(b"start", b"stop"),
        raw("text").replace(b"FromCity=&", b""),
        raw("text")[:-20],
        raw("text") + b"&More=1",
        b"",
    ],
)
def test_a_changed_body_is_not_genuine(body: bytes) -> None:
    assert not _genuine(body, sign(raw("text"), PUBLIC + PATH))


@pytest.mark.parametrize("signature", ["", "x", "\u00e9\u00e8", "A" * 28, "A" * 5000])
def test_a_made_up_signature_is_not_genuine(signature: str) -> None:
    assert not _genuine(raw("text"), signature)


@pytest.mark.parametrize(
    "signed_url", ["http://clinic.example" + PATH, "https://evil.example" + PATH, PUBLIC + "/twilio/status"]
)
def test_a_signature_for_another_address_is_not_genuine(signed_url: str) -> None:
    assert not _genuine(raw("text"), sign(raw("text"), signed_url))


def test_repeated_fields_are_signed_as_twilio_signs_them() -> None:
    body = b"MessageSid=SM1&Media=b&Media=a&Media=b&Empty="
    assert _genuine(body, sign(body, PUBLIC + PATH))


@given(st.binary(max_size=300), st.text(max_size=40), st.text(max_size=40))
def test_no_body_whatever_crashes_the_reader_or_is_genuine(body: bytes, query: str, signature: str) -> None:
    fields = fields_of(body)
    assert not is_genuine(SIGNING, PATH, query, body, signature)
    assert read_message(fields, "sms") is None
    assert read_receipt(fields, query, ("sms",)) is None


def test_every_fixture_holds_invented_numbers_only() -> None:
    for path in sorted(FIXTURES.glob("*.txt")):
        fields = dict(parse_qsl(path.read_text(encoding="utf-8").strip(), keep_blank_values=True))
        numbers = [fields[name].removeprefix("whatsapp:") for name in ("From", "To")]
        assert all(n.startswith("+155501") or n == "55501" for n in numbers), path.name
