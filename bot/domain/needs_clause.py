"""Reads one clause of what a client says about the counselor: who is wanted, who is refused, who is fine."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum

from bot.domain.needs_words import Token

_PEOPLE = ("trait", "name", "lang")


class Answering(Enum):
    """Which question a text answers; a text that answers none is read more strictly."""

    NOTHING = "nothing"
    WHO = "who"
    NEVER = "never"


@dataclass(frozen=True)
class Want:
    trait: str
    wanted: bool
    strength: str  # "must", "soft" or ""


@dataclass(frozen=True)
class Context:
    answering: Answering
    names: Mapping[str, tuple[str, ...]]

    @property
    def strict(self) -> bool:
        return self.answering is Answering.NOTHING


def scan(clause: list[Token], context: Context) -> "Scan":
    """The people a clause names: each wanted, refused, or said to be fine."""
    scan = Scan(clause, context)
    for place, token in enumerate(clause):
        scan.step(place, token)
    return scan


class Scan:
    """Goes through one clause from left to right, keeping whether what comes next is wanted or refused."""

    def __init__(self, clause: list[Token], context: Context) -> None:
        self.clause = clause
        self.context = context
        self.wants: list[Want] = []
        self.accepted: list[str] = []
        self.wanted: bool | None = context.answering is not Answering.NEVER
        self.refused_at = -10
        self.counted = False  # whether the person named last is in `wants`
        self.after_about = False
        self.strength = strength_of(clause)
        self.asked = not context.strict or _asks(clause)

    def step(self, place: int, token: Token) -> None:
        if token.kind in ("any", "past"):
            self._indifferent(place, token)
        elif token.kind == "not":
            self._refuse(place, token)
        elif token.kind in ("want", "wish", "must", "soft"):
            self._may_want_again(place)
        elif token.kind == "about":
            self.after_about = True
        elif token.kind == "harm":
            self._harm()
        elif token.kind == "dread" and self.counted:
            self.wants[-1] = Want(self.wants[-1].trait, False, "")
        elif token.kind in _PEOPLE:
            self._person(place, token)

    def _refuse(self, place: int, token: Token) -> None:
        """What follows is refused; in "a man, no thanks" what went before is."""
        following = self.clause[place + 1 : place + 3]
        if token.word == "no" and self.counted and not any(t.kind in _PEOPLE for t in following):
            self.wants[-1] = Want(self.wants[-1].trait, False, "")
        self.wanted, self.refused_at, self.after_about = False, place, False

    def _indifferent(self, place: int, token: Token) -> None:
        """ "A man is fine" takes the man back; "fine with a man" keeps what follows from counting."""
        if self.counted and token.word.split()[0] in ("is", "are", "would", "works", "wd"):
            self.accepted.append(self.wants.pop().trait)
            self.counted = False
        self.wanted, self.refused_at = None, -10

    def _may_want_again(self, place: int) -> None:
        """A want after a refusal ("no men, I want ...") begins anew; "don't want" does not."""
        if place - self.refused_at > 3:
            self.wanted, self.after_about = True, False

    def _harm(self) -> None:
        """ "A man hurt me" names nobody who is wanted."""
        if self.counted and self.wants[-1].wanted:
            self.wants.pop()
            self.counted = False

    def _person(self, place: int, token: Token) -> None:
        wanted, about = self.wanted, self.after_about
        self.after_about = self.counted = False
        if wanted is None:
            self.accepted += self._traits(token, True)
            return
        if (about and wanted) or not self._counts(place, token, wanted):
            return
        traits = self._traits(token, wanted)
        self.wants += [Want(trait, wanted, self.strength) for trait in traits]
        self.counted = bool(traits)
        self.refused_at = -10  # what comes after a named person may be wanted again

    def _counts(self, place: int, token: Token, wanted: bool) -> bool:
        if token.kind == "lang":
            return self._language_counts(place, wanted)
        if not self.context.strict or (token.kind == "name" and not wanted):
            return True
        before = self.clause[place - 1] if place else None
        if token.kind == "trait" and before is not None and before.kind == "the":
            return False
        if (
            token.value == "peer"
            and not any(t.kind == "counselor" for t in self.clause)
            and "peer" not in token.word
        ):
            return False
        return self.asked or self._beside_counselor(place) or (not wanted and _is_short(self.clause, 6))

    def _language_counts(self, place: int, wanted: bool) -> bool:
        """A language counts where it is spoken: "speaks Spanish", "in Spanish", "a Spanish counselor"."""
        near = self.clause[max(0, place - 2) : place + 3]
        spoken = any(
            token.kind == "speak" or token.word.startswith(("speak", "habl")) for token in near
        ) or self._beside_counselor(place)
        english = self.clause[place].value == "en" and not wanted
        alone = sum(token.kind in ("word", "trait", "name") for token in self.clause) == 0
        return not english and (spoken or alone)

    def _beside_counselor(self, place: int) -> bool:
        return any(token.kind == "counselor" for token in self.clause[max(0, place - 4) : place + 2])

    def _traits(self, token: Token, wanted: bool) -> list[str]:
        if token.kind == "lang":
            return [f"language:{token.value}"]
        if token.kind == "name":
            if wanted and token.word.startswith("~"):
                return []  # a misspelt name is enough to keep somebody away, not to send them
            ids = self.context.names[token.value]
            if wanted:
                return [f"counselor:{'|'.join(ids)}"]  # any of those who are called so
            return [f"counselor:{counselor_id}" for counselor_id in ids]  # and none of them
        return [token.value]


def strength_of(clause: list[Token]) -> str:
    kinds = {token.kind for token in clause}
    if kinds & {"soft", "wish"}:
        return "soft"
    demanding = any(token.word in ("need", "only", "necesito") for token in clause)
    return "must" if "must" in kinds or demanding else ""


def _asks(clause: list[Token]) -> bool:
    """Whether a clause on its own is about whom to talk to."""
    first = next((token.word for token in clause if token.kind != "break"), "")
    if first in ("he", "hes", "she", "shes"):
        return False
    asking = {"want", "wish", "must", "soft", "request", "counselor", "any"}
    return any(token.kind in asking for token in clause) or _is_short(clause, 4)


def _is_short(clause: list[Token], most: int) -> bool:
    content = [token for token in clause if token.kind not in ("break", "also")]
    return len(content) <= most and not any(token.word in _OF_ANOTHER for token in content)


_OF_ANOTHER = {
    "is",
    "has",
    "have",
    "ever",
    "he",
    "hes",
    "she",
    "shes",
    "was",
    "theyre",
    "they",
    "him",
    "her",
    "ex",
    "wife",
    "husband",
    "friends",
    "friend",
}
