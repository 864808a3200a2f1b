"""Says a client's needs in plain words, for the counselor who took the conversation. No I/O."""

from collections.abc import Iterable, Mapping

from bot.domain.needs import Needs

_WORDS = {
    "gender:woman": "a woman",
    "gender:man": "a man",
    "gender:nonbinary": "a nonbinary person",
    "trained:trauma": "somebody trained in trauma",
    "peer": "somebody in recovery",
}
_LANGUAGES = {"es": "Spanish", "en": "English", "fr": "French", "pl": "Polish"}


def trait_in_words(trait: str, names: Mapping[str, str] | None = None) -> str:
    """One trait as a person says it; `names` maps counselor ids to names."""
    kind, _, value = trait.partition(":")
    if kind == "language":
        return f"somebody who speaks {_LANGUAGES.get(value, value)}"
    if kind == "counselor":
        called = [(names or {}).get(one, "one of the counselors by name") for one in value.split("|")]
        return " or ".join(dict.fromkeys(called))
    return _WORDS.get(trait, trait.replace(":", " "))


def in_words(needs: Needs, names: Mapping[str, str] | None = None) -> str:
    """ "Must: a woman. Never: a man. Do not ask about: my family." or "" when nothing was asked for."""

    def said(traits: Iterable[str]) -> str:
        return ", ".join(dict.fromkeys(trait_in_words(trait, names) for trait in traits))

    parts = [("Must", said(needs.must)), ("Prefers", said(needs.prefer)), ("Never", said(needs.never))]
    parts.append(("Do not ask about", ", ".join(needs.do_not_ask)))
    parts.append(("In their words", needs.note))
    return " ".join(f"{name}: {value.rstrip('.')}." for name, value in parts if value)
