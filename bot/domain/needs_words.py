"""The words in which people say what they need of a counselor, as one table. Finds words, decides nothing."""

import re
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from difflib import get_close_matches

MAX_READ = 1000  # characters of one text that are read

LANGUAGES = {
    "english": "en", "ingles": "en", "spanish": "es", "espanol": "es", "castellano": "es", "polish": "pl",
    "polski": "pl", "french": "fr", "creole": "ht", "portuguese": "pt", "italian": "it", "german": "de",
    "russian": "ru", "ukrainian": "uk", "greek": "el", "arabic": "ar", "farsi": "fa", "persian": "fa",
    "hebrew": "he", "hindi": "hi", "urdu": "ur", "gujarati": "gu", "punjabi": "pa", "bengali": "bn",
    "mandarin": "zh", "cantonese": "yue", "chinese": "zh", "japanese": "ja", "korean": "ko",
    "vietnamese": "vi", "tagalog": "tl", "filipino": "tl", "somali": "so", "amharic": "am", "swahili": "sw",
    "asl": "ase", "sign language": "ase",
}  # fmt: skip
_WOMAN = "wom[ae]ns?|wmn|womans|females?|fem|lady|ladies|girls?|gals?|chicks?|mujer(?:es)?|chicas?|senoras?"
_MAN = "man|men|mens|males?|guys?|dudes?|gentlem[ae]n|boys?|bros?|hombres?|chicos?|senores|varon(?:es)?"
_NONBINARY = "non ?binary|enby|enbies|gender ?queer|genderfluid|no binari[oae]"
_TYPOS = ("woman", "women", "female")  # words that a slip of one or two letters still shows
_ADJECTIVES = (
    "gay|straight|bi|trans|lesbian|black|white|brown|latina|latino|hispanic|asian|native|muslim|christian|jewish"
    r"|young|younger|old|older|single|married|divorced|pregnant|grown|disabled|shy|proud|just|\d+|yr"
    r"|yrs|year|years|yo"
)

# kind -> expression over folded text, in the order of trial: a longer phrase stands before its shorter part.
_TABLE: dict[str, str] = {
    "break": r"[.;!?\n()|]+|,|:| - ",
    "self": rf"(?:i am|im|i was|as|being|soy|como) (?:not )?(?:(?:an?|una?) )?(?:(?:{_ADJECTIVES}) )*"
    rf"(?:{_WOMAN}|{_MAN}|{_NONBINARY})\b|(?:(?:{_ADJECTIVES}) )*(?:{_WOMAN}|{_MAN}"
    rf"|{_NONBINARY}) here\b",
    "past": r"(?:(?:have|has|had|ive|i) )?never (?:once )?(?:talked|told|spoken|spoke|seen|met|had"
    r"|been|done|tried|opened|"
    r"felt|said)(?: (?:to|with))?|didnt|wasnt|werent|havent|hasnt|hadnt|not sure|dont know|dunno"
    r"|no idea|cant decide",
    "must": r"(?:nobody|none|nothing) (?:but|except|other than)|(?:has|have|had|got|needs?"
    r"|ought) to be|gotta be|must(?: be)?"
    r"|(?:its )?a must|definitely|absolutely|strictly|required|requirement|insist|exclusively"
    r"|tiene que ser|solamente|solo",
    "soft": r"not (?:necessarily|a must|strictly|required)|(?:doesnt|dont|dosent|need not"
    r"|neednt) (?:really )?(?:have|need)"
    r" to(?: be)?|dont (?:really )?need|if possible|if (?:you|u|ya) (?:can|could|have|got)(?: one| it"
    r"| any)?|if theres one"
    r"|if (?:its |thats )?available|preferabl[ye]|preferibl\w+|si es posible|de preferencia|ideally"
    r"|hopefully|maybe"
    r"|possibly|perhaps|i guess|a wish|(?:would|wd) be (?:nice|better|best|good|great|easier|nicer"
    r"|ideal|cool)"
    r"|(?:but )?(?:its )?(?:also )?(?:ok|okay|k|fine) if not|but (?:its |thats )?(?:ok|okay"
    r"|fine)(?: too)?"
    r"|(?:more|most) comfortable (?:with|around|talking to|speaking to)|(?:feel|be|do) (?:better|safer"
    r"|easier|best)(?: with)?"
    r"|mejor|nice to have",
    "dread": r"scares?|(?:make|makes|making) me (?:feel )?(?:so |very |really |too )?(?:nervous"
    r"|uncomfortable|anxious|uneasy|scared"
    r"|afraid|unsafe|tense|sick)|(?:trigger|triggers|intimidate|intimidates|bother|bothers) me"
    r"|(?:freak|creep)s? me out"
    r"|(?:(?:is|are) )?(?:not|isnt|arent|aint|wouldnt|wont|doesnt) (?:be )?(?:ok|okay|fine|good|cool"
    r"|work|do|acceptable)"
    r"(?! (?:with|around|talking|to|at))(?: for me)?",
    "any": r"(?:dont|doesnt|do nt) (?:really )?(?:care|matter|mind)(?: (?:if|about|whether|who))?"
    r"|dosent matter|no preferences?"
    r"|no (?:problem|issues?) with|nothing against|(?<!not )(?<!isnt )\b(?:fine|ok|okay|cool"
    r"|good) with|(?:is|are|would be|works|wd be)"
    r" (?:totally |also |just )?(?:fine|ok|okay|alright|good)|whoever|any gender|either(?: one)?"
    r"|no importa|me da igual"
    r"|(?:any(?:one|body)|cualquiera)(?= *$)",
    "not": r"not (?:ok|okay|fine|comfortable|good|cool|safe|at ease) (?:with|around|talking to)"
    r"|(?:uncomfortable|nervous|anxious"
    r"|uneasy|unsafe|not safe) (?:with|around|near|talking to)|(?:afraid|scared|frightened|terrified"
    r"|sick|tired|wary) of"
    r"|triggered by|(?:any|every)(?:one|body|thing) (?:but|except|besides)|(?:anything"
    r"|anyone) other than|other than"
    r"|except(?: for)?|besides|apart from|aside from|(?:id )?rather not|instead of|anywhere near"
    r"|not|no|nobody|nor|neither|never|dont|doesnt|cant|wont|wouldnt|isnt|arent|aint|shouldnt|couldnt"
    r"|without|avoid|hate"
    r"|cualquiera menos|menos|ningun[oa]?|sin|nunca|excepto|tampoco",
    "harm": r"(?:who |that )?(?:hurts?|hurting|raped?|abus\w+|beats?|hits?|attacked|assaulted"
    r"|molest\w+|touched|stalk\w+"
    r"|threat\w+|groomed|violated|trafficked)",
    "wish": r"prefer\w*|prefiero|preferiria|rather(?: have)?|(?:id|would|wd) (?:really )?(?:like|love)"
    r"|quisiera|me gustaria|wish",
    "want": r"wants?|wanna|wanted|need|needs|necesito|quiero|only|like|love",
    "request": r"(?:talk|speak|chat|hablar|talking|speaking|tlk)(?: (?:to|with|2|w|con))?|see|get"
    r"|give me|looking for"
    r"|please|plz|pls|por favor|instead|can|could|may i|let me|send|connect|ask for|request|assign"
    r"|match|comfortable",
    "counselor": r"(?:the[ra]+pists?|therpists?|counsell?ors?|councell?ors?|counslers?|counselers?"
    r"|doctors?|dr|person|people|one"
    r"|someone|somebody|sum1|alguien|terapeutas?|consejer[oa]s?|shrink|coach|helper|staff)",
    "peer": r"(?:been|gone|went|lived|going) through (?:it|this|that|the same|what im|what i am"
    r"|addiction|recovery|something similar)"
    r"|been there(?: (?:too|themselves|themself|before))?|lived experience"
    r"|peers?(?: support)?(?: (?:counselor|worker|specialist))?"
    r"|(?:former|ex|recovering|recovered) (?:users?|addicts?|alcoholics?)"
    r"|in (?:long term )?recovery(?: (?:too|themselves|themself))?"
    r"|used to (?:use|drink)|knows? what (?:its|it is) like|past(?:o|ado) por (?:lo mismo|esto)",
    "trauma": r"(?:trained|training|speciali[sz]\w*|specialists?|experienced?|expert|knows?"
    r"|understands?|familiar|good)"
    r" (?:\w+ ){0,4}(?:trauma|ptsd|abuse)|trauma (?:trained|informed|the[ra]+pist|counsell?or"
    r"|specialist|focused|expert|care)",
    "about": r"about|by|from|of|sobre|because of",
    "the": r"the|this|that|these|those|my|his|her|your|ur|our|their|mi|su|el|la|un ex|last|old",
    "speak": r"speaks?|spoken|habl[ae]n?|language|idioma|in|en|understands?",
    "also": r"(?:and|also|plus|y|or|nor|o|ni)",
}  # fmt: skip

_FOLDS = (
    (r"['\u2019]s (?=(?:fine|ok|okay|good|cool|alright)\b)", " is "),
    (r"['`´‘’]", ""),
    (r"[-_/]", " "),
    (r"\bdo ?not\b|\bdnt\b|\bdon t\b|\bdun\b", "dont"),
    (r"\bdoes not\b", "doesnt"),
    (r"\bdid not\b", "didnt"),
    (r"\bcan ?not\b|\bcan t\b", "cant"),
    (r"\bwill not\b", "wont"),
    (r"\bwould not\b", "wouldnt"),
    (r"\bis not\b", "isnt"),
    (r"\bshould not\b", "shouldnt"),
    (r"\bcant wait to\b", "want to"),
    (r"\bno ?one\b", "nobody"),
    (r"\b(any|every|some) (one|body)\b", r"\1\2"),
    (r"\bi m\b", "im"),
    (r"(?<=\w),? no (?:thanks?|thank you|thx|ty)\b", " no"),
    (r"(^|[.,;!?|] ?)no (?=(?:i|id|im|its|thats|thank|thanks|sorry|wait)\b)", r"\1no, "),
    (r"[ \t]+", " "),
)


@dataclass(frozen=True)
class Token:
    """One word or phrase: its kind in the table, what it means ("gender:woman"), and the word itself."""

    kind: str
    value: str
    word: str


def fold(text: str) -> str:
    """Lower case without accents and apostrophes, with the usual short forms made one."""
    plain = text[:MAX_READ].replace(" - ", " | ").lower()
    plain = "".join(c for c in unicodedata.normalize("NFKD", plain) if not unicodedata.combining(c))
    for pattern, replacement in _FOLDS:
        plain = re.sub(pattern, replacement, plain)
    return plain.strip()


def _alternation() -> re.Pattern[str]:
    genders = {"woman": _WOMAN, "nonbinary": _NONBINARY, "man": _MAN}
    languages = {"lang": "|".join(map(re.escape, LANGUAGES))}
    kinds = {**_TABLE, **languages, **genders, "word": r"\w+"}
    parts = [rf"(?P<{kind}>{_bounded(kind, expression)})" for kind, expression in kinds.items()]
    return re.compile("|".join(parts))


def _bounded(kind: str, expression: str) -> str:
    return expression if kind == "break" else rf"\b(?:{expression})\b"


_WORDS = _alternation()


def tokens(text: str, names: Mapping[str, tuple[str, ...]]) -> Iterator[Token]:
    """The words of a text. `names` maps a folded name to the ids of the counselors it may mean."""
    folded = fold(text)
    named = _named(names)
    place = 0
    while place < len(folded):
        found = (named.match(folded, place) if named else None) or _WORDS.match(folded, place)
        if found is None:
            place += 1
            continue
        yield _token(found, names)
        place = max(found.end(), place + 1)


def _named(names: Mapping[str, tuple[str, ...]]) -> re.Pattern[str] | None:
    if not names:
        return None
    longest_first = sorted(names, key=len, reverse=True)
    return re.compile(r"\b(?P<name>" + "|".join(map(re.escape, longest_first)) + r")\b(?:s\b)?")


def _token(found: re.Match[str], names: Mapping[str, tuple[str, ...]]) -> Token:
    kind, word = str(found.lastgroup), found.group()
    if kind == "name":
        return Token("name", found.group("name"), word)
    if kind in ("woman", "man", "nonbinary"):
        return Token("trait", f"gender:{kind}", word)
    if kind == "peer":
        return Token("trait", "peer", word)
    if kind == "trauma":
        return Token("trait", "trained:trauma", word)
    if kind == "lang":
        return Token("lang", LANGUAGES[word], word)
    return _slip(word, names) if kind == "word" else Token(kind, word, word)


def _slip(word: str, names: Mapping[str, tuple[str, ...]]) -> Token:
    """A word that is not in the table: perhaps a slip of the thumb for one that is."""
    if len(word) < 4:
        return Token("word", word, word)
    if len(word) > 4 and get_close_matches(word, _TYPOS, n=1, cutoff=0.8):
        return Token("trait", "gender:woman", word)
    near = get_close_matches(word, LANGUAGES, n=1, cutoff=0.86)
    if near and len(word) > 4:
        return Token("lang", LANGUAGES[near[0]], word)
    name = get_close_matches(word, [n for n in names if len(n) >= 5], n=1, cutoff=0.86)
    return Token("name", name[0], "~" + word) if name else Token("word", word, word)
