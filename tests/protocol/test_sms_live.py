"""A whole running Warmline with a Twilio account: a signed webhook comes in, the real model's answer goes out."""

import asyncio
import re
from pathlib import Path

import httpx

from tests.conftest import until
from tests.doubles.twilio_double import TOKEN, twilio_double
from tests.live import Live
from tests.protocol.twilio_requests import PUBLIC, post, raw


async def test_warmline_up_with_an_account_answers_by_sms(tmp_path: Path) -> None:
    async with twilio_double() as double:
        live = Live(
            tmp_path / "data",
            {
                "WARMLINE_PUBLIC_URL": PUBLIC,
                "WARMLINE_WEBHOOK_PORT": "0",
                "WARMLINE_TWILIO_ACCOUNT_SID": "AC" + "0" * 32,
                "WARMLINE_TWILIO_AUTH_TOKEN": TOKEN,
                "WARMLINE_TWILIO_NUMBER": "+15550100100",
                "WARMLINE_TWILIO_API": double.url,
            },
        )
        try:
            await asyncio.to_thread(live.start)
            found = re.search(r"webhooks on (\S+)\.", "\n".join(live.lines))
            assert found
            async with httpx.AsyncClient(base_url=f"http://{found.group(1)}", trust_env=False) as http:
                body = raw("text", Body="what kinds of therapy are there?")
                assert (await post(http, "/twilio/incoming", body, token=TOKEN)).status_code == 200
                assert (await post(http, "/twilio/incoming", body, signature="forged")).status_code == 403

            async def answered() -> bool:
                return any("cognitive behavioral" in sent["Body"] for sent in double.accepted)

            await until(answered)
            logs = live.logs()
            assert TOKEN not in logs
            assert "555010" not in logs
        finally:
            await asyncio.to_thread(live.stop)
