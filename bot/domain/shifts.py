"""Who works when: a counselor's weekly shifts and on-call times, within the line's opening hours. No I/O.

Fails closed: shifts that are there but name no time mean never. A counselor without shifts follows the line's hours.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from bot.domain.matching import Counselor
from bot.domain.schedule import DAYS, Hours, Week, covers, read_week, starts_of

LOOK_AHEAD = 32  # days in which the next shift is looked for


@dataclass(frozen=True)
class Watch:
    """The line at one moment: its hours, and with them who is on duty or on call."""

    hours: Hours
    at: datetime

    @property
    def is_open(self) -> bool:
        return self.hours.is_open(self.at)

    def on_duty(self, counselor: Counselor) -> bool:
        """There, the line open, and inside a shift of their own if they have any."""
        return counselor.reachable and self.is_open and self._in_shift(counselor)

    def _in_shift(self, counselor: Counselor) -> bool:
        shifts = counselor.shifts
        return shifts is None or covers(shifts.duty, self.at, self.hours.zone)

    def on_call(self, counselor: Counselor) -> bool:
        """May be woken for a crisis now, also while the line is shut."""
        shifts = counselor.shifts
        return counselor.reachable and shifts is not None and covers(shifts.on_call, self.at, self.hours.zone)

    def next_duty(self, counselors: Sequence[Counselor]) -> datetime | None:
        """The next moment at which one of these comes on duty; None when no time is known."""
        there = [c for c in counselors if c.reachable]
        weeks = [self.hours.week, *(c.shifts.duty for c in there if c.shifts is not None)]
        starts = sorted(
            start
            for week in weeks
            for ahead in range(LOOK_AHEAD)
            for start in starts_of(week, self.at + timedelta(days=ahead), self.hours.zone)
            if start > self.at
        )
        return next((s for s in starts if any(Watch(self.hours, s).on_duty(c) for c in there)), None)


@dataclass(frozen=True)
class Shifts:
    """Weekly spans on duty and on call, in minutes from midnight, one tuple a weekday."""

    duty: Week = field(default=((),) * 7)
    on_call: Week = field(default=((),) * 7)


NEVER = Shifts()


def shifts_from_json(data: object) -> Shifts | None:
    """The shifts a counselor's row holds. None: none were ever set. What cannot be read means never."""
    if data is None:
        return None
    try:
        assert isinstance(data, Mapping)
        return Shifts(read_week(data.get("duty", {})), read_week(data.get("on_call", {})))
    except (AssertionError, ValueError, TypeError, AttributeError):
        return NEVER


def in_spans(week: Week) -> dict[str, list[str]]:
    """A week as it is written: `{"mon": ["09:00-17:00"]}`."""
    return {
        day: [f"{start // 60:02}:{start % 60:02}-{end // 60:02}:{end % 60:02}" for start, end in spans]
        for day, spans in zip(DAYS, week, strict=True)
        if spans
    }
