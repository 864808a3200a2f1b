"""What another clinic would change, read from clinic.yml with every problem reported at once."""

from collections.abc import Mapping
from pathlib import Path
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator

from bot.domain.schedule import BadHours, Hours, read_hours


class ClinicProblem(ValueError):
    """clinic.yml is missing or wrong; the text lists every problem."""


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
