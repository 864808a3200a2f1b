"""The doctor: what it finds right, what it finds wrong with what helps, and that it never prints a secret."""

import base64
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from fastapi import FastAPI, Request
from fastapi.responses import JSONResponse

from bot.doctor import house, providers
from bot.doctor.finding import Finding
from bot.doctor.run import findings
from bot.domain.matching import DESK_ONLY, Counselor
from bot.places import Place
from bot.serving import served
from bot.settings import Settings
from tests.conftest import World
from tests.doubles.telegram_double import TOKEN, TelegramDouble, telegram_double

SID, AUTH, PUBLIC = "AC" + "1" * 32, "auth-token-never-shown", "https://text.example.org/hooks"
NUMBER, STAFF_NUMBER, SERVICE = "+15550199", "+15550188", "MG" + "2" * 32
DECIDED = {"staff_phones_decided_by": "Dr. Lee", "staff_phones_decided_on": "2026-11-24"}
RIGHT = {
    "sms_url": f"{PUBLIC}/twilio/incoming",
    "sms_fallback_url": f"{PUBLIC}/twilio/fallback",
    "voice_url": f"{PUBLIC}/twilio/call",
    "status_callback": f"{PUBLIC}/twilio/call/ended",
}


@dataclass
class Account:
    """A Twilio account as its API shows it."""

    url: str = ""
    status: str = "active"
    numbers: dict[str, dict[str, Any]] = field(
        default_factory=lambda: {NUMBER: dict(RIGHT), STAFF_NUMBER: dict(RIGHT)}
    )
    service: dict[str, Any] = field(
        default_factory=lambda: {
            "inbound_request_url": RIGHT["sms_url"],
            "fallback_url": RIGHT["sms_fallback_url"],
            "use_inbound_webhook_on_number": False,
        }
    )
    answers: int = 200

    def app(self) -> FastAPI:
        app = FastAPI()

        @app.get("/2010-04-01/Accounts/{sid}.json")
        async def account(sid: str) -> JSONResponse:
            return JSONResponse({"sid": sid, "status": self.status}, self.answers)

        @app.get("/2010-04-01/Accounts/{sid}/IncomingPhoneNumbers.json")
        async def numbers(sid: str, request: Request) -> JSONResponse:
            found = self.numbers.get(request.query_params["PhoneNumber"])
            key, items = "incoming_phone_numbers", [{"sid": "PN1", **found}] if found else []
            return JSONResponse({key: items, "meta": {"key": key}})

        @app.get("/v1/Services/{sid}")
        async def service(sid: str) -> JSONResponse:
            return JSONResponse({"sid": sid, **self.service})

        return app


@pytest.fixture
async def account() -> AsyncIterator[Account]:
    account = Account()
    async with served(account.app(), "127.0.0.1", 0) as port:
        account.url = f"http://127.0.0.1:{port}"
        yield account


@pytest.fixture
async def bots() -> AsyncIterator[TelegramDouble]:
    async with telegram_double() as double:
        yield double


def _settings(account: Account, **more: Any) -> Settings:
    given: dict[str, Any] = {
        "twilio_account_sid": SID,
        "twilio_auth_token": AUTH,
        "public_url": PUBLIC,
        "twilio_number": NUMBER,
        "twilio_staff_number": STAFF_NUMBER,
        "twilio_api": account.url,
    }
    return Settings(_env_file=None, **{**given, **more})


async def _twilio(settings: Settings) -> list[Finding]:
    return [finding async for finding in providers.twilio(settings)]


def _of(found: list[Finding], about: str) -> Finding:
    matching = [finding for finding in found if finding.about == about]
    assert len(matching) == 1, [str(finding) for finding in found]
    return matching[0]


async def test_an_account_that_is_set_up_has_nothing_to_mend(account: Account) -> None:
    found = await _twilio(_settings(account, twilio_messaging_service=SERVICE))
    assert [str(finding) for finding in found if finding.level == "fail"] == []
    assert _of(found, "Twilio").level == "ok"
    assert _of(found, "Messaging Service").level == "ok"
    assert _of(found, "staff number").level == "ok"


@pytest.mark.parametrize(
    ("change", "about", "level", "says"),
    [
        ({"answers": 401}, "Twilio", "fail", "refuses the account or its token"),
        ({"answers": 500}, "Twilio", "fail", "answered 500"),
        ({"status": "suspended"}, "Twilio", "fail", "suspended"),
        ({"numbers": {STAFF_NUMBER: RIGHT}}, "clients' number", "fail", "not of this account"),
        ({"numbers": {NUMBER: RIGHT}}, "staff number", "fail", "not of this account"),
        (
            {"numbers": {NUMBER: {**RIGHT, "sms_url": ""}, STAFF_NUMBER: RIGHT}},
            "clients' number",
            "fail",
            "sends them nowhere",
        ),
        (
            {"numbers": {NUMBER: {**RIGHT, "sms_url": "https://other.example/x"}, STAFF_NUMBER: RIGHT}},
            "clients' number",
            "fail",
            "another address",
        ),
        (
            {"numbers": {NUMBER: {"sms_url": RIGHT["sms_url"]}, STAFF_NUMBER: RIGHT}},
            "clients' number, fallback",
            "warn",
            "hears nothing when we are down",
        ),
        (
            {"numbers": {NUMBER: {**RIGHT, "voice_url": ""}, STAFF_NUMBER: RIGHT}},
            "clients' number, calls",
            "fail",
            "sends them nowhere",
        ),
        (
            {"numbers": {NUMBER: {**RIGHT, "capabilities": {"voice": False}}, STAFF_NUMBER: RIGHT}},
            "clients' number, calls",
            "warn",
            "takes no calls",
        ),
    ],
)
async def test_what_is_wrong_at_twilio_is_said_with_what_helps(
    account: Account, change: dict[str, Any], about: str, level: str, says: str
) -> None:
    for name, value in change.items():
        setattr(account, name, value)
    found = _of(await _twilio(_settings(account)), about)
    assert (found.level, says in found.says, bool(found.do)) == (level, True, True), str(found)


async def test_twilio_out_of_reach_is_said(account: Account) -> None:
    found = await _twilio(_settings(account, twilio_api="http://127.0.0.1:9"))
    assert "cannot be reached" in _of(found, "Twilio").says


async def _telegram(bots: TelegramDouble, **tokens: str) -> list[Finding]:
    settings = Settings(_env_file=None, telegram_api_base_url=bots.url, **tokens)
    return [finding async for finding in providers.telegram(settings)]


async def test_a_bot_that_answers_is_named_and_a_webhook_explains_the_409(bots: TelegramDouble) -> None:
    found = await _telegram(bots, telegram_token=TOKEN)
    assert {f.level for f in found if f.about == "clients' bot"} == {"ok"}
    bots.webhook = "https://somebody.example/hook"
    found = await _telegram(bots, telegram_token=TOKEN)
    hook = next(f for f in found if "webhook" in f.says)
    assert (hook.level, "409" in hook.says) == ("warn", True)
    assert not bots.called("getUpdates"), "a poll of the doctor's would end the service's own"


async def test_a_wrong_token_is_said_for_the_right_bot(bots: TelegramDouble) -> None:
    found = await _telegram(bots, telegram_token=TOKEN, telegram_staff_token="5550101:wrong")
    assert _of(found, "staff bot").level == "fail"
    assert "@BotFather" in _of(found, "staff bot").do


def test_who_has_no_phone_beside_others_who_have_one_is_counted() -> None:
    people = [
        Counselor("1", "Ada", frozenset(), role="supervisor", channel="staff-sms"),
        Counselor("2", "Bo", frozenset(), channel=DESK_ONLY),
    ]
    said = [found.says for found in house.roster(Settings(_env_file=None), people)]
    assert "1 have no phone: they are asked nothing and cannot sign in at the desk" in said


def test_a_roster_without_a_phone_fails_and_one_without_a_supervisor_warns() -> None:
    settings = Settings(_env_file=None)
    desk = Counselor("1", "Ida", frozenset(), channel=DESK_ONLY)
    assert [f.level for f in house.roster(settings, [desk])] == ["fail"]
    tess = Counselor("2", "Tess", frozenset({"language:en"}), channel="staff-sms")
    said = {f.about + ": " + f.says: f.level for f in house.roster(settings, [desk, tess])}
    assert said["roster: no supervisor can be reached"] == "warn"
    assert said["languages: en"] == "ok"
    stopped = Counselor("3", "Uma", frozenset(), channel="staff-sms", opted_out=True)
    assert any("said STOP" in f.says for f in house.roster(settings, [tess, stopped]))
    shown = Counselor("4", "Vic", frozenset(), channel="staff-phone-sms")
    assert any("simulated" in f.says for f in house.roster(settings, [tess, shown]))


@pytest.mark.parametrize(
    ("given", "level"),
    [
        ({}, "ok"),
        ({"telegram_staff_token": "5550101:x"}, "warn"),
        ({"telegram_staff_token": "5550101:x", **DECIDED}, "ok"),
    ],
)
def test_the_decision_on_staff_phones_is_shown(given: dict[str, Any], level: str) -> None:
    found = house.decision(Settings(_env_file=None, **given))
    assert found.level == level
    assert ("Dr. Lee on 2026-11-24" in found.says) == (len(given) == 3)


async def test_no_finding_holds_a_secret(account: Account, bots: TelegramDouble, tmp_path: Path) -> None:
    settings = _settings(
        account,
        telegram_token=TOKEN,
        telegram_staff_token="5550101:staff-secret",
        telegram_api_base_url=bots.url,
        data_dir=tmp_path,
        DATABASE_URL="postgresql://somebody:database-secret@127.0.0.1:9/none",
    )
    said = "\n".join([str(finding) async for finding in findings(settings)])
    for secret in (AUTH, TOKEN, "staff-secret", "database-secret", NUMBER, STAFF_NUMBER, SID):
        assert secret not in said
    assert "fail  database: cannot be reached" in said


async def test_the_database_of_a_service_is_looked_at_and_keys_that_do_not_fit_are_said(
    world: World, tmp_path: Path
) -> None:
    url = world.service.context.database.engine.url.render_as_string(hide_password=False)
    place = Place(url, world.dsn, url, url)
    found = await house.inside(Settings(_env_file=None, data_dir=tmp_path), place)
    assert [(f.about, f.level) for f in found] == [("database", "ok"), ("keys", "fail")]
    right = base64.b64encode(b"a key for tests only, 32 bytes..").decode()
    found = await house.inside(Settings(_env_file=None, data_dir=tmp_path, master_key=right), place)
    assert [f.level for f in found if f.about == "roster"] == ["ok"]
