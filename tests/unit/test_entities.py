"""Times, languages and relations in a client's words: what is found, what must not be, and that nothing breaks it."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer
from hypothesis import given
from hypothesis import strategies as st

from bot.dialogue.client import RasaClient
from bot.domain.needs_words import LANGUAGES
from bot.reading.entities import MAX_READ, MAX_WHEN, Entities, EntityReader

TIMES = {
    "can somebody call me tomorrow at 5pm?": "tomorrow at 5pm",
    "call me monday morning please": "monday morning",
    "can someone contact me after 6": "after 6",
    "tonight": "tonight",
    "the best time to reach me is after work": "after work",
    "is there somebody to talk to. i am free after 6 or Tomorrow at Noon": "after 6 or Tomorrow at Noon",
    "tomorrow between 9 and 11 would be good for me": "tomorrow between 9 and 11",
    "i can talk 9-11am": "9-11am",
    "Call me at 5 p.m. tomorrow": "at 5 p.m. tomorrow",
    "I’m free on Tuesday": "Tuesday",
    "can you text me in 20 minutes": "in 20 minutes",
    "could i get a call on friday at 17:00": "friday at 17:00",
    "pueden llamarme mañana a las 5": "mañana a las 5",
    "quiero hablar con alguien por la tarde": "por la tarde",
}
NO_TIMES = (
    "my dad would call me stupid every night",
    "this morning i cried and called my mom",
    "i have been sober. after 6 months it is still hard",
    "i had 3 drinks after 6 beers",
    "don't call me tonight",
    "call me tomorrow but not in the morning",
    "tomorrow is the day",
    "today it all feels better",
    "i am so tired tonight i want somebody to talk to",
    "they called me last night",
    "i see my doctor on monday",
    "call me when you can",
)
LANGUAGES_SAID = {
    "someone who speaks spanish": "es",
    "en español por favor": "es",
    "Spanish?": "es",
    "a Polish-speaking counselor": "pl",
    "do you have sign language": "ase",
    "sign language please": "ase",
    "in english": "en",
    "i don't speak english well": None,
    "i love chinese food": None,
}
RELATIONS_SAID = {
    "i need help for my son": "son",
    "mi hijo necesita ayuda": "son",
    "busco ayuda para mi mamá": "mother",
    "my husband needs help": "husband",
    "for my wife": "wife",
    "i am worried about my little brother": "brother",
    "my son died last week, i need someone": None,
    "i'm doing this for my daughter": None,
    "my dad is the reason i drink": None,
}


@pytest.fixture(scope="module")
def reader() -> EntityReader:
    return EntityReader.load()


@pytest.mark.parametrize(("text", "when"), TIMES.items())
def test_a_wished_time_is_found_as_written(reader: EntityReader, text: str, when: str) -> None:
    assert reader.read(text).when == when


@pytest.mark.parametrize("text", NO_TIMES)
def test_a_time_that_nobody_wished_is_none(reader: EntityReader, text: str) -> None:
    assert reader.read(text).when is None


@pytest.mark.parametrize(("text", "language"), LANGUAGES_SAID.items())
def test_a_language_is_a_code(reader: EntityReader, text: str, language: str | None) -> None:
    assert reader.read(text).language == language


@pytest.mark.parametrize(("text", "relation"), RELATIONS_SAID.items())
def test_a_relation_is_whom_somebody_writes_for(
    reader: EntityReader, text: str, relation: str | None
) -> None:
    assert reader.read(text).relation == relation


def test_the_metadata_holds_only_what_was_found() -> None:
    assert Entities().to_metadata() == {}
    assert Entities(when="tonight").to_metadata() == {"when": "tonight"}


def test_words_behind_the_cap_are_not_read(reader: EntityReader) -> None:
    assert reader.read("x" * MAX_READ + ". call me tonight") == Entities()


_PIECES = st.sampled_from(
    [
        "call me",
        "tomorrow",
        "at",
        "5",
        "pm",
        "after 6",
        ".",
        "\n",
        "spanish",
        "for my son",
        "-",
        "’",
        "İ",
        "\ud800",
    ]
)


@given(text=st.one_of(st.text(), st.lists(_PIECES).map(" ".join)))
def test_no_text_breaks_it_and_a_time_is_always_the_clients_own_words(
    reader: EntityReader, text: str
) -> None:
    found = reader.read(text)
    assert found.when is None or (found.when in " ".join(text.split()) and len(found.when) <= MAX_WHEN)
    assert found.language is None or found.language in LANGUAGES.values()


def test_a_text_that_breaks_a_letter_does_not_break_the_next_text(reader: EntityReader) -> None:
    reader.read("\ud800 call me tomorrow")
    assert reader.read("call me tomorrow").when == "tomorrow"


def test_many_can_read_at_once(reader: EntityReader) -> None:
    with ThreadPoolExecutor(8) as threads:
        found = list(threads.map(lambda hour: reader.read(f"call me at {hour}pm"), list(range(1, 12)) * 20))
    assert [entities.when for entities in found] == [f"at {hour}pm" for hour in range(1, 12)] * 20


def test_what_was_read_leaves_no_trace_in_memory(reader: EntityReader) -> None:
    reader.read("call me tomorrow, my name is Xyzzyplugh")
    assert "xyzzyplugh" not in reader._nlp.vocab.strings
    assert "Xyzzyplugh" not in reader._nlp.vocab.strings


async def test_the_client_of_rasa_sends_what_was_found() -> None:
    bodies = []

    async def answer(request: web.Request) -> web.Response:
        bodies.append(await request.json())
        return web.json_response({"replies": []})

    rasa = web.Application()
    rasa.router.add_post("/webhooks/warmline/webhook", answer)
    async with TestServer(rasa) as server:
        client = RasaClient(f"http://127.0.0.1:{server.port}", "secret", 1.0)
        await client.ask(
            conversation_id="c",
            message_id=1,
            turn_id=1,
            text="x",
            trusted=False,
            retry=False,
            metadata={"when": "y"},
        )
        await client.close()
    assert bodies[0]["metadata"] == {"when": "y"}
