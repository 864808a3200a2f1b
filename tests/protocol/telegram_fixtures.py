"""The raw updates of `tests/fixtures/telegram`, as Telegram sends them; the people are invented."""

import copy
import json
from pathlib import Path
from typing import Any

from tests.protocol.planted import remember

FOLDER = Path(__file__).resolve().parents[1] / "fixtures" / "telegram"
DANA = 5550142  # the chat every private fixture is from


def raw(name: str, *, text: str | None = None, update_id: int | None = None) -> dict[str, Any]:
    """The update of this name; with other words or another number when given."""
    update: dict[str, Any] = json.loads((FOLDER / f"{name}.json").read_text(encoding="utf-8"))
    update = copy.deepcopy(update)
    if text is not None:
        remember(text)
        message = update.get("message") or update["edited_message"]
        message["caption" if "caption" in message else "text"] = text
    if update_id is not None:
        update["update_id"] = update_id
    return update
