"""What happens when a process dies: nothing is lost, nothing is answered twice, nothing outlives us."""

import re
import socket
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.live import Live, is_alive, until


@pytest.fixture
def live(tmp_path: Path) -> Iterator[Live]:
    running = Live(tmp_path / "data")
    yield running
    running.stop()


def _tag(alert: str) -> str:
    found = re.search(r"Case (\w+)\.", alert)
    assert found
    return found.group(1)


def test_rasa_killed_help_handoff_and_relay_go_on_and_so_does_the_conversation(live: Live) -> None:
    live.start()
    client, maria = live.new_client(), live.phone("staff-maria")
    client.says("when should I see a therapist?")
    client.hears("as soon as")
    live.kill(live.children()["rasa"])
    client.says("what does it cost?")
    client.hears("a part of me is not working")
    client.says("1")
    client.hears("sent your request")
    tag = _tag(maria.hears("New conversation waiting"))
    other = live.new_client()
    other.says("i want to kill myself tonight")
    other.hears("988")
    maria.says(f"TAKE {tag}")
    client.hears("Maria, a counselor, has joined")
    client.says("are you real")
    maria.hears("are you real")
    maria.says(f"{tag} I am.")
    client.hears("Maria: I am.")
    maria.says(f"DONE {tag}")
    client.hears("has left the chat")
    client.says("4")
    client.hears("You can write here any time")

    def answers_again() -> bool:
        client.says("when should I see a therapist?")
        return "as soon as" in client.hears()

    until(answers_again, 90)


def test_the_service_killed_between_storing_and_answering_answers_once_after_a_restart(live: Live) -> None:
    live.start()
    client = live.new_client()
    client.says("hello")
    client.hears("automated assistant")
    client.hears()
    children = live.children()
    client.says("what kinds of therapy are there?")
    live.kill()
    until(lambda: not any(is_alive(pid) for pid in children.values()), 10)
    live.start()
    began = time.monotonic()
    again = live.phone(client.id)
    again.heard = client.heard
    again.hears("cognitive behavioral", 20)
    assert time.monotonic() - began < 10
    again.says("thank you")
    again.hears()
    answers = [text["text"] for text in again.texts() if "cognitive behavioral" in text["text"]]
    assert len(answers) == 1


def test_starting_twice_on_the_same_data_is_refused_in_plain_words(live: Live) -> None:
    live.start(wait_for_rasa=False)
    with pytest.raises(AssertionError, match="Another Warmline is running"):
        Live(live.data_dir).start()


def test_ctrl_c_leaves_no_process_behind_and_a_new_start_works_at_once(live: Live) -> None:
    live.start(wait_for_rasa=False)
    children = live.children()
    assert set(children) == {"rasa", "postgres"}
    live.stop()
    assert not any(is_alive(pid) for pid in children.values())
    live.start(wait_for_rasa=False)


def test_when_the_database_dies_everything_ends_and_says_so(live: Live) -> None:
    live.start(wait_for_rasa=False)
    children = live.children()
    assert live.process is not None
    live.kill(children["postgres"])
    assert live.process.wait(20) == 1
    until(lambda: not any(is_alive(pid) for pid in children.values()), 10)
    assert live.process.stdout is not None
    assert "PostgreSQL ended by itself" in live.process.stdout.read()
    live.process.stdout.close()
    live.start(wait_for_rasa=False)


def test_a_port_that_is_taken_is_said_in_plain_words(live: Live) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken, pytest.raises(AssertionError, match="another port"):
        Live(live.data_dir, {"WARMLINE_PORT": str(taken.getsockname()[1])}).start()


def test_a_wrong_setting_is_said_without_its_value(live: Live) -> None:
    with pytest.raises(AssertionError, match="DESK_URL with https is needed") as problem:
        Live(live.data_dir, {"WARMLINE_HOST": "0.0.0.0"}).start()
    assert "0.0.0.0" not in str(problem.value)
