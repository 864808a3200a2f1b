"""Serves the custom actions to Rasa, on the internal listener: rasa-sdk's executor behind a shared secret."""

import hmac
import json
from collections.abc import Sequence
from typing import Any

import structlog
from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse
from rasa_sdk import Action
from rasa_sdk.executor import ActionExecutor
from rasa_sdk.interfaces import ActionExecutionRejection

from bot.services.context import Context

log = structlog.get_logger("actions")


def actions_router(actions: Sequence[Action], secret: str, context: Context) -> APIRouter:
    """POST /actions/webhook as Rasa calls it. 403 without the secret."""
    executor = ActionExecutor()
    for action in actions:
        executor.register_action(action)
    router = APIRouter()

    @router.post("/actions/webhook")
    async def run(request: Request) -> JSONResponse:
        given = request.headers.get("x-warmline-secret", "")
        if not hmac.compare_digest(given.encode("utf-8", "replace"), secret.encode()):
            return JSONResponse({"error": "forbidden"}, status_code=403)
        call = _call_in(await request.body())
        if call is None:
            return JSONResponse({"error": "no call"}, status_code=400)
        call.setdefault(
            "domain", {}
        )  # Rasa keeps its 40 kB to itself (endpoints.yml), and no action reads it
        try:
            with context.traces.stage("action", _message_of(call)):
                result = await executor.run(call)
        except ActionExecutionRejection as rejection:
            return JSONResponse(
                {"error": str(rejection), "action_name": rejection.action_name}, status_code=400
            )
        except Exception as error:
            log.error("action.failed", action=call.get("next_action"), error=type(error).__name__)
            return JSONResponse({"error": "failed", "action_name": call.get("next_action")}, status_code=500)
        return JSONResponse(
            result.model_dump() if result is not None and hasattr(result, "model_dump") else result
        )

    return router


def _call_in(body: bytes) -> dict[str, Any] | None:
    """What Rasa asks for; None when that is no JSON object."""
    try:
        call = json.loads(body)
    except (ValueError, RecursionError):
        return None
    return call if isinstance(call, dict) else None


def _message_of(call: dict[str, Any]) -> int | None:
    """The client's message that this turn is about, as our channel told Rasa."""
    try:
        return int(call["tracker"]["latest_message"]["metadata"]["message_id"])
    except (KeyError, TypeError, ValueError):
        return None
