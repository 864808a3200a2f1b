"""The desk's words: states, channels, deliveries and waiting times as a counselor reads them. No I/O."""

_STATES = {"open": "waiting", "offered": "waiting, counselors asked", "taken": "taken", "closed": "closed"}
_CHANNELS = {"sms": "SMS", "telegram": "Telegram", "phone": "phone"}
_DELIVERY = {
    "queued": "sending",
    "sending": "sending",
    "sent": "sent",
    "delivered": "delivered",
    "unknown": "not confirmed",
    "failed": "not delivered",
    "undelivered": "not delivered",
    "blocked": "not delivered: opted out",
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


def wait_in_words(seconds: int) -> str:
    """A waiting time as a clock: 0:07, 12:40, 1:05:09."""
    minutes, rest = divmod(max(0, seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"
