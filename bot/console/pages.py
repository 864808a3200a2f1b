"""Draws the desk's pages: one frame with who one is, the queue and the ways that one's role has."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote, unquote

from fastapi import Request, Response
from fastapi.responses import RedirectResponse

from bot.console import words
from bot.console.door import BACKGROUND, SIGN_IN, cookie_name
from bot.console.views import queue_rows
from bot.domain.access import Action, may
from bot.services import desk
from bot.services.context import Context
from bot.services.staff_sessions import Session
from bot.web.guard import Refusal
from bot.web.pages import page_templates

_SAID = "warmline_said"  # what the last action said, shown once after the redirect
_LONGEST_SAID = 600


@dataclass(frozen=True)
class Way:
    """One entry of the desk's menu."""

    address: str
    name: str
    action: Action


WAYS = (
    Way("/desk", "Queue", Action.SEE_QUEUE),
    Way("/desk/overview", "Overview", Action.OVERSEE),
    Way("/desk/team", "Team", Action.SEE_ROSTER),
    Way("/desk/questions", "Questions", Action.LABEL),
    Way("/desk/reports", "Reports", Action.SEE_REPORTS),
    Way("/desk/audit", "Record", Action.SEE_AUDIT),
)


class DeskPages:
    """The pages of one service."""

    def __init__(self, context: Context, ways: tuple[Way, ...] = WAYS, *, secure: bool = False) -> None:
        self.context, self._ways, self._secure = context, ways, secure
        self._said = cookie_name(_SAID, secure=secure)
        self._zone = context.clinic.zone
        self._templates = page_templates(Path(__file__).parent / "templates")
        self._templates.env.globals.update(words=words, demonstration=False)
        self._templates.env.filters["moment"] = lambda at: words.moment_in_words(at, self._zone)

    def set(self, **values: object) -> None:
        """Give every page a value."""
        self._templates.env.globals.update(values)

    def ways_of(self, me: Session) -> list[Way]:
        return [way for way in self._ways if may(me.role, way.action)]

    async def inside(
        self, request: Request, me: Session, name: str, values: Mapping[str, object] = {}, status: int = 200
    ) -> Response:
        """A page of somebody who is signed in."""
        rows = None
        if may(me.role, Action.SEE_QUEUE):
            rows = queue_rows(await desk.queue(self.context, me.counselor_id), self.context.clock.now())
        frame: dict[str, object] = {
            "me": me,
            "rows": rows,
            "ways": self.ways_of(me),
            "here": request.url.path,
            "open_id": None,
            "problem": None,
        }
        said = "" if BACKGROUND in request.headers else unquote(request.cookies.get(self._said, ""))
        response = self.outside(request, name, {**frame, "said": said, **values}, status)
        if said:
            self._keep(response, "", 0)
        return response

    def outside(
        self, request: Request, name: str, values: Mapping[str, Any] = {}, status: int = 200
    ) -> Response:
        """A page of its own."""
        return self._templates.TemplateResponse(request, name, dict(values), status_code=status)

    def refusal(self, request: Request, refusal: Refusal) -> Response:
        if refusal.status == 401 and BACKGROUND not in request.headers:
            return RedirectResponse(SIGN_IN, status_code=303)
        return self.outside(request, "refusal.html", {"refusal": refusal}, refusal.status)

    def go(self, address: str, says: str = "") -> Response:
        """On to another page; the sentence travels in a cookie, out of addresses and so out of histories and logs."""
        response = RedirectResponse(address, status_code=303)
        if says:
            self._keep(response, quote(says[:_LONGEST_SAID]), 30)
        return response

    def _keep(self, response: Response, value: str, seconds: int) -> None:
        response.set_cookie(
            self._said,
            value,
            max_age=seconds,
            path="/",
            secure=self._secure,
            httponly=True,
            samesite="strict",
        )
