"""What is sent to each door: correctly signed and forged, signed in and not, of the right shape and of none."""

import json
import random
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from urllib.parse import quote, urlencode

from bench.fuzz.asking import Asked, Headers
from bench.fuzz.values import MARK, bent, raw, text, thing
from bot.channels.sms_webhook import fields_of, signature

FORM = (b"content-type", b"application/x-www-form-urlencoded")
JSON = (b"content-type", b"application/json")
METHODS = ("GET", "POST", "PUT", "DELETE", "PATCH", "HEAD", "OPTIONS", "TRACE", "CONNECT", "BREW", "")
TWILIO = ("/twilio/incoming", "/twilio/status", "/twilio/fallback")
PAGES = (
    *("", "/overview", "/team", "/reports?days={}", "/reports/requests.csv?days={}", "/reports/hours.csv"),
    *("/audit?who={}&what={}", "/audit.csv", "/emergencies", "/questions", "/you", "/sign-in", "/{}"),
    *("/handoffs/{}", "/handoffs/1?say={}", "/handoffs/1/emergency", "/events", "/reports/hours.csv?days={}"),
)
FORMS = (
    *("/sign-in", "/sign-in/code", "/sign-in/app", "/here", "/you/second-factor", "/sign-out"),
    *("/you/second-factor/confirm", "/you/second-factor/off", "/you/sign-out-everywhere", "/questions/{}"),
    *(f"/handoffs/1/{act}" for act in ("take", "pass", "reply", "note", "close", "transfer", "emergency")),
    *("/handoffs/{}/reply", "/team/00000000-0000-0000-0000-000000000000/sign-out", "/team/{}/sign-out"),
    "/team/00000000-0000-0000-0000-000000000000/second-factor-off",
)
FIELDS = (
    *("name", "code", "text", "reason", "at", "recipient", "affiliation", "disclosed_by", "nature"),
    *("writing", "to", "intent", "contact_confirmed", "supervisor"),
)
PATHS = (
    *(
        b"/metrics",
        b"/actions/webhook",
        b"/openapi.json",
        b"/docs",
        b"/.git/config",
        b"/.env",
        b"//",
        b"/%00",
    ),
    *(
        b"/static/../../../etc/passwd",
        b"/static/%2e%2e/%2e%2e/settings.py",
        b"/static/..%5c..%5cx",
        b"/ready",
    ),
    *(
        b"/static/%00",
        b"/static/",
        b"/health",
        b"/webhooks/warmline/webhook",
        b"/conversations/x/tracker",
        b"*",
    ),
    *(
        b"/desk/../metrics",
        b"/DESK",
        b"/desk/",
        b"/twilio/incoming/",
        b"/" + b"a" * 8_000,
        b"/%ff%fe",
        b"/;/x",
    ),
)


@dataclass(frozen=True)
class Known:
    """What a caller may know: the providers' secrets, and a session with its form's token for each role."""

    public_url: str
    twilio_token: str
    telegram_secret: str
    sessions: Mapping[str, tuple[str, str]]  # role -> (cookie, csrf)
    updates: list[object] = field(default_factory=list)  # genuine ones of Telegram, to be bent


Door = Callable[[random.Random, Known], Asked]


def _base(rng: random.Random, body: bytes) -> list[tuple[bytes, bytes]]:
    """The headers that a client sends, now and then with something odd among them."""
    headers = [(b"host", b"127.0.0.1:8080"), (b"content-length", str(len(body)).encode())]
    if rng.random() < 0.25:
        name = rng.choice(
            (b"x-forwarded-for", b"origin", b"sec-fetch-site", b"cookie", b"accept", b"range", b"te")
        )
        headers.append((name, text(rng).encode("utf-8", "replace")[:4_000]))
    if rng.random() < 0.05:
        headers[0] = (b"host", rng.choice((b"evil.example", b"", b"[::1", b"localhost:x", b"\xff", b"a b")))
    if rng.random() < 0.05:
        headers[1] = (b"content-length", rng.choice((b"-1", b"x", b"99999999999", b"", b"\xb2")))
    return headers


def _asked(
    rng: random.Random,
    what: str,
    app: str,
    path: str,
    headers: Headers,
    body: bytes,
    *,
    method: str = "POST",
    who: str = "",
    expect: frozenset[int] = frozenset(),
) -> Asked:
    """With the headers of a client; now and then with another method, and then any refusal will do."""
    if rng.random() < 0.04:
        method, expect = rng.choice(METHODS), frozenset()
    where, _, query = path.encode().partition(b"?")
    return Asked(what, app, method, where, query, (*_base(rng, body), *headers), body, who, expect)


def twilio(rng: random.Random, known: Known) -> Asked:
    """A message, a receipt or a fallback: signed, or with a signature that is not theirs."""
    path = rng.choice(TWILIO)
    if path == "/twilio/status":
        path += "?" + urlencode(
            {"channel": rng.choice(("sms", "staff-sms", text(rng)[:200])), "message": text(rng)[:60]}
        )
    if rng.random() < 0.1:
        body = raw(rng)
    else:
        body = urlencode(_sms(rng), errors="replace").encode()
        body += rng.choice((b"", b"", b"", b"&From=%2B15550188", b"&Body=two", b"&=", b"&%ff=%ff"))
    if len(body) > 100_000:
        body = body[:100_000]
    url = known.public_url + path
    right = rng.random() < 0.75
    given = signature(known.twilio_token, url, fields_of(body)).encode()
    if not right:
        given = rng.choice(
            (b"", given[:-1], given + b"=", given.swapcase(), b"\xff" * 20, text(rng).encode()[:200])
        )
        right = given == signature(known.twilio_token, url, fields_of(body)).encode()
    headers = [FORM, (b"x-twilio-signature", given)]
    return _asked(rng, "twilio", "webhooks", path, headers, body, expect=frozenset({200} if right else {403}))


def _sms(rng: random.Random) -> dict[str, str]:
    fields = {
        "MessageSid": f"SM{rng.getrandbits(128):032x}",
        "From": f"+1555014{rng.randint(0, 60):04d}",
        "To": rng.choice(("+15550100", "+15550101")),
        "Body": text(rng),
        "NumMedia": "0",
        "AccountSid": "AC" + "0" * 32,
        "MessageStatus": rng.choice(("", "received", "delivered", "failed", "undelivered")),
    }
    for name in rng.sample(list(fields), rng.randint(0, 2)):
        fields[name] = text(rng)
    if rng.random() < 0.2:
        fields[rng.choice(("OptOutType", "ErrorCode", "NumMedia", "MediaUrl0", "SmsSid"))] = text(rng)
    return fields


def big(rng: random.Random, known: Known) -> Asked:
    """A body that is larger than anything real."""
    door = rng.choice(("twilio", "telegram", "desk", "phones"))
    body = rng.choice((b"a", b"\x00", b"[", b"a=b&")) * rng.choice((300_000, 1_100_000))
    if door == "twilio":
        return _asked(rng, "huge body", "webhooks", "/twilio/incoming", [FORM], body, expect=frozenset({413}))
    if door == "telegram":
        secret = (b"x-telegram-bot-api-secret-token", known.telegram_secret.encode())
        expect = frozenset({413} if len(body) > 1024 * 1024 else {200})
        return _asked(rng, "huge body", "telegram", "/telegram/webhook", [secret, JSON], body, expect=expect)
    path = "/desk/sign-in" if door == "desk" else "/phones/api/handsets/client-1/texts"
    return _asked(rng, "huge body", "pages", path, [FORM if door == "desk" else JSON], body)


def telegram(rng: random.Random, known: Known) -> Asked:
    """An update, bent; with the secret or without."""
    right = rng.random() < 0.8
    if rng.random() < 0.1:
        body = raw(rng)
    else:
        update = bent(rng, rng.choice(known.updates)) if known.updates and rng.random() < 0.85 else thing(rng)
        if isinstance(update, dict) and rng.random() < 0.9:
            update["update_id"] = rng.getrandbits(31)
        body = json.dumps(update).encode()
    secret = known.telegram_secret.encode() if right else text(rng).encode()[:200]
    headers = [JSON, (b"x-telegram-bot-api-secret-token", secret)]
    expect = frozenset({200} if right else {403})
    return _asked(rng, "telegram", "telegram", "/telegram/webhook", headers, body, expect=expect)


def phones(rng: random.Random, known: Known) -> Asked:
    """The page of phones and its API."""
    handset = rng.choice(
        ("client-1", "client-2", "staff-maria", "staff-robin", quote(text(rng)[:120], safe=""))
    )
    tail = rng.choice(("texts", "presses", "texts?after=" + quote(text(rng)[:60], safe="")))
    path = rng.choice(
        (f"/phones/api/handsets/{handset}/{tail}", "/phones/api/handsets", "/phones", "/phones/events")
    )
    wish = {
        "text": text(rng),
        "text_id": thing(rng),
        "token": thing(rng),
        "kind": rng.choice(("sms", text(rng))),
    }
    body = (
        raw(rng)
        if rng.random() < 0.15
        else json.dumps(rng.choice((wish, bent(rng, wish), thing(rng)))).encode()
    )
    kind = JSON if rng.random() < 0.9 else (b"content-type", text(rng).encode("utf-8", "replace")[:100])
    method = "POST" if rng.random() < 0.6 else "GET"
    return _asked(rng, "phones", "pages", path, [kind], body, method=method)


def desk_page(rng: random.Random, known: Known) -> Asked:
    """A page of the desk, asked for by somebody of any role or by nobody."""
    path = "/desk" + rng.choice(PAGES)
    while "{}" in path:
        path = path.replace("{}", quote(text(rng)[:300], safe="", errors="replace"), 1)
    who, headers, _ = _somebody(rng, known)
    if rng.random() < 0.1:
        headers.append((b"x-warmline-refresh", b"1"))
    return _asked(rng, "desk page", "pages", path, headers, b"", method="GET", who=who)


def desk_form(rng: random.Random, known: Known) -> Asked:
    """A form of the desk: of a session's own page, forged, or no form at all."""
    path = "/desk" + rng.choice(FORMS).replace("{}", quote(text(rng)[:100], safe="", errors="replace"))
    who, headers, csrf = _somebody(rng, known)
    fields = {name: text(rng) for name in rng.sample(FIELDS, 4)}
    if rng.random() < 0.2:
        fields.update(at="2026-11-24T10:00", reason="helped", to="00000000-0000-0000-0000-000000000000")
    if rng.random() < 0.85:
        fields["csrf"] = csrf
    body = raw(rng) if rng.random() < 0.1 else urlencode(fields, errors="replace").encode()
    kind = (
        FORM
        if rng.random() < 0.9
        else (b"content-type", b"multipart/form-data; boundary=" + text(rng).encode()[:40])
    )
    return _asked(rng, "desk form", "pages", path, [*headers, kind], body, who=who)


def _somebody(rng: random.Random, known: Known) -> tuple[str, list[tuple[bytes, bytes]], str]:
    """(role, its cookie, its form's token); sometimes nobody, or a cookie that is none of ours."""
    if rng.random() < 0.15:
        cookie = rng.choice((b"", b"warmline_session=" + text(rng).encode("utf-8", "replace")[:300]))
        return "", [(b"cookie", cookie)], MARK
    who = rng.choice(sorted(known.sessions))
    cookie, csrf = known.sessions[who]
    rest = rng.choice(("", "; warmline_said=" + quote(text(rng)[:200], errors="replace")))
    return who, [(b"cookie", f"warmline_session={cookie}{rest}".encode())], csrf


def actions(rng: random.Random, known: Known) -> Asked:
    """The internal door, by somebody who does not know its secret."""
    secret = rng.choice((b"", b"\xff", text(rng).encode("utf-8", "replace")[:200]))
    body = json.dumps({"next_action": text(rng), "tracker": thing(rng)}).encode()
    headers = [JSON, (b"x-warmline-secret", secret)]
    return _asked(rng, "actions", "internal", "/actions/webhook", headers, body, expect=frozenset({403}))


def paths(rng: random.Random, known: Known) -> Asked:
    """Addresses that are not there, or only inside."""
    app = rng.choice(("pages", "pages", "webhooks"))
    path = rng.choice((*PATHS, b"/" + quote(text(rng)[:500], errors="replace").encode()))
    method = rng.choice(METHODS)
    return Asked("path", app, method, path, b"", tuple(_base(rng, b"")), b"")


DOORS: tuple[tuple[Door, int], ...] = (
    # (door, its share)
    (twilio, 24),
    (telegram, 16),
    (desk_page, 20),
    (desk_form, 18),
    (phones, 12),
    (paths, 7),
    (actions, 2),
    (big, 1),
)


def request(rng: random.Random, known: Known) -> Asked:
    """The next request, to any of the doors."""
    (door,) = rng.choices([door for door, _ in DOORS], [share for _, share in DOORS])
    return door(rng, known)
