"""The pages of signing in and out, and of one's own sessions and second factor. They say the same to everybody."""

from typing import Annotated, Any

import segno
from fastapi import APIRouter, Depends, Request, Response
from markupsafe import Markup

from bot.console.door import SIGN_IN, Doing, Door, origin_of, read_fields
from bot.console.pages import DeskPages
from bot.services.second_factor import (
    begin_second_factor,
    confirm_second_factor,
    has_second_factor,
    remove_second_factor,
)
from bot.services.sign_in import Entered, Step, ask_for_code, enter_code, enter_second_factor
from bot.services.staff_sessions import Session, end_session, sign_out, sign_out_everywhere

LONGEST_NAME = 100
_WRONG = "That is not the code. Please look at the newest text and try again."
_OVER = "That code no longer counts. Please begin again."
_CODE, _APP = f"{SIGN_IN}/code", f"{SIGN_IN}/app"


def add_sign_in(router: APIRouter, pages: DeskPages, door: Door, staff: tuple[str, ...]) -> None:
    """`staff`: names to choose from, in the demonstration only."""
    context = pages.context

    @router.get(SIGN_IN)
    async def begin(request: Request) -> Response:
        return pages.outside(request, "sign_in.html", {"staff": staff, "problem": None})

    @router.post(SIGN_IN)
    async def ask(request: Request) -> Response:
        name = (await read_fields(request)).get("name", "").strip()[:LONGEST_NAME]
        if not name:
            problem = "Please enter your name."
            return pages.outside(request, "sign_in.html", {"staff": staff, "problem": problem}, 422)
        token = await ask_for_code(context, name, origin_of(request))
        response = pages.go(_CODE)
        door.begin_try(response, token)
        return response

    _add_codes(router, pages, door, staff)


def _add_codes(router: APIRouter, pages: DeskPages, door: Door, staff: tuple[str, ...]) -> None:
    """The code that came on the phone, and the app's where a second factor is on."""
    context = pages.context

    @router.get(_CODE)
    async def code_page(request: Request) -> Response:
        return pages.outside(request, "code.html", {"app": False, "problem": None})

    @router.get(_APP)
    async def app_page(request: Request) -> Response:
        return pages.outside(request, "code.html", {"app": True, "problem": None})

    @router.post(_CODE)
    async def code(request: Request) -> Response:
        typed = (await read_fields(request)).get("code", "")
        return await after(request, await enter_code(context, door.token_of_try(request), typed), app=False)

    @router.post(_APP)
    async def app_code(request: Request) -> Response:
        typed = (await read_fields(request)).get("code", "")
        entered = await enter_second_factor(context, door.token_of_try(request), typed)
        return await after(request, entered, app=True)

    async def after(request: Request, entered: Entered, *, app: bool) -> Response:
        match entered.step:
            case Step.IN:
                await end_session(context, door.token_of(request))
                response = pages.go("/desk")
                door.let_in(response, entered.token)
                return response
            case Step.SECOND_FACTOR:
                return pages.go(_APP)
            case Step.WRONG:
                return pages.outside(request, "code.html", {"app": app, "problem": _WRONG}, 403)
            case Step.OVER:
                response = pages.outside(request, "sign_in.html", {"staff": staff, "problem": _OVER}, 403)
                door.end_try(response)
                return response


def add_you(router: APIRouter, pages: DeskPages, door: Door) -> None:
    """One's own page: sessions, second factor, signing out."""
    context = pages.context
    signed_in, doing = Depends(door.signed_in), Depends(door.doing)

    @router.get("/desk/you")
    async def you(request: Request, me: Annotated[Session, signed_in]) -> Response:
        has = await has_second_factor(context, me.counselor_id)
        return await pages.inside(
            request, me, "you.html", {"has_factor": has, "setup": None, "picture": None}
        )

    @router.post("/desk/sign-out")
    async def out(request: Request, form: Annotated[Doing, doing]) -> Response:
        await sign_out(context, form.me)
        response = pages.go(SIGN_IN)
        door.let_out(response)
        return response

    @router.post("/desk/you/sign-out-everywhere")
    async def out_everywhere(form: Annotated[Doing, doing]) -> Response:
        await sign_out_everywhere(context, form.me.counselor_id, form.me.counselor_id)
        response = pages.go(SIGN_IN)
        door.let_out(response)
        return response

    _add_second_factor(router, pages, doing)


def _add_second_factor(router: APIRouter, pages: DeskPages, doing: Any) -> None:
    context = pages.context

    @router.post("/desk/you/second-factor")
    async def set_up(request: Request, form: Annotated[Doing, doing]) -> Response:
        return await show_setup(request, form.me)

    async def show_setup(request: Request, me: Session, problem: str | None = None) -> Response:
        setup = await begin_second_factor(context, me.counselor_id)
        if setup is None:
            return pages.go("/desk/you", "A second factor is on already.")
        values = {"has_factor": False, "setup": setup, "picture": _picture(setup.address), "problem": problem}
        return await pages.inside(request, me, "you.html", values, 409 if problem else 200)

    @router.post("/desk/you/second-factor/confirm")
    async def confirm(request: Request, form: Annotated[Doing, doing]) -> Response:
        if await confirm_second_factor(context, form.me.counselor_id, form.text("code")):
            return pages.go("/desk/you", "From now on your app's code is asked for, too.")
        return await show_setup(
            request, form.me, "That is not the app's code of this moment. Please try again."
        )

    @router.post("/desk/you/second-factor/off")
    async def switch_off(form: Annotated[Doing, doing]) -> Response:
        me = form.me.counselor_id
        off = await remove_second_factor(context, me, me, form.text("code"))
        return pages.go(
            "/desk/you", "The second factor is off." if off else "That code did not fit. It is still on."
        )


def _picture(address: str) -> Markup:
    """The address as a picture that an authenticator app reads, drawn here."""
    drawn = segno.make(address, error="m").svg_inline(
        scale=4, border=2, dark="#000", light="#fff", omitsize=True
    )
    return Markup(drawn)  # noqa: S704  # nosec B704  (squares; the library writes no text into it)
