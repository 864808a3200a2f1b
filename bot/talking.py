"""`warmline talk`: one simulated phone in the terminal, through the whole path. Starts the service when none runs."""

import asyncio
import contextlib
import sys
from collections.abc import AsyncIterator
from typing import Any

import httpx

from bot.log import set_up_logging
from bot.running import running
from bot.settings import load_settings


async def talk(address: str, counselor: str, kind: str) -> None:
    """Chat until the end of input. `counselor` is a demonstration counselor's name; otherwise a new client talks."""
    async with (
        _service(address) as found,
        httpx.AsyncClient(base_url=found, trust_env=False, timeout=30) as http,
    ):
        handset = await _handset(http, counselor, kind)
        print(f"You are {handset['name']} on {found}. Write a line; a number picks an option; Ctrl-D ends.\n")
        listening = asyncio.create_task(_hear(http, handset["id"]))
        try:
            await _speak(http, handset)
        finally:
            await asyncio.sleep(1.5)
            listening.cancel()
            await asyncio.gather(listening, return_exceptions=True)


@contextlib.asynccontextmanager
async def _service(address: str) -> AsyncIterator[str]:
    """The address of a running service; without one, everything is started for this talk."""
    settings = load_settings()
    wanted = address or f"http://{settings.host}:{settings.port}"
    if address or await _runs(wanted):
        yield wanted.rstrip("/")
        return
    set_up_logging(settings.log_level, settings.data_dir / "logs")
    async with running(settings.model_copy(update={"port": 0}), print) as parts:
        await parts.rasa.until_ready()
        yield parts.address


async def _runs(address: str) -> bool:
    try:
        async with httpx.AsyncClient(trust_env=False, timeout=2) as http:
            return (await http.get(f"{address}/health")).status_code == 200
    except httpx.HTTPError:
        return False


async def _handset(http: httpx.AsyncClient, counselor: str, kind: str) -> dict[str, Any]:
    if not counselor:
        made = await http.post("/phones/api/handsets", json={"kind": kind})
        made.raise_for_status()
        return dict(made.json())
    known = (await http.get("/phones/api/handsets")).json()
    staff = [handset for handset in known if handset["side"] == "staff"]
    found = next((handset for handset in staff if handset["name"].lower() == counselor.lower()), None)
    if found is None:
        raise SystemExit(
            f"There is no counselor {counselor!r}; there are: {', '.join(h['name'] for h in staff)}."
        )
    return dict(found)


async def _hear(http: httpx.AsyncClient, handset_id: str) -> None:
    """Print what arrives, with its options. Ends with the talk."""
    after = 0
    while True:
        with contextlib.suppress(httpx.HTTPError):
            texts = (
                await http.get(f"/phones/api/handsets/{handset_id}/texts", params={"after": after})
            ).json()
            for text in texts:
                after = max(after, text["id"])
                if text["direction"] == "to_phone":
                    print(f"  < {text['text']}")
                    if "Reply 1 =" not in text["text"]:
                        for option in text["options"]:
                            print(f"      [{option['number']}] {option['label']}")
        await asyncio.sleep(0.2)


async def _speak(http: httpx.AsyncClient, handset: dict[str, Any]) -> None:
    loop = asyncio.get_running_loop()
    while line := await loop.run_in_executor(None, sys.stdin.readline):
        if line.strip():
            sent = await http.post(
                f"/phones/api/handsets/{handset['id']}/texts", json={"text": line.rstrip("\n")}
            )
            if sent.is_error:
                print(f"  ({sent.json().get('says', 'that did not work')})")
