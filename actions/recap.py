"""Says a client's needs back to them, short enough for the next question. Never says an event back."""

from collections.abc import Collection, Iterable, Mapping

from actions.asked import without_time
from actions.words import TELLS
from bot.domain.needs import Needs
from bot.domain.needs_spoken import Words, person_in_words, words_for
from bot.domain.sms_text import gsm7_clean

MOST = 175  # characters; the question and its options take some 130 of the 306 of two SMS parts
MOST_OF_A_TOPIC = 45
_AS_SAID = "{}"


def recap(
    needs: Needs, names: Mapping[str, str], language: str | None = None, plain: Collection[str] = ()
) -> str:
    """ "a woman (a must), not Maria; no questions about your family". `names` is name -> counselor id.

    `plain`: wants that nobody has called a must or a wish yet; they are said without either.
    """
    w = words_for(language)
    people = [
        (_AS_SAID if trait in plain else w.must).format(person_in_words(trait, names, w))
        for trait in needs.must
    ]
    people += [w.wish.format(person_in_words(trait, names, w)) for trait in needs.prefer]
    people += [w.never.format(person_in_words(trait, names, w)) for trait in needs.never]
    parts = [", ".join(dict.fromkeys(people))] if people else []
    if needs.do_not_ask:
        topics = (_topic(topic, w) for topic in needs.do_not_ask)
        parts.append(w.do_not_ask.format(_either(topics, w)))
    if without_time(needs).note:
        parts.append(w.and_your_words if parts else w.your_words)
    return _short("; ".join(parts), w)


def _topic(topic: str, w: Words) -> str:
    """The client's words turned to them: "my dad" -> "your dad". An event is only pointed at."""
    plain = " ".join("".join(c for c in gsm7_clean(topic) if c not in "{}[]\\|~^").split())
    if len(plain) > MOST_OF_A_TOPIC or TELLS.search(plain):
        return w.what_you_named
    return w.word.sub(lambda found: w.persons.get(found.group().lower(), found.group()), plain)


def _either(items: Iterable[str], w: Words) -> str:
    distinct = list(dict.fromkeys(items))
    return f" {w.either} ".join(filter(None, [", ".join(distinct[:-1]), distinct[-1]]))


def _short(text: str, w: Words) -> str:
    if len(text) <= MOST:
        return text
    return text[: MOST - 15].rsplit(" ", 1)[0].rstrip(",;") + w.and_the_rest
