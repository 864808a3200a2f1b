"""The Rasas that this process asks: its own, which it starts, and those of other workers on the same machine."""

import asyncio
import contextlib
from typing import Any

from bot.app import new_secret
from bot.dialogue.client import RasaClient, SeveralRasas
from bot.places import give_rasa_its_keys
from bot.processes import ProcessFailedError, Supervised, answers_at, rasa_command
from bot.services.context import BotReply, Dialogue
from bot.settings import ROOT, Settings
from bot.store.vault import Vault


class FirstStart:
    """The dialogue that, while Rasa starts for the first time, waits for it: slow is not failed (lessons 14).

    Later, when Rasa has died, nobody waits: the client is told the truth at once.
    """

    LONGEST = 60.0  # seconds

    def __init__(self, dialogue: Dialogue) -> None:
        self._dialogue = dialogue
        self._rasa: Supervised | None = None

    def wait_for(self, rasa: Supervised) -> None:
        self._rasa = rasa

    async def ask(self, **asked: Any) -> list[BotReply]:
        if self._rasa is not None and not self._rasa.ends and not self._rasa.is_ready:
            with contextlib.suppress(ProcessFailedError, TimeoutError):
                await asyncio.wait_for(self._rasa.until_ready(), self.LONGEST)
        return await self._dialogue.ask(**asked)


def dialogue_of(settings: Settings, port: int, secret: str, stack: contextlib.AsyncExitStack) -> FirstStart:
    """Our own Rasa first, then other workers' on this machine. Closed with the stack."""
    addresses = [f"http://127.0.0.1:{port}", *settings.other_rasas]
    clients = [RasaClient(address, secret, settings.dialogue_timeout) for address in addresses]
    for client in clients:
        stack.push_async_callback(client.close)
    return FirstStart(SeveralRasas(clients))


def own_rasa(
    settings: Settings, port: int, internal_port: int, secret: str, database: str, vault: Vault
) -> Supervised:
    variables = {
        "WARMLINE_RASA_SECRET": secret,
        "WARMLINE_ACTIONS_URL": f"http://127.0.0.1:{internal_port}/actions/webhook",
        "WARMLINE_TRACKER_URL": database,
        "WARMLINE_TRACKER_KEY": f"file:{give_rasa_its_keys(settings, vault)}",
        "WARMLINE_CLINIC": str(settings.clinic_file),
        "WARMLINE_ENCODER": str(settings.encoder_dir),
    }
    command = rasa_command(
        ROOT,
        python=settings.rasa_python,
        model=settings.model_file,
        port=port,
        token=new_secret(),
        variables=variables,
    )
    return Supervised(
        "rasa",
        command,
        answers_at(f"http://127.0.0.1:{port}/webhooks/warmline/"),
        settings.data_dir / "logs" / "rasa.log",
    )
