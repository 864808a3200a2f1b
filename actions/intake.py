"""Where the questions about needs stand, and which comes next. Pure; asks about needs, never about events."""

from dataclasses import dataclass, replace
from enum import StrEnum

from actions.asked import only_time, without_time
from bot.domain.needs import EMPTY, Needs, merge, names_language, softened, without, without_wants

PREVIEW = "utter_preview"  # said with the name and the own words of who would be asked first


class Question(StrEnum):
    """The slots of needs_form, in the order they are asked."""

    PERMISSION = "need_permission"
    LANGUAGE = "need_language"
    WHO = "need_who"
    STRENGTH = "need_strength"
    NEVER = "need_never"
    DO_NOT_ASK = "need_do_not_ask"
    CHANGE = "need_change"
    CONFIRM = "need_confirm"


class End(StrEnum):
    """How the questions ended."""

    SEND = "send"
    DROPPED = "dropped"


@dataclass(frozen=True)
class Intake:
    """One state of the questions; every step makes a new one.

    plain: wants not yet called a must or a wish. missed: the question that was asked again already. wished: when they
    asked to be contacted (bot/domain/call_back.py). says: responses to say before the next question. writes: the
    client's language where it is not English.
    """

    needs: Needs = EMPTY
    plain: tuple[str, ...] = ()
    answered: frozenset[Question] = frozenset()
    question: Question | None = None
    missed: Question | None = None
    wished: str | None = None
    about_other: bool = False
    writes: str | None = None
    end: End | None = None
    says: tuple[str, ...] = ()

    @property
    def takes_any_words(self) -> bool:
        """Whether whatever a client types may be the answer."""
        return self.question in (Question.NEVER, Question.DO_NOT_ASK)

    def next(self) -> "Intake":
        """Go to the first question that is still open; with none left the request is sent."""
        question = next((q for q in Question if q not in self.answered and self._is_asked(q)), None)
        return replace(self, question=question, end=None if question else End.SEND)

    def _is_asked(self, question: Question) -> bool:
        if question is Question.STRENGTH:
            return bool(self.plain)
        if question is Question.LANGUAGE:
            return bool(self.writes) and not names_language(self.needs)
        if question is Question.CONFIRM:
            return not without_time(self.needs).empty
        return question is not Question.CHANGE

    def done(self, question: Question) -> "Intake":
        return replace(self, answered=self.answered | {question}, missed=None).next()

    def saying(self, *responses: str) -> "Intake":
        return replace(self, says=responses)

    def sent(self) -> "Intake":
        """The request goes out as it is; who writes Spanish and was not asked would rather talk Spanish."""
        asked = Question.LANGUAGE in self.answered or not self._is_asked(Question.LANGUAGE)
        ready = self if asked else self.speaking(must=False)
        return replace(ready, question=None, end=End.SEND)

    def dropped(self, *responses: str) -> "Intake":
        return replace(self, question=None, end=End.DROPPED, says=responses)

    def skipped(self) -> "Intake":
        """Skipping the permission skips every question; skipping the last one sends what was said; who skips
        the language would still rather have their own."""
        if self.question in (None, Question.PERMISSION, Question.CONFIRM):
            return self.sent()
        if self.question is Question.LANGUAGE:
            return self.speaking(must=False)
        plain = () if self.question is Question.STRENGTH else self.plain
        return replace(self, plain=plain).done(Question(self.question))

    def taking(self, needs: Needs, plain: tuple[str, ...] = (), accepted: tuple[str, ...] = ()) -> "Intake":
        """With needs that were said now, on top of those said before.

        What is fine now is refused no more, and who finds a man fine, too, no longer must have a woman.
        """
        kinds = {trait.partition(":")[0] for trait in accepted}
        eased = softened(self.needs, [t for t in self.needs.must if t.partition(":")[0] in kinds])
        together = merge(without(eased, accepted), needs)
        still_plain = tuple(t for t in dict.fromkeys((*self.plain, *plain)) if t in together.must)
        answered = self.answered - {Question.STRENGTH} if plain else self.answered
        return replace(self, needs=together, plain=still_plain, answered=answered)

    def speaking(self, *, must: bool) -> "Intake":
        """With the client's own language as a must or a wish for the counselor."""
        trait = (f"language:{self.writes}",)
        needs = Needs(must=trait if must else (), prefer=() if must else trait, language=self.writes)
        return replace(self, needs=merge(self.needs, needs)).done(Question.LANGUAGE)

    def in_english(self) -> "Intake":
        """English is all right: no language is asked for."""
        languages = [t for t in self.needs.wanted if t.startswith("language:")]
        needs = replace(without(self.needs, languages), language=None)
        return replace(self, needs=needs).done(Question.LANGUAGE)

    def anyone(self) -> "Intake":
        return replace(self, needs=self._without_wants(), plain=()).done(Question.WHO)

    def _without_wants(self) -> Needs:
        """Without what was asked for; the language has its own question, so it stays where that was asked."""
        kept = without_wants(self.needs)
        if self.writes is None:
            return kept
        languages = [t for t in self.needs.wanted if t.startswith("language:")]
        return merge(
            kept,
            Needs(
                must=tuple(t for t in languages if t in self.needs.must),
                prefer=tuple(t for t in languages if t in self.needs.prefer),
                language=self.needs.language,
            ),
        )

    def must(self) -> "Intake":
        return replace(self, plain=()).done(Question.STRENGTH)

    def wish(self) -> "Intake":
        return replace(self, needs=softened(self.needs, self.plain), plain=()).done(Question.STRENGTH)

    def asking_what_to_change(self) -> "Intake":
        return replace(self, question=Question.CHANGE, missed=None)

    def changing(self, what: str) -> "Intake":
        """Take one part back ("who", "never", "topics") and ask for it again; else change nothing."""
        match what:
            case "who":
                needs, question = self._without_wants(), Question.WHO
            case "never":
                needs = replace(self.needs, never=(), note=only_time(self.needs))
                question = Question.NEVER
            case "topics":
                needs, question = replace(self.needs, do_not_ask=()), Question.DO_NOT_ASK
            case _:
                return self.done(Question.CHANGE)
        plain = tuple(t for t in self.plain if t in needs.must)
        changed = replace(self, needs=needs, plain=plain, answered=self.answered - {question})
        return changed.done(Question.CHANGE)
