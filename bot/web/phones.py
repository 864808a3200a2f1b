"""The page of phones and its HTTP API (demonstration only). Shows and sends texts, nothing else."""

import json
from collections.abc import Iterable
from dataclasses import asdict
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Path, Query, Request, Response
from fastapi.responses import JSONResponse, RedirectResponse

from bot.web.events import event_stream
from bot.web.guard import Refusal, guarded_route
from bot.web.pages import page_templates, whole_characters
from bot.web.phones_port import PhonesPort, TooManyHandsets, UnknownHandset, UnknownOption

LONGEST_TEXT = 10_000
LARGEST_ID = 2**63 - 1

HandsetId = Annotated[str, Path(max_length=100, pattern=r"^[!-~]+$")]

_KNOWN: dict[type[Exception], Refusal] = {
    UnknownHandset: Refusal(404, "unknown_handset", "There is no such phone."),
    UnknownOption: Refusal(404, "unknown_option", "That text has no such option."),
    TooManyHandsets: Refusal(409, "too_many_handsets", "There are enough phones on this page."),
}


def phones_router(port: PhonesPort, *, hosts: Iterable[str] = ()) -> APIRouter:
    """The page at /phones, its API below it, and "/" leading there; for this machine alone. `hosts`: more names we go by."""
    router = APIRouter(
        route_class=guarded_route(hosts=hosts, known=_KNOWN, show=_show, here_only=True),
        include_in_schema=False,
    )
    _add_page(router)
    _add_handsets(router, port)
    _add_texts(router, port)

    @router.get("/phones/events")
    async def events() -> Response:
        return event_stream(port.changes(), lambda handset_id: {"handset": handset_id})

    return router


def _add_page(router: APIRouter) -> None:
    templates = page_templates()

    @router.get("/")
    async def landing() -> Response:
        return RedirectResponse("/phones", status_code=307)

    @router.get("/phones")
    async def page(request: Request) -> Response:
        return templates.TemplateResponse(request, "phones.html", {"longest_text": LONGEST_TEXT})


def _add_handsets(router: APIRouter, port: PhonesPort) -> None:
    @router.get("/phones/api/handsets")
    async def handsets() -> list[dict[str, Any]]:
        return [asdict(handset) for handset in await port.handsets()]

    @router.post("/phones/api/handsets", status_code=201)
    async def add(body: Body) -> dict[str, Any]:
        kind = body.get("kind")
        if kind not in ("sms", "telegram"):
            raise Refusal(422, "unknown_kind", 'Please send {"kind": "sms"} or {"kind": "telegram"}.')
        return asdict(await port.add_client(kind))


def _add_texts(router: APIRouter, port: PhonesPort) -> None:
    @router.get("/phones/api/handsets/{handset_id}/texts")
    async def texts(
        handset_id: HandsetId, after: Annotated[int, Query(ge=0, le=LARGEST_ID)] = 0
    ) -> list[dict[str, Any]]:
        return [asdict(text) for text in await port.texts(handset_id, after)]

    @router.post("/phones/api/handsets/{handset_id}/texts", status_code=202)
    async def send(handset_id: HandsetId, body: Body) -> dict[str, str]:
        await port.send_text(handset_id, _text_in(body))
        return {"status": "accepted"}

    @router.post("/phones/api/handsets/{handset_id}/presses", status_code=202)
    async def press(handset_id: HandsetId, body: Body) -> dict[str, str]:
        text_id, token = body.get("text_id"), body.get("token")
        if type(text_id) is not int or not 0 < text_id <= LARGEST_ID or not isinstance(token, str):
            raise Refusal(
                422, "not_a_press", 'Please send {"text_id": <number>, "token": "<the option\'s token>"}.'
            )
        await port.press(handset_id, text_id, whole_characters(token))
        return {"status": "accepted"}


async def _read_object(request: Request) -> dict[str, Any]:
    """The request's JSON object. Only JSON is taken: a form of another site cannot send it unasked."""
    if request.headers.get("content-type", "").split(";")[0].strip().lower() != "application/json":
        raise Refusal(415, "not_json", "Please send JSON (Content-Type: application/json).")
    try:
        body = json.loads(await request.body())
    except (ValueError, RecursionError):
        raise Refusal(400, "broken_json", "That is not readable JSON.") from None
    if not isinstance(body, dict):
        raise Refusal(422, "not_an_object", "Please send a JSON object.")
    return body


Body = Annotated[dict[str, Any], Depends(_read_object)]


def _text_in(body: dict[str, Any]) -> str:
    text = body.get("text")
    if not isinstance(text, str):
        raise Refusal(422, "no_text", 'Please send {"text": "<what to say>"}.')
    if len(text) > LONGEST_TEXT:
        raise Refusal(
            413, "text_too_long", f"A text may have {LONGEST_TEXT:,} characters; that one has {len(text):,}."
        )
    return whole_characters(text)


def _show(request: Request, refusal: Refusal) -> Response:
    return JSONResponse({"error": refusal.error, "says": refusal.says}, status_code=refusal.status)
