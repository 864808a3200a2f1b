"""Draws the desk's pages. Reads through the port, changes nothing."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, tzinfo
from pathlib import Path
from urllib.parse import quote, unquote

from fastapi import Request, Response

from bot.console import words
from bot.console.port import DeskPort, QueueRow, Staff, UnknownStaff
from bot.web.guard import Refusal
from bot.web.pages import page_templates

_SAID = "warmline_said"  # what the last action said, shown once after the redirect
_LONGEST_SAID = 600
_BACKGROUND = "x-warmline-refresh"  # the page keeping itself fresh: nobody reads a sentence there


@dataclass(frozen=True)
class Place:
    """One conversation as one of the staff sees it."""

    staff_id: str
    handoff_id: int

    @property
    def home(self) -> str:
        return _home(self.staff_id)

    @property
    def address(self) -> str:
        return f"{self.home}/handoffs/{self.handoff_id}"


@dataclass(frozen=True)
class _Board:
    """What stands on every page of one of the staff: who they are, and the queue in order."""

    me: Staff
    rows: Sequence[QueueRow]

    @property
    def home(self) -> str:
        return _home(self.me.id)


class DeskPages:
    """The pages, for one service and one time zone."""

    def __init__(self, port: DeskPort, zone: tzinfo) -> None:
        self._port = port
        self._zone = zone
        self._templates = page_templates(Path(__file__).parent / "templates")
        self._templates.env.globals["words"] = words
        self._templates.env.filters["moment"] = self._moment

    async def choose(self, request: Request) -> Response:
        return self._draw(request, "choose.html", {"staff": await self._port.staff()})

    async def queue(
        self, request: Request, staff_id: str, *, problem: str | None = None, status: int = 200
    ) -> Response:
        board = await self._board(staff_id)
        return self._draw(request, "queue.html", {"board": board, "place": None, "problem": problem}, status)

    async def conversation(
        self,
        request: Request,
        place: Place,
        *,
        problem: str | None = None,
        draft: str = "",
        status: int = 200,
    ) -> Response:
        board = await self._board(place.staff_id)
        view = await self._port.conversation(place.staff_id, place.handoff_id)
        row = next((row for row in board.rows if row.handoff_id == place.handoff_id), None)
        found = {"board": board, "place": place, "view": view, "row": row, "problem": problem, "draft": draft}
        return self._draw(request, "conversation.html", found, status)

    def refusal(self, request: Request, refusal: Refusal) -> Response:
        return self._draw(request, "refusal.html", {"refusal": refusal}, refusal.status)

    def remember(self, response: Response, place: Place, says: str) -> None:
        """Keep a sentence for the next page, out of the address and so out of histories and logs."""
        kept = quote(says[:_LONGEST_SAID])
        response.set_cookie(_SAID, kept, max_age=30, path=place.home, httponly=True, samesite="strict")

    async def _board(self, staff_id: str) -> _Board:
        staff = await self._port.staff()
        me = next((person for person in staff if person.id == staff_id), None)
        if me is None:
            raise UnknownStaff(staff_id)
        rows = sorted(await self._port.queue(staff_id), key=_urgency)
        return _Board(me, rows)

    def _draw(self, request: Request, name: str, values: dict[str, object], status: int = 200) -> Response:
        said = "" if _BACKGROUND in request.headers else unquote(request.cookies.get(_SAID, ""))
        response = self._templates.TemplateResponse(
            request, name, {**values, "said": said}, status_code=status
        )
        board = values.get("board")
        if said and isinstance(board, _Board):
            response.delete_cookie(_SAID, path=board.home, httponly=True, samesite="strict")
        return response

    def _moment(self, at: datetime) -> str:
        return at.astimezone(self._zone).strftime("%-d %b, %H:%M")


def _urgency(row: QueueRow) -> tuple[bool, bool, int, datetime]:
    """Crisis first, closed last; a crisis that waits before one's own, otherwise one's own first."""
    crisis = row.priority == "crisis"
    waiting = row.state in ("open", "offered")
    order = (waiting, row.mine, True) if crisis else (row.mine, waiting, True)
    return (row.state == "closed", not crisis, order.index(True), row.opened_at)


def _home(staff_id: str) -> str:
    return f"/desk/{quote(staff_id, safe='')}"
