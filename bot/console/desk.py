"""The desk: signing in, the queue, conversations, the team, reports, the record. Works without scripts.

Decides nothing about people: it asks who is signed in (`door.py`) and calls services, which check the role.
"""

from collections.abc import AsyncIterator, Iterable
from typing import Annotated

from fastapi import APIRouter, Depends, Request, Response
from fastapi.responses import RedirectResponse

from bot.console.case_pages import UnknownHandoff, add_cases
from bot.console.door import Door
from bot.console.pages import DeskPages
from bot.console.question_pages import add_questions
from bot.console.roster_pages import add_team
from bot.console.sign_in_pages import add_sign_in, add_you
from bot.console.team_pages import add_overview, add_record, add_reports
from bot.domain.access import Action, may
from bot.services.allowed import NotAllowed
from bot.services.context import Context
from bot.services.desk_roster import UnknownMember
from bot.services.staff_sessions import Session
from bot.web.bell import Bell
from bot.web.events import event_stream
from bot.web.guard import Refusal, guarded_route

_KNOWN: dict[type[Exception], Refusal] = {
    NotAllowed: Refusal(403, "not_allowed", "Your role does not allow that."),
    UnknownMember: Refusal(404, "unknown_member", "There is nobody of that id on the roster."),
    UnknownHandoff: Refusal(
        404, "unknown_handoff", "There is no such conversation, or it is not yours to see."
    ),
}


def desk_router(
    context: Context,
    bell: Bell,
    *,
    secure: bool = False,
    hosts: Iterable[str] = (),
    staff: tuple[str, ...] = (),
    intents: tuple[str, ...] = (),
) -> APIRouter:
    """The pages below /desk. `hosts`: more names this machine goes by; `staff`: names on the sign-in page of a
    demonstration; `intents`: what a question can be labelled as."""
    pages, door = DeskPages(context, secure=secure), Door(context, secure=secure)
    pages.set(demonstration=bool(staff))
    router = APIRouter(
        route_class=guarded_route(hosts=hosts, known=_KNOWN, show=pages.refusal, secure=secure),
        include_in_schema=False,
    )
    add_sign_in(router, pages, door, staff)
    add_you(router, pages, door)
    _add_queue(router, pages, door, bell)
    add_cases(router, pages, door)
    add_overview(router, pages, door)
    add_team(router, pages, door)
    add_questions(router, pages, door, intents)
    add_reports(router, pages, door)
    add_record(router, pages, door)
    return router


def _add_queue(router: APIRouter, pages: DeskPages, door: Door, bell: Bell) -> None:
    @router.get("/desk")
    async def queue(request: Request, me: Annotated[Session, Depends(door.signed_in)]) -> Response:
        if may(me.role, Action.SEE_QUEUE):
            return await pages.inside(request, me, "queue.html")
        ways = pages.ways_of(me)
        return RedirectResponse(ways[0].address if ways else "/desk/you", status_code=303)

    @router.get("/desk/events")
    async def events(me: Annotated[Session, Depends(door.signed_in)]) -> Response:
        return event_stream(_changes(bell), _described)


async def _changes(bell: Bell) -> AsyncIterator[str]:
    async for name in bell.listen():
        if name == "queue" or name.startswith("writing:"):
            yield name


def _described(name: str) -> dict[str, str]:
    """Ids only: a page learns that something changed, or which conversation is being written to."""
    kind, _, subject = name.partition(":")
    return {kind: subject} if subject else {}
