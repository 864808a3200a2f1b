"""Every text the bot can send, wherever it is written, against what may never be said (rules of the field 2.4, 3, 3.6).

The sources: the answers and the questions (data/responses, domain.yml), the service's and the screen's own texts, the
clinic's facts, the canned replies, and every sentence that stands in the code of actions and services.
"""

import ast
import re
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import yaml

ROOT = Path(__file__).parents[2]
WRITTEN = (
    *sorted((ROOT / "data/responses").glob("*.yml")),
    *sorted((ROOT / "bot/services").glob("texts*.yml")),
    *sorted((ROOT / "bot/screen").glob("texts*.yml")),
    ROOT / "bot/console/replies.yml",
    ROOT / "clinic.yml",
    ROOT / "domain.yml",
)
CODE = (
    *sorted((ROOT / "actions").glob("*.py")),
    *sorted((ROOT / "bot/services").glob("*.py")),
    *(
        ROOT / "bot/domain" / name
        for name in ("needs_spoken.py", "needs_said.py", "schedule.py", "call_back.py")
    ),
)
_NOT_SAID = {
    "reason",
    "payload",
    "metadata",
    "condition",
    "contacts",
    "intents",
}  # beside the texts, for us alone

# What is never said -> a sentence that would say it, so that the pattern itself is proved.
NEVER = {
    # asking for a reason or for an event
    r"\bwhy\b[^.!]*\?": "Why do you drink?",
    r"\bpor qu[eé]\b[^.!]*\?": "¿Por qué bebe?",
    r"\bwhat happened\b|\bwhat (?:did|has) (?:he|she|they|someone|it)\b": "Can you say what happened?",
    r"\bqu[eé] (?:le )?(?:pas[oó]|sucedi[oó]|ocurri[oó])": "¿Qué pasó?",
    r"\b(?:when|where|how often) (?:did|was|has) (?:it|this|that|he|she|they)\b": "When did it begin?",
    r"\bwho (?:did|hurt|was it)\b[^.!]*\?|\bwho is (?:he|she)\b|\bqui[eé]n (?:fue|le hizo)\b": "Who did that?",
    r"\b(?:were|have) you (?:ever )?(?:been )?(?:abused|raped|hurt|assaulted|molested)\b": "Were you abused?",
    r"\btell me (?:more )?about (?:it|what|the|that)\b": "Tell me more about it.",
    r"\bhow (?:would|will|are) you (?:going to )?(?:do it|kill)\b|\bwhere are you\b": "Where are you?",
    # promises
    r"\bon (?:the|their|his|her|its) way\b|\ben camino\b|\bis coming\b": "A counselor is on the way.",
    r"\b(?:reply|answer|call|write|respond) (?:to )?(?:you )?(?:with)?in (?:\d|a few)": "Someone will reply in 5 minutes.",
    r"\b(?:we|i)(?:'ll| will| can) call 911\b": "We will call 911 for you.",
    r"\bconfidential\b|\banonymous\b|(?<!not )(?<!never )\b(?:completely|fully|strictly) private\b": "It is confidential.",
    r"\bconfidencial(?:es)?\b|\ban[oó]nim[oa]s?\b": "Es confidencial.",
    r"\bguarantee|\bi promise\b|\bwe promise\b|\bgarantiz": "We guarantee it.",
    # minimising, guilt, praise
    r"\bit gets better\b|\bit will (?:all )?be (?:ok|fine|all right)\b|\btodo va a estar bien\b": "It gets better.",
    r"\bthink of your\b|\bpiense en su\b|\bbe strong\b|\bsea fuerte\b": "Think of your family.",
    r"\bcalm down\b|\bc[aá]lmese\b|\boverreact": "Please calm down.",
    r"\bi believe you\b|\ble creo\b|\bi (?:know|understand) how you feel\b": "I believe you.",
    # shaming words
    r"\baddicts?\b|\balcoholics?\b|\bjunkies?\b|\babusers?\b|\badict[oa]s?\b|\balcoh[oó]lic[oa]s?\b": "An addict.",
    r"\bcommit\w* suicide\b|\b(?:failed|successful) attempt\b|\bcometi[oó] suicidio\b": "He committed suicide.",
    r"\b(?:stay|get|got|are|is|be) clean\b|\bdirty\b|\best[aá] limpi[oa]\b": "You are clean now.",
    # judging
    r"\b(?:high|low) risk\b|\b(?:alto|bajo) riesgo\b": "You are at high risk.",
    r"\byou (?:are|have|seem|sound) (?:an? )?(?:depress|traumati|suicidal|addict|ptsd|disorder)": "You seem depressed.",
    # lines that are closed
    r"\bpress 3\b|\btext pride\b": "Press 3.",
}  # fmt: skip


def _said_in(value: Any) -> Iterator[str]:
    """Every string of a file of texts that somebody may read."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        for key, inner in value.items():
            if key not in _NOT_SAID:
                yield from _said_in(inner)
    elif isinstance(value, Sequence):
        for inner in value:
            yield from _said_in(inner)


def _sentences_in(path: Path) -> Iterator[str]:
    """Every string of a module that people could read: more than one word, no pattern, no docstring."""
    nodes = list(ast.walk(ast.parse(path.read_text(encoding="utf-8"))))
    alone = {id(node.value) for node in nodes if isinstance(node, ast.Expr)}  # docstrings
    for node in nodes:
        if not isinstance(node, ast.Constant) or id(node) in alone:
            continue
        words = node.value
        if isinstance(words, str) and " " in words.strip() and not re.search(r"[\\|\[\]]|\(\?", words):
            yield words


@cache
def every_text() -> dict[str, list[str]]:
    """File -> what stands in it."""
    read = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    found = {p: list(_said_in(yaml.load(p.read_text(encoding="utf-8"), Loader=read))) for p in WRITTEN}
    found |= {p: list(_sentences_in(p)) for p in CODE}
    return {str(path.relative_to(ROOT)): texts for path, texts in found.items()}


@pytest.mark.parametrize("words", NEVER, ids=NEVER.values())
def test_no_text_that_the_bot_can_send_says_it(words: str) -> None:
    said = re.compile(words, re.IGNORECASE)
    assert [(f, text) for f, texts in every_text().items() for text in texts if said.search(text)] == []


@pytest.mark.parametrize(("words", "sentence"), NEVER.items(), ids=NEVER.values())
def test_what_is_never_said_would_be_found(words: str, sentence: str) -> None:
    assert re.search(words, sentence, re.IGNORECASE)


def test_texts_of_every_source_are_read() -> None:
    texts = every_text()
    assert {name for name in texts if name.endswith(".yml") and not texts[name]} == set()
    for known in (
        "Is there anything a counselor should not ask you about?",
        "ok, ask me",
        "How was that for you?",
        "Are you thinking about killing yourself?",
        "texting here is fine",
        "someone who has been there",
    ):
        assert any(known in text for several in texts.values() for text in several), known
