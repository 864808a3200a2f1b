"""Decides the topic before the intent: a topic's intents share what is meant between them. No Rasa in here."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
import yaml

from rasa_components.softmax import Floats

TOPICS = Path(__file__).resolve().parents[1] / "data" / "topics.yml"
OF_THE_BEST = 0.5  # an intent of another topic has at most this part of the best one's share


def read_topics(path: Path) -> Mapping[str, str]:
    """Intent -> topic; empty when there is no such file."""
    if not path.exists():
        return {}
    content: Mapping[str, list[str]] = yaml.safe_load(path.read_text(encoding="utf-8"))["topics"]
    return {intent: topic for topic, intents in content.items() for intent in intents}


def prefer(shares: Floats, intents: Sequence[str], topics: Mapping[str, str]) -> Floats:
    """The shares with the best intent of the likeliest topic in front. What the other topics' intents have too
    much goes to the topic's own. An intent without a topic is one of its own."""
    names = np.array([topics.get(intent, intent) for intent in intents])
    sums = {name: float(shares[names == name].sum()) for name in set(names.tolist())}
    own = names == max(sorted(sums), key=sums.__getitem__)
    most, others = float(shares[own].max()), float(shares[~own].max(initial=0.0))
    if others <= most * OF_THE_BEST or most == 0.0:
        return shares
    cut = shares * np.where(own, 1.0, OF_THE_BEST * most / others)
    rest = 1 - float(cut[~own].sum())
    return np.asarray(np.where(own, shares * (rest / float(shares[own].sum())), cut), np.float32)
