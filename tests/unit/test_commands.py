"""Counselors' commands: understood in any case, and ordinary sentences are never taken for one."""

import string

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.commands import Command, Verb, read_command


@pytest.mark.parametrize(
    ("text", "command"),
    [
        ("TAKE K7", Command(Verb.TAKE, "K7")),
        ("take k7", Command(Verb.TAKE, "K7")),
        (" Take  K7 ", Command(Verb.TAKE, "K7")),
        ("take", Command(Verb.TAKE)),
        ("PASS K7", Command(Verb.PASS, "K7")),
        ("DONE K72", Command(Verb.DONE, "K72")),
        ("done", Command(Verb.DONE)),
        ("NOTE K7 calls back on Monday", Command(Verb.NOTE, "K7", "calls back on Monday")),
        ("K7 hello there", Command(Verb.SAY, "K7", "hello there")),
        ("k7: hello there", Command(Verb.SAY, "K7", "hello there")),
        ("K7", Command(Verb.SAY, "K7", "")),
        ("AWAY", Command(Verb.AWAY)),
        ("back.", Command(Verb.BACK)),
        ("who", Command(Verb.WHO)),
        ("?", Command(Verb.HELP)),
        ("Take your time, I am here.", Command(Verb.SAY, None, "Take your time, I am here.")),
        ("Done is fine with me", Command(Verb.SAY, None, "Done is fine with me")),
        ("back then I felt it, too", Command(Verb.SAY, None, "back then I felt it, too")),
        ("Who told you that?", Command(Verb.SAY, None, "Who told you that?")),
    ],
)
def test_a_counselors_text_means_what_it_says(text: str, command: Command) -> None:
    assert read_command(text) == command


@given(st.text(alphabet=string.printable, max_size=60))
def test_any_text_is_some_command_and_loses_no_words(text: str) -> None:
    command = read_command(text)
    if command.verb is Verb.SAY and command.tag is None:
        assert command.text == text.strip()
