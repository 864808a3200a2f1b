"""What a text costs on the air: GSM-7 or UCS-2, and how many parts. Counts and cleans; it never sends.

Sources: 3GPP TS 23.038 (alphabet and extension table); Twilio's SMS character limit page (160/153, 70/67).
"""

import unicodedata

GSM7_BASIC = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?"
    "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
GSM7_EXTENSION = frozenset("^{}\\[~]|€\f")

_PLAIN = {
    "‘": "'", "’": "'", "‚": "'", "‛": "'", "′": "'", "`": "'", "´": "'",
    "“": '"', "”": '"', "„": '"', "″": '"', "«": '"', "»": '"',
    "‐": "-", "‑": "-", "‒": "-", "–": "-", "—": "-", "―": "-", "−": "-",
    "…": "...", "•": "-", "·": "-", "\t": " ",
    "\u00a0": " ", "\u2007": " ", "\u2009": " ", "\u202f": " ",
    "\u200b": "", "\u200c": "", "\u200d": "", "\u2060": "", "\ufeff": "", "\u00ad": "", "\ufe0f": "",
}  # fmt: skip


def is_gsm7(text: str) -> bool:
    """True when every character fits GSM-7, the extension table included."""
    return all(c in GSM7_BASIC or c in GSM7_EXTENSION for c in text)


def gsm7_clean(text: str) -> str:
    """The text with typographic marks made plain, accents outside GSM-7 dropped and the rest written "?"."""
    return "".join(_clean_character(c) for c in unicodedata.normalize("NFC", text))


def _clean_character(character: str) -> str:
    if is_gsm7(character):
        return character
    if character in _PLAIN:
        return _PLAIN[character]
    base = unicodedata.normalize("NFKD", character)
    plain = "".join(c for c in base if is_gsm7(c))
    return plain or "?"


def segments(text: str) -> int:
    """How many parts the text is sent in; an empty text counts as one.

    A GSM-7 extension character costs two and is never cut in half across two parts, nor is a UTF-16 pair.
    """
    if is_gsm7(text):
        return _parts([2 if c in GSM7_EXTENSION else 1 for c in text], alone=160, joined=153)
    return _parts([2 if ord(c) > 0xFFFF else 1 for c in text], alone=70, joined=67)


def _parts(costs: list[int], *, alone: int, joined: int) -> int:
    if sum(costs) <= alone:
        return 1
    parts, used = 1, 0
    for cost in costs:
        if used + cost > joined:
            parts, used = parts + 1, 0
        used += cost
    return parts
