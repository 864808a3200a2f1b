"""What may stand on a staff phone that may not show clients' words."""

import re

from bot.app import all_texts
from bot.services.outbox import WITHOUT_CONTENT

TEXTS = all_texts().by_id
_CARRIES = re.compile(r"\{(text|note|needs)\}")


def test_every_text_that_carries_words_or_needs_has_one_without() -> None:
    carrying = {name for name, text in TEXTS.items() if _CARRIES.search(text.text)} - {
        "plain",
        "drill",
    }  # frames: what they carry was chosen before
    assert carrying
    assert carrying <= set(WITHOUT_CONTENT)


def test_a_text_that_invites_to_take_by_phone_has_one_that_does_not() -> None:
    inviting = {
        n for n, text in TEXTS.items() if any(o.payload.startswith("staff:take") for o in text.options)
    }
    assert inviting
    assert inviting <= set(WITHOUT_CONTENT)


def test_what_is_sent_instead_carries_nothing_and_invites_to_nothing() -> None:
    for name in filter(None, WITHOUT_CONTENT.values()):
        assert not _CARRIES.search(TEXTS[name].text)
        assert not TEXTS[name].options
