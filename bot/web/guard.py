"""The door of every page: who may ask (host, same site, size), which headers go out, how a refusal looks.

It knows no page and no port.
"""

import ipaddress
from collections.abc import Callable, Container, Coroutine, Iterable, Mapping
from typing import Any
from urllib.parse import urlsplit

import structlog
from fastapi import Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.routing import APIRoute

log = structlog.get_logger("pages")

LARGEST_BODY = (
    256 * 1024
)  # bytes: 10,000 characters, each written as a JSON surrogate pair, and room to spare

HEADERS: Mapping[str, str] = {
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
        "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    # not no-referrer: with it a browser sends "Origin: null" with a form (Fetch standard)
    "Referrer-Policy": "same-origin",
    "Cache-Control": "no-store",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=(), payment=(), usb=()",
}
HTTPS_ONLY = "max-age=31536000; includeSubDomains"

_SAFE = frozenset({"GET", "HEAD", "OPTIONS"})


class Refusal(Exception):
    """A request that is not served. `error` is a word for programs, `says` a sentence for people."""

    def __init__(self, status: int, error: str, says: str) -> None:
        super().__init__(error)
        self.status = status
        self.error = error
        self.says = says

    def anew(self) -> "Refusal":
        """To be raised: an error that is raised again and again keeps the frames of every time, and what was sent."""
        return Refusal(self.status, self.error, self.says)


BAD_REQUEST = Refusal(
    422, "bad_request", "Something in that request was missing or was not what it should be."
)


def _host_of(address: str) -> str:
    """The host that an address names, "" when it is none."""
    try:
        return (urlsplit(address).hostname or "").lower()
    except ValueError:  # "[::1" is no address
        return ""


def check_host(request: Request, names: Iterable[str]) -> None:
    """Refuse a host name we do not go by: a foreign page may point a name of its own at this machine.

    An address in digits cannot be such a name, so it is let in.
    """
    name = _host_of(f"//{request.headers.get('host', '')}")
    if name == "localhost" or name.endswith(".localhost") or name in names or _is_address(name):
        return
    raise Refusal(
        421, "wrong_host", "This address is not served here. Open the page by localhost or its number."
    )


def _is_address(name: str) -> bool:
    try:
        ipaddress.ip_address(name)
    except ValueError:
        return False
    return True


def check_is_here(request: Request) -> None:
    """Refuse who is not on this very machine, also when a proxy on it passes them on."""
    forwarded = {"forwarded", "x-forwarded-for", "x-forwarded-host", "via"} & set(request.headers)
    name = _host_of(f"//{request.headers.get('host', '')}")
    asker = request.client.host if request.client else ""
    own_name = name == "localhost" or name.endswith(".localhost") or _is_loopback(name)
    if forwarded or not own_name or not _is_loopback(asker):
        raise Refusal(404, "not_here", "This page is served on its own machine only.")


def _is_loopback(address: str) -> bool:
    return _is_address(address) and ipaddress.ip_address(address).is_loopback


def check_same_site(request: Request, names: Container[str] = ()) -> None:
    """Refuse what another site's page makes a browser send. Programs send neither header and are let in."""
    site = request.headers.get("sec-fetch-site")
    origin = request.headers.get("origin")
    foreign = site not in (None, "same-origin", "none")
    same = (origin or "").partition("://")[2] == request.headers.get("host")
    ours = origin is None or same or _host_of(origin) in names
    if foreign or not ours:
        raise Refusal(403, "cross_site", "That came from another site's page, so it was not done.")


def check_size(request: Request) -> None:
    length = request.headers.get("content-length", "")
    if not (length.isascii() and length.isdigit()):
        raise Refusal(411, "length_required", "Please say how long the request is (Content-Length).")
    if int(length) > LARGEST_BODY:
        raise Refusal(413, "too_large", "That is too large. A text may have 10,000 characters.")


def guarded_route(
    *,
    hosts: Iterable[str],
    known: Mapping[type[Exception], Refusal],
    show: Callable[[Request, Refusal], Response],
    secure: bool = False,
    here_only: bool = False,
) -> type[APIRoute]:
    """A route class that checks before, adds our headers after, and shows refusals and known errors.

    `secure`: the pages are reached by https, and browsers are told to use nothing else. `here_only`: they are for
    this machine alone.
    """
    names = frozenset(name.lower() for name in hosts)

    def refused(request: Request, refusal: Refusal) -> Response:
        # the route's own pattern and a word of ours: nothing that was sent
        route = getattr(request.scope.get("route"), "path", None)
        log.warning("page.refused", route=route, status=refusal.status, error=refusal.error)
        return show(request, refusal)

    class GuardedRoute(APIRoute):
        def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
            handle = super().get_route_handler()

            async def guarded(request: Request) -> Response:
                try:
                    _check(request, names, here_only=here_only)
                    response = await handle(request)
                except Refusal as refusal:
                    response = refused(request, refusal)
                except RequestValidationError:
                    response = refused(request, BAD_REQUEST)
                except tuple(known) as problem:
                    reason = next(known[kind] for kind in known if isinstance(problem, kind))
                    response = refused(request, reason)
                response.headers.update(HEADERS)
                if secure:
                    response.headers["Strict-Transport-Security"] = HTTPS_ONLY
                return response

            return guarded

    return GuardedRoute


def _check(request: Request, names: frozenset[str], *, here_only: bool) -> None:
    check_host(request, names)
    if here_only:
        check_is_here(request)
    if request.method not in _SAFE:
        check_same_site(request, names)
        check_size(request)
