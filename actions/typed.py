"""What typed words mean as the answer to a question about needs. One function per question."""

import re
from collections.abc import Callable, Mapping
from dataclasses import replace

from actions import words
from actions.intake import Intake, Question
from actions.said import FOLLOW_UPS, WANTS_A_PERSON, Said
from bot.domain.needs import Needs, read_needs
from bot.domain.needs_reading import Answering
from bot.domain.needs_topics import topics_in_answer

NOTE = 200  # characters of the client's own words that are kept for the counselor


def answer_typed(intake: Intake, question: Question, said: Said, names: Mapping[str, str]) -> Intake:
    """The intake after typed words: an answer, or an aside after which the question comes again."""
    answered = _ANSWERS[question](intake, said, names)
    return _aside(intake, said) if answered is None else answered


def changes_needs(intake: Intake, said: Said, names: Mapping[str, str]) -> bool:
    """Whether a text states needs, or takes back or softens one that was stated."""
    return _stated(intake, said, names) is not None


# Each of these returns None when the words are no answer to its question.


def _permission(intake: Intake, said: Said, names: Mapping[str, str]) -> Intake | None:
    if (taken := _stated(intake, said, names)) is not None:
        allowed = taken.done(Question.PERMISSION)
        wants = [t for t in allowed.needs.wanted if not t.startswith("language:")]
        return allowed.done(Question.WHO) if wants else allowed
    if _agrees(said):
        return intake.done(Question.PERMISSION)
    if _refuses(said) or said.intent in WANTS_A_PERSON or words.HURRIES.search(said.text):
        return intake.sent()
    return None


def _language(intake: Intake, said: Said, names: Mapping[str, str]) -> Intake | None:
    if words.ENGLISH_IS_FINE.search(said.text):
        return intake.in_english()
    if words.WISH.search(said.text):
        return intake.speaking(must=False)
    if _agrees(said) or words.MUST.search(said.text) or words.SPANISH.search(said.text):
        return intake.speaking(must=True)
    return intake.in_english() if _refuses(said) else None


def _who(intake: Intake, said: Said, names: Mapping[str, str]) -> Intake | None:
    if (taken := _stated(intake, said, names)) is not None:
        return taken.done(Question.WHO)
    if _refuses(said) or read_needs(said.text, names, Answering.WHO).indifferent:
        return intake.anyone()
    described = (
        words.A_PERSON.search(said.text) and not said.is_question and not words.TELLS.search(said.text)
    )
    if described and not words.HURRIES.search(said.text):
        return intake.taking(Needs(note=said.text[:NOTE])).done(Question.WHO)
    return None


def _strength(intake: Intake, said: Said, names: Mapping[str, str]) -> Intake | None:
    if words.WISH.search(said.text) or _refuses(said):
        return intake.wish()
    if words.MUST.search(said.text):
        return intake.must()
    taken = _stated(intake, said, names)
    return None if taken is None else taken.next()


def _never(intake: Intake, said: Said, names: Mapping[str, str]) -> Intake | None:
    if words.NOBODY.match(said.text):
        return intake.done(Question.NEVER)
    reading = read_needs(said.text, names, Answering.NEVER)
    if not reading.needs.empty:
        needs = replace(reading.needs, note="" if reading.understood else said.text[:NOTE])
        return _heard(intake.taking(needs, reading.plain, reading.accepted), said).done(Question.NEVER)
    if _is_no_answer(said):
        return None
    needs = Needs(note=f"Must not be: {said.text[:NOTE]}")
    return _heard(intake.taking(needs), said).done(Question.NEVER)


def _do_not_ask(intake: Intake, said: Said, names: Mapping[str, str]) -> Intake | None:
    if words.NOBODY.match(said.text):
        return intake.done(Question.DO_NOT_ASK)
    if _is_no_answer(said):
        return None
    topics = tuple(topics_in_answer(said.text))
    return _heard(intake.taking(Needs(do_not_ask=topics)), said).done(Question.DO_NOT_ASK)


def _change(intake: Intake, said: Said, names: Mapping[str, str]) -> Intake | None:
    if (taken := _stated(intake, said, names)) is not None:
        return taken.done(Question.CHANGE)
    if _refuses(said):
        return intake.done(Question.CHANGE)
    part = next((part for part, pattern in _PARTS.items() if pattern.search(said.text)), None)
    return None if part is None else intake.changing(part)


_PARTS = {
    "topics": re.compile(r"\b(?:ask|topics?|questions?|talk about)\b", re.IGNORECASE),
    "never": re.compile(r"\b(?:not|never)\b", re.IGNORECASE),
    "who": re.compile(r"\b(?:who|wom[ae]n|m[ae]n|counsell?or|gender|person|language)\b", re.IGNORECASE),
}


def _confirm(intake: Intake, said: Said, names: Mapping[str, str]) -> Intake | None:
    if _agrees(said) or words.HURRIES.search(said.text):
        return intake.sent()
    if (taken := _stated(intake, said, names)) is not None:
        return taken.next()
    if _refuses(said) or words.CHANGES.search(said.text):
        return intake.asking_what_to_change()
    return None


_ANSWERS: dict[Question, Callable[[Intake, Said, Mapping[str, str]], Intake | None]] = {
    Question.PERMISSION: _permission,
    Question.LANGUAGE: _language,
    Question.WHO: _who,
    Question.STRENGTH: _strength,
    Question.NEVER: _never,
    Question.DO_NOT_ASK: _do_not_ask,
    Question.CHANGE: _change,
    Question.CONFIRM: _confirm,
}


def _agrees(said: Said) -> bool:
    return bool(words.AGREES.match(said.text)) or said.intent == "affirm"


def _refuses(said: Said) -> bool:
    return bool(words.NOBODY.match(said.text)) or said.intent == "deny"


def _stated(intake: Intake, said: Said, names: Mapping[str, str]) -> Intake | None:
    """The intake with the needs a text states, or None when it states none."""
    reading = read_needs(said.text, names, Answering.WHO)
    taken = intake.taking(reading.needs, reading.plain, reading.accepted)
    if reading.needs.empty and taken.needs == intake.needs:
        return None
    says_more = not reading.understood and not words.TELLS.search(said.text)
    keeps_words = says_more and intake.question is Question.WHO
    return taken.taking(Needs(note=said.text[:NOTE])) if keeps_words else taken


def _heard(intake: Intake, said: Said) -> Intake:
    """An answer that tells of an event is acknowledged with the fixed text, and nothing is asked about it."""
    told = said.intent == "say_trauma" and words.TELLS.search(said.text)
    return intake.saying("utter_say_trauma") if told else intake


_POLITE = {"greet", "thank", "goodbye", "smalltalk"}


def _is_no_answer(said: Said) -> bool:
    """Whether a text does not answer an open question: a number, a bare yes, a question, "connect me"."""
    if words.ONLY_DIGITS.match(said.text) or words.AGREES.match(said.text):
        return True
    if said.intent in WANTS_A_PERSON and words.HURRIES.search(said.text):
        return True
    if said.intent in _POLITE and len(said.text.split()) <= 3 and not words.SOMEBODY.search(said.text):
        return True
    return said.is_question and (said.aside is not None or said.intent in FOLLOW_UPS)


def _aside(intake: Intake, said: Said) -> Intake:
    """No answer: "just connect me" is followed, a question in between answered, the rest asked once more."""
    if words.HURRIES.search(said.text) and (said.intent in WANTS_A_PERSON or not intake.takes_any_words):
        return intake.sent()
    if said.intent in FOLLOW_UPS or words.REASON.search(said.text):
        return intake.saying("utter_needs_reason")
    if said.aside is not None:
        return intake.saying(said.aside)
    if intake.missed is intake.question:
        return intake.skipped()
    return replace(intake, missed=intake.question).saying("utter_needs_say_again")
