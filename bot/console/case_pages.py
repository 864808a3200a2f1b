"""One conversation at the desk: read it, take it, answer, note, pass, close, record an emergency."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Annotated
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Depends, Path, Request, Response

from bot.console.canned import Canned, load_canned
from bot.console.door import BACKGROUND, Doing, Door
from bot.console.pages import DeskPages
from bot.console.views import conversation_view
from bot.services import desk, desk_work, emergencies, typing_sign
from bot.services.context import Context
from bot.services.emergencies import Disclosure, Incomplete
from bot.services.staff_sessions import Session
from bot.services.taking import Said

LONGEST_REPLY = 10_000
CASE = "/desk/handoffs/{handoff_id}"

_FIELDS = ("recipient", "affiliation", "disclosed_by", "nature", "supervisor")

HandoffId = Annotated[int, Path(ge=1, le=2**63 - 1)]
Act = Callable[[Context, Doing, int], Awaitable[Said]]


class UnknownHandoff(LookupError):
    """There is no such handoff, or this person may not see it."""


@dataclass
class Cases:
    """The conversation's page and what follows from its forms."""

    pages: DeskPages
    canned: tuple[Canned, ...] = field(init=False)

    def __post_init__(self) -> None:
        self.canned = load_canned(self.pages.context.clinic.phone)

    async def show(
        self,
        request: Request,
        me: Session,
        handoff_id: int,
        *,
        problem: str | None = None,
        drafts: dict[str, str] | None = None,
        status: int = 200,
    ) -> Response:
        view = await desk.conversation(
            self.pages.context, me.counselor_id, handoff_id, background=BACKGROUND in request.headers
        )
        if view is None:
            raise UnknownHandoff
        values = {
            "view": conversation_view(view),
            "open_id": handoff_id,
            "here": address_of(handoff_id),
            "canned": self.canned,
            "drafts": {"reply": "", "note": "", **(drafts or {})},
            "problem": problem,
        }
        return await self.pages.inside(request, me, "conversation.html", values, status)

    async def after(
        self, request: Request, form: Doing, handoff_id: int, said: Said, *, stays: bool, draft: str = ""
    ) -> Response:
        """Done: on to the page with what was said. Not done: the page again, what was written kept."""
        if said.ok:
            return self.pages.go(address_of(handoff_id) if stays else "/desk", said.text or "Sent.")
        try:
            drafts = {draft: form.text("text")} if draft else {}
            return await self.show(request, form.me, handoff_id, problem=said.text, drafts=drafts, status=409)
        except UnknownHandoff:  # it is a colleague's by now, or closed: nothing of it may be shown
            return await self.pages.inside(request, form.me, "queue.html", {"problem": said.text}, 409)


def address_of(handoff_id: int) -> str:
    return CASE.format(handoff_id=handoff_id)


def add_cases(router: APIRouter, pages: DeskPages, door: Door) -> None:
    cases = Cases(pages)

    @router.get(CASE)
    async def conversation(
        request: Request, handoff_id: HandoffId, me: Annotated[Session, Depends(door.signed_in)]
    ) -> Response:
        wanted = request.query_params.get("say")
        said = next((canned.text for canned in cases.canned if canned.key == wanted), "")
        drafts = {"reply": said}
        return await cases.show(request, me, handoff_id, drafts=drafts)

    _add_act(router, cases, door, "take", lambda c, f, h: desk_work.take(c, f.me.counselor_id, h))
    _add_act(
        router, cases, door, "pass", lambda c, f, h: desk_work.pass_on(c, f.me.counselor_id, h), stays=False
    )
    _add_act(
        router,
        cases,
        door,
        "close",
        lambda c, f, h: desk_work.close(c, f.me.counselor_id, h, f.text("reason")),
        stays=False,
    )
    _add_act(router, cases, door, "reply", _reply, draft="reply")
    _add_act(router, cases, door, "note", _note, draft="note")
    _add_act(router, cases, door, "transfer", _transfer, stays=False)
    _add_emergency(router, cases, door)

    @router.post("/desk/here", status_code=204)
    async def here(form: Annotated[Doing, Depends(door.doing)]) -> Response:
        """Somebody is at the keys; on a conversation of theirs the client may see that they are writing."""
        if form.text("writing").isdigit():
            await typing_sign.is_writing(pages.context, form.me.counselor_id, int(form.text("writing")[:18]))
        return Response(status_code=204)


async def _reply(context: Context, form: Doing, handoff_id: int) -> Said:
    return _unsendable(form.text("text")) or await desk_work.reply(
        context, form.me.counselor_id, handoff_id, form.text("text")
    )


async def _note(context: Context, form: Doing, handoff_id: int) -> Said:
    return _unsendable(form.text("text")) or await desk_work.note(
        context, form.me.counselor_id, handoff_id, form.text("text")
    )


async def _transfer(context: Context, form: Doing, handoff_id: int) -> Said:
    to, words = form.text("to"), form.text("text")[:LONGEST_REPLY]
    return await desk_work.transfer(context, form.me.counselor_id, handoff_id, to or None, words)


def _unsendable(draft: str) -> Said | None:
    if not draft:
        return Said(False, "Nothing was done: there were no words.")
    if len(draft) > LONGEST_REPLY:
        return Said(False, f"Nothing was done: a text may have {LONGEST_REPLY:,} characters.")
    return None


def _add_act(
    router: APIRouter, cases: Cases, door: Door, name: str, act: Act, *, stays: bool = True, draft: str = ""
) -> None:
    """A button: it does one thing, and the conversation `stays` open on the page afterwards or not."""

    @router.post(f"{CASE}/{name}", name=name)
    async def do(
        request: Request, handoff_id: HandoffId, form: Annotated[Doing, Depends(door.doing)]
    ) -> Response:
        said = await act(cases.pages.context, form, handoff_id)
        return await cases.after(request, form, handoff_id, said, stays=stays, draft=draft)


def _add_emergency(router: APIRouter, cases: Cases, door: Door) -> None:
    context, pages = cases.pages.context, cases.pages

    @router.get(f"{CASE}/emergency")
    async def form_page(
        request: Request, handoff_id: HandoffId, me: Annotated[Session, Depends(door.signed_in)]
    ) -> Response:
        now = context.clock.now().astimezone(context.clinic.zone)
        fields = {"at": now.strftime("%Y-%m-%dT%H:%M"), "disclosed_by": me.name}
        return await show(request, me, handoff_id, fields)

    async def show(
        request: Request, me: Session, handoff_id: int, fields: dict[str, str], problem: str | None = None
    ) -> Response:
        view = await desk.conversation(context, me.counselor_id, handoff_id)
        if view is None or not (view.mine or me.role == "supervisor"):
            raise UnknownHandoff
        values = {
            "view": conversation_view(view),
            "fields": {**dict.fromkeys((*_FIELDS, "at", "contact_confirmed"), ""), **fields},
            "problem": problem,
            "open_id": handoff_id,
        }
        return await pages.inside(request, me, "emergency.html", values, 422 if problem else 200)

    @router.post(f"{CASE}/emergency")
    async def record(
        request: Request, handoff_id: HandoffId, form: Annotated[Doing, Depends(door.doing)]
    ) -> Response:
        texts = {name: form.text(name) for name in _FIELDS}
        told = Disclosure(**texts, contact_confirmed=form.text("contact_confirmed") == "yes")
        try:
            at = _moment(form.text("at"), context.clinic.zone)
            kept = await emergencies.record_emergency(context, form.me.counselor_id, handoff_id, told, at)
        except Incomplete as problem:
            fields = {**texts, "at": form.text("at"), "contact_confirmed": form.text("contact_confirmed")}
            return await show(request, form.me, handoff_id, fields, str(problem))
        if not kept:
            raise UnknownHandoff
        return pages.go(address_of(handoff_id), "The emergency is recorded.")


def _moment(typed: str, zone: ZoneInfo) -> datetime:
    """A moment as a form sends it, in the clinic's zone."""
    try:
        return datetime.fromisoformat(typed[:16]).replace(tzinfo=zone)
    except ValueError:
        raise Incomplete("Please enter the date and the time.") from None
