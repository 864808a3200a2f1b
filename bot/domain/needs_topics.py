"""Finds what a client does not want to be asked about. Keeps their words and asks nothing about them."""

import re

from bot.domain.needs_words import MAX_READ

_END = (
    r"(?=\s*(?:[.;!?\n]|$)|,?\s+(?:but|because|cause|cuz|since|though|although|pero|porque)\b"
    r"|,\s*(?:and\s+)?(?:i|im|i'm|id|i'd|a|an|please|pls|not|no|only|just|someone|somebody|thanks"
    r"|thank)\b"
    r"|\s+and\s+(?:i|im|i'm|id|i'd|a\s+(?:wo)?man|someone|somebody|only|please|no|not|don'?t)\b"
    r"|\s+(?:please|pls|plz|por favor|thanks|thank you)\s*(?:[.!?]|$))"
)
_DONT = r"(?:please\s+)?(?:do\s*not|don'?t|dnt|never)"
_ABOUT = r"(?:\s+(?:about|abt|on|into|regarding|concerning|anything\s+about|questions?\s+(?:about|on)))"
_PATTERNS = (
    # don't ask (me) about X, don't want to be asked about X, don't make me talk about X
    rf"{_DONT}\s+(?:(?:want|wanna|like|wish)\s+(?:you\s+|them\s+|anyone\s+|anybody\s+"
    rf"|the\s+counselor\s+|a\s+counselor\s+)?"
    rf"(?:to\s+)?|make\s+me\s+|have\s+me\s+|let\s+(?:them|anyone|anybody|him|her)\s+)?(?:be\s+"
    rf"|being\s+|get\s+)?"
    rf"ask(?:ed|ing)?(?:\s+me|\s+us)?(?:\s+any\s+questions?|\s+questions?"
    rf"|\s+anything)?{_ABOUT}?\s+(?P<topic>\S.*?){_END}",
    rf"{_DONT}\s+(?:(?:want|wanna|like)\s+(?:you\s+|them\s+|anyone\s+|anybody\s+)?(?:to\s+)?"
    rf"|make\s+me\s+|feel\s+like\s+)?"
    rf"(?:talk(?:ing)?|speak(?:ing)?|discuss(?:ing)?|mention(?:ing)?|bring(?:ing)?\s+up|question(?:s"
    rf"|ing)?(?:\s+me)?|go(?:ing)?"
    rf"|get(?:ting)?|pry(?:ing)?|dig(?:ging)?|touch(?:ing)?)(?:{_ABOUT}|(?<=discuss)|(?<=mention)"
    rf"|(?<=up))\s+(?P<topic>\S.*?){_END}",
    rf"(?:rather|prefer|would\s+like)\s+(?:to\s+)?not\s+(?:to\s+)?(?:be\s+asked|talk|speak|discuss"
    rf"|get\s+asked)(?:{_ABOUT}|(?<=discuss))"
    rf"\s+(?P<topic>\S.*?){_END}",
    rf"(?:can'?t|cannot|can\s+not|not\s+ready\s+to|not\s+able\s+to)\s+(?:talk"
    rf"|speak)\s+about\s+(?P<topic>\S.*?){_END}",
    rf"\b(?:we|you|they)\s+not\s+(?:talk|speak|ask(?:\s+me)?)\s+about\s+(?P<topic>\S.*?){_END}",
    rf"\b(?:no|without)\s+(?:more\s+|personal\s+)?questions?{_ABOUT}\s+(?P<topic>\S.*?){_END}",
    rf"\bnothing\s+about\s+(?P<topic>\S.*?){_END}",
    rf"\b(?:avoid|stay\s+away\s+from|steer\s+clear\s+of|stay\s+off)\s+(?:asking\s+about"
    rf"|talking\s+about|questions\s+about"
    rf"|the\s+(?:topic|subject)s?(?:\s+of)?)\s+(?P<topic>\S.*?){_END}",
    r"\bleave\s+(?P<topic>\S[^.;!?\n]{0,60}?)\s+out\s+of\s+(?:it|this)\b",
    r"(?:^|[.;!?\n,]\s*)(?P<topic>[^.;!?\n,]{2,60}?)\s+(?:is|are)\s+off[\s-]*limits\b",
    rf"\bno\s+(?:me\s+)?(?:pregunt(?:e[ns]?|ar(?:me)?)|quiero\s+hablar|hablar)\s+(?:por|sobre|de"
    rf"|acerca\s+de)\s+(?P<topic>\S.*?){_END}",
    rf"\bsin\s+preguntas\s+(?:sobre|de|acerca\s+de)\s+(?P<topic>\S.*?){_END}",
)
_TOPICS = tuple(re.compile(pattern, re.IGNORECASE) for pattern in _PATTERNS)
_SAYS_NOTHING = {
    "it", "this", "that", "them", "those", "these", "him", "her", "me", "you", "anything", "stuff",
    "things", "anymore", "any more", "yet", "now", "right now", "again", "for", "to", "eso", "esto",
    "ello", "if", "too much", "much",
}  # fmt: skip
_STRAIGHT = str.maketrans({"\u2019": "'", "\u2018": "'", "\u00b4": "'", "`": "'"})


def cut_topics(text: str) -> tuple[list[str], str]:
    """The topics not to be asked about, in the client's words, and the text without them."""
    rest, topics = text[:MAX_READ].translate(_STRAIGHT), []
    for pattern in _TOPICS:
        for found in list(pattern.finditer(rest)):
            topic = found.group("topic").strip(" ,\"'")
            if topic and topic.lower() not in _SAYS_NOTHING:
                topics.append(topic)
                rest = rest.replace(found.group(), " ; ", 1)
    return list(dict.fromkeys(topics)), rest


_WORD = re.compile(r"[^\W_]{3,}")
_PREFACE = re.compile(
    r"^(?:(?:yes|yeah|yep|sure|ok|okay|well|please|pls|um+|uh+)\b[\s,.:-]*)+", re.IGNORECASE
)


# "not about my divorce", "nothing about the army": what people put before the topic itself.
_NOT_ABOUT = re.compile(
    r"^(?:(?:please|pls|just|maybe|i'?d rather)\s+)*"
    r"(?:(?:not|nothing|never|no (?:questions?|talk|talking)|anything|(?:don'?t|do not) (?:ask|talk)(?: me)?)"
    r"\s+(?:about|abt|on|regarding)"
    r"|about|(?:nada|no|ninguna pregunta|sin preguntas|que no (?:me )?pregunten?)\s+(?:de|sobre|acerca de)|sobre)\s+(?=\S)",
    re.IGNORECASE,
)

WHAT_THEY_WROTE = "what I wrote"  # "don't ask me about it": the counselor sees what that was
_BACKWARD = {"it", "this", "that", "them", "those", "these", "him", "her", "eso", "esto", "ello"}


def _names_only(text: str, words: set[str]) -> bool:
    """Whether all this text asks not to be asked about is one of these words."""
    found = [match for pattern in _TOPICS for match in pattern.finditer(text.translate(_STRAIGHT))]
    return bool(found) and all(match.group("topic").strip(" ,\"'").lower() in words for match in found)


def topics_in_answer(text: str) -> list[str]:
    """The topics of a text that answers "what should nobody ask about?": those it names, or all of it.

    When more is left than a few small words the whole text is kept: better too much than a topic lost.
    """
    topics, rest = cut_topics(text)
    if not topics and _names_only(rest, _BACKWARD):
        return [WHAT_THEY_WROTE]
    whole = _NOT_ABOUT.sub("", _PREFACE.sub("", text.strip())).strip(" .,!?")
    if topics and len(_WORD.findall(rest)) <= 3:
        return topics
    return [whole] if whole else []
