"""The words in which a client's needs are said back to them, in English and in Spanish. Decides nothing."""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from bot.domain.needs_words import LANGUAGES

_ENGLISH_NAMES = {code: name.capitalize() for name, code in reversed(LANGUAGES.items())}


@dataclass(frozen=True)
class Words:
    """`{}` is what is said of a person, a topic or a language. `persons` turns "my" to "your"."""

    must: str
    wish: str
    never: str
    do_not_ask: str
    your_words: str
    and_your_words: str
    speaks: str
    that_counselor: str
    what_you_named: str
    either: str
    and_the_rest: str
    only_a_wish: str
    traits: Mapping[str, str]
    languages: Mapping[str, str]
    persons: Mapping[str, str]
    word: re.Pattern[str]


ENGLISH = Words(
    must="{} (a must)",
    wish="{} if possible",
    never="not {}",
    do_not_ask="no questions about {}",
    your_words="your own words, for the counselor",
    and_your_words="and your own words for the counselor",
    speaks="someone who speaks {}",
    that_counselor="that counselor",
    what_you_named="what you named",
    either="or",
    and_the_rest=", and the rest",
    only_a_wish="{} if possible",
    traits={
        "gender:woman": "a woman",
        "gender:man": "a man",
        "gender:nonbinary": "a nonbinary person",
        "trained:trauma": "someone trained in trauma",
        "peer": "someone who has been there",
    },
    languages=_ENGLISH_NAMES | {"ase": "sign language"},
    persons={
        "my": "your",
        "mine": "yours",
        "me": "you",
        "myself": "yourself",
        "i": "you",
        "im": "you're",
        "i'm": "you're",
    },
    word=re.compile(r"[a-z']+", re.IGNORECASE),
)
SPANISH = Words(
    must="{} (necesario)",
    wish="{} si se puede",
    never="no {}",
    do_not_ask="sin preguntas sobre {}",
    your_words="sus propias palabras, para el consejero",
    and_your_words="y sus propias palabras para el consejero",
    speaks="alguien que hable {}",
    that_counselor="ese consejero",
    what_you_named="lo que usted nombró",
    either="o",
    and_the_rest=", y lo demás",
    only_a_wish="{} si se puede",
    traits={
        "gender:woman": "una mujer",
        "gender:man": "un hombre",
        "gender:nonbinary": "una persona no binaria",
        "trained:trauma": "alguien con formación en trauma",
        "peer": "alguien que haya pasado por esto",
    },
    languages=_ENGLISH_NAMES
    | {"es": "español", "en": "inglés", "fr": "francés", "pl": "polaco", "pt": "portugués"}
    | {"ase": "lengua de señas"},
    persons={"mi": "su", "mis": "sus", "mío": "suyo", "mio": "suyo", "mía": "suya", "mia": "suya"},
    word=re.compile(r"[^\W\d_]+", re.IGNORECASE),
)


def words_for(language: str | None) -> Words:
    return SPANISH if language == "es" else ENGLISH


def person_in_words(trait: str, names: Mapping[str, str], w: Words) -> str:
    """ "a woman", "someone who speaks Polish", "Maria". `names` is name -> counselor id, several with "|"."""
    kind, _, value = trait.partition(":")
    if kind == "language":
        return w.speaks.format(w.languages.get(value, value))
    if kind == "counselor":
        wanted = set(value.split("|"))
        return next((name for name, ids in names.items() if wanted & set(ids.split("|"))), w.that_counselor)
    return w.traits.get(trait, trait.replace(":", " "))


def as_a_wish(trait: str, names: Mapping[str, str], language: str | None) -> str:
    """The label under which a client may make one of their musts a wish."""
    w = words_for(language)
    return w.only_a_wish.format(person_in_words(trait, names, w))
