"""What an option of a question about needs means ("need_who.woman")."""

from collections.abc import Callable

from actions.intake import PREVIEW, Intake, Question
from bot.domain.needs import Needs


def choose(intake: Intake, choice: str) -> Intake:
    """The intake after an option. One that belongs to another question only brings the open question back."""
    question = choice.partition(".")[0]
    if question != intake.question:
        return intake
    step = _STEPS.get(choice)
    return step(intake) if step else intake.done(Question(question))


def _want(trait: str) -> Callable[[Intake], Intake]:
    return lambda intake: intake.taking(Needs(must=(trait,)), plain=(trait,)).done(Question.WHO)


# Every other option ("ok", "skip", "nobody", "nothing") just answers its question.
_STEPS: dict[str, Callable[[Intake], Intake]] = {
    "need_permission.skip": Intake.sent,
    "need_language.must": lambda intake: intake.speaking(must=True),
    "need_language.wish": lambda intake: intake.speaking(must=False),
    "need_language.english": Intake.in_english,
    "need_who.woman": _want("gender:woman"),
    "need_who.man": _want("gender:man"),
    "need_who.anyone": Intake.anyone,
    "need_strength.must": Intake.must,
    "need_strength.wish": Intake.wish,
    "need_change.who": lambda intake: intake.changing("who"),
    "need_change.never": lambda intake: intake.changing("never"),
    "need_change.topics": lambda intake: intake.changing("topics"),
    "need_confirm.send": Intake.sent,
    "need_confirm.change": Intake.asking_what_to_change,
    "need_confirm.preview": lambda intake: intake.saying(PREVIEW),
    "need_confirm.forget": lambda intake: intake.dropped("utter_needs_dropped"),
}
