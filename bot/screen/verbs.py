"""Forms of irregular verbs as people type them. Data only."""

# ruff: noqa: E501

IRREGULAR = {
    "be": "be is am are was were been being im youre hes shes theyre",
    "have": "have has had having ive hed", "do": "do does did doing done doin",
    "die": "die dies died dying dyin", "lie": "lie lies lied lying lay laying", "tie": "tie ties tied tying",
    "hit": "hit hits hitting hittin hitted", "cut": "cut cuts cutting cuttin cutted", "hurt": "hurt hurts hurting hurtin",
    "put": "put puts putting", "beat": "beat beats beating beaten beatin", "shoot": "shoot shoots shot shooting",
    "hang": "hang hangs hung hanged hanging", "take": "take takes took taken taking takin tak taked tooken",
    "drink": "drink drinks drank drunk drinking drinkin", "feel": "feel feels felt feeling feelin",
    "think": "think thinks thought thinking thinkin", "get": "get gets got gotten getting gettin",
    "go": "go goes went gone going goin", "come": "come comes came coming comin", "leave": "leave leaves left leaving",
    "write": "write writes wrote written writing", "choke": "choke chokes choked choking",
    "bleed": "bleed bleeds bled bleeding", "break": "break breaks broke broken breaking",
    "say": "say says said saying", "tell": "tell tells told telling", "see": "see sees saw seen seeing",
    "wake": "wake wakes woke woken waking wakin waked", "sleep": "sleep sleeps slept sleeping",
    "eat": "eat eats ate eaten eating", "find": "find finds found finding", "keep": "keep keeps kept keeping",
    "throw": "throw throws threw thrown throwing", "burn": "burn burns burned burnt burning",
    "stab": "stab stabs stabbed stabbing", "grab": "grab grabs grabbed grabbing", "slap": "slap slaps slapped slapping",
    "slit": "slit slits slitting slitted", "jump": "jump jumps jumped jumping", "stop": "stop stops stopped stopping",
    "rape": "rape rapes raped raping", "plan": "plan plans planned planning planing", "set": "set sets setting",
    "quit": "quit quits quitting", "shut": "shut shuts shutting", "give": "give gives gave given giving",
    "lose": "lose loses lost losing loose", "fall": "fall falls fell fallen falling", "drive": "drive drives drove driven driving",
    "buy": "buy buys bought buying", "hold": "hold holds held holding", "drown": "drown drowns drowned drowning drownded",
    "swallow": "swallow swallows swallowed swallowing swallowd", "end": "end ends ended ending", "try": "try tries tried trying tryna",
    "carry": "carry carries carried carrying", "bury": "bury buries buried burying", "od": "od ods oded odd odding oding odied",
    "overdose": "overdose overdoses overdosed overdosing odd od oded ods odding", "strangle": "strangle strangles strangled strangling",
    "make": "make makes made making makin", "want": "want wants wanted wanting wanna wana wantin",
    "kick": "kick kicks kicked kicking", "mean": "mean means meant", "lay": "lay lays laid laying", "run": "run runs ran running",
    "fight": "fight fights fought fighting", "dream": "dream dreams dreamed dreamt dreaming", "pass": "pass passes passed passing past",  # nosec B105 -- a verb
    "drop": "drop drops dropped dropping", "begin": "begin begins began begun", "know": "know knows knew known knowing",
    "wish": "wish wishes wished wishing", "touch": "touch touches touched touching", "unalive": "unalive unalives unalived unaliving",
    "smoke": "smoke smokes smoked smoking", "snort": "snort snorts snorted snorting", "bang": "bang bangs banged banging",
    "pop": "pop pops popped popping", "detox": "detox detoxes detoxed detoxing",
}  # fmt: skip
