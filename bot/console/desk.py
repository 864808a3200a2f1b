"""The desk: the queue, a conversation, take, pass, reply, close. Decides nothing about people.

Works without scripts. No login yet: who one works as stands in the address. Loopback only.
"""

from collections.abc import Awaitable, Callable, Iterable
from datetime import UTC, tzinfo
from typing import Annotated

from fastapi import APIRouter, Form, Path, Request, Response
from fastapi.responses import RedirectResponse

from bot.console.pages import DeskPages, Place
from bot.console.port import DeskPort, Result, UnknownHandoff, UnknownStaff
from bot.web.events import event_stream
from bot.web.guard import Refusal, guarded_route
from bot.web.pages import whole_characters

LONGEST_REPLY = 10_000

StaffId = Annotated[str, Path(max_length=100, pattern=r"^[!-~]+$")]
HandoffId = Annotated[int, Path(ge=1, le=2**63 - 1)]

_KNOWN: dict[type[Exception], Refusal] = {
    UnknownStaff: Refusal(404, "unknown_staff", "Nobody with that id works here."),
    UnknownHandoff: Refusal(
        404, "unknown_handoff", "There is no such conversation, or it is not yours to see."
    ),
}


def desk_router(port: DeskPort, *, zone: tzinfo = UTC, hosts: Iterable[str] = ()) -> APIRouter:
    """The pages below /desk. `zone`: the clinic's time zone; `hosts`: more names this machine goes by."""
    pages = DeskPages(port, zone)
    router = APIRouter(
        route_class=guarded_route(hosts=hosts, known=_KNOWN, show=pages.refusal), include_in_schema=False
    )

    @router.get("/desk/events")
    async def events() -> Response:
        return event_stream(port.changes(), lambda _: {})

    _add_reading(router, pages)
    _add_doing(router, port, pages)
    return router


def _add_reading(router: APIRouter, pages: DeskPages) -> None:
    @router.get("/desk")
    async def choose(request: Request) -> Response:
        return await pages.choose(request)

    @router.get("/desk/{staff_id}")
    async def queue(request: Request, staff_id: StaffId) -> Response:
        return await pages.queue(request, staff_id)

    @router.get("/desk/{staff_id}/handoffs/{handoff_id}")
    async def conversation(request: Request, staff_id: StaffId, handoff_id: HandoffId) -> Response:
        return await pages.conversation(request, Place(staff_id, handoff_id))


def _add_doing(router: APIRouter, port: DeskPort, pages: DeskPages) -> None:
    _add_action(router, pages, "take", port.take, stays=True)
    _add_action(router, pages, "pass", port.pass_, stays=False)
    _add_action(router, pages, "close", port.close, stays=False)

    @router.post("/desk/{staff_id}/handoffs/{handoff_id}/reply")
    async def reply(
        request: Request, staff_id: StaffId, handoff_id: HandoffId, text: Annotated[str, Form()] = ""
    ) -> Response:
        draft = whole_characters(text.replace("\r\n", "\n")).strip()
        result = _unsendable(draft) or await port.reply(staff_id, handoff_id, draft)
        return await _after(request, pages, Place(staff_id, handoff_id), result, draft=draft)


def _add_action(
    router: APIRouter,
    pages: DeskPages,
    name: str,
    act: Callable[[str, int], Awaitable[Result]],
    *,
    stays: bool,
) -> None:
    """A button: it does one thing, and the conversation `stays` open on the page afterwards or not."""

    @router.post(f"/desk/{{staff_id}}/handoffs/{{handoff_id}}/{name}", name=name)
    async def do(request: Request, staff_id: StaffId, handoff_id: HandoffId) -> Response:
        place = Place(staff_id, handoff_id)
        return await _after(request, pages, place, await act(staff_id, handoff_id), stays=stays)


def _unsendable(draft: str) -> Result | None:
    if not draft:
        return Result(False, "Nothing was sent: the reply was empty.")
    if len(draft) > LONGEST_REPLY:
        return Result(False, f"Nothing was sent: a reply may have {LONGEST_REPLY:,} characters.")
    return None


async def _after(
    request: Request, pages: DeskPages, place: Place, result: Result, *, draft: str = "", stays: bool = True
) -> Response:
    """Done: back to the page, with what was said. Not done: the page again, the draft kept."""
    if result.ok:
        response = RedirectResponse(place.address if stays else place.home, status_code=303)
        pages.remember(response, place, result.says)
        return response
    try:
        return await pages.conversation(request, place, problem=result.says, draft=draft, status=409)
    except UnknownHandoff:  # it is a colleague's by now, or closed: nothing of it may be shown
        return await pages.queue(request, place.staff_id, problem=result.says, status=409)
