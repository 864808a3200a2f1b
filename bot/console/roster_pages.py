"""The desk's page "Team": who works here and when, the line's hours, and the forms that change them."""

from collections.abc import Awaitable, Callable
from typing import Annotated

from fastapi import APIRouter, Depends, Path, Request, Response

from bot.console.door import Doing, Door
from bot.console.pages import DeskPages
from bot.domain.access import Action, may
from bot.domain.schedule import BadHours, week_text
from bot.domain.shifts import in_spans
from bot.services import desk_roster, hours
from bot.services.allowed import check
from bot.services.context import Context
from bot.services.hours import By
from bot.services.ladder import offer_again
from bot.services.second_factor import remove_second_factor
from bot.services.staff_sessions import Session, sign_out_everywhere

TEAM = "/desk/team"
LONGEST_WEEK = 600

StaffId = Annotated[str, Path(pattern=r"^[0-9a-fA-F-]{36}$")]
Change = Callable[[Context, By, Doing], Awaitable[str]]


async def show_team(
    pages: DeskPages, request: Request, me: Session, *, problem: str | None = None, status: int = 200
) -> Response:
    found = await desk_roster.roster(pages.context, me.counselor_id)
    values = {
        "roster": found,
        "in_spans": in_spans,
        "week_text": week_text,
        "line": await hours.read_line(pages.context),
        "may_end": may(me.role, Action.SIGN_OUT_OTHERS),
        "may_change": may(me.role, Action.CHANGE_HOURS),
        "zone": pages.context.clinic.timezone,
        "week": in_spans(found.watch.hours.week),
        "problem": problem,
    }
    return await pages.inside(request, me, "team.html", values, status)


def add_team(router: APIRouter, pages: DeskPages, door: Door) -> None:
    context = pages.context

    @router.get(TEAM)
    async def team(request: Request, me: Annotated[Session, Depends(door.signed_in)]) -> Response:
        return await show_team(pages, request, me)

    @router.post("/desk/team/{staff_id}/sign-out")
    async def end_sessions(staff_id: StaffId, form: Annotated[Doing, Depends(door.doing)]) -> Response:
        ended = await sign_out_everywhere(context, form.me.counselor_id, staff_id)
        return pages.go(TEAM, f"{ended} session{'' if ended == 1 else 's'} ended.")

    @router.post("/desk/team/{staff_id}/second-factor-off")
    async def factor_off(staff_id: StaffId, form: Annotated[Doing, Depends(door.doing)]) -> Response:
        await check(context, form.me.counselor_id, Action.SIGN_OUT_OTHERS)
        off = await remove_second_factor(context, form.me.counselor_id, staff_id)
        return pages.go(TEAM, "The second factor is off." if off else "There was none.")

    _add_change(router, pages, door, "hours", _set_week)
    _add_change(router, pages, door, "closed", _close)
    _add_change(router, pages, door, "reopened", _reopen)

    @router.post("/desk/team/{staff_id}/place")
    async def place(
        request: Request, staff_id: StaffId, form: Annotated[Doing, Depends(door.doing)]
    ) -> Response:
        async def change(context: Context, by: By, form: Doing) -> str:
            await desk_roster.member(context, form.me.counselor_id, staff_id)
            duty, on_call = (form.text(name)[:LONGEST_WEEK] for name in ("duty", "on_call"))
            away, capacity = form.text("away") == "yes", form.text("capacity")[:4]
            await hours.set_member(
                context, by, staff_id, capacity=capacity, away=away, duty=duty, on_call=on_call
            )
            return "Kept. It counts from now on."

        return await _changed(pages, request, form, change)


def _add_change(router: APIRouter, pages: DeskPages, door: Door, name: str, change: Change) -> None:
    @router.post(f"{TEAM}/{name}", name=name)
    async def do(request: Request, form: Annotated[Doing, Depends(door.doing)]) -> Response:
        return await _changed(pages, request, form, change)


async def _changed(pages: DeskPages, request: Request, form: Doing, change: Change) -> Response:
    """Do it and say so; what cannot be read changes nothing, and the page says why. Who waits is looked at again."""
    try:
        said = await change(pages.context, By(form.me.counselor_id), form)
    except BadHours as wrong:
        problem = f"Nothing was changed: {wrong}."
        return await show_team(pages, request, form.me, problem=problem, status=422)
    await offer_again(pages.context)
    return pages.go(TEAM, said)


async def _set_week(context: Context, by: By, form: Doing) -> str:
    await hours.set_week(context, by, form.text("week")[:LONGEST_WEEK])
    return "The hours are changed. They count from now on."


async def _close(context: Context, by: By, form: Doing) -> str:
    return f"The line is closed on {await hours.close_day(context, by, form.text('day'))}."


async def _reopen(context: Context, by: By, form: Doing) -> str:
    return f"The usual hours count on {await hours.reopen_day(context, by, form.text('day'))}."
