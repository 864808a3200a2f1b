"""Requests as Twilio makes them: a raw body from the fixtures, signed with Twilio's own library."""

from pathlib import Path
from urllib.parse import parse_qs, parse_qsl, urlencode

import httpx
from twilio.request_validator import RequestValidator

from tests.protocol.planted import remember

FIXTURES = Path(__file__).resolve().parents[1] / "fixtures" / "twilio"
PUBLIC, TOKEN, PREVIOUS = "https://clinic.example", "a token for tests", "the token before it"


class _Form(dict[str, list[str]]):
    def getlist(self, name: str) -> list[str]:
        return self[name]


def raw(name: str, **changed: str) -> bytes:
    """A payload from the fixtures, as bytes; `changed` replaces fields."""
    body = (FIXTURES / f"{name}.txt").read_text(encoding="utf-8").strip()
    if not changed:
        return body.encode()
    fields = dict(parse_qsl(body, keep_blank_values=True))
    remember(changed.get("Body", ""))
    return urlencode({**fields, **changed}).encode()


def sign(body: bytes, url: str, token: str = TOKEN) -> str:
    """The signature by Twilio's own library, with repeated fields as it reads them."""
    fields = _Form(parse_qs(body.decode(), keep_blank_values=True))
    return str(RequestValidator(token).compute_signature(url, fields))


async def post(
    http: httpx.AsyncClient,
    path: str,
    body: bytes,
    *,
    token: str = TOKEN,
    signature: str | None = None,
    signed_url: str | None = None,
) -> httpx.Response:
    """Post as Twilio does. `signed_url`: what was signed, when it is not the public address with this path."""
    headers = {"Content-Type": "application/x-www-form-urlencoded; charset=UTF-8"}
    headers["X-Twilio-Signature"] = (
        sign(body, signed_url or PUBLIC + path, token) if signature is None else signature
    )
    return await http.post(path, content=body, headers=headers)
