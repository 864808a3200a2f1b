"""The desk's pages about the line itself: who holds what, the roster and the hours, the reports, the record."""

from collections.abc import Iterable, Sequence
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Path, Query, Request, Response

from bot.console import words
from bot.console.door import Door
from bot.console.exports import csv_response
from bot.console.pages import DeskPages
from bot.console.plots import Bar, bars
from bot.console.views import queue_rows
from bot.domain.access import Action
from bot.services import desk, desk_roster, emergencies, reports
from bot.services.allowed import check
from bot.services.staff_sessions import Session
from bot.store.reports import Figures

StaffId = Annotated[str, Path(pattern=r"^[0-9a-fA-F-]{36}$")]
Word = Annotated[str, Query(max_length=60, pattern=r"^[\w:.-]*$")]
Days = Annotated[int, Query(ge=1, le=90)]
_AUDIT_HEAD = ("at", "who", "what", "conversation", "handoff", "detail")
_REQUEST_HEAD = ("case", "priority", "asked", "taken", "first answer", "closed", "how it ended", "feedback")


def add_overview(router: APIRouter, pages: DeskPages, door: Door) -> None:
    context, signed_in = pages.context, Depends(door.signed_in)

    @router.get("/desk/overview")
    async def overview(request: Request, me: Annotated[Session, signed_in]) -> Response:
        await check(context, me.counselor_id, Action.OVERSEE)
        rows = queue_rows(await desk.queue(context, me.counselor_id), context.clock.now())
        return await pages.inside(request, me, "overview.html", {"open_rows": rows})


def add_reports(router: APIRouter, pages: DeskPages, door: Door) -> None:
    context, signed_in = pages.context, Depends(door.signed_in)

    @router.get("/desk/reports")
    async def report(request: Request, me: Annotated[Session, signed_in], days: Days = 7) -> Response:
        found = await reports.report(context, me.counselor_id, days)
        values = {
            "report": found,
            "days": days,
            "periods": reports.PERIODS,
            "counts": {p: _counts(p, hours) for p, hours in found.hours.items()},
            "times": {p: _times(p, hours) for p, hours in found.hours.items()},
        }
        return await pages.inside(request, me, "reports.html", values)

    @router.get("/desk/reports/requests.csv")
    async def export(me: Annotated[Session, signed_in], days: Days = 7) -> Response:
        rows = await reports.each_request(context, me.counselor_id, days)
        return csv_response(f"warmline-requests-{days}-days", _REQUEST_HEAD, (_request(row) for row in rows))

    @router.get("/desk/reports/hours.csv")
    async def export_hours(me: Annotated[Session, signed_in], days: Days = 7) -> Response:
        found = await reports.report(context, me.counselor_id, days)
        names = tuple(Figures.__dataclass_fields__)
        table = [
            (p, hour, *(getattr(figures, name) for name in names))
            for p, hours in found.hours.items()
            for hour, figures in enumerate(hours)
        ]
        return csv_response(f"warmline-hours-{days}-days", ("priority", "hour", *names), table)


def add_record(router: APIRouter, pages: DeskPages, door: Door) -> None:
    context, signed_in = pages.context, Depends(door.signed_in)

    @router.get("/desk/audit")
    async def audit(
        request: Request, me: Annotated[Session, signed_in], who: Word = "", what: Word = ""
    ) -> Response:
        found = await desk_roster.record(context, me.counselor_id, of=who, what=what)
        values = {"record": found, "who": who, "what": what}
        return await pages.inside(request, me, "audit.html", values)

    @router.get("/desk/audit.csv")
    async def export(me: Annotated[Session, signed_in]) -> Response:
        found = await desk_roster.record(context, me.counselor_id, limit=50_000, exported=True)
        rows = (
            (
                e.at,
                found.names.get(e.actor_id or "", e.actor),
                words.deed_in_words(e.what),
                e.conversation_id,
                e.handoff_id,
                e.detail,
            )
            for e in found.entries
        )
        return csv_response("warmline-record", _AUDIT_HEAD, rows)

    @router.get("/desk/emergencies")
    async def listed(request: Request, me: Annotated[Session, signed_in]) -> Response:
        kept = await emergencies.emergencies_of(context, me.counselor_id)
        return await pages.inside(request, me, "emergencies.html", {"kept": kept})


def _request(row: Any) -> Sequence[object]:
    return (
        row.tag,
        row.priority,
        row.opened_at,
        row.taken_at,
        row.first_reply_at,
        row.closed_at,
        words.reason_in_words(row.close_reason),
        row.feedback,
    )


def _counts(priority: str, hours: Iterable[Figures]) -> object:
    columns = [
        Bar(f"{hour}:00", (f.taken, f.unanswered, f.opened - f.taken - f.unanswered))
        for hour, f in enumerate(hours)
    ]
    title = f"Requests by the hour of the day, priority {priority}: taken, unanswered, others"
    return bars(title, ("taken", "unanswered", "waiting or taken back"), columns)


def _times(priority: str, hours: Iterable[Figures]) -> object:
    columns = [Bar(f"{hour}:00", (round((f.take_median or 0) / 60, 2),)) for hour, f in enumerate(hours)]
    title = f"Median minutes until somebody took it, by the hour of the day, priority {priority}"
    return bars(title, ("minutes",), columns)
