"""Which texts are opt-out, opt-in, help or exit words (rules of the carriers and of the FCC), and nothing else.

Sources: Twilio's default keywords with REVOKE and OPTOUT of May 2025, CTIA 5.1.3, 47 CFR 64.1200(a)(10).
"""

import re
from enum import StrEnum

OPT_OUT_WORDS = frozenset({"stop", "stopall", "unsubscribe", "cancel", "end", "quit", "revoke", "optout"})
OPT_IN_WORDS = frozenset({"start", "unstop"})
EXIT_WORDS = frozenset({"exit", "quick exit"})  # END and QUIT are opt-outs at the carriers (rules R3.11)
HELP_WORDS = frozenset({"help", "info"})
_OUR_OPT_OUTS = frozenset(
    {
        "opt out",
        "opt me out",
        "alto",
        "parar",
        "cancelar",
        "no mas",
        "baja",
        "darme de baja",
        "dame de baja",
        "quiero darme de baja",
        "no mas mensajes",
        "no mas textos",
        "stop all",
        "stop texting me",
        "stop please",
    }
)
_FREE_OPT_OUT = re.compile(
    r"^(please |pls |can you |just )*"
    r"(stop|quit) (texting|messaging|contacting|sending me|writing)( (me|us|this number|messages|texts))*"
    r"( please| pls| now)*$"
    r"|^(please |pls )*(opt me out|unsubscribe me|remove me|take me off)( from)?( (your|this|the) (list|texts?))?"
    r"( please)?$"
    r"|^(no more|don't send( me)?( any)?( more)?) (texts?|messages?)( please)?$"
    r"|^(please )*leave me alone$"
    r"|^(por favor )*(ya )?no (me|nos) (escriba|escriban|escribas|mande|manden|mandes|contacte|contacten)"
    r"( (mas|nunca|otra vez|mensajes|textos))*( por favor)?$"
    r"|^(por favor )*(deje|deja|dejen|pare|para|paren) de (escribirme|mandarme|enviarme|contactarme|textearme)"
    r"( (mas|mensajes|textos))*( por favor)?$"
    r"|^(por favor )*(quiero )?dejar de recibir (sus |estos |los )?(mensajes|textos)( por favor)?$"
    r"|^(por favor )*(dejame|dejeme|dejenme) en paz$"
    r"|^(don't|do not|never) (text|message|contact)( me)?( again| anymore| any more)*( please)?$"
)


_ERASE = re.compile(
    r"^(please |pls |can you |could you |i want you to )*"
    r"(delete|erase|remove) (all )?(of )?(my|the) (data|information|info|messages|texts|chat|conversation|history)"
    r"( you have)?( about me)?( please| pls| now)*$"
    r"|^(please )*(delete|erase) everything( about me)?( please)?$|^delete me$|^forget me( please)?$"
)


_WITHOUT_ACCENTS = str.maketrans("\u00e1\u00e9\u00ed\u00f3\u00fa", "aeiou")


class Keyword(StrEnum):
    OPT_OUT = "opt_out"
    OPT_IN = "opt_in"
    HELP = "help"
    ERASE = "erase"
    EXIT = "exit"


def _normal(text: str) -> str:
    text = text.lower().replace("\u2019", "'").translate(_WITHOUT_ACCENTS)
    return " ".join(re.sub(r"[^\w' ]+", " ", text).split())


def keyword_in(text: str) -> Keyword | None:
    """The carrier keyword or plain opt-out a whole text is; "I want to stop drinking" is none."""
    words = _normal(text)
    if words in OPT_OUT_WORDS or words in _OUR_OPT_OUTS or _FREE_OPT_OUT.match(words):
        return Keyword.OPT_OUT
    if words in OPT_IN_WORDS:
        return Keyword.OPT_IN
    if text.strip().lower() == "/delete" or _ERASE.match(words):
        return Keyword.ERASE
    if words in EXIT_WORDS:
        return Keyword.EXIT
    return Keyword.HELP if words in HELP_WORDS else None


def keyword_of(kind: str, text: str, *, opted_out: bool = False) -> Keyword | None:
    """What the carrier itself says a text is (`kind`), else what its words say.

    YES is an opt-in word at the carriers; it counts only from somebody who opted out, for others it is an answer.
    """
    if kind in (Keyword.OPT_OUT, Keyword.OPT_IN, Keyword.HELP):
        return Keyword(kind)
    if opted_out and _normal(text) == "yes":
        return Keyword.OPT_IN
    return keyword_in(text)


def carrier_answers(kind: str, text: str) -> bool:
    """A carrier that answers keywords knows whole ones only; "stop texting me" is left to us."""
    return kind in tuple(Keyword) or text.strip().lower() in OPT_OUT_WORDS | OPT_IN_WORDS | HELP_WORDS


def how_said(kind: str, text: str) -> str:
    """How somebody opted out or in, for the record: the carrier's word, or that it was a sentence, never which."""
    word = text.strip().lower()
    if kind in ("blocked", "unblocked"):
        return f"{kind} the bot"
    if word in OPT_OUT_WORDS | OPT_IN_WORDS | {"yes"}:
        return f"word {word}"
    return "the carrier" if kind in tuple(Keyword) else "in their own words"
