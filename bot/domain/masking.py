"""Takes out of a text what could say who wrote it: numbers, addresses, names that were told. Pure."""

import re
from collections.abc import Iterable

_MARKS = (
    (re.compile(r"\S+@\S+\.\w+"), "(e-mail)"),
    (re.compile(r"(?:https?://|www\.)\S+", re.IGNORECASE), "(link)"),
    (re.compile(r"@\w{3,}"), "(name)"),
    (re.compile(r"\+?\d(?:[\d ()./-]*\d){4,}"), "(number)"),
    (
        re.compile(r"\b\d+\s+\w+\s+(?:st|street|ave|avenue|rd|road|blvd|drive|dr|lane|ln|calle)\b", re.I),
        "(address)",
    ),
    (
        re.compile(
            r"\b(?P<lead>my name is|my name'?s|name'?s|i am called|call me|this is|me llamo|mi nombre es)\s+"
            r"(?!back\b|at\b|on\b|in\b|tomorrow\b|today\b|tonight\b|when\b|after\b|before\b|later\b|a\b|an\b|the\b|my\b"
            r"|not\b|so\b|too\b|hard\b|what\b|how\b|why\b|about\b)\w+(?:\s+[A-Z]\w+)?",
            re.IGNORECASE,
        ),
        r"\g<lead> (name)",
    ),
)
_AFTER_A_RELATION = re.compile(
    r"\b(?P<lead>(?:my|mi)\s+(?:son|daughter|husband|wife|brother|sister|friend|boyfriend|girlfriend|ex|boss|hijo|hija"
    r"|esposo|esposa|hermano|hermana|amigo|amiga)),?\s+[A-Z]\w+"
)


def without_who(text: str, names: Iterable[str] = ()) -> str:
    """The text with marks where it names somebody or says where to find them. `names`: counselors' names."""
    for pattern, mark in _MARKS:
        text = pattern.sub(mark, text)
    text = _AFTER_A_RELATION.sub(r"\g<lead> (name)", text)
    for name in names:
        text = re.sub(rf"\b{re.escape(name)}\b", "(counselor)", text, flags=re.IGNORECASE)
    return text
