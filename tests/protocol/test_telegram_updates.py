"""Every kind of update of Telegram's and what it becomes, for the clients' bot and for the staff's."""

import pytest

from bot.channels.base import Incoming
from bot.channels.telegram_bot import is_empty, update_from
from bot.channels.telegram_updates import GROUP_HINT, AnswerPress, Enrol, Leave, Reader, Side, Thing
from bot.domain.commands import Verb, read_command
from bot.domain.consent import Keyword, keyword_in
from tests.protocol.telegram_fixtures import DANA, FOLDER, raw

GROUP, CHANNEL = -1005550190, -1005550191
QUERY = "5550142000001"


def _read(name: str, side: Side = "client", text: str | None = None) -> list[Thing]:
    update = update_from(raw(name, text=text))
    assert update is not None
    return Reader("telegram", side, "5550100").read(update)


def _said(name: str, side: Side = "client", text: str | None = None) -> tuple[str, str, str | None]:
    """(text, kind, press) of the one message in an update."""
    [incoming] = [thing for thing in _read(name, side, text) if isinstance(thing, Incoming)]
    assert (incoming.channel, incoming.address) == ("telegram", str(DANA))
    assert incoming.external_id.startswith(f"5550100:{raw(name)['update_id']}")
    own = raw(name).get("message", {}).get("message_id")
    assert incoming.external_id.split(":")[2:] == ([] if own is None else [str(own)])
    return incoming.text, incoming.kind, incoming.press


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("text", ("How do I find a therapist?", "text", None)),
        ("reply_to_our_text", ("yes, that one", "text", None)),
        ("forwarded", ("Look what they wrote", "text", None)),
        ("photo", ("", "media", None)),
        ("photo_with_caption", ("I can't go on like this", "media", None)),
        ("voice", ("", "media", None)),
        ("document", ("", "media", None)),
        ("location", ("", "media", None)),
        ("contact", ("", "media", None)),
        ("sticker", ("", "sticker", None)),
        ("edited", ("I want to talk to a woman", "edited", None)),
        ("edited_caption", ("new words below a picture", "edited", None)),
        ("press", ("no thanks", "text", "812:1")),
        ("press_on_a_message_too_old_to_see", ("", "text", "77:0")),
        ("press_with_foreign_data", ("", "text", "unknown")),
        ("blocked", ("stop", "blocked", None)),
        ("unblocked", ("start", "unblocked", None)),
    ],
)
def test_what_a_client_does_becomes_one_message(name: str, said: tuple[str, str, str | None]) -> None:
    assert _said(name) == said


@pytest.mark.parametrize(
    ("name", "things"),
    [
        ("press_by_somebody_else", [AnswerPress(QUERY)]),
        ("press_in_a_group", [AnswerPress(QUERY)]),
        ("added_to_a_group", [Leave(GROUP, GROUP_HINT)]),
        ("group_text", [Leave(GROUP, GROUP_HINT)]),
        ("added_to_a_channel", [Leave(CHANNEL, None)]),
        ("group_edit", []),
        ("removed_from_a_group", []),
        ("pinned", []),
        ("timer_set", []),
        ("from_a_bot", []),
        ("live_location_moves", []),
        ("of_a_kind_not_asked_for", []),
        ("broken", []),
    ],
)
@pytest.mark.parametrize("side", ["client", "staff"])
def test_what_is_nobodys_word_to_us_becomes_no_message(name: str, things: list[Thing], side: Side) -> None:
    assert _read(name, side) == things


def test_a_press_is_stored_before_its_progress_bar_is_stopped() -> None:
    assert [type(thing) for thing in _read("press")] == [Incoming, AnswerPress]


@pytest.mark.parametrize(
    ("text", "words", "kind"),
    [
        ("/start", "start", "command"),
        ("/start web_2", "start", "command"),
        ("/start suicide", "start suicide", "command"),
        ("/start I am scared", "start I am scared", "command"),
        ("/START", "start", "command"),
        ("/help@warmline_test_bot", "help", "command"),
        ("/stop", "stop", "command"),
        ("/privacy", "who can see my messages", "command"),
        ("/delete", "i want my data deleted", "command"),
        ("/human", "let me talk to a person", "command"),
        ("/human I can't go on", "let me talk to a person I can't go on", "command"),
        ("/restart", "/restart", "text"),
        ("/ take K7", "/ take K7", "text"),
        ("stop /human", "stop /human", "text"),
    ],
)
def test_a_clients_command_becomes_plain_words_and_loses_none(text: str, words: str, kind: str) -> None:
    assert _said("text", text=text) == (words, kind, None)


@pytest.mark.parametrize(
    ("name", "text", "keyword"),
    [
        ("text", "/stop", Keyword.OPT_OUT),
        ("text", "/start", Keyword.OPT_IN),
        ("text", "/start from-the-website", Keyword.OPT_IN),
        ("text", "/help", Keyword.HELP),
        ("text", "/stop drinking, how?", None),
        ("blocked", None, Keyword.OPT_OUT),
        ("unblocked", None, Keyword.OPT_IN),
    ],
)
def test_consent_by_command_and_by_blocking_is_what_the_rules_of_consent_know(
    name: str, text: str | None, keyword: Keyword | None
) -> None:
    assert keyword_in(_said(name, text=text)[0]) is keyword


@pytest.mark.parametrize(
    ("name", "text", "verb", "tag"),
    [
        ("text", "/take K7", Verb.TAKE, "K7"),
        ("text", "/done k7", Verb.DONE, "K7"),
        ("text", "/K7 I am here now", Verb.SAY, "K7"),
        ("text", "/away", Verb.AWAY, None),
        ("text", "/stop", Verb.AWAY, None),
        ("text", "/start", Verb.HELP, None),
        ("text", "/privacy", Verb.HELP, None),
        ("text", "/human", Verb.HELP, None),
        ("text", "/nonsense about somebody", Verb.HELP, None),
        ("blocked", None, Verb.AWAY, None),
        ("unblocked", None, Verb.BACK, None),
    ],
)
def test_a_counselors_command_is_a_command_and_no_slash_is_passed_on(
    name: str, text: str | None, verb: Verb, tag: str | None
) -> None:
    command = read_command(_said(name, "staff", text)[0])
    assert (command.verb, command.tag) == (verb, tag)


@pytest.mark.parametrize("name", ["photo", "photo_with_caption", "voice", "sticker", "edited"])
def test_what_a_counselor_edits_or_sends_as_a_file_has_no_words_that_could_reach_a_client(name: str) -> None:
    assert _said(name, "staff")[0] == ""


def test_an_enrolment_link_is_read_on_the_staffs_bot_and_never_stored() -> None:
    token = "A" * 20 + "-_9bcdefghijklmnopqrstu"
    assert _read("text", "staff", f"/start {token}") == [Enrol("telegram", str(DANA), token)]


def test_an_enrolment_link_means_nothing_to_the_clients_bot() -> None:
    assert _said("text", text="/start " + "A" * 20 + "-_9bcdefghijklmnopqrstu")[0] == "start"


def test_every_fixture_but_the_broken_ones_is_an_update_the_library_reads() -> None:
    unread = []
    for path in FOLDER.glob("*.json"):
        update = update_from(raw(path.stem))
        if update is None or is_empty(update):
            unread.append(path.stem)
    assert sorted(unread) == ["broken", "of_a_kind_not_asked_for"]


@pytest.mark.parametrize("data", [None, [], "text", 7, {}, {"update_id": "7"}, {"update_id": None}])
def test_what_is_no_update_is_none(data: object) -> None:
    assert update_from(data) is None
