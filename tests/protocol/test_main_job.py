"""The main job over providers that others wrote: every pairing of the client's channel and the counselor's."""

import re
from dataclasses import dataclass

import httpx
import pytest

from tests.doubles.emulated import CLIENTS_BOT, CLIENTS_NUMBER, STAFF_BOT, TOKEN
from tests.protocol.conftest import Connected, Person

pytestmark = pytest.mark.xdist_group("connected")

PLANTED = "thank you for being here, said nobody else"
KINDS = ("sms", "telegram")


@dataclass
class Staff:
    """Two women, one on each channel, and a man whom every client of this story does not want."""

    women: dict[str, Person]
    james: Person


@pytest.fixture(scope="module")
def staff(connected: Connected) -> Staff:
    women = {
        "sms": connected.counselor("Maria", "woman", "sms"),
        "telegram": connected.counselor("Anna", "woman", "telegram"),
    }
    return Staff(women, connected.counselor("James", "man", "telegram"))


@pytest.mark.parametrize("counselors", KINDS)
@pytest.mark.parametrize("clients", KINDS)
def test_from_the_first_question_over_needs_and_a_talk_back_to_the_bot(
    connected: Connected, staff: Staff, clients: str, counselors: str
) -> None:
    client, hers = connected.client(clients), staff.women[counselors]
    name = {"sms": "Maria", "telegram": "Anna"}[counselors]
    other = staff.women["telegram" if counselors == "sms" else "sms"]
    for person in (hers, other, staff.james):
        person.catches_up()
    client.says("when should I see a therapist?")
    client.hears("automated assistant")
    assert "call 911" in client.hears("as soon as")
    tag = _asks_for_a_woman_and_not_for_james(client, hers)
    hers.says(f"TAKE {tag}")
    client.hears(f"{name}, a counselor, has joined")
    hers.hears(f"{tag} is yours")
    assert "a woman" in hers.hears(f"{tag} asked for")
    client.says(PLANTED)
    hers.hears(PLANTED)
    hers.says("I am glad you wrote. What would help today?")
    client.hears(f"{name}: I am glad you wrote.")
    client.says("what does it cost?")
    hers.hears("what does it cost?")  # the bot is mute: a counselor holds the conversation
    hers.says(f"DONE {tag}")
    client.hears("I'm the automated assistant again")
    client.chooses_first()
    client.hears("Thank you")
    assert not staff.james.unheard()
    assert not any(PLANTED in text or "glad" in text for text in other.unheard())


def _asks_for_a_woman_and_not_for_james(client: Person, counselor: Person) -> str:
    """Through the questions about needs to the request; returns the tag that the alert names, and nothing else."""
    client.says("can I talk to a person?")
    for question, answer in (
        ("OK to ask?", None),
        ("feel safer with", None),
        ("must or a wish", None),
        ("must not be your counselor", "anyone but James"),
        ("should not ask you about", "my family"),
        ("Is that right?", None),
    ):
        client.hears(question)
        if answer is None:
            client.chooses_first()
        else:
            client.says(answer)
    client.hears("sent your request to our counselors")
    alert = counselor.hears("New conversation waiting")
    assert client.id not in alert
    assert "James" not in alert
    return re.findall(r"Case (\w+)\.", alert)[0]


def test_every_call_to_telegram_is_well_formed_for_another_reader_of_its_documentation(
    connected: Connected, staff: Staff
) -> None:
    sent = connected.telegram.ours("sendMessage")
    assert sent
    assert connected.telegram.problems() == []
    assert all(call["fields"]["protect_content"] in ("true", "True") for call in sent)


def test_who_calls_the_number_is_put_through_by_the_running_service(connected: Connected) -> None:
    """A double that others wrote signs the call and brings it to the address that its number names."""
    call = {"From": "+15550170999", "To": CLIENTS_NUMBER}
    answer = connected.twilio.http.post("/_twilio/simulate/inbound-call", data=call)
    assert answer.status_code == 201, answer.text
    assert ("call.inbound", 200) in connected.twilio.deliveries()


def test_the_running_service_refuses_what_nobody_signed(connected: Connected) -> None:
    public_url = connected.live.env["WARMLINE_PUBLIC_URL"]
    for path in ("/twilio/incoming", "/twilio/status", "/twilio/fallback", "/twilio/call"):
        forged = {"X-Twilio-Signature": "forged"}
        answer = httpx.post(public_url + path, data={"Body": PLANTED}, headers=forged, trust_env=False)
        assert answer.status_code == 403


def test_receipts_of_the_carrier_are_taken(connected: Connected) -> None:
    """Every receipt is answered 200: `queued` while the text is still being handed over, and what comes later."""
    sent = connected.twilio.messages(From="+15550100100")
    assert sent
    connected.twilio.becomes(sent[-1]["sid"], "delivered")
    connected.twilio.becomes(sent[-1]["sid"], "sent")
    deliveries = connected.twilio.deliveries()
    assert len(deliveries) > len(sent)
    assert {answered for _, answered in deliveries} == {200}


def test_no_log_line_holds_a_text_a_number_a_chat_or_a_token(connected: Connected) -> None:
    logs = connected.live.logs()
    assert logs
    for planted in (PLANTED, "555017", "therapist", TOKEN, CLIENTS_BOT, STAFF_BOT, "test-token"):
        assert planted not in logs
