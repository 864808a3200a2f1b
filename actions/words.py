"""Short answers as people type them: yes, nobody, skip, forget it. Matches whole texts; decides nothing."""

import re


def _whole(*alternatives: str, after: str = "") -> re.Pattern[str]:
    """The text is one of these and nothing else."""
    tail = rf"(?:{after})?\W*$" if after else "$"
    return re.compile(rf"^\W*(?:{'|'.join(alternatives)})\W*{tail}", re.IGNORECASE)


def _within(*alternatives: str) -> re.Pattern[str]:
    """The text has one of these words or phrases in it."""
    return re.compile(rf"\b(?:{'|'.join(alternatives)})\b", re.IGNORECASE)


_THANKS = r"thanks|thank you|thx|ty|please|pls|gracias|por favor"
THANKS = re.compile(
    r"^\W*(?:(?:ok|okay|k|cool|great|alright)\W+)?(?:thanks|thank you|thx|ty|gracias)\b", re.IGNORECASE
)
FORGET = _whole(
    r"(?:(?:no|ok|actually|sorry|wait)\W+)?(?:never ?mind|nvm|forget (?:it|that|about it|this)|drop it"
    r"|leave it)",
    r"(?:i(?:'ve| have)? )?changed my mind",
    r"olv[ií]del[oa]|olv[ií]dalo|ya no(?: quiero| lo quiero)?|d[eé]jelo(?: as[ií])?|no importa",
    r"(?:cambi[eé]|he cambiado) de (?:opini[oó]n|idea)",
    r"ya no quiero (?:un |una |hablar con )?(?:consejer[oa]|persona|nadie)",
    r"i (?:don'?t|do not|no longer) (?:want|need) (?:a |any |to talk to (?:a |any)?)?(?:counsell?or"
    r"|person|human|one|body|help)"
    r"(?: any ?more| now)?",
    after=_THANKS,
)
SKIP = _whole(
    r"(?:skip|pass|next)(?: (?:it|this|that|one|please|pls))*",
    r"(?:i'?d )?(?:rather|prefer) not(?: to)?(?: say| answer)?",
    r"(?:i )?(?:don'?t|do not) (?:want|wanna|wish) to (?:say|answer|tell you|talk about (?:it|that|this))",
    r"no answer|not saying|no comment|saltar(?:la)?|siguiente|paso|prefiero no(?: decir(?:lo)?| contestar)?",
    after=_THANKS,
)
NOBODY = _whole(
    r"nah|not really|n/?a|nada(?: m[aá]s)?|nadie|ning[uú]n[oa]?|cualquiera|me da igual|sin preferencia|no s[eé]",
    r"all good|no preference|any ?one|any ?body|whoever|idc|idk"
    r"|dunno|not sure",
    r"(?:i )?(?:don'?t|do not) (?:care|mind|know|think so)|doesn'?t matter",
    r"(?:no|nope|no ?one|nobody|nothing|none)(?: (?:one|really|that|i|can|think|of|comes?|to|mind|in"
    r"|particular|special|specific|else|at|all|here|right|now|know|fine|is|thats|that's))*",
    after=_THANKS,
)
AGREES = _whole(
    r"y|ya|yes|yes please|yea|yeah|yep|yup|sure|ok|okay|k|fine|al ?right|go ahead|ask(?: me)?|correct"
    r"|(?:that'?s )?right"
    r"|(?:sounds|looks) (?:good|right)|good|send(?: it)?|s[ií](?: claro| quiero)?|dale|claro(?: que s[ií])?"
    r"|bueno|bien|de acuerdo"
    r"|est[aá] bien|correcto|as[ií] es|adelante|pregunte"
    r"|env[ií]ar(?:lo)?|env[ií]elo|go on|ask away|why not"
    r"|i guess(?: so)?|whatever",
    r"(?:ok|okay|fine|sure|yes|yeah|alright|k|well)\W+(?:go on|go ahead|ask away|ask me|then"
    r"|i guess(?: so)?|whatever|do it)",
    after=rf"{_THANKS}|send it|go ahead|ask me",
)
ONLY_DIGITS = re.compile(r"^[\W\d]*$")
HURRIES = _within(
    r"(?:just|already|right now)\b.*\b(?:connect|human|person|counsell?or|someone|somebody|talk|send)",
    r"connect me",
    r"(?:solo|ya|mejor) (?:con[eé]ct[ae]me|p[aá]s[ae]me|quiero hablar con (?:alguien|una persona|un consejero))",
)
REASON = _within(
    r"what(?:'?s| is| are| was)? (?:this|that|it|these|they|those) (?:all )?for",
    r"what for|what(?:'?s| is) the point|why (?:do|are|would) (?:you|u|they)|do i (?:have"
    r"|need) to (?:answer|say)",
    r"(?:para|por) qu[eé] (?:pregunta|es eso|me pregunta|quiere saber)\w*|para qu[eé]",
)
CHANGES = _within(r"chang\w+", r"cambi\w+", r"corrij\w+", r"correct\w*", r"edit", r"fix")
ENGLISH_IS_FINE = _within(r"ingl[eé]s", r"english")
SPANISH = _within(r"espa[nñ]ol", r"spanish")
MUST = _within(
    r"necesari[oa]",
    r"obligatori[oa]",
    r"tiene que ser",
    r"s[oó]lo|solamente",
    r"forzosamente",
    r"must",
    r"need",
    r"has to",
    r"have to",
    r"required",
    r"definitely",
    r"only",
)
WISH = _within(
    r"(?:a|my|just a|only a) wish",
    r"wish",
    r"prefer\w*",
    r"if possible",
    r"(?:would be )?nice",
    r"not a must",
    r"deseo|si se puede|si es posible|de preferencia|preferible\w*|prefiero|me gustar[ií]a",
)
TALK = _within(r"(?:talk|speak|chat|connect|text|hablar)\w* (?:to|with|2|con)")
FOR_ME = _within(
    r"para m[ií]", r"es por m[ií]", r"for me", r"for myself", r"it'?s me", r"not for (?:him|her|them)"
)
_MIO = r"(?:hij[oa]|espos[oa]|marido|mujer|herman[oa]|mam[aá]|pap[aá]|madre|padre|amig[oa]|novi[oa]|pareja)"
_MY = (
    r"(?:my|our|a) (?:son|daughter|kid|child|husband|wife|partner|boyfriend|girlfriend|bf|gf|spouse|mom|mum|dad"
    r"|mother|father|brother|sister|friend|nephew|niece|cousin|uncle|aunt|grandson|granddaughter|stepson"
    r"|stepdaughter|roommate)"
)
# The counselor is wanted for somebody else, who would be the one to talk with them.
FOR_OTHER = _within(
    rf"for {_MY}",
    rf"(?:talk|speak|text|write) (?:to|with) {_MY}",
    rf"(?:call|contact|text|reach out to) {_MY}",
    rf"{_MY} (?:needs|wants) (?:to (?:talk|speak)|a|an|some)",
    rf"para mi {_MIO}|(?:hablar con|llamar a|contactar a) mi {_MIO}|mi {_MIO} (?:necesita|quiere) (?:hablar|un|una|a)",
)
SOMEBODY = _within(
    r"(?:my|our) (?:son|daughter|kid|child|husband|wife|partner|boyfriend|girlfriend|mom|mum|dad|mother|father"
    r"|brother|sister|friend)",
    rf"mi {_MIO}",
)
UNDER_AGE = re.compile(
    r"\b(?:i am|i'?m|im)\s+(?:only |just )?(?:[5-9]|1[0-7])\b(?!\s*(?:days?|weeks?|months?|hours?|%"
    r"|years? (?:sober|clean|in|into)|lbs?))"
    r"(?:\s*(?:$|[.,;!?]|years? old|yrs?|yo\b|y/o|and\b|but\b))|\bi'?m (?:a minor|under ?age"
    r"|under 18)\b|\bunder 18\b"
    r"|\btengo (?:[5-9]|1[0-7]) (?:a[nñ]os|anos)(?! (?:de )?(?:sobri|limpi|sin))|\bsoy menor(?: de edad)?\b",
    re.IGNORECASE,
)
# Words by which a person is described; what they say stays in the client's words for the counselor.
A_PERSON = _within(
    r"some(?:one|body)|a person|people|counsell?or|therapist|older|younger|my age|kind|gentle|patient"
    r"|calm|black|white",
    r"latin[aox]|hispanic|asian|native|muslim|christian|jewish|lgbtq?\+?|gay|trans|queer|veteran"
    r"|military|religious",
    r"mom|mother|parent",
)
# An event is told. It is acknowledged, and never said back.
TELLS = _within(
    r"rap(?:ed?|ist)",
    r"abus\w+",
    r"hurts? me",
    r"hit me",
    r"beat me",
    r"molest\w+",
    r"assault\w*",
    r"attacked",
    r"viol(?:[oó]|aron|ada|ado|aci[oó]n)|abus(?:[oó]|aron|aba|ada|ado)|me (?:peg|golpe|lastim|toc)\w+",
)
