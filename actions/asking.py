"""The talk about needs from its first question to its end: how it begins, what a message does to it. Pure."""

from collections.abc import Mapping
from dataclasses import replace

from actions import words
from actions.choices import choose
from actions.intake import PREVIEW, Intake, Question
from actions.said import AFRESH, Said
from actions.typed import answer_typed, changes_needs
from bot.domain.needs import Needs, merge, read_needs, without
from bot.domain.preview import asks_who


def begin(
    text: str, known: Needs, names: Mapping[str, str], *, about_other: bool, writes: str | None = None
) -> Intake:
    """The first step: what is known already, or was said with the request, is not asked again."""
    reading = read_needs(text, names)
    needs = merge(without(known, reading.accepted), reading.needs)
    answered = {Question.WHO} if any(not t.startswith("language:") for t in needs.wanted) else set()
    if needs.do_not_ask:
        answered.add(Question.DO_NOT_ASK)
    intake = Intake(
        needs=needs,
        plain=tuple(t for t in reading.plain if t in needs.must),
        answered=frozenset(answered),
        about_other=about_other,
        writes=writes,
    )
    return intake.saying(*(() if needs.empty else ("utter_needs_noted",))).next()


def begin_change(known: Needs, *, about_other: bool) -> Intake:
    """Straight to "what should I change?"; the other questions count as answered."""
    answered = frozenset(Question) - {Question.CONFIRM, Question.STRENGTH}
    return Intake(needs=known, answered=answered, question=Question.CHANGE, about_other=about_other)


def begin_without_questions(known: Needs, *, writes: str | None = None) -> Intake:
    """For somebody under 18: no question about needs, a person at once (rules 6.5)."""
    return Intake(needs=known, writes=writes).sent()


def answer(intake: Intake, said: Said, names: Mapping[str, str]) -> Intake:
    """What the client said, taken as the answer to the question that is open."""
    question = Question(intake.question or Question.PERMISSION)
    intake = replace(intake, says=(), about_other=intake.about_other and not words.FOR_ME.search(said.text))
    if said.intent in AFRESH:
        return intake.dropped()
    if said.choice:
        return choose(intake, said.choice)
    if not said.text:  # a button of an earlier text
        return intake.saying(*((said.answer,) if said.answer else ()))
    if asks_who(said.text):
        return intake.saying(PREVIEW)
    if _gives_up(intake, said, names):
        return intake.dropped("utter_needs_dropped")
    if words.UNDER_AGE.search(said.text):
        return intake.sent()
    if words.SKIP.match(said.text) or _skips(intake, said):
        return intake.skipped()
    return answer_typed(intake, question, said, names)


def _skips(intake: Intake, said: Said) -> bool:
    """The reading alone says so; where any words may be the answer, or where they agree, it is not enough."""
    return said.intent == "skip" and not intake.takes_any_words and not words.AGREES.match(said.text)


def _gives_up(intake: Intake, said: Said, names: Mapping[str, str]) -> bool:
    if words.FORGET.match(said.text):
        return True
    if said.intent != "change_mind" or intake.takes_any_words or changes_needs(intake, said, names):
        return False
    return intake.question is not Question.CONFIRM or not words.CHANGES.search(said.text)
