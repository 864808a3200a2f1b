"""Canned replies: read once, filled in with the clinic's phone. A counselor sees each before it goes out."""

from dataclasses import dataclass
from pathlib import Path

import yaml

_FILE = Path(__file__).parent / "replies.yml"


@dataclass(frozen=True)
class Canned:
    """One reply that can be put into the box."""

    key: str
    label: str
    text: str


def load_canned(clinic_phone: str) -> tuple[Canned, ...]:
    entries = yaml.safe_load(_FILE.read_text(encoding="utf-8"))
    return tuple(
        Canned(entry["key"], entry["label"], entry["text"].format(clinic_phone=clinic_phone))
        for entry in entries
    )
