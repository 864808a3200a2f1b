"""What another clinic would change, read from clinic.yml with every problem reported at once."""

from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path
from typing import Self
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator, model_validator

from bot.domain.handoff import Ladder, Pace
from bot.domain.schedule import BadHours, Hours, read_hours


class ClinicProblem(ValueError):
    """clinic.yml is missing or wrong; the text lists every problem."""


class Times(BaseModel):
    """How fast one priority climbs the ladder, in seconds (bot/domain/handoff.py)."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    first: int = Field(2, ge=1, le=50)
    step: int = Field(90, ge=5, le=3600)
    proof: int = Field(20, ge=2, le=600)
    again: int = Field(600, ge=30, le=86_400)
    rounds: int = Field(6, ge=1, le=100)
    first_reply: int = Field(240, ge=15, le=86_400)

    @property
    def pace(self) -> Pace:
        times = {
            name: timedelta(seconds=getattr(self, name)) for name in ("step", "proof", "again", "first_reply")
        }
        return Pace(first=self.first, rounds=self.rounds, **times)


class LadderTimes(BaseModel):
    """The ladder of this clinic. A crisis may not climb slower than an ordinary request."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    normal: Times = Times()
    crisis: Times = Times(step=45, proof=15, first_reply=120)
    keep_hours: int = Field(72, ge=1, le=24 * 30)

    @model_validator(mode="after")
    def _crisis_first(self) -> Self:
        slower = [n for n in ("step", "proof", "again") if getattr(self.crisis, n) > getattr(self.normal, n)]
        if slower:
            raise ValueError(f"a crisis may not be slower than an ordinary request: {', '.join(slower)}")
        return self

    @property
    def ladder(self) -> Ladder:
        return Ladder(self.normal.pace, self.crisis.pace, timedelta(hours=self.keep_hours))


class SignedOff(BaseModel):
    clinical_lead: str = ""
    date: str = ""


class Clinic(BaseModel):
    """The clinic's own facts. Unknown keys are refused: a typing mistake must not pass in silence."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: str = Field(min_length=1, max_length=40)
    short_name: str = Field(min_length=1, max_length=10)
    phone: str = Field(pattern=r"^[+(\d][\d ()+.-]{5,20}$")
    timezone: str
    country: str = Field(pattern="^[A-Z]{2}$")
    hours: Mapping[str, list[str]]
    ladder: LadderTimes = LadderTimes()
    signed_off: SignedOff = SignedOff()

    @field_validator("timezone")
    @classmethod
    def _zone(cls, value: str) -> str:
        try:
            ZoneInfo(value)
        except (ZoneInfoNotFoundError, ValueError) as error:
            raise ValueError(f"{value!r} is no time zone; write America/Chicago") from error
        return value

    @field_validator("hours")
    @classmethod
    def _hours(cls, value: Mapping[str, list[str]]) -> Mapping[str, list[str]]:
        try:
            read_hours(value, "UTC")
        except BadHours as error:
            raise ValueError(str(error)) from error
        return value

    @property
    def dialled_phone(self) -> str:
        """The phone as a carrier dials it: "+17086134750". A number without "+" is taken for a North American one."""
        digits = "".join(c for c in self.phone if c.isdigit())
        if self.phone.startswith("+"):
            return f"+{digits}"
        return f"+1{digits[-10:]}"

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.timezone)

    @property
    def opening_hours(self) -> Hours:
        return read_hours(self.hours, self.timezone)


def load_clinic(path: Path) -> Clinic:
    """Read clinic.yml. Raises ClinicProblem naming every problem in it."""
    try:
        return Clinic.model_validate(yaml.safe_load(path.read_text(encoding="utf-8")))
    except FileNotFoundError as error:
        raise ClinicProblem(f"{path.name} is missing; copy the one from the repository") from error
    except yaml.YAMLError as error:
        raise ClinicProblem(f"{path.name} is no valid YAML") from error
    except ValidationError as error:
        problems = [f"{'.'.join(map(str, e['loc'])) or 'file'}: {e['msg']}" for e in error.errors()]
        raise ClinicProblem(f"{path.name}: " + "; ".join(problems)) from error
