"""Word tables for reading what people type: slang, misspellings, look-alikes, fillers. Data only."""

# ruff: noqa: E501


def word_set(text: str) -> frozenset[str]:
    """The words of a text, as a set."""
    return frozenset(text.split())


FILLERS = word_set(
    """
    just really so very fucking fuckin fricking frickin literally actually honestly kinda kind-of
    sorta basically simply truly definitely totally absolutely completely seriously legit lowkey
    highkey uh um umm hmm damn damned goddamn bloody friggin effing ffs tbh ngl fr imo imho
    lately-just even ok okay well oh pls plz please hey yo dude bro man guys also super pretty quite
    somehow maybe-just badly desperately
    """
)

EMOJI = {
    "🔫": " gun ", "🔪": " knife ", "💊": " pills ", "🪒": " razor ", "🪢": " rope ", "🩸": " blood ",
    "💉": " needle ", "⚰": " coffin ", "🪦": " grave ",
}  # fmt: skip

LOOKALIKES = dict(
    zip(
        "аеорсухіјѕԁһкмтвнгАЕОРСУХІЈЅКМТВНαεοριυκντΑΕΟΡΙΥΚΝΤΒΗΜΧΖɑɡıłøßѵѡԛԝ",
        "aeopcyxijsdhkmtbhrAEOPCYXIJSKMTBHaeopiuknvAEOPIYKNTBHMXZagilosvwqw",
        strict=False,
    )
)

# Whole words: what is written -> what is meant. Several words may stand on the right.
SLANG = {
    "kms": "kill myself", "kmsing": "killing myself", "kmyself": "kill myself", "kys": "kill yourself",
    "ctb": "kill myself", "sewerslide": "suicide", "sewer-slide": "suicide", "suislide": "suicide", "sueside": "suicide",
    "unaliving": "unaliving", "unalived": "unalived", "unalive": "unalive", "un-alive": "unalive",
    "s-word": "suicide", "su1": "suicide", "sui": "suicide", "suicidality": "suicidal", "sh": "self harm",
    "sh'ing": "self harming", "selfharm": "self harm", "self-harm": "self harm", "self-harming": "self harming",
    "self-harmed": "self harmed", "selfharmed": "self harmed", "selfharming": "self harming", "self-injury": "self injury",
    "self-injure": "self injure", "self-injuring": "self injuring", "self-destruct": "self destruct",
    "od'd": "overdosed", "od'ed": "overdosed", "odd'd": "overdosed", "oded": "overdosed", "o.d": "overdose",
    "od": "overdose", "od'ing": "overdosing", "oding": "overdosing", "ods": "overdoses", "o/d": "overdose",
    "wd": "withdrawal", "wds": "withdrawals", "w/d": "withdrawal", "w/ds": "withdrawals", "withdrawls": "withdrawals",
    "withdrawl": "withdrawal", "withdrawels": "withdrawals", "dts": "dts", "dt's": "dts", "narcan": "narcan",
    "u": "you", "ur": "your", "r": "are", "n": "and", "nd": "and", "&": "and", "amp": "and", "w": "with", "w/o": "without",
    "wo": "without", "b4": "before", "2day": "today", "2nite": "tonight", "2night": "tonight", "tonite": "tonight",
    "tn": "tonight", "tmrw": "tomorrow", "tmr": "tomorrow", "2moro": "tomorrow", "2morrow": "tomorrow", "rn": "right now",
    "rite": "right", "bc": "because", "cuz": "because", "cos": "because", "coz": "because", "bcuz": "because",
    "idc": "i dont care", "idec": "i dont care", "idgaf": "i dont care", "dgaf": "dont care", "idk": "i dont know",
    "dunno": "dont know", "ion": "i dont", "iono": "i dont know", "wtf": "wtf", "bf": "boyfriend", "gf": "girlfriend",
    "bff": "friend", "bffs": "friend", "hubby": "husband", "bby": "baby", "ppl": "people", "sum1": "someone",
    "some1": "someone", "any1": "anyone", "no1": "noone", "every1": "everyone", "any-more": "anymore", "nomore": "anymore",
    "imma": "im gonna", "ima": "im gonna", "finna": "gonna", "gona": "gonna", "gunna": "gonna", "gna": "gonna",
    "gonn": "gonna", "goin2": "going to", "boutta": "about to", "bouta": "about to", "tryna": "trying to",
    "wanna": "want to", "wana": "want to", "wnna": "want to", "wnt": "want", "gonna": "going to", "gotta": "have to",
    "hafta": "have to", "gimme": "give me", "lemme": "let me", "cant": "cant", "cannot": "cant", "cudnt": "couldnt",
    "shudnt": "shouldnt", "wudnt": "wouldnt", "wudn't": "wouldnt", "wud": "would", "cud": "could", "shud": "should",
    "dnt": "dont", "dno": "dont know", "ain't": "aint", "wont": "wont", "wouldve": "would have", "coulda": "could have",
    "shoulda": "should have", "mite": "might", "prolly": "probably", "alot": "a lot", "nite": "night",
    "thru": "through", "til": "until", "till": "until", "4ever": "forever", "neva": "never", "nvr": "never",
    "life's": "life is", "everyone's": "everyone is", "nothing's": "nothing is", "tonight's": "tonight is",
    "today's": "today is", "it's": "its", "that's": "thats", "there's": "theres", "what's": "whats",
    "dieing": "dying", "dyeing": "dying", "dyin": "dying", "mysefl": "myself", "mysel": "myself", "myslef": "myself",
    "meself": "myself", "mself": "myself", "hisself": "himself", "themself": "themselves", "themselfs": "themselves",
    "theirself": "themselves", "theirselves": "themselves", "herslef": "herself", "himslef": "himself",
    "yoself": "yourself", "urself": "yourself", "yourselves": "yourself", "kil": "kill", "kiling": "killing",
    "kiled": "killed", "sucide": "suicide", "suiside": "suicide", "suicde": "suicide", "suacide": "suicide",
    "suicidle": "suicidal", "suisidal": "suicidal", "sucidal": "suicidal", "suicical": "suicidal", "sucicide": "suicide",
    "overdoes": "overdose", "overdosd": "overdosed", "hang'd": "hung", "nife": "knife", "wrsts": "wrists",
    "breathin": "breathing", "breething": "breathing", "siezure": "seizure", "seizer": "seizure",
    "seziure": "seizure", "seisure": "seizure", "siezures": "seizures", "seizers": "seizures", "halucinating": "hallucinating",
    "alchohol": "alcohol", "alchol": "alcohol", "alcahol": "alcohol", "fent": "fentanyl", "fenty": "fentanyl",
    "fet": "fentanyl", "perc": "percocet", "percs": "percocet", "perks": "percocet", "oxys": "oxy", "xan": "xanax",
    "xans": "xanax", "xannies": "xanax", "xanny": "xanax", "bars": "bars", "benzo": "benzos", "kpins": "klonopin",
    "k-pin": "klonopin", "addy": "adderall", "norcos": "norco", "vics": "vicodin", "tylonol": "tylenol",
    "tylenal": "tylenol", "molly": "molly", "shrooms": "mushrooms", "dope": "dope",  "r*ped": "raped", "rape": "rape", "grape": "grape", "graped": "raped", "gr@ped": "raped",  "sa'd": "sexually assaulted", "sa'ed": "sexually assaulted", "dv": "domestic violence", "s/o": "partner", "so": "so",
    "stepdad": "stepdad", "step-dad": "stepdad", "step-father": "stepfather", "step-mom": "stepmom",
    "step-brother": "stepbrother", "step-mother": "stepmother", "ex's": "ex", "exs": "ex", "ex-boyfriend": "ex",
    "ex-husband": "ex", "ex-girlfriend": "ex", "ex-wife": "ex", "exboyfriend": "ex", "exhusband": "ex",
    "abt": "about", "ab": "about", "bout": "about", "outta": "out of", "smth": "something", "sth": "something",
    "25i": "nbome", "25c": "nbome", "25b": "nbome", "2cb": "nbome", "2c-b": "nbome",
    "cutted": "cut", "x-mas": "christmas", "xmas": "christmas", "bday": "birthday", "b-day": "birthday",
    "suicide-attempt": "suicide attempt", "half-asleep": "asleep", "aint": "aint", "isnt": "isnt",
}  # fmt: skip

# Digits and signs that stand for letters inside a word.
LEET = str.maketrans("013457@$!8", "oieastasib")
LEET_OTHER = str.maketrans("013457@$!8", "oleastaslb")

# Real words that the word list lacks and that one letter turns into a sign of danger.
REAL_WORDS = word_set(
    """
    vape vapes vaping vaped cape capes grape grapes tape tapes drape scrape billing bills milling
    filling chilling drilling willing killjoy hinging hanger hangry banging banger popes ropey
    rapper rappers raper knit knits gunk puns buns fills gills mills grills skills spills drills
    thrills dye dyes dyed dyer diet diets dial duet shoo shoos hooting looting rooting hurry hurl
    curt cult nosed boozed posed dosed dozed snooze sober sobering bridal bridget ledger edgy
    tracksuit trackers hitch stitch twitch scab scabs slab slabs strangely stranger chock chokers
    hoodie hoodies tattoo tattoos melatonin podcast podcasts insta tiktok netflix zoom wifi app apps
    selfie
    """
)
