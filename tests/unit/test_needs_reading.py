"""What people say they need, as they say it: wants and refusals are never turned round."""

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from bot.domain.needs import Needs, read_needs, read_needs_text
from bot.domain.needs_reading import Answering
from bot.domain.needs_topics import WHAT_THEY_WROTE, topics_in_answer

ROSTER = {"Maria Lopez": "c1", "John Smith": "c2", "Will Baker": "c3", "Jon": "c4"}
WOMAN, MAN, NONBINARY = "gender:woman", "gender:man", "gender:nonbinary"


def must(*traits: str, language: str | None = None) -> Needs:
    return Needs(must=traits, language=language)


def prefer(*traits: str) -> Needs:
    return Needs(prefer=traits)


def never(*traits: str) -> Needs:
    return Needs(never=traits)


def not_about(*topics: str) -> Needs:
    return Needs(do_not_ask=topics)


NOTHING = Needs()
SPANISH = must("language:es", language="es")

STATED = {
    # wants
    "a woman please": must(WOMAN),
    "wmoan plz": must(WOMAN),
    "a women": must(WOMAN),
    "femal counselor": must(WOMAN),
    "talk 2 a girl": must(WOMAN),
    "is there a lady i can talk too": must(WOMAN),
    "has to be a woman": must(WOMAN),
    "only a woman": must(WOMAN),
    "women only": must(WOMAN),
    "nobody but a woman": must(WOMAN),
    "I'd like a woman, it's a must": must(WOMAN),
    "no I want a woman": must(WOMAN),
    "i cant wait to talk to a woman": must(WOMAN),
    "could a woman call me": must(WOMAN),
    "can i have a guy instead": must(MAN),
    "non-binary person please": must(NONBINARY),
    "quiero hablar con una mujer": must(WOMAN),
    # wishes
    "woman if possible": prefer(WOMAN),
    "a woman, if possible": prefer(WOMAN),
    "rather a woman but ok": prefer(WOMAN),
    "a woman but a man is ok": prefer(WOMAN),
    "doesnt have to be a woman but would be nice": prefer(WOMAN),
    "id be more comfortable with women": prefer(WOMAN),
    "I need someone, preferably a woman": prefer(WOMAN),
    "I'd feel better with a guy, someone my age": prefer(MAN),
    "prefiero una mujer si es posible": prefer(WOMAN),
    # refusals
    "not a man": never(MAN),
    "no men": never(MAN),
    "i said no men!!!": never(MAN),
    "i dont want a guy": never(MAN),
    "dont want no man": never(MAN),
    "id rather it not be a man": never(MAN),
    "it cant be a man": never(MAN),
    "men make me nervous": never(MAN),
    "men scare me": never(MAN),
    "I'm afraid of men": never(MAN),
    "not comfortable with men": never(MAN),
    "i dont trust male therapists": never(MAN),
    "a man wouldnt work for me": never(MAN),
    "men are not ok": never(MAN),
    "a man, no thanks": never(MAN),
    "the last guy you gave me was useless, no more guys": never(MAN),
    "I don't want to talk to a man about my ex": never(MAN),
    "no quiero un hombre": never(MAN),
    "que no sea hombre": never(MAN),
    "hombre no": never(MAN),
    "anyone but Maria": never("counselor:c1"),
    "please not maria or john": never("counselor:c1", "counselor:c2"),
    "no maria no john": never("counselor:c1", "counselor:c2"),
    "Can't be Maria or John Smith": never("counselor:c1", "counselor:c2"),
    "not mariah": never("counselor:c1"),
    "not my old counselor Maria": never("counselor:c1"),
    "any gender is fine just not maria": never("counselor:c1"),
    "not Will please": never("counselor:c3"),
    # both
    "I need to talk to a woman, not a man": Needs(must=(WOMAN,), never=(MAN,)),
    "no men, women only": Needs(must=(WOMAN,), never=(MAN,)),
    "i dont want a man but a woman": Needs(must=(WOMAN,), never=(MAN,)),
    "a woman no man": Needs(must=(WOMAN,), never=(MAN,)),
    "not a woman, a man": Needs(must=(MAN,), never=(WOMAN,)),
    "not a male therapist, female one": Needs(must=(WOMAN,), never=(MAN,)),
    "a woman or a nonbinary person": never(MAN),
    # languages, training, peers, people
    "someone who speaks Spanish": SPANISH,
    "in spanish please": SPANISH,
    "i only speak spanish": SPANISH,
    "alguien que hable español": SPANISH,
    "trained in trauma please": must("trained:trauma"),
    "trauma informed therapist who is not a man": Needs(must=("trained:trauma",), never=(MAN,)),
    "someone who's been through it": must("peer"),
    "someone in recovery themselves": must("peer"),
    "i want maria": must("counselor:c1"),
    "maria or john please": prefer("counselor:c1", "counselor:c2"),
    # what not to ask
    "don't ask about my family": not_about("my family"),
    "don\u2019t ask about my ex": not_about("my ex"),
    "no questions about what happened": not_about("what happened"),
    "don't ask me why I drink": not_about("why I drink"),
    "can we not talk about my marriage": not_about("my marriage"),
    "nothing about my job": not_about("my job"),
    "no me pregunten por mi padre": not_about("mi padre"),
    "i dont want to talk about my mom and i want a lady": Needs(must=(WOMAN,), do_not_ask=("my mom",)),
    "please no men. and dont ask about my dad": Needs(never=(MAN,), do_not_ask=("my dad",)),
    # nothing at all
    "I am a woman and I need to talk to someone": NOTHING,
    "im a man": NOTHING,
    "gay man here, want someone lgbtq friendly": NOTHING,
    "a man hurt me": NOTHING,
    "can a man be raped": NOTHING,
    "i never talked to a man about this": NOTHING,
    "my girlfriend is a woman who left me": NOTHING,
    "i live with a woman who drinks": NOTHING,
    "can i talk to someone about my husband, hes a good man": NOTHING,
    "he's not a man I can trust": NOTHING,
    "I have no women friends": NOTHING,
    "my son is in recovery": NOTHING,
    "i dont care if its a woman or a man": NOTHING,
    "a man or a woman": NOTHING,
    "fine with a man or a woman": NOTHING,
    "no preference": NOTHING,
    "I want to talk to a person not a bot": NOTHING,
    "will you talk to me": NOTHING,
    "I dont speak english": NOTHING,
    "I'm not asking about money": NOTHING,
    "don't ask": NOTHING,
    "": NOTHING,
}


@pytest.mark.parametrize(("text", "needs"), STATED.items(), ids=list(STATED))
def test_a_text_is_read_as_it_was_meant(text: str, needs: Needs) -> None:
    assert read_needs_text(text, ROSTER) == needs


def test_a_man_who_hurt_somebody_is_not_a_man_who_is_wanted() -> None:
    assert read_needs_text("I want to talk to a woman about a man who hit me") == must(WOMAN)
    assert read_needs_text("i was hurt by a man, i need a woman") == must(WOMAN)


ANSWERS = {
    "Maria": never("counselor:c1"),
    "maria and john": never("counselor:c1", "counselor:c2"),
    "Mria": never("counselor:c1"),
    "The counselor called Jon": never("counselor:c4"),
    "Maria is my cousin so not her": never("counselor:c1"),
    "men": never(MAN),
    "women are fine, no men": never(MAN),
    "i dont want a man": never(MAN),
    "a man, or Maria": never(MAN, "counselor:c1"),
    "someone who is friends with Maria": never("counselor:c1"),
    "my cousin steve works there": NOTHING,
    "christians": NOTHING,
}


@pytest.mark.parametrize(("text", "needs"), ANSWERS.items(), ids=list(ANSWERS))
def test_who_is_named_when_asked_who_it_must_not_be_is_refused(text: str, needs: Needs) -> None:
    assert read_needs(text, ROSTER, Answering.NEVER).needs == needs


def test_everybody_of_a_refused_first_name_is_refused() -> None:
    assert read_needs_text("not maria", {"Maria Lopez": "c1", "Maria Gil": "c2"}) == never(
        "counselor:c1", "counselor:c2"
    )


def test_a_misspelt_name_keeps_somebody_away_and_sends_nobody() -> None:
    assert read_needs_text("not mariah", ROSTER) == never("counselor:c1")
    assert read_needs_text("i want mariah", ROSTER) == NOTHING


def test_a_plain_want_is_told_from_a_must_and_from_a_wish() -> None:
    assert read_needs("a woman please").plain == (WOMAN,)
    assert read_needs("it has to be a woman").plain == ()
    assert read_needs("a woman if possible").plain == ()


def test_what_is_fine_is_told_from_what_is_wanted() -> None:
    reading = read_needs("I changed my mind, a man is ok", {}, Answering.WHO)
    assert reading.accepted == (MAN,)
    assert reading.indifferent
    assert reading.needs == NOTHING


def test_words_that_say_more_than_was_read_are_noticed() -> None:
    assert read_needs("a woman please", {}, Answering.WHO).understood
    assert not read_needs("a latina woman who is over 50", {}, Answering.WHO).understood


WORDS = (
    *(
        "not",
        "no",
        "never",
        "a",
        "woman",
        "man",
        "men",
        "women",
        "or",
        "and",
        "but",
        "maria",
        "john",
        "please",
    ),
    *("need", "want", "prefer", "don't", "ask", "about", "my dad", "spanish", "speak", "peer", ",", ".", "!"),
    *(
        "anyone",
        "except",
        "trauma",
        "trained",
        "is fine",
        "ok",
        "if possible",
        "only",
        "hurt me",
        "i am",
        "no thanks",
    ),
)
words = st.sampled_from(WORDS)


@given(
    st.one_of(st.text(max_size=300), st.lists(words, max_size=30).map(" ".join)),
    st.sampled_from(Answering),
)
@example("not " * 500, Answering.NOTHING)
def test_no_text_is_too_odd_to_be_read(text: str, answering: Answering) -> None:
    reading = read_needs(text, ROSTER, answering)
    assert not set(reading.needs.wanted) & set(reading.needs.never)
    assert set(reading.plain) <= set(reading.needs.must)


@given(st.sampled_from(["not a", "no", "anyone but a", "i dont want a", "please not a", "without a"]))
def test_a_refused_gender_is_never_read_as_wanted(refusal: str) -> None:
    for noun, trait in (("woman", WOMAN), ("man", MAN), ("guy", MAN), ("lady", WOMAN)):
        assert read_needs_text(f"{refusal} {noun}") == never(trait)


@pytest.mark.parametrize(
    ("answer", "topics"),
    [
        ("dont ask me about it", [WHAT_THEY_WROTE]),
        ("no questions about that please", [WHAT_THEY_WROTE]),
        ("my family", ["my family"]),
        ("don't ask me about my dad", ["my dad"]),
    ],
)
def test_it_in_an_answer_points_back_at_what_they_wrote(answer: str, topics: list[str]) -> None:
    assert topics_in_answer(answer) == topics


@pytest.mark.parametrize(
    ("text", "topic"),
    [
        ("not about my divorce", "my divorce"),
        ("nothing about the army", "the army"),
        ("please don't ask me about my dad", "my dad"),
        ("no questions about my kids", "my kids"),
        ("anything about work", "work"),
        ("about my ex", "my ex"),
        ("nada sobre mi padre", "mi padre"),
        ("my family", "my family"),
        ("not my brother, never", "not my brother, never"),
    ],
)
def test_what_people_put_before_a_topic_is_not_part_of_it(text: str, topic: str) -> None:
    assert topics_in_answer(text) == [topic]
