"""A dump of the whole database, ours, the queue's and Rasa's, shows no word that a client or counselor wrote."""

import base64
import subprocess

from bot.places import reached
from bot.settings import Settings
from bot.store.postgres_places import installed
from tests.live import Live, until

# Words that stand nowhere in the product, in all that people wrote in this talk.
CLIENTS_WORDS = ["Jonquil", "Abernathy", "555-0142", "marzipan", "zeppelin", "quinine"]
COUNSELORS_WORDS = ["gondolier", "tamarisk"]


def dump(live: Live) -> bytes:
    with reached(Settings(data_dir=live.data_dir)) as place:
        dumped = subprocess.run(
            [str(installed() / "bin/pg_dump"), "--inserts", place.owner_dsn], capture_output=True, check=True
        )
    return dumped.stdout


def shapes(word: str) -> list[bytes]:
    """How a word could stand in a dump: as it is, as the hex of a bytea, in base64 at each of the three offsets."""
    plain = word.encode()
    found = [plain.lower(), plain.hex().encode()]
    for before in (b"", b"x", b"xx"):
        inner = base64.b64encode(before + plain)[4 if before else 0 : -4]
        found.append(inner.lower())
    return [shape for shape in found if len(shape) >= 6]


def test_a_dump_after_a_conversation_shows_no_word_of_it(warmline: Live) -> None:
    client, maria = warmline.new_client(), warmline.phone("staff-maria")
    client.says("Hello, I am Jonquil Abernathy, my number is 555-0142 and I like marzipan")
    client.hears()
    client.says("I want to talk to a counselor, a woman please")
    client.hears()
    client.says("2")
    client.says("zeppelin, and then quinine")
    client.hears()
    until(lambda: len(client.texts()) >= 3)
    maria.says("gondolier tamarisk")
    until(maria.texts)
    until(lambda: b"INSERT INTO rasa.turns" in dump(warmline))
    dumped = dump(warmline).lower()
    assert b"insert into public.message " in dumped
    assert b"procrastinate" in dumped
    words = [*CLIENTS_WORDS, *COUNSELORS_WORDS]
    assert not [word for word in words for shape in shapes(word) if shape in dumped]
