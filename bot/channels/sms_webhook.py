"""Reads what Twilio posts: is it Twilio's, and is it a message or a receipt. Pure functions over the raw request."""

import base64
import hashlib
import hmac
import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import parse_qsl, urlsplit

from bot.channels.base import Incoming, Receipt
from bot.channels.sms_codes import in_words, meaning

Fields = Mapping[str, Sequence[str]]

_SID = re.compile(r"[A-Z]{2}[0-9a-f]{32}", re.IGNORECASE)
PHONE = re.compile(r"\+[1-9]\d{6,14}")
CALL = re.compile(r"CA[0-9a-f]{32}", re.IGNORECASE)
_DEFAULT_PORTS = {"https": 443, "http": 80}
_KINDS = {"STOP": "opt_out", "START": "opt_in", "HELP": "help"}
_OURS = {
    "accepted": "sent",
    "scheduled": "sent",
    "queued": "sent",
    "sending": "sent",
    "sent": "sent",
    "delivered": "delivered",
    "read": "read",
    "undelivered": "undelivered",
    "partially_delivered": "undelivered",
    "failed": "failed",
    "canceled": "failed",
}
FAILED = frozenset({"undelivered", "failed"})


@dataclass(frozen=True)
class Signing:
    """What a signature is checked with: the address Twilio calls us at, and the tokens that count.

    `tokens`: the present one and, while it is being rotated, the one before.
    """

    public_url: str
    tokens: tuple[str, ...]

    def urls(self, path: str, query: str) -> tuple[str, ...]:
        """The address as Twilio may have signed it: as configured, and with or without the default port."""
        base = urlsplit(self.public_url.rstrip("/"))
        tail = f"{base.path}{path}" + (f"?{query}" if query else "")
        user, at, host = base.netloc.rpartition("@")
        hosts = {base.netloc: None, host: None}
        default = _DEFAULT_PORTS.get(base.scheme)
        if base.port is None:
            hosts[f"{user}{at}{host}:{default}"] = None
        elif base.port == default:
            hosts[user + at + host.rpartition(":")[0]] = None
        return tuple(f"{base.scheme}://{name}{tail}" for name in hosts)


def fields_of(body: bytes) -> dict[str, list[str]]:
    """The form fields of a raw body. Blank ones stay, because they are signed; a repeated one keeps all values."""
    fields: dict[str, list[str]] = {}
    for name, value in parse_qsl(body.decode("utf-8", "replace"), keep_blank_values=True):
        fields.setdefault(name, []).append(value)
    return fields


def signature(token: str, url: str, fields: Fields) -> str:
    """Twilio's signature (rules 4.7): HMAC-SHA1 over the URL and every field, sorted."""
    signed = url + "".join(name + value for name in sorted(fields) for value in sorted(set(fields[name])))
    digest = hmac.new(token.encode(), signed.encode("utf-8", "replace"), hashlib.sha1).digest()
    return base64.b64encode(digest).decode()


def is_genuine(signing: Signing, path: str, query: str, body: bytes, given: str) -> bool:
    """Whether Twilio signed this. Every candidate is compared, in constant time."""
    fields, found = fields_of(body), False
    for token in filter(None, signing.tokens):
        for url in signing.urls(path, query):
            expected = signature(token, url, fields)
            found |= hmac.compare_digest(expected.encode(), given.encode("utf-8", "replace"))
    return found


def read_message(fields: Fields, channel: str) -> Incoming | None:
    """A person's text. None for what is no phone (a short code, another medium) or no message.

    Pictures are counted and never fetched. `kind` says what Twilio itself understood: an opt-out in any language.
    """
    sid = first(fields, "MessageSid") or first(fields, "SmsSid")
    sender = first(fields, "From")
    if not _SID.fullmatch(sid) or not PHONE.fullmatch(sender):
        return None
    if first(fields, "MessageStatus") not in ("", "received", "receiving"):
        return None
    kind = _KINDS.get(first(fields, "OptOutType").upper()) or ("media" if media_in(fields) else "text")
    return Incoming(channel, sender, sid, first(fields, "Body"), kind=kind)


def media_in(fields: Fields) -> int:
    """How many pictures or files came with a message."""
    return _number(first(fields, "NumMedia")) or 0


def read_receipt(fields: Fields, query: str, channels: Collection[str]) -> Receipt | None:
    """What became of a text of ours. None when it says nothing we know."""
    sid = first(fields, "MessageSid") or first(fields, "SmsSid")
    said = (first(fields, "MessageStatus") or first(fields, "SmsStatus")).lower()
    asked = dict(parse_qsl(query))
    channel, status = asked.get("channel", ""), _OURS.get(said)
    if not _SID.fullmatch(sid) or status is None or channel not in channels:
        return None
    if status not in FAILED:
        return Receipt(channel, sid, status, None, _number(asked.get("message", "")), "part" not in asked)
    code = _number(first(fields, "ErrorCode")) or 0
    return Receipt(
        channel=channel,
        external_id=sid,
        status=status,
        code=in_words(code) if code else said,
        message_id=_number(asked.get("message", "")),
        last="part" not in asked,
        opted_out=meaning(code).opted_out,
        again_after=meaning(code).again_after,
        operator=meaning(code).operator,
        filtered=meaning(code).filtered,
    )


def first(fields: Fields, name: str) -> str:
    """A field's first value, or nothing."""
    return fields[name][0] if name in fields else ""


def _number(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 19 else None
