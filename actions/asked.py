"""What was found in a client's words beside their needs, put into the needs: a wished time, a language. Pure.

The time is for the counselor who takes; the bot never says it back, for it can promise no time.
"""

from dataclasses import replace

from bot.domain.needs import MAX_NOTE, Needs, merge
from bot.domain.needs_words import LANGUAGES

ASKED = "Asked to be contacted: "
_BETWEEN = " / "  # stands between two notes, as bot/domain/needs.py joins them
_CODES = frozenset(LANGUAGES.values()) - {"en"}


def with_time(needs: Needs, when: str | None) -> Needs:
    """The needs with this time in the note, first; a later one replaces an earlier."""
    if not when:
        return needs
    notes = [f"{ASKED}{when.rstrip('.')}.", *_notes(without_time(needs))]
    return replace(needs, note=_BETWEEN.join(notes)[:MAX_NOTE])


def without_time(needs: Needs) -> Needs:
    return replace(needs, note=_BETWEEN.join(n for n in _notes(needs) if not n.startswith(ASKED)))


def only_time(needs: Needs) -> str:
    """What is left of the note when the client takes their own words back."""
    return _BETWEEN.join(note for note in _notes(needs) if note.startswith(ASKED))


def _notes(needs: Needs) -> list[str]:
    return needs.note.split(_BETWEEN) if needs.note else []


def with_language(needs: Needs, stated: Needs, language: str | None) -> Needs:
    """The needs with this language as a wish, unless the text stated one as a need, or refused it."""
    trait = f"language:{language}"
    if language not in _CODES or trait in needs.wanted or trait in needs.never + stated.never:
        return needs
    if any(wanted.startswith("language:") for wanted in stated.wanted):
        return needs
    return merge(needs, Needs(prefer=(trait,), language=language))
