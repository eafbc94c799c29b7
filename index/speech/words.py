"""The closed word lists of the speech rules: who can speak, and what verbs say that someone did."""

from enum import Enum


def word_set(words: str) -> frozenset[str]:
    """The words of a text that is a list of them."""
    return frozenset(words.split())


class Verb(Enum):
    """What a verb says about the words that go with it."""

    SAY = "introduces words, quoted or reported"
    THINK = "reports a claim, in the present tense only: a past belief is the author's story"
    STANCE = "reports a claim about its object, in the present tense unless it accuses"
    UTTER = "introduces quoted words only"


_IRREGULAR = {
    "say": "say says said saying",
    "write": "write writes wrote written writing",
    "tell": "tell tells told telling",
    "speak": "speak speaks spoke spoken speaking",
    "swear": "swear swears swore sworn swearing",
    "think": "think thinks thought thinking",
    "find": "find finds found finding",
    "hold": "hold holds held holding",
    "feel": "feel feels felt feeling",
    "see": "see sees saw seen seeing",
    "go": "go goes went going",
    "put": "put puts putting",
    "cry": "cry cries cried crying",
    "reply": "reply replies replied replying",
    "testify": "testify testifies testified testifying",
    "deny": "deny denies denied denying",
    "begin": "begin begins began beginning",
    "quip": "quip quips quipped quipping",
    "admit": "admit admits admitted admitting",
    "refer": "refer refers referred referring",
    "sing": "sing sings sang singing",
    "read": "read reads reading",
}

_BASES = {
    Verb.SAY: """say state declare claim argue assert announce note write remark answer reply add
        explain report admit acknowledge affirm allege aver comment complain concede confess
        contend cry deny emphasise emphasize exclaim maintain mention observe proclaim promise
        protest recall recount reiterate repeat respond retort shout stress swear testify vow warn
        whisper insist tell inform assure remind point conclude establish estimate predict hint
        lament opine posit propose suggest speculate stipulate ask inquire wonder object boast
        joke quip caution calculate hold""",
    Verb.THINK: "believe think consider suspect doubt feel agree find infer see",
    Verb.STANCE: """discount reject dispute dismiss attribute blame deny refer characterise
        characterize credit accuse""",
    Verb.UTTER: """speak utter begin continue condemn criticise criticize describe censure compare
        demand urge order call quote cite demur murmur mutter roar yell scream growl laugh sigh
        exhort plead sing go put read end define summarise summarize refer advise appeal instruct
        close open""",
}


def _forms(base: str) -> list[str]:
    """A verb's forms, British and American; the doubling of a last letter only in the irregular."""
    if base in _IRREGULAR:
        return _IRREGULAR[base].split()
    stem = base.removesuffix("e")
    return [
        base,
        base + ("es" if base.endswith(("sh", "ss")) else "s"),
        stem + "ed",
        stem + "ing",
    ]


# With what for, they pass on a claim in any tense: "X blamed Y for the fire".
_ACCUSING = word_set("accuse blame")


def _verbs() -> dict[str, Verb]:
    """Every form and its class; the first class that has it wins, and only present forms think."""
    verbs: dict[str, Verb] = {}
    for kind, bases in _BASES.items():
        for base in bases.split():
            forms = _forms(base)
            present = kind in (Verb.THINK, Verb.STANCE) and base not in _ACCUSING
            for form in forms[:2] if present else forms:
                verbs.setdefault(form, kind)
    return verbs


VERBS = _verbs()
# Base forms that are past forms as well: "he put it" where "he state it" would be none.
OWN_PAST = frozenset({"put", "read"})
# Past forms that need what for: without it "he blamed her" is a deed.
ACCUSED = frozenset(base.removesuffix("e") + "ed" for base in _ACCUSING)
# Forms that follow no subject of their own: "X did this, saying that".
PARTICIPLES = frozenset(form for form in VERBS if form.endswith("ing"))
# These take the person spoken to before "that".
ADDRESSING = frozenset(
    form for base in ("tell", "inform", "assure", "remind", "warn") for form in _forms(base)
)
# Verbs whose object's words are passed on: "X quoted a remark by Y", "X recalled Y's words".
PASSING_ON = frozenset(
    form
    for base in ("quote", "cite", "recall", "report", "recount", "repeat")
    for form in _forms(base)
)
# No words are said with these: "he established “socialism”" is a deed.
CLAIMS_ONLY = frozenset(form for base in ("establish", "hold", "estimate") for form in _forms(base))
# Acts rather than claims when what should be done follows.
DIRECTIVES = frozenset(form for base in ("suggest", "propose", "insist") for form in _forms(base))

WORDS_OF = word_set(
    """
    words word remark remarks statement statements saying phrase answer reply question comment
    comments observation evidence testimony admission explanation explanations claim claims
    opinion view account version account account report letter speech book article memoirs diary
    """
)
DOCUMENTS = word_set(
    """
    textbook textbooks book books manual manuals article articles report reports letter letters
    document documents newspaper newspapers statement account accounts paper pamphlet editorial
    memorandum telegram study studies survey analysis inscription message notice magazine
    journal encyclopedia encyclopaedia diary dispatch despatch leaflet preface introduction
    review essay
    """
)
# Capitalised words for things that cannot speak, whatever is written in them.
THINGS = word_set(
    """
    Constitution Model Theory Theorem Hypothesis Thesis Principle Decree Act Treaty Pact Plan
    Report Article Chapter Part Resolution Order Charter Code Section Protocol Figure Table Fig
    Note Appendix War Revolution Trial Trials
    """
)
PERSONS = word_set(
    """
    man woman boy girl child student students teacher witness witnesses author authors historian
    historians writer writers official officials officer officers employee employees spokesman
    spokeswoman spokesperson correspondent correspondents reporter reporters journalist
    journalists critic critics observer observers scholar scholars researcher researchers expert
    experts source sources friend friends captain doctor judge lawyer prosecutor chairman
    president minister secretary general king queen emperor bishop priest vicar coroner master
    mate pilot keeper soldier soldiers worker workers peasant peasants farmer neighbour
    neighbours neighbor father mother brother sister son daughter wife husband someone somebody
    voice crowd jury authorities government leadership committee commission court party council
    others many some people another delegate delegates member members leader leaders foreman
    clerk engineer ambassador editor editors poet philosopher scientist scientists economist
    analyst analysts company director manager institution organisation organization group
    supporters followers associates colleagues comrades secretaries opponents
    """
)
# Capitalised words of bodies and offices: a name may not begin before one of them.
BODIES = word_set(
    """
    Committee Party Council Congress Commission Ministry Politburo Bureau Secretariat Plenum
    Parliament Senate Government Court Board Department Office Union Army Navy Association
    Society Academy University Institute Press News Times Tribunal Conference Assembly Embassy
    Agency Company Corporation Central National International Federation League Institution Bank
    Fund Leaflet Journal Review Gazette Courier Herald Advertiser Observer House
    """
)
TITLES = word_set(
    """
    Mr Dr Prof Professor Captain Capt Colonel Col General Gen Major Maj Lieutenant Lt Sergeant
    Marshal Admiral Commander Commissar President Premier Minister Secretary Chairman Chairwoman
    Director Prime Chief Deputy First Second Senator Governor Mayor Judge Justice Comrade Messrs
    Ambassador Consul Inspector Prosecutor Chancellor Reverend Rev Hon Esquire Leader Head
    Foreign Member Vice Under Former People Monsieur Herr Signor Don Private Corporal Detective
    Constable Coroner Doctor Editor Author Historian Academician Archbishop Bishop Cardinal
    Vicar American British English French German Italian Russian Soviet Polish Spanish
    Chinese Japanese Irish Scottish Dutch Swedish Norwegian Canadian Australian Indian Austrian
    Hungarian Czech European Western Young Old Late Dear Poor
    """
)
# These stay with the name: without them it would be another person's, or nobody's.
KEPT_TITLES = word_set(
    """
    Father Mother Sister Brother Mrs Miss Ms Lady Lord Sir Dame Saint St King Queen Pope Emperor
    Prince Princess Madame Uncle Aunt
    """
)
PARTICLES = word_set(
    """
    de del della di da von van der den la le al bin ibn ben du ten ter
    """
)

FIRST_PERSON = word_set("i we me us my our ours myself ourselves")
ADDRESSED = FIRST_PERSON | word_set("you your yours yourself yourselves")
HE = word_set("he she")
PRONOUNS = word_set(
    """
    he she it they we i you who which this that these those there one
    """
)
SPOKEN_SUBJECTS = word_set("he she it they we i you there these those")

NEGATIONS = word_set("not no never nor neither nobody none cannot nothing")
AUXILIARIES = word_set(
    """
    has have had would did do does will could can may must might
    """
)
ADVERBS = word_set(
    """
    also once later then again already even often still just thus therefore here now ever
    himself herself themselves always soon further first once rather so too both all has only
    nonetheless nevertheless sometimes frequently elsewhere simply quite rightly wrongly either
    indeed however and but or
    """
)
PREPOSITIONS = word_set(
    """
    of in at on for from to by with about into after before during under over against among
    between through within without upon since until towards toward as despite following
    concerning regarding like unlike including
    """
)
# Forms of verbs that are not in the lists; a noun phrase does not reach over them.
FINITE = word_set(
    """
    is was are were be been has had have will would can could may might must should shall did
    does do never cannot
    """
)
# What stands before a title or a term in quotation marks.
NAMING = word_set(
    """
    called entitled titled named termed dubbed headed title word phrase
    """
)
ABBREVIATIONS = word_set(
    """
    mr mrs ms dr st vs cf etc no nos vol vols p pp ed eds capt col gen prof rev hon lt sgt maj
    ch chap fig figs para paras sec art ibid op cit trans esp viz al ca jr sr
    """
)
# What stands before a colon at a line's start and is no speaker.
LABELS = word_set(
    """
    note notes article chapter part section table figure fig source sources cover title author
    date subject from example examples warning tip summary first second third fourth fifth
    finally isbn contents price address answer question step total page line item appendix annex
    caption photo photograph illustration map re ps nb volume issue number editor translator
    publisher published copyright keywords abstract introduction conclusion references see cf
    """
)
NAMELESS_LABELS = word_set("q a question answer")
