"""Every setting of the service, read once from the environment or `.env`. Every problem is reported at once."""

import re
from datetime import date
from pathlib import Path
from typing import Literal, Self

from pydantic import Field, SecretStr, ValidationError, model_validator
from pydantic_core import ErrorDetails
from pydantic_settings import BaseSettings, SettingsConfigDict

ROOT = Path(__file__).resolve().parent.parent


class SettingsProblem(ValueError):
    """One or more settings are wrong; the text lists each, without its value."""


class Settings(BaseSettings):
    """Read from WARMLINE_* variables; DATABASE_URL keeps its usual name."""

    model_config = SettingsConfigDict(
        env_prefix="WARMLINE_", env_file=".env", extra="ignore", hide_input_in_errors=True
    )

    data_dir: Path = Field(ROOT / ".var", description="Where the embedded database, keys and logs live.")
    clinic_file: Path = Field(ROOT / "clinic.yml", description="What another clinic would change.")
    model_file: Path = Field(ROOT / "models" / "warmline.tar.gz", description="Rasa's trained model.")
    encoder_dir: Path = Field(ROOT / ".var" / "encoder", description="The sentence encoder, made by set-up.")
    screen_classifier: bool = Field(
        True,
        description="The safety screen's second layer; rules and asking stay when it is off (docs/legal.md).",
    )
    rasa_python: Path = Field(ROOT / "rasa-env" / ".venv" / "bin" / "python", description="Python with Rasa.")
    database_url: SecretStr | None = Field(
        None, validation_alias="DATABASE_URL", description="A PostgreSQL to use instead of the embedded one."
    )
    owner_database_url: SecretStr | None = Field(
        None, description="The same database by the account that owns the tables; else DATABASE_URL's does."
    )
    rasa_database_url: SecretStr | None = Field(
        None, description="The same database by an account that sees Rasa's memory only."
    )
    master_key: SecretStr | None = Field(
        None,
        description="Base64 of 32 or more bytes that seal the database; older keys behind it, with commas.",
    )
    key_file: Path | None = Field(None, description="File with the master keys, when none is given above.")
    host: str = Field("127.0.0.1", description="Address on which the desk listens.")
    port: int = Field(
        8080, ge=0, le=65535, description="Port of the desk and the page of phones; 0: a free one."
    )
    desk_url: str | None = Field(
        None,
        pattern=r"^https://[\w.-]+(:\d+)?/?$",
        description="Address by which staff reach the desk, through a TLS proxy; its cookies then need https.",
    )
    demonstration: bool = Field(True, description="Simulated phones with three demonstration counselors.")
    telegram_token: SecretStr | None = Field(
        None, description="Token of the clients' Telegram bot, from @BotFather."
    )
    telegram_staff_token: SecretStr | None = Field(
        None, description="Token of another Telegram bot, for counselors alone."
    )
    telegram_updates: Literal["poll", "webhook"] = Field(
        "poll", description="Fetch messages from Telegram, or have it bring them to the public address."
    )
    telegram_api_base_url: str = Field("https://api.telegram.org", description="Where Telegram's Bot API is.")
    public_url: str | None = Field(
        None,
        pattern=r"^https?://[^\s?#]+$",
        description="Address under which Twilio, or Telegram, reaches us, as it sees it.",
    )
    webhook_host: str = Field("127.0.0.1", description="Address of the listener for webhooks.")
    webhook_port: int = Field(8081, ge=0, le=65535, description="Its port; a TLS proxy stands before it.")
    twilio_account_sid: str | None = Field(
        None, pattern=r"^AC[0-9a-f]{32}$", description="Twilio account. SMS is on when it is set."
    )
    twilio_auth_token: SecretStr | None = Field(None, description="Its auth token; it signs webhooks.")
    twilio_previous_auth_token: SecretStr | None = Field(
        None, description="The token before, during rotation only."
    )
    twilio_number: str | None = Field(
        None, pattern=r"^\+[1-9]\d{6,14}$", description="Number clients write to."
    )
    twilio_messaging_service: str | None = Field(
        None, pattern=r"^MG[0-9a-f]{32}$", description="Messaging Service to send from instead of the number."
    )
    twilio_staff_number: str | None = Field(
        None, pattern=r"^\+[1-9]\d{6,14}$", description="A number of its own for counselors."
    )
    twilio_staff_pool: str | None = Field(
        None,
        pattern=r"^\+[1-9]\d{6,14}( *, *\+[1-9]\d{6,14})*$",
        description="More staff numbers, with commas: each conversation gets one, and so a thread of its own.",
    )
    twilio_keywords: Literal["default", "advanced", "app"] = Field(
        "default", description="Who answers STOP, START and HELP."
    )
    calls: Literal["clinic", "counselors", "off"] = Field(
        "clinic",
        description="Where somebody who calls the clients' number is put through; off: they hear where to call.",
    )
    twilio_api: str | None = Field(None, description="Another address of Twilio's API, for tests.")
    staff_phones_decided_by: str | None = Field(
        None,
        min_length=2,
        description="Who decided that counselors may read and answer clients on their own phones.",
    )
    staff_phones_decided_on: date | None = Field(
        None, description="The day of that decision, like 2026-11-24. Without both, phones get alerts only."
    )
    twilio_forget: bool = Field(
        False, description="Have Twilio delete each message once it was delivered, or handled."
    )
    internal_port: int = Field(
        0, ge=0, le=65535, description="Port of the internal listener on loopback (actions, metrics); 0: any."
    )
    monitor_url: SecretStr | None = Field(
        None, description="An outside monitor's address, called while the database answers."
    )
    monitor_seconds: int = Field(60, ge=5, le=3600, description="Seconds between two such calls.")
    keep_chat_days: int = Field(30, ge=1, description="Days until a talk with the bot is removed.")
    keep_record_days: int = Field(
        2557, ge=1, description="Days until a talk that counselors took part in is removed, from its end."
    )
    keep_alert_days: int = Field(90, ge=7, description="Days until alerts and staff's own texts are removed.")
    keep_audit_days: int = Field(2190, ge=2190, description="Days the audit is kept; six years at least.")
    concurrency: int = Field(
        10, ge=1, le=100, description="Jobs each of the two queues of a process works on at the same time."
    )
    dialogue_timeout: float = Field(
        8.0, gt=0, le=60, description="Seconds until Rasa counts as not answering."
    )
    rasa_port: int = Field(0, ge=0, le=65535, description="Port of Rasa on loopback; 0: any.")
    rasa_secret: SecretStr | None = Field(
        None, min_length=16, description="Secret between the service and Rasa; else a new one at each start."
    )
    rasa_urls: str | None = Field(
        None,
        pattern=r"^http://[\w.-]+:\d+( *, *http://[\w.-]+:\d+)*$",
        description="Other workers' Rasas, with commas, that are asked while our own is away.",
    )
    traces_url: SecretStr | None = Field(
        None, description="OTLP address of a collector for traces, like http://127.0.0.1:4318/v1/traces."
    )
    traces_share: float = Field(1.0, ge=0, le=1, description="Share of all messages that are traced.")
    log_level: str = Field("INFO", pattern="^(DEBUG|INFO|WARNING|ERROR)$", description="What is logged.")
    log_to_terminal: bool = Field(False, description="Log lines to the terminal instead of data_dir/logs.")

    @property
    def staff_pool(self) -> tuple[str, ...]:
        """The numbers of single conversations on counselors' phones."""
        return tuple(number.strip() for number in (self.twilio_staff_pool or "").split(",") if number.strip())

    @property
    def other_rasas(self) -> tuple[str, ...]:
        """The addresses of the Rasas that are asked while our own is away."""
        return tuple(url.strip() for url in (self.rasa_urls or "").split(",") if url.strip())

    @property
    def staff_phones(self) -> bool:
        """Whether clients' words may go to counselors' own phones (rules 6.4): somebody decided it, on a day."""
        return bool(self.staff_phones_decided_by) and self.staff_phones_decided_on is not None

    @model_validator(mode="after")
    def _staff_is_apart(self) -> Self:
        staff, clients = self.telegram_staff_token, self.telegram_token
        if staff is not None and clients is not None and staff == clients:
            raise ValueError("TELEGRAM_STAFF_TOKEN must be of another bot than TELEGRAM_TOKEN")
        if (self.staff_phones_decided_by is None) != (self.staff_phones_decided_on is None):
            raise ValueError(
                "STAFF_PHONES_DECIDED_BY and STAFF_PHONES_DECIDED_ON are set together or not at all"
            )
        return self

    @model_validator(mode="after")
    def _rasas_share_a_secret(self) -> Self:
        if self.rasa_urls is not None and self.rasa_secret is None:
            raise ValueError("with RASA_URLS, RASA_SECRET is needed, too: the same for all")
        return self

    @model_validator(mode="after")
    def _telegram_finds_us(self) -> Self:
        if self.telegram_updates == "webhook" and self.public_url is None:
            raise ValueError("with TELEGRAM_UPDATES=webhook, PUBLIC_URL is needed, too")
        return self

    @model_validator(mode="after")
    def _desk_is_not_in_the_clear(self) -> Self:
        loopback = re.fullmatch(r"127\.\d+\.\d+\.\d+|localhost|::1", self.host)
        if not loopback and self.desk_url is None:
            raise ValueError("with a HOST that others reach, DESK_URL with https is needed, too")
        return self

    @model_validator(mode="after")
    def _sms_is_complete(self) -> Self:
        if self.twilio_account_sid is None:
            return self
        if self.twilio_auth_token is None or self.public_url is None:
            raise ValueError("with TWILIO_ACCOUNT_SID, TWILIO_AUTH_TOKEN and PUBLIC_URL are needed, too")
        if self.twilio_number is None and self.twilio_messaging_service is None:
            raise ValueError(
                "with TWILIO_ACCOUNT_SID, TWILIO_NUMBER or TWILIO_MESSAGING_SERVICE is needed, too"
            )
        numbers = [n for n in (self.twilio_number, self.twilio_staff_number, *self.staff_pool) if n]
        if len(set(numbers)) < len(numbers):
            raise ValueError(
                "TWILIO_NUMBER, TWILIO_STAFF_NUMBER and TWILIO_STAFF_POOL must be different numbers"
            )
        if self.calls == "counselors" and not self.staff_phones:
            raise ValueError("with CALLS=counselors, STAFF_PHONES_DECIDED_BY and _ON are needed, too")
        if self.staff_pool and self.twilio_staff_number is None:
            raise ValueError(
                "with TWILIO_STAFF_POOL, TWILIO_STAFF_NUMBER is needed, too: it takes the commands"
            )
        return self


def load_settings() -> Settings:
    """The settings of this process. Raises SettingsProblem naming every wrong one."""
    try:
        return Settings()
    except ValidationError as error:
        raise SettingsProblem("; ".join(map(_problem, error.errors()))) from None


def _variable(name: str) -> str:
    """A setting as one sets it."""
    return name if name in ("", "DATABASE_URL") else f"WARMLINE_{name}"


def _problem(error: ErrorDetails) -> str:
    """One problem in words; what concerns several settings names them itself."""
    place = _variable(".".join(str(part) for part in error["loc"]).upper())
    said = error["msg"].removeprefix("Value error, ")
    return f"{place}: {said}" if place else said
