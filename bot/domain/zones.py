"""The zone on whose clock a client's hour is meant: the one they name, else that of their number's area. Pure.

It would rather find none than a wrong one: a toll-free number, a mobile country code or an area of two zones says
nothing, and then the clinic's own zone counts.
"""

import re
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

_ZONES = {
    "America/New_York": ("eastern", "est", "edt", "et", "new york"),
    "America/Chicago": ("central", "cst", "cdt", "ct", "chicago"),
    "America/Denver": ("mountain", "mst", "mdt", "mt", "denver"),
    "America/Phoenix": ("arizona",),
    "America/Los_Angeles": ("pacific", "pst", "pdt", "pt", "california"),
    "America/Anchorage": ("alaska", "akst", "akdt"),
    "Pacific/Honolulu": ("hawaii", "hst"),
}
_OF = {name: zone for zone, names in _ZONES.items() for name in names}
_NAMES = "|".join(sorted(_OF, key=len, reverse=True))
# "5pm est", "at 5 eastern", "noon pacific time", "my time is central": "et" or "central" alone says no zone.
_SAID = re.compile(
    rf"(?:\d(?:\s*[ap]\.?m\.?)?|\bnoon|\bo'?clock|\bmorning|\bafternoon|\bevening|\btonight)[\s,(]*({_NAMES})\b"
    rf"|\b({_NAMES})(?: (?:standard|daylight))? time\b",
    re.IGNORECASE,
)


def zone_said(text: str) -> ZoneInfo | None:
    """The zone that a text names beside an hour, or with the word "time"."""
    found = {_OF[(one[0] or one[1]).lower()] for one in _SAID.findall(text)}
    return ZoneInfo(found.pop()) if len(found) == 1 else None


def zone_of_number(number: str) -> ZoneInfo | None:
    """The zone of a number's area, by the tables of Google's libphonenumber; None where it has none or several."""
    from phonenumbers import NumberParseException, parse, timezone  # noqa: PLC0415 -- only who names an hour needs it

    try:
        (name,) = timezone.time_zones_for_number(parse(number))
        return ZoneInfo(name)
    except (NumberParseException, ValueError, ZoneInfoNotFoundError):
        return None
