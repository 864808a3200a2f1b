"""The words for times, relations and wishes to be contacted, as token patterns for spaCy's matcher. Decides nothing."""

from typing import Any

from bot.domain.needs_words import LANGUAGES

Pattern = list[dict[str, Any]]


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


RELATIONS = {
    "son": "son", "stepson": "son", "hijo": "son", "daughter": "daughter", "stepdaughter": "daughter",
    "hija": "daughter", "kid": "child", "child": "child", "teen": "child", "husband": "husband",
    "hubby": "husband", "esposo": "husband", "marido": "husband", "wife": "wife", "esposa": "wife",
    "partner": "partner", "spouse": "partner", "pareja": "partner", "fiance": "partner",
    "fiancee": "partner", "boyfriend": "boyfriend", "bf": "boyfriend", "novio": "boyfriend",
    "girlfriend": "girlfriend", "gf": "girlfriend", "novia": "girlfriend", "mom": "mother", "mum": "mother",
    "mother": "mother", "mama": "mother", "madre": "mother", "dad": "father", "father": "father",
    "papa": "father", "padre": "father", "brother": "brother", "hermano": "brother", "sister": "sister",
    "hermana": "sister", "friend": "friend", "amigo": "friend", "amiga": "friend", "nephew": "nephew",
    "sobrino": "nephew", "niece": "niece", "sobrina": "niece", "cousin": "cousin", "primo": "cousin",
    "prima": "cousin", "uncle": "uncle", "tio": "uncle", "aunt": "aunt", "tia": "aunt",
    "grandson": "grandson", "nieto": "grandson", "granddaughter": "granddaughter", "nieta": "granddaughter",
    "grandmother": "grandmother", "grandma": "grandmother", "abuela": "grandmother",
    "grandfather": "grandfather", "grandpa": "grandfather", "abuelo": "grandfather",
    "roommate": "roommate",
}  # fmt: skip

# In half a question ("and pills?") the thing that is asked about; in a whole text nothing is looked for.
SUBSTANCES = {
    **dict.fromkeys(("alcohol", "beer", "wine", "liquor", "booze", "drinking", "cerveza", "vino"), "alcohol"),
    **dict.fromkeys(
        ("pills", "xanax", "benzos", "oxy", "percs", "pastillas", "adderall", "klonopin"), "pills"
    ),
    **dict.fromkeys(("heroin", "fentanyl", "fent", "opioids", "heroina", "fentanilo"), "opioids"),
    **dict.fromkeys(("coke", "cocaine", "meth", "crack", "speed", "cocaina", "cristal"), "stimulants"),
    **dict.fromkeys(("weed", "pot", "marijuana", "cannabis", "marihuana", "mota"), "cannabis"),
    **dict.fromkeys(("drugs", "drogas"), "drugs"),
}

NEGATORS = _words("not no never n't nt dont don't cant without except neither nor nunca")
BREAKS = frozenset({".", "!", "?", ";", "...", "…"})
# A time after one of these is no wish: "last night", "every morning", "since monday".
NO_WISH_BEFORE = _words("last every each all since past yesterday ago until till")
JOINS = frozenset({",", "or", "and", "on", "at", "-", "o", "y", "el", "sometime", "anytime"})
# A number that ends a time is an hour only before one of these, or before nothing: "after 6 months" is none.
AFTER_AN_HOUR = _words(
    """
    please pls plz or if on today tomorrow tonight when because cause and but thanks thank thx i
    works would is for in or por
    """
)
# What may stand beside a time in a sentence that says nothing else: "tomorrow at 5 would be good for me".
FILLER = _words(
    """
    at on or and please pls plz if possible works work is 's good best fine better great ok okay k
    yes yeah for me would be maybe perhaps i prefer sometime anytime some any time thanks thank
    you thx can you the a in by around about then so hi hello hey sure well just later how what
    por favor si puede puedo mejor para mi el la
    """
)
AFTER_CALL_ME = (
    FILLER
    | AFTER_AN_HOUR
    | _words(
        """
    back after before between tomorrow tonight today tmrw next this later monday tuesday wednesday
    thursday friday saturday sunday noon early late during
    """
    )
) - {"a", "good", "great", "better", "best", "fine", "ok", "okay", "me", "yes", "mejor"}
LANGUAGE_ALONE = FILLER | frozenset({"speak", "speaking", "speaker", "someone", "somebody", "only", "need"})
SEEKS_HELP = _words(
    """
    help counselor counsellor therapist someone somebody person treatment rehab therapy program
    asking writing texting calling looking ayuda alguien
    """
)

_DAYS = _words(
    """
    monday tuesday wednesday thursday friday saturday sunday mondays tuesdays wednesdays thursdays
    fridays saturdays sundays lunes martes miercoles jueves viernes sabado domingo
    """
)
_NEAR = _words("today tomorrow tonight tmrw tmr tomorow tommorow tommorrow tomorrows hoy manana")
_PARTS = _words("morning afternoon evening night noon midday lunchtime tarde noche manana")
_PLURAL = _words("mornings afternoons evenings nights weekdays weekends")
_MONTHS = _words(
    """
    january february march april may june july august september october november december jan feb
    mar apr jun jul aug sep sept oct nov dec
    """
)
_CLOCK = r"(?:[01]?\d|2[0-3])(?:[:.h][0-5]\d)?"
_HALF = r"(?:am|pm|a\.m\.?|p\.m\.?)"
_FREE = _words("work school lunch dinner class week weekend hour hours minutes mins min hrs days")
TIMES = _DAYS | _NEAR | _PARTS | _PLURAL | _FREE


def _in(*words: str) -> dict[str, Any]:
    return {"LOWER": {"IN": list(words)}}


def _maybe(*words: str) -> dict[str, Any]:
    return {"LOWER": {"IN": list(words)}, "OP": "?"}


_HOUR = {"LOWER": {"REGEX": rf"^{_CLOCK}(?:ish)?$"}}
_FULL = {"LOWER": {"REGEX": rf"^(?:{_CLOCK}{_HALF}?-)?{_CLOCK}{_HALF}$|^(?:[01]?\d|2[0-3]):[0-5]\d$"}}
_MERIDIEM = _in("am", "pm", "a.m.", "p.m.", "a.m", "p.m", "o'clock", "oclock", "ish")
_PREP = _in("at", "around", "about", "after", "before", "by", "from", "past", "between")
_PREP_MAYBE = {**_PREP, "OP": "?"}
_TO = _in("-", "to", "and", "or", "till", "until")
_PART_MAYBE = _maybe(*_PARTS)
_DE_LA = [_in("de", "por", "en"), _in("la"), _in("manana", "tarde", "noche")]

WHEN: list[Pattern] = [
    [_PREP_MAYBE, _HOUR, _MERIDIEM],
    [_PREP_MAYBE, _FULL],
    [_PREP, _HOUR],
    [_PREP_MAYBE, _HOUR, _TO, _FULL],
    [_PREP_MAYBE, _HOUR, {**_MERIDIEM, "OP": "?"}, _TO, _HOUR, _MERIDIEM],
    [_in("between", "from"), _HOUR, {**_MERIDIEM, "OP": "?"}, _TO, _HOUR, {**_MERIDIEM, "OP": "?"}],
    [_in("between", "from"), _FULL, _TO, _FULL],
    [_maybe("next", "this", "coming"), _in(*_DAYS), _PART_MAYBE],
    [_maybe("later", "early", "late", "before", "after", "by"), _in(*_NEAR), _PART_MAYBE],
    [_in("this", "early", "late", "later", "tomorrow", "esta"), _maybe("this", "in", "the"), _in(*_PARTS)],
    [_in("in"), _in("the"), _maybe("early", "late"), _in(*_PARTS)],
    [_in("at", "around", "after", "before", "by"), _in("noon", "midday", "night", "lunchtime", "lunch")],
    [_in("noon")],
    [_in(*_PLURAL)],
    [_in("later"), _in("this"), _in("week", "afternoon", "evening", "morning")],
    [_in("next", "this"), _in("week", "weekend")],
    [_in("over", "on", "at"), _in("the"), _in("weekend", "weekends")],
    [_in("after", "before", "during"), _maybe("my"), _in("work", "school", "lunch", "dinner", "class")],
    [
        _in("in"),
        _maybe("about"),
        _in("an", "a", "half"),
        _maybe("an", "few"),
        _in("hour", "hours", "minutes"),
    ],
    [_in("in"), _maybe("about"), {"LIKE_NUM": True}, _in("minutes", "mins", "min", "hours", "hrs", "days")],
    [_in("on"), _in("the"), {"LOWER": {"REGEX": r"^\d{1,2}(?:st|nd|rd|th)$"}}],
    [_in(*_MONTHS), {"LOWER": {"REGEX": r"^\d{1,2}(?:st|nd|rd|th)?$"}}],
    [_in("pasado"), _in("manana")],
    [_in("hoy", "manana"), *_DE_LA],
    [_in("por", "en"), _in("la"), _in("tarde", "noche", "manana")],
    [_maybe("despues", "antes"), _maybe("de"), _in("a", "de"), _in("las", "la"), _HOUR],
    [_maybe("despues", "antes"), _maybe("de"), _in("a", "de"), _in("las", "la"), _HOUR, *_DE_LA],
    [_in("a", "de"), _in("las", "la"), _HOUR, _MERIDIEM],
    [_in("despues", "antes"), _in("de"), _in("las", "la"), _HOUR],
]

_REACH = ("call", "text", "phone", "ring", "contact", "message", "reach", "msg", "txt")
_SOMEBODY = (
    *("someone", "somebody", "anyone", "anybody", "counselor", "counsellor", "therapist", "person"),
    *("human", "you", "u", "one"),
)
CONTACT: list[Pattern] = [
    [_in(*_REACH), _in("me", "us")],
    [_in("call", "text"), _in("back")],
    [_in("get", "have"), _in("a"), _in("call", "callback")],
    [_in("callback", "llamar", "llame", "llamen", "llamarme", "llameme", "llamenme", "llamame", "llamada")],
    [_in("contactar", "contacten", "contactarme", "contactenme")],
    [_in(*_SOMEBODY), _maybe("can", "could", "to", "will"), _in(*_REACH, "talk", "speak")],
    [_in("talk", "speak", "chat", "talking", "speaking"), _in("to", "with"), _maybe("a"), _in(*_SOMEBODY)],
    [_in("hablar", "hable"), _in("con"), _in("alguien", "una", "un", "usted", "ustedes")],
    [
        _in("i", "we"),
        _in("'m", "m", "am", "'re", "are"),
        _maybe("only"),
        _in("free", "available", "off", "home"),
    ],
    [_in("i"), _in("'ll", "will", "can"), _maybe("be"), _in("free", "available", "talk", "speak", "home")],
    [_in("i"), _in("get"), _in("off", "home")],
    [_in("best", "good", "better"), _in("time"), _maybe("to"), _maybe("reach", "call")],
    [_in("estoy"), _in("libre", "disponible")],
]

_LANGUAGE = _in(*LANGUAGES)
_SPEAKER = ("speaker", "speakers", "speaking", "counselor", "counsellor", "therapist", "language")
LANGUAGE: list[Pattern] = [
    [
        _in("speak", "speaks", "spoken", "speaking", "in", "en", "habla", "hablan", "hable", "hablo"),
        _LANGUAGE,
    ],
    [_in("speak", "speaks", "habla", "hablo"), _in("only", "just", "solo", "solamente"), _LANGUAGE],
    [_LANGUAGE, _in(*_SPEAKER)],
    [_LANGUAGE, {"ORTH": "-"}, _in(*_SPEAKER)],
    [_in("sign"), _in("language")],
]
LANGUAGE_NAME: list[Pattern] = [[_LANGUAGE]]

_MY = _in("my", "our", "mi", "nuestro", "nuestra")
_RELATION = _in(*RELATIONS)
_AGED = [
    _MY,
    {"LOWER": {"REGEX": r"^(?:older|younger|little|big|best|teenage|adult|\d+)$"}, "OP": "?"},
    _RELATION,
]
WRITES_FOR: list[Pattern] = [
    [*_AGED, _in("needs", "wants", "need", "necesita", "quiere")],
    [_in("worried", "concerned", "writing", "asking", "calling", "texting"), _in("about", "for"), *_AGED],
    [_in("preocupado", "preocupada"), _in("por"), *_AGED],
    [_in("behalf"), _in("of"), *_AGED],
    [_in("help", "get", "ayudar"), _maybe("a"), *_AGED],
]
FOR_SOMEBODY: list[Pattern] = [[_in("for", "para"), *_AGED]]
