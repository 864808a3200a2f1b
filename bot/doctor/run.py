"""`warmline doctor`: every look in one order, printed as it comes; the exit code says whether anything fails."""

import asyncio
from collections.abc import AsyncIterator, Callable

from bot.doctor import house, providers
from bot.doctor.finding import Finding, fail, ok
from bot.settings import Settings, SettingsProblem, load_settings


async def findings(settings: Settings) -> AsyncIterator[Finding]:
    """Everything the doctor looks at."""
    yield ok("settings", "can be read")
    for finding in (*house.files(settings), house.secrets(settings), *house.clinic(settings)):
        yield finding
    for finding in await house.database(settings):
        yield finding
    yield house.decision(settings)
    async for finding in providers.twilio(settings):
        yield finding
    yield await providers.public_url(settings)
    async for finding in providers.telegram(settings):
        yield finding


def doctor(say: Callable[[str], None]) -> int:
    """Print every finding. Returns 1 when one fails, else 0; a warning is no failure."""
    try:
        settings = load_settings()
    except SettingsProblem as problem:
        say(str(fail("settings", str(problem), "mend them; docs/reference/settings.md lists all")))
        return 1
    return asyncio.run(_all(settings, say))


async def _all(settings: Settings, say: Callable[[str], None]) -> int:
    levels = []
    async for finding in findings(settings):
        say(str(finding))
        levels.append(finding.level)
    say(f"{levels.count('ok')} ok, {levels.count('warn')} to look at, {levels.count('fail')} to mend.")
    return int("fail" in levels)
