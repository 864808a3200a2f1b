"""The whole job, as a client and a counselor live it: the real path, the real model, over HTTP."""

import re

from tests.live import Live, LivePhone

_YES = (
    "ask one to contact you",
    "ok, ask me",
    "a must",
    "no one",
    "nothing",
    "send it",
    "talk with a counselor",
)


def _tag(alert: str) -> str:
    found = re.search(r"Case (\w+)\.", alert)
    assert found
    return found.group(1)


def _goes_through_intake(client: LivePhone) -> None:
    """Answer each question, the likeliest way to a person first, until the request is with the counselors."""
    for _ in range(8):
        asked = client.asked("sent your request")
        if not asked["options"]:
            return
        labels = [option["label"] for option in asked["options"]]
        client.says(str(labels.index(next(o for o in _YES if o in labels)) + 1))
    raise AssertionError(f"{client.id} was asked more than eight questions")


def test_from_the_first_question_over_needs_and_a_talk_back_to_the_bot(warmline: Live) -> None:
    client, maria, james = warmline.new_client(), warmline.phone("staff-maria"), warmline.phone("staff-james")
    james_had = len(james.texts())
    maria.heard = max((text["id"] for text in maria.texts()), default=0)
    client.says("when should I see a therapist?")
    client.hears("automated assistant")
    assert "call 911" in client.hears("as soon as")  # the withdrawal warning comes wherever quitting comes up
    client.says("and if that doesn't help?")
    client.hears()
    client.says("can I talk to a person?")
    client.hears("OK to ask?")
    client.says("1")
    client.hears("feel safer with")
    client.says("1")
    client.hears("must or a wish")
    client.says("1")
    client.hears("must not be your counselor")
    client.says("anyone but James")
    client.hears("should not ask you about")
    client.says("my family")
    recap = client.hears("Is that right?")
    for words in ("a woman", "James", "family"):
        assert words in recap
    client.says("1")
    client.hears("sent your request to our counselors")
    tag = _tag(maria.hears("New conversation waiting"))
    maria.says(f"TAKE {tag}")
    client.hears("Maria, a counselor, has joined")
    maria.hears(f"{tag} is yours")
    asked_for = maria.hears(f"{tag} asked for")
    assert "a woman" in asked_for
    assert "family" in asked_for
    client.says("thank you for being here")
    maria.hears("thank you for being here")
    maria.says("I am glad you wrote. What would help today?")
    client.hears("Maria: I am glad you wrote.")
    client.says("what does it cost?")
    maria.hears("what does it cost?")  # the bot is mute: a counselor holds the conversation
    maria.says(f"DONE {tag}")
    client.hears("I'm the automated assistant again")
    client.says("1")
    client.hears("Thank you")
    client.says("what does it cost?")
    client.hears("I don't know")
    assert len(james.texts()) == james_had


def test_two_counselors_on_two_channels_see_only_their_own_clients(warmline: Live) -> None:
    maria, james = warmline.phone("staff-maria"), warmline.phone("staff-james")
    for phone in (maria, james):
        phone.heard = max((text["id"] for text in phone.texts()), default=0)
    first, second = warmline.new_client("telegram"), warmline.new_client()
    for client, need in (
        (first, "I want to talk to a woman, it has to be a woman"),
        (second, "only a man please, no women"),
    ):
        client.says(need)
        client.hears("automated assistant")
        _goes_through_intake(client)
    hers, his = _tag(maria.hears("New conversation")), _tag(james.hears("New conversation"))
    assert hers != his
    maria.presses(f"TAKE {hers}")
    james.says(f"TAKE {his}")
    first.hears("Maria, a counselor")
    second.hears("James, a counselor")
    james.says(f"{hers} hello")
    james.hears("not with you")
    maria.says("hello from Maria")
    james.says("hello from James")
    first.hears("hello from Maria")
    second.hears("hello from James")
    assert not any("James" in text["text"] for text in first.texts())
    for phone, tag in ((maria, hers), (james, his)):
        phone.says(f"DONE {tag}")
        phone.hears("is closed")
