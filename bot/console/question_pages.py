"""The desk's page of questions that the bot did not understand: a supervisor says what each one means."""

from typing import Annotated

from fastapi import APIRouter, Depends, Path, Request, Response

from bot.console.door import Doing, Door
from bot.console.pages import DeskPages
from bot.services.questions import label_question, open_questions
from bot.services.review import IGNORE, NoSuchIntent, NoSuchReview
from bot.services.staff_sessions import Session

MOST = 50  # on one page, the most frequent first

ReviewId = Annotated[int, Path(ge=1, le=2**63 - 1)]


def add_questions(router: APIRouter, pages: DeskPages, door: Door, intents: tuple[str, ...]) -> None:
    """`intents`: what a text can be labelled as."""
    context = pages.context

    @router.get("/desk/questions")
    async def questions(request: Request, me: Annotated[Session, Depends(door.signed_in)]) -> Response:
        waiting = await open_questions(context, me.counselor_id)
        values = {"questions": waiting[:MOST], "more": max(0, len(waiting) - MOST), "intents": intents}
        return await pages.inside(request, me, "questions.html", {**values, "ignore": IGNORE})

    @router.post("/desk/questions/{review_id}")
    async def label(review_id: ReviewId, form: Annotated[Doing, Depends(door.doing)]) -> Response:
        try:
            await label_question(context, form.me.counselor_id, review_id, form.text("intent"), intents)
        except NoSuchReview:
            return pages.go("/desk/questions", "That one is labelled or gone already.")
        except NoSuchIntent:
            return pages.go("/desk/questions", "Please choose what it means.")
        return pages.go("/desk/questions", "Labelled.")
