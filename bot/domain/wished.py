"""When the counselors are asked about a client who wished to be contacted at a time. Pure.

At that time, or as soon after it as somebody who fits is on duty and the client may be texted (rules R3.8, 4.6).
"""

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime, timedelta

from bot.domain.call_back import CallBack
from bot.domain.contact import Contact, first_safe
from bot.domain.matching import Counselor
from bot.domain.shifts import Watch

ON_TIME = timedelta(minutes=5)  # so much after what was named still counts as the named time
KEPT_FOR = timedelta(days=7)  # so long "later" moves a request by a day; then the client asks again
_TRIES = 14  # a safe hour and a shift take turns in moving the moment


def due_for(wish: CallBack, fitting: Iterable[Counselor], watch: Watch, contact: Contact) -> datetime:
    """The moment. Who is away today counts: they may be back by then."""
    there = [replace(one, away=False) for one in fitting]
    moment = max(wish.at, watch.at)
    for _ in range(_TRIES):
        moment = first_safe(contact, moment, heard_at=watch.at, zone=watch.hours.zone)
        then = Watch(watch.hours, moment)
        if not there or any(then.on_duty(one) for one in there):
            return moment
        later = then.next_duty(there)
        if later is None:
            return moment
        moment = later
    return moment


def is_on_time(wish: CallBack, due: datetime) -> bool:
    """Whether that is still when the client asked for."""
    return due <= wish.until + ON_TIME
