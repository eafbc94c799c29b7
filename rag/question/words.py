"""Closed lists of English words that tell the phrases of a question apart.

They are short on purpose: what is in none of them counts as part of a noun phrase.
"""

import re


def _listed(words: str) -> frozenset[str]:
    return frozenset(words.split())


DETERMINERS = _listed(
    """
    a an the this that these those each every another both some any all many several few
    no most my your our his her its their whose
    """
)
# After these comes a subject and then a bare verb: "did the pilot leave".
SUPPORTS = _listed("do does did can could will would shall should may might must")
HAVES = _listed("has have had")
BES = _listed("is are was were")
PREPOSITIONS = _listed(
    """
    about above across after against along among around as at before behind below beneath
    beside besides between beyond by despite down during except for from in inside into like
    near of off on onto out outside over past per since than through throughout to toward
    towards under until up upon via versus vs with within without
    """
)
WH = _listed("what which who whom whose when where why how")
_OTHERS = _listed(
    """
    i me we us you he him she it they them himself herself itself themselves one ones there here
    and or but nor so if because while though although whether be been being not then else also
    ever never now just only even still yet too very more less much again ago away back later
    together instead please ok okay oh yes thanks first last exactly really usually generally
    often today once soon later early earlier well so-called actually
    """
)
FUNCTION = DETERMINERS | SUPPORTS | HAVES | BES | PREPOSITIONS | WH | _OTHERS
# They end a question as what is said of its subject: "is the reef safe".
ADJECTIVES = _listed(
    """
    able alive angry available aware bad best better big cheap clear cold common correct cruel
    dangerous dead deep different difficult drunk due easy effective empty false famous far fast
    fit free full good great guilty happy hard harmful healthy heavy high hot ill illegal
    important innocent large late legal likely long loyal necessary needed new old open
    particular popular possible present ready responsible rich right safe sick significant
    similar small sorry special strong successful sure tall true useful weak wet worse worst
    worth wrong young
    """
)
_VERBS = """
    accept act agree allow appear arrest arrive ask attack attend become begin believe blame
    break bring build burn buy call carry cause change charge choose claim close collapse come
    command compare confess consider contain convict cook cost create cut damage deal decide
    defend define demand deny depend describe destroy develop die differ disappear discover
    divide do drink drive drop drown eat end enter escape exist expect explain face fail fall
    feel fight find finish flee follow force form found gain get give go grow happen hate hear
    help hide hold increase influence insist introduce invent join judge keep kill know last
    launch lead learn leave let lie light list live look lose make marry mean meet mention move
    name need obey offer open oppose order pay perform plan play prefer prevent produce promise
    protect prove publish put raise reach react read receive recommend record reduce refuse
    relate relieve remain remember remove replace report represent resign respond retire return
    reveal rise rule run sack sail save say see seem seize sell send serve set show sign sink
    sleep speak spend split stand start stay steer stop strike succeed suffer suggest support
    survive suspect swim take talk teach tell think travel treat trim try turn use want warn
    watch wear win wish work write
"""
_IRREGULAR = _listed(
    """
    ate became began born bought broke broken brought built burnt came caught chose chosen cut
    dealt did done drank drawn drew driven drove eaten fallen fell felt fled flew fought found
    gave given gone got grew grown hanged heard held hid hidden hung kept killed knew known laid
    led left lit lost made meant met paid put ran read risen rode rose said sang sank saw seen
    sent set shot shown slept sold spent spoke spoken stole stolen stood struck sunk swam swore
    sworn taken taught thought threw thrown told took torn understood went won wore wound
    written wrote
    """
)


def _forms(verb: str) -> list[str]:
    stem = verb.removesuffix("e")
    third = f"{verb}es" if re.search(r"(?:s|sh|ch|x|o)$", verb) else f"{verb}s"
    if verb.endswith("y") and verb[-2] not in "aeou":
        third, stem = f"{verb[:-1]}ies", f"{verb[:-1]}i"
    return [third, f"{stem}ed", f"{stem}ing"]


BARE_VERBS = _listed(_VERBS)
VERBS = BARE_VERBS | _IRREGULAR | {form for verb in BARE_VERBS for form in _forms(verb)}
INFLECTED = VERBS - BARE_VERBS

# Nouns that are of something: asked for bare, they want what the conversation is about, and with
# "of" it is that which "it" stands for afterwards.
RELATIONAL = _listed(
    """
    advantage advantages age amount author authors background basics beginning beginnings
    benefit benefits categories cause causes challenges characteristics characters colour
    complications component components concerns conditions cons consequence consequences cost
    costs criteria criticism criticisms dangers definition details diameter difference
    differences disadvantage disadvantages distance downsides drawback drawbacks effect effects
    example examples features findings forms founder founders function functions goal goals
    guidelines hazards height highlights history idea impact impacts implications importance
    ingredient ingredients issues kind kinds length limitations meaning members methods models
    name names number objections objectives options origin origins part parts penalties price
    prices principles problems properties pros purpose purposes qualities reason reasons
    recommendations regulations requirements result results risk risks role rules side-effects
    significance signs similarities size source sources stages steps story strengths structure
    success symptom symptoms techniques temperature tenets themes theories traits treatment
    treatments type types uses value varieties ways weaknesses weight winners
    """
)
_PERSON = re.compile(
    r"""^(?:
    admiral|agent|assistant|master|aunt|boy|brother|captain|chief|child|clerk|colonel|commander|commissar|cook
   |coroner|coxswain|crew(?:man)|daughter|detective|doctor|duke|earl|emperor|empress|engineer
   |father|friend|general|girl|guard|head|heir|helmsman|husband|judge|keeper|king|lady|lawyer
   |lieutenant|lord|major|man|marshal|mate|member|minister|monk|mother|neighbou?r|nephew|niece
   |nurse|officer|owner|passenger|patient|person|philosopher|pilot|poet|pope|president|priest
   |prince|princess|prisoner|queen|sailor|scientist|secretary|sergeant|servant|sister|soldier
   |son|spy|steward|stewardess|student|tsar|uncle|victim|widow|wife|witness|woman
   |author|actor|actress|inventor|director|editor|professor|doctor|governor|inspector|successor
   |[a-z]+(?:ist|ian|man|woman|wright)|teacher|writer|leader|speaker|singer|painter|reporter|worker
   |defender|founder|manager|player|preacher|ruler|trader|farmer|killer|murderer|builder|designer
   |composer|dancer|driver|employer|employee|explorer|fisher|hunter|interpreter|lover|maker|miner
   |officer|photographer|prisoner|producer|publisher|robber|stranger|traveller|carpenter|butcher
    )$""",
    re.VERBOSE,
)
_NO_PERSON = _listed("musician's list twist human german")
_PLURALS = _listed("people men women children police mice geese teeth feet data criteria media")
COLLECTIVES = _listed(
    """
    army association board cabinet committee company council couple court crew family fleet
    government group jury navy parliament party police press public staff team union
    """
)
_SINGULARS = _listed("lens series species news means")
TITLES = _listed(
    """
    mr mrs miss ms dr sir lady lord captain colonel general admiral king queen prince princess
    president professor saint st father marshal major lieutenant sergeant emperor tsar pope duke
    """
)
# In a name they say that it is no person's.
NO_PERSON_NAMES = re.compile(
    r"""^(?:act|agency|army|association|bank|battle|board|bridge|castle|cathedral|church|city
    |club|college|commission|committee|company|congress|council|county|court|department|empire
    |expedition|fleet|forest|front|government|harbou?r|hospital|hotel|house|institute|island|islands
    |lake|league|library|ltd|ministry|mountains?|museum|navy|office|organi[sz]ation|pact|palace
    |park|parliament|party|plan|project|railway|reef|republic|revolution|river|road|sea|school
    |society|square|station|street|tower|treaty|trials?|union|university|valley|war|works|\w+ism
    |north|south|east|west|northern|southern|eastern|western|january|february|march|april|may
    |june|july|august|september|october|november|december|monday|tuesday|wednesday|thursday
    |friday|saturday|sunday|english|french|german|russian|american|british|spanish|italian)$""",
    re.VERBOSE,
)


def is_plural(noun: str) -> bool:
    """Whether a lower-case noun looks like a plural: "lamps", "men", but not "bus" or "crisis"."""
    return noun in _PLURALS or (noun not in _SINGULARS and bool(re.search(r"[^siu]s$|ies$", noun)))


def is_person(noun: str) -> bool:
    """Whether a lower-case noun names a person or, in the plural, persons."""
    single = {"men": "man", "women": "woman", "children": "child"}.get(noun, noun)
    candidates = {single, re.sub(r"s$", "", single), re.sub(r"men$", "man", single)}
    return noun == "people" or any(
        _PERSON.match(each) and each not in _NO_PERSON for each in candidates
    )
