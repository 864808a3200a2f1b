"""The desk's words: states, channels, deliveries, reasons and times as people read them. No I/O."""

from datetime import datetime, tzinfo

_STATES = {"open": "waiting", "offered": "waiting, counselors asked", "taken": "taken", "closed": "closed"}
_CHANNELS = {"sms": "SMS", "telegram": "Telegram", "phone": "phone"}
_DELIVERY = {
    "queued": "sending",
    "sending": "sending",
    "held": "kept until it is safe to send",
    "sent": "sent",
    "delivered": "delivered",
    "read": "read",
    "unknown": "not confirmed",
    "failed": "not delivered",
    "undelivered": "not delivered",
    "blocked": "not delivered: opted out",
}
WRAP_UPS = (
    ("helped", "The person has what they need for now"),
    ("referred", "Referred: appointment, clinic phone or another service"),
    ("emergency", "Emergency services are with them"),
    ("no_answer", "The person no longer answers"),
    ("left", "The person asked to end it"),
    ("other", "Something else"),
)
_REASONS = {
    **dict(WRAP_UPS),
    "done": "Closed by text",
    "unanswered": "Nobody took it",
    "withdrawn": "The person took the request back",
}
_DID = {
    "read:desk": "read a conversation",
    "read:take": "took a conversation and read it",
    "read:supervision": "read a colleague's conversation",
    "read:audit": "read this record",
    "read:emergencies": "read the emergencies",
    "read:questions": "read unanswered questions",
    "export:requests": "exported the requests",
    "export:audit": "exported this record",
    "signed_in": "signed in",
    "signed_out": "signed out",
    "signed_out_everywhere": "ended sessions",
    "second_factor:on": "switched a second factor on",
    "second_factor:off": "switched a second factor off",
    "emergency_disclosure": "recorded a medical emergency",
    "hours:week": "changed the weekly hours",
    "hours:closed_day": "closed the line on a day",
    "hours:reopened_day": "opened the line on a day again",
    "roster:shifts": "changed somebody's shifts",
    "roster:place": "changed somebody's place on the roster",
}


def state_in_words(state: str) -> str:
    return _STATES.get(state, state)


def channel_in_words(kind: str) -> str:
    return _CHANNELS.get(kind, kind)


def delivery_in_words(status: str) -> str:
    """What became of a text we sent; a state without a word of its own stands as it is."""
    return _DELIVERY.get(status, status)


def is_undelivered(status: str) -> bool:
    return delivery_in_words(status).startswith("not delivered")


def reason_in_words(reason: str | None) -> str:
    return _REASONS.get(reason or "", reason or "")


def deed_in_words(what: str) -> str:
    """What the audit says somebody did."""
    return _DID.get(what, what.replace("_", " ").replace(":", ": "))


def wait_in_words(seconds: int) -> str:
    """A waiting time as a clock: 0:07, 12:40, 1:05:09."""
    minutes, rest = divmod(max(0, seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"


def time_in_words(seconds: float | None) -> str:
    """A figure of a report: "48 s", "3 min 5 s", "2 h 10 min"; a dash where there is none."""
    if seconds is None:
        return "–"
    whole = round(seconds)
    if whole < 60:
        return f"{whole} s"
    if whole < 3600:
        return f"{whole // 60} min {whole % 60} s" if whole % 60 else f"{whole // 60} min"
    return f"{whole // 3600} h {whole % 3600 // 60} min"


def share_in_words(part: int, whole: int) -> str:
    return f"{100 * part / whole:.0f} %" if whole else "–"


def moment_in_words(at: datetime, zone: tzinfo) -> str:
    return at.astimezone(zone).strftime("%-d %b, %H:%M")
