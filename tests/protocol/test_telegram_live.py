"""A whole running Warmline with a Telegram token: a person writes to the bot and hears the real model's answer."""

import asyncio
from pathlib import Path

from tests.conftest import until
from tests.doubles.telegram_double import TOKEN, telegram_double
from tests.live import Live
from tests.protocol.test_telegram_story import Person


async def test_warmline_up_with_a_token_answers_on_telegram(tmp_path: Path) -> None:
    async with telegram_double() as double:
        live = Live(
            tmp_path / "data",
            {"WARMLINE_TELEGRAM_TOKEN": TOKEN, "WARMLINE_TELEGRAM_API_BASE_URL": double.url},
        )
        try:
            await asyncio.to_thread(live.start)
            person = Person(double, 5550100)
            await person.says("what kinds of therapy are there?")

            async def answered() -> bool:
                return any("cognitive behavioral" in text for chat, text in double.texts if chat == 5550100)

            await until(answered)
            assert any("automated assistant" in text for _, text in double.texts)
            logs = live.logs()
            assert TOKEN not in logs
            assert "5550100" not in logs
        finally:
            await asyncio.to_thread(live.stop)
