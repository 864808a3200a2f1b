"""The names by which a client may call a counselor: full, first, last. Knows only the given roster."""

from collections.abc import Mapping

from bot.domain.needs_words import fold

_TITLES = {"dr", "mr", "mrs", "ms", "miss", "prof", "rev", "fr", "sr", "sra"}
_ALSO_WORDS = {
    "will", "may", "joy", "grace", "hope", "rose", "mark", "art", "bill", "drew", "chance", "faith",
    "sunny", "an", "angel", "april", "june", "summer", "autumn", "dawn", "iris", "lily", "pat", "rob",
    "sue", "jack", "guy", "man", "gay", "so", "do", "my", "van", "ray", "buddy", "happy", "honor",
    "max", "case", "kind", "love", "penny", "charity",
}  # fmt: skip


def names_of(roster: Mapping[str, str], text: str) -> dict[str, tuple[str, ...]]:
    """Full, first and last names, folded, with everybody each may mean. Ids of one name are joined with "|"."""
    names: dict[str, tuple[str, ...]] = {}
    for name, ids in roster.items():
        words = [w for w in fold(name).replace(".", "").split() if w not in _TITLES]
        for key in {" ".join(words), *words[:1], *words[-1:]}:
            if len(key) > 1 and _is_name(key, text):
                names[key] = tuple(dict.fromkeys((*names.get(key, ()), *ids.split("|"))))
    return names


def _is_name(key: str, text: str) -> bool:
    """Whether the word can be a name here: "Will" in the middle of a text is, "will" is not."""
    if key not in _ALSO_WORDS:
        return True
    return text.strip().lower() == key or f" {key.capitalize()}" in text
