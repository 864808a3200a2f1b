"""Which language a client writes: Spanish is recognised in a few words, and nobody who writes English hears Spanish."""

import re
from pathlib import Path

import pytest
import yaml

from bot.reading.language import language_after

ROOT = Path(__file__).parents[2]
SPANISH = (
    *("hola", "ayuda", "necesito ayuda", "no sé qué hacer con mi hijo", "cuanto cuesta", "aceptan medicaid"),
    *("quiero hablar con alguien", "me quiero morir", "mi novio me pega", "habla español", "buenos dias"),
    *("recai otra vez", "como empiezo", "no confio en los terapeutas", "soy alcoholico", "inglés no"),
    *("mi mamá toma mucho", "donde estan", "prefiero una mujer", "MAÑANA POR LA TARDE", "me siento muy sola"),
)
ENGLISH = (
    *("hello", "i need help", "my son is using", "no", "no idea", "me too", "he has no job", "papa died"),
    *(
        "i quit",
        "yo",
        "adios amigo, i am done with you",
        "si?",
        "how much does it cost",
        "la is far from here",
    ),
    *(
        "do you speak spanish",
        "hola, do you speak spanish",
        "my ex hit me",
        "dont know what to do",
        "el paso",
    ),
)


@pytest.mark.parametrize("text", SPANISH)
def test_a_few_words_of_spanish_are_recognised(text: str) -> None:
    assert language_after(text, None) == "es"


@pytest.mark.parametrize("text", ENGLISH)
def test_english_with_a_foreign_word_stays_english(text: str) -> None:
    assert language_after(text, None) != "es"


def test_no_english_example_of_the_project_is_taken_for_spanish() -> None:
    english = re.compile(
        r"\b(?:i|im|the|my|you|is|are|it|to|and|what|how|with|for|of|that|this)\b", re.IGNORECASE
    )
    files = [*(ROOT / "data/nlu").glob("*.yml"), *(ROOT / "data/safety").glob("*.yml")]
    texts = {text for file in files for text in _texts(yaml.load(file.read_text(), yaml.CSafeLoader))}
    assert len(texts) > 9000
    assert [text for text in texts if language_after(text, None) == "es" and english.search(text)] == []


def _texts(content: object) -> list[str]:
    if isinstance(content, str):
        return [line.removeprefix("- ") for line in content.splitlines()]
    values = content.values() if isinstance(content, dict) else content if isinstance(content, list) else ()
    return [text for value in values for text in _texts(value)]


@pytest.mark.parametrize("text", ["ok", "yes", "1", "stop", "no", "thanks", "si", "skip it", "james"])
def test_a_short_answer_changes_no_language(text: str) -> None:
    assert language_after(text, "es") == "es"


@pytest.mark.parametrize(
    "text", ["i want to talk to someone", "can we go on in english", "what does it cost"]
)
def test_a_sentence_of_english_changes_to_english(text: str) -> None:
    assert language_after(text, "es") == "en"


@pytest.mark.parametrize("text", ["gracias", "adios", "hola", "hasta luego"])
def test_a_word_of_courtesy_does_not_turn_an_english_talk_to_spanish(text: str) -> None:
    assert language_after(text, "en") == "en"


def test_mixed_words_go_with_the_greater_part() -> None:
    assert language_after("necesito help para mi hijo porque drinking todos los dias", "en") == "es"
    assert language_after("i need ayuda with my drinking", None) == "en"


@pytest.mark.parametrize("text", ["", "???", "1234", "🙂", "x" * 10_000, "مرحبا"])
def test_what_has_no_words_of_either_changes_nothing(text: str) -> None:
    assert language_after(text, None) is None
    assert language_after(text, "es") == "es"
