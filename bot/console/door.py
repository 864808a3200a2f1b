"""The door of the desk: the session's cookie, the token in every form, the way to the sign-in page.

It knows who asks. What they may do is the services' to say.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from fastapi import Request, Response

from bot.domain import signing_in as rules
from bot.services.context import Context
from bot.services.staff_sessions import Session, session_of
from bot.web.guard import Refusal
from bot.web.pages import whole_characters

SIGN_IN = "/desk/sign-in"
BACKGROUND = "x-warmline-refresh"  # the page keeping itself fresh: nobody is at the keys because of it
NOT_SIGNED_IN = Refusal(401, "not_signed_in", "Please sign in first.")
_FORGED = Refusal(
    403, "stale_form", "That page was too old, or it was not ours. Please go back and try again."
)
_SIGNING = "warmline_sign_in"  # the cookie of a try to sign in, for as long as its code counts


def cookie_name(name: str, *, secure: bool) -> str:
    """Over https no other host of the domain can set it: browsers take `__Host-` from this host alone (RFC 6265bis)."""
    return f"__Host-{name}" if secure else name


@dataclass(frozen=True)
class Doing:
    """A form that somebody who is signed in sent from a page of theirs."""

    me: Session
    fields: Mapping[str, str]

    def text(self, name: str) -> str:
        """A field as people typed it: whole characters, plain line ends, no blanks around."""
        return whole_characters(self.fields.get(name, "").replace("\r\n", "\n")).strip()


class Door:
    """`secure`: the desk is reached by https, so cookies go no other way."""

    def __init__(self, context: Context, *, secure: bool) -> None:
        self._context, self._secure = context, secure
        self._cookie = cookie_name("warmline_session", secure=secure)
        self._try = cookie_name(_SIGNING, secure=secure)

    async def signed_in(self, request: Request) -> Session:
        """Who asks. Raises a refusal that leads to the sign-in page."""
        token = self.token_of(request)
        background = BACKGROUND in request.headers
        session = await session_of(self._context, token, background=background) if token else None
        if session is None:
            raise NOT_SIGNED_IN.anew()
        return session

    async def doing(self, request: Request) -> Doing:
        """The same for a form, which must carry this session's token."""
        me = await self.signed_in(request)
        fields = await read_fields(request)
        if not rules.same(fields.get("csrf", ""), me.csrf):
            raise _FORGED.anew()
        return Doing(me, fields)

    def let_in(self, response: Response, token: str) -> None:
        response.set_cookie(
            self._cookie,
            token,
            max_age=int(rules.LONGEST.total_seconds()),
            path="/",
            secure=self._secure,
            httponly=True,
            samesite="strict",
        )
        self.end_try(response)

    def token_of(self, request: Request) -> str:
        return request.cookies.get(self._cookie, "")

    def let_out(self, response: Response) -> None:
        response.delete_cookie(self._cookie, path="/", secure=self._secure, httponly=True, samesite="strict")
        response.headers["Clear-Site-Data"] = (
            '"cache", "storage"'  # nothing of the desk stays on a shared computer
        )

    def begin_try(self, response: Response, token: str) -> None:
        response.set_cookie(
            self._try,
            token,
            max_age=int(rules.CODE_LIFE.total_seconds()),
            path="/",
            secure=self._secure,
            httponly=True,
            samesite="strict",
        )

    def end_try(self, response: Response) -> None:
        response.delete_cookie(self._try, path="/", secure=self._secure, httponly=True, samesite="strict")

    def token_of_try(self, request: Request) -> str:
        return request.cookies.get(self._try, "")


async def read_fields(request: Request) -> Mapping[str, str]:
    """The text fields of a form; a file in it is left out."""
    form = await request.form(max_files=1, max_fields=50)
    return {name: value for name, value in form.items() if isinstance(value, str)}


def origin_of(request: Request) -> str:
    """Which computer asks, for the limits: its address as the listener sees it."""
    return request.client.host if request.client else "-"
