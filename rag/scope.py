"""Which sources a question restricts itself to: "according to the pamphlet", "does Reed say".

By closed rules. A false restriction hides the answer, a missed one only leaves it among others: a
name restricts nothing as the subject of a question, only where words are ascribed to it.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath

from index.errors import PinciteError
from index.kind import KINDS, SEPARATE, find_kinds, title_words
from index.speech.words import (
    BODIES,
    KEPT_TITLES,
    PARTICLES,
    PREPOSITIONS,
    THINGS,
    TITLES,
    VERBS,
    word_set,
)
from index.store import DocumentSummary

# An author whom other sources mention in more passages is one of their subjects: "Stalin's
# evidence" may stand in any of them, where "Reed's evidence" is what Reed's book has.
MOST_MENTIONS = 3
# A title without quotation marks that has fewer words may be the name of a thing.
LONG_TITLE = 4
# In characters: the phrases are looked for with all that stands before them.
LONGEST = 1_000
# An error names so many documents; `pincite status` has them all.
MOST_LISTED = 20
# And so many characters of a name.
LONGEST_SHOWN = 200

Mentions = Callable[[str], Sequence[tuple[str, int]]]


_WORD = re.compile(r"[^\W_]+")
_QUOTES = "\"“”'*_«»"
_PERSON_WORD = re.compile(r"[^\W\d_][\w.'-]*")
_CAPITAL_BEFORE = re.compile(r"([^\W\d_][\w.'-]*)\s+$")
_KIND_WORDS = "|".join(sorted(KINDS, key=len, reverse=True))
_BESIDES = re.compile(
    r"""\b(?: other\s+than | besides | apart\s+from | aside\s+from | except | unlike | not\s+only
      | as\s+well\s+as | contrary\s+to | other\s+(?:sources?|documents?|texts?|authors?|accounts?)
      | (?:any|some|every|no)(?:one|body)\s+(?:else|but) | compar\w* | differ\w* | disagree\w*
      | contradict\w* | confirm\w* | agrees? | versus )\b""",
    re.IGNORECASE | re.VERBOSE,
)
_ELLIPSIS = re.compile(
    r"(?:and|but|or|so)?,?\s*(?:(?:what|how)\s+about|according\s+to|in|for|by)?\s*"
    r"((?:the\s+)?[\w.' -]{2,60}?)(?:'s(?:\s+(?:view|account|version|opinion|reading))?)?\s*\??",
    re.IGNORECASE,
)

# Verbs of whoever sets something down, in addition to those that introduce words.
_SETTING_DOWN = word_set(
    """
    give mention single describe call refuse treat discuss list name date place count identify
    present offer make draw rely rest base credit trace interpret use reckon account regard view
    quote cite explain say tell portray depict characterise characterize recommend support defend
    praise allege show prove document address cover devote summarise summarize understand read
    """
)


# Verbs of speech or thought that are as often a deed: "where does Reed go?"
_DEEDS = word_set(
    """
    go sing laugh yell scream roar growl open close put end begin see feel plead order use cry
    continue swear whisper appeal murmur mutter whisper demand urge
    """
)


def _present(third_person: bool) -> str:
    known = {form for form in VERBS if not form.endswith("ing")}
    bases = {form for form in known if form + "s" in known or form + "es" in known}
    bases |= {*_SETTING_DOWN, "deny", "reply", "testify", "criticise", "criticize"}
    bases -= _DEEDS
    forms = {_third(base) for base in bases} if third_person else bases
    return "|".join(sorted(forms, key=len, reverse=True))


def _third(base: str) -> str:
    if base.endswith("y") and base[-2] not in "aeiou":
        return base[:-1] + "ies"
    return base + ("es" if base.endswith(("sh", "ss", "ch", "x")) else "s")


_ADVERB = r"(?:(?:\w+ly|also|first|then|not|even|still|himself|herself|itself|ever|only)\s+)?"
_DOES = re.compile(r"\b(?:does|do)\s+(?:not\s+)?$", re.IGNORECASE)
_DID = re.compile(r"\bdid\s+$", re.IGNORECASE)
_VERB = re.compile(rf"\s+{_ADVERB}(?:{_present(False)})\b", re.IGNORECASE)
# What is told in the past tense is a deed like others, but for these.
_SAY = re.compile(
    rf"\s+{_ADVERB}(?:say|write|claim|argue|assert|state|conclude|mention|describe|maintain|contend)\b",
    re.IGNORECASE,
)
_SAYS = re.compile(rf"\s+{_ADVERB}(?:{_present(True)})\b")
# What is taken out of a question that is asked of one source alone.
_ASCRIBING = re.compile(r",?\s*\b(?:according\s+to|in)\s+(?:the\s+author,?\s+)?$", re.IGNORECASE)
_DOES_OR_DID = re.compile(r"(?<=\s)(?:does|do|did)\s+$", re.IGNORECASE)
_SAY_THAT = re.compile(
    rf"\s+{_ADVERB}(?:say|write|claim|argue|assert|state|conclude|mention|maintain|contend|tell)\b"
    r"(?:\s+(?:that|us)\b)?",
    re.IGNORECASE,
)
_GIVEN: Mapping[str, str] = {
    "give": "given",
    "cite": "cited",
    "quote": "quoted",
    "name": "named",
    "list": "listed",
    "describe": "described",
    "offer": "offered",
}
_GIVE = re.compile(rf"\s+({'|'.join(_GIVEN)})\b", re.IGNORECASE)
_ABOUT = re.compile(r"\s+(?:about|of|on)\b", re.IGNORECASE)
_WHAT = re.compile(r"\W*what\s+", re.IGNORECASE)
_ACCORDING = re.compile(r"\baccording\s+to\s+(?:the\s+author,?\s+)?$", re.IGNORECASE)
_GIVEN_BY = re.compile(
    r"\b(?:given|cited|quoted|mentioned|described|named|listed|offered|discussed|claimed|argued|made"
    rf"|suggested|advanced|(?:{_KIND_WORDS}))\s+by\s+$",
    re.IGNORECASE,
)
_WRITING = word_set(
    """
    view views reading opinion account words text writing writings argument arguments thesis claim
    claims narrative
    """
) | frozenset(KINDS)
_HAVING = _WRITING | word_set(
    """
    authority evidence source sources figure figures estimate estimates explanation interpretation
    version telling conclusion conclusions analysis judgement judgment theory case chapter note
    notes footnote footnotes endnote endnotes example examples reason reasons grounds description
    list table preface introduction verdict assessment definition data section sections treatment
    discussion summary portrait
    """
)
_ITS_WRITING = re.compile(
    rf"^'s?\s+(?:own\s+)?(?:[\w-]+\s+){{0,2}}?(?:{'|'.join(sorted(_WRITING))})\b", re.IGNORECASE
)
_POSSESSED = re.compile(r"(?:'s?)\s+(?:own\s+)?((?:[\w-]+\s+){0,2}?)([a-z-]+)\b(?!-)")
# What follows a kind of source when another than ours is meant: its title, its author, its subject.
_TITLED = re.compile(rf"\s*,?\s*(?:(?:called|entitled|titled|named)\b|[{_QUOTES}]|\s[A-Z])")
_OF = re.compile(
    r"\s+(of|on|about|by|from|for|that|which|to|who|whom|whose|in)\b(?:\s+(?:the|a|an|his|her))?"
    r"\s*([\w-]*)",
    re.IGNORECASE,
)
_NEXT_CAPITAL = re.compile(r"\s+[A-Z]")
_CONTINUED = re.compile(r"(?:\s+(?:and|of|in|the|for|to|on|or|&))*\s+[A-Z0-9]|:\s*[A-Z]")
_COORDINATED = re.compile(r"\s*(?:,|,?\s(?:and|or|nor)|&)\s+")
_AND_BEFORE = re.compile(r"[A-Z][\w.'-]*,?\s+(?:and|or)\s+$")
_AND_AFTER = re.compile(r",?\s+(?:and|or)\s+(?:the\s+)?[A-Z]")
_IN = re.compile(rf"\b(?:in|from|does|according\s+to)\s+[{_QUOTES}]*(?:the\s+)?$", re.IGNORECASE)
_IN_FIRST = re.compile(r"(?:^|[.?!]\s)\W*in\s+$", re.IGNORECASE)
_KIND_BEFORE = re.compile(
    rf"\b(?:{_KIND_WORDS})\s+(?:(?:called|entitled|titled|named)\s+)?[{_QUOTES}]*(?:the\s+)?$",
    re.IGNORECASE,
)
_FILE = re.compile(r"[\w./-]*\w\.[a-z]{2,8}\b|[\w-]+(?:/[\w.-]+)+", re.IGNORECASE)
_STEM = re.compile(r"\b(?:files?|documents?)\s+[\"'“]?([\w.-]+\w)", re.IGNORECASE)
_CALLED_KIND = re.compile(
    rf"\b(?:the|this)\s+((?:[\w'-]+\s+){{0,3}}?)({_KIND_WORDS}|volume|daily"
    r"|biographer|essayist|pamphleteer|memoirist|diarist)\b(?!-)",
    re.IGNORECASE,
)
# What else may be meant by a word for a kind.
_MEANT: Mapping[str, frozenset[str]] = {
    "essay": word_set("essay article paper study"),
    "article": word_set("article essay paper"),
    "book": word_set(f"book biography memoir diary {SEPARATE}"),
    "volume": word_set(f"book biography memoir diary letters {SEPARATE}"),
    "paper": word_set("paper newspaper"),
    "study": word_set("study essay article thesis"),
    "daily": word_set("newspaper"),
    "biographer": word_set("biography"),
    "essayist": word_set("essay"),
    "pamphleteer": word_set("pamphlet"),
    "memoirist": word_set("memoir"),
    "diarist": word_set("diary"),
}
# These are as often what the sources are about: "what did the committee find in the report?"
_COMMON = word_set("article book letters report paper study newspaper volume daily diary")
_SMALL = PREPOSITIONS | word_set("a an the and or but nor is s")
_HONORIFICS = TITLES | KEPT_TITLES
_NO_NAMES = word_set(
    """
    Does Do Did What Which Who Whom Whose When Where Why How In According And Or But The A An Is
    Are Was Were Has Had Have Can Could Would Will Should If As At On By From For To With Of
    """
)


@dataclass(frozen=True, slots=True)
class Source:
    """What a question may call a document by.

    `kinds` are those of `index.kind`, `words` what a kind may be told apart by ("the Harwich
    paper"): the words of its file name, title and title page.
    """

    path: str
    title: str
    author: str | None = None
    kinds: frozenset[str] = frozenset()
    words: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class _Author:
    """A person, by given names and surname, with the sources that he wrote."""

    given: frozenset[str]
    path: str


@dataclass(frozen=True, slots=True)
class _Named:
    """A title, whole or its main part, as lower-case words."""

    words: tuple[str, ...]
    path: str


@dataclass(frozen=True, slots=True)
class _Reference:
    """Where a question speaks of sources: `is_work` unless by the name of their author."""

    start: int
    end: int
    paths: frozenset[str]
    is_work: bool
    names: tuple[str, ...] = ()


class Catalogue:
    """The sources of an index by what questions call them."""

    def __init__(self, sources: Iterable[Source]) -> None:
        self.sources = tuple(sources)
        self.authors: dict[str, list[_Author]] = {}
        self.titles: dict[str, list[_Named]] = {}
        self.files: dict[str, set[str]] = {}
        for source in self.sources:
            self._add(source)

    @property
    def names(self) -> frozenset[str]:
        """Every word of a title, author or file name, in lower case."""
        return frozenset(name for each in self.sources for name in _names(each))

    def _add(self, source: Source) -> None:
        for given, surname in _persons(source.author or ""):
            self.authors.setdefault(surname, []).append(_Author(given, source.path))
        for words in _title_parts(source.title):
            self.titles.setdefault(words[0], []).append(_Named(words, source.path))
        path = source.path.lower()
        for name in {path, PurePosixPath(path).name}:
            self.files.setdefault(name, set()).add(source.path)


def describe(summaries: Iterable[DocumentSummary], openings: Mapping[str, str]) -> Catalogue:
    """The catalogue of an index; `openings` are the beginnings of the documents, by path."""
    return Catalogue(
        Source(each.path, each.title, each.author, find_kinds(*known), title_words(*known))
        for each in summaries
        for known in [(each.path, each.title, openings[each.path])]
    )


def _names(source: Source) -> frozenset[str]:
    texts = (source.title, source.author or "", source.path)
    return frozenset(word for text in texts for word in words_of(text))


def words_of(text: str) -> list[str]:
    """The words of a text in lower case; "Reed's" is "reed" and "s"."""
    return [match[0].lower() for match in _WORD.finditer(text)]


# -- what a user names -----------------------------------------------------------------------------


def chosen(names: Sequence[str], sources: Sequence[Source]) -> frozenset[str]:
    """The documents that a user names by path or title; PinciteError for a name that is none."""
    return frozenset(path for name in names for path in _chosen(name, sources))


def _chosen(name: str, sources: Sequence[Source]) -> list[str]:
    by_path = [each.path for each in sources if name == each.path] or [
        each.path for each in sources if name.lower() in _file_names(each.path)
    ]
    if by_path:
        return by_path
    wanted = words_of(name)
    whole = [each.path for each in sources if wanted and words_of(each.title) == wanted]
    found = whole or [each.path for each in sources if wanted and _holds(each.title, wanted)]
    if len({_title_of(path, sources) for path in found}) > 1:
        raise PinciteError(f"{_shown(name)} is in several titles. Name one of: {_listed(found)}")
    if not found:
        known = _listed([each.path for each in sources])
        raise PinciteError(f"no document is called {_shown(name)}. The documents are: {known}")
    return found


def _shown(name: str) -> str:
    return repr(name if len(name) <= LONGEST_SHOWN else f"{name[:LONGEST_SHOWN]}…")


def _listed(paths: Sequence[str]) -> str:
    more = f" and {len(paths) - MOST_LISTED} more" if len(paths) > MOST_LISTED else ""
    return f"{', '.join(paths[:MOST_LISTED]) or 'none'}{more}"


def _file_names(path: str) -> frozenset[str]:
    pure = PurePosixPath(path.lower())
    return frozenset({path.lower(), pure.name, pure.stem})


def _title_of(path: str, sources: Sequence[Source]) -> tuple[str, ...]:
    return next(tuple(words_of(each.title)) for each in sources if each.path == path)


def _holds(title: str, wanted: Sequence[str]) -> bool:
    words = words_of(title)
    ends = range(len(wanted), len(words) + 1)
    return any(words[end - len(wanted) : end] == list(wanted) for end in ends)


# -- what a question names -------------------------------------------------------------------------


def scope_of(question: str, catalogue: Catalogue, mentions: Mentions) -> frozenset[str]:
    """The documents that a question restricts itself to; none when it does not.

    `mentions` gives the passages that have a phrase: see `Snapshot.mentions`.
    """
    question = question.replace("’", "'").replace("‘", "'")
    asked = _Asked(question, catalogue, mentions)
    found = frozenset(path for each in asked.references() for path in each.paths)
    return found if len(found) < len(catalogue.sources) else frozenset()


def unascribed(question: str, catalogue: Catalogue, mentions: Mentions) -> str:
    """What a question asks of the one source that it names: "According to the pamphlet, how many
    died?" is "How many died?" there. A source hardly says its own name where it answers."""
    plain = question.replace("’", "'").replace("‘", "'")
    references = (
        list(_Asked(plain, catalogue, mentions).references()) if len(plain) <= LONGEST else []
    )
    if len(references) != 1:
        return question
    before, after = plain[: references[0].start], plain[references[0].end :]
    if phrase := _ASCRIBING.search(before):
        rest = re.sub(r"^\W+", "", _ITS_WRITING.sub("", after, count=1))
        left = f"{before[: phrase.start()]} {rest}".strip()
    elif (phrase := _DOES_OR_DID.search(before)) and (said := _SAY_THAT.match(after)):
        is_topic = _ABOUT.match(after, said.end()) and _WHAT.fullmatch(before[: phrase.start()])
        opening = "What is said" if is_topic else before[: phrase.start()].strip()
        left = f"{opening} {after[said.end() :].strip()}".strip()
    elif phrase and (given := _GIVE.match(after)):
        participle = _GIVEN[given[1].lower()]
        left = f"{before[: phrase.start()].strip()} is {participle}{after[given.end() :]}"
    else:
        return question
    if not _WORD.search(left):
        return question
    return left[0].upper() + left[1:].rstrip("?") + "?" * question.endswith("?")


def restriction(
    questions: Sequence[str], searched: str, catalogue: Catalogue, mentions: Mentions
) -> frozenset[str]:
    """The documents that the last of some questions restricts itself to; none when it does not.

    `searched` is that question made to stand alone. One that leans on those before it keeps to the
    sources that they named last, unless it names others: "And Reed?".
    """
    question = questions[-1]
    if len(searched) > LONGEST:
        return frozenset()
    if searched == question:
        return scope_of(question, catalogue, mentions)
    if found := _scope_of_part(question, catalogue, mentions):
        return found
    earlier = [each for each in dict.fromkeys(reversed(questions[:-1])) if each in searched]
    scopes = (_scope_of_part(each, catalogue, mentions) for each in earlier or [searched])
    found = next(filter(None, scopes), frozenset())
    return frozenset() if _has_other(question, catalogue, found) else found


def _scope_of_part(question: str, catalogue: Catalogue, mentions: Mentions) -> frozenset[str]:
    """As `scope_of`, of a question that may be nothing but a source's name: "In the memoir?"."""
    bare = _ELLIPSIS.fullmatch(question.strip())
    found = scope_of(question, catalogue, mentions)
    return found or (
        scope_of(f"according to {bare[1]}", catalogue, mentions) if bare else frozenset()
    )


def _has_other(question: str, catalogue: Catalogue, scope: frozenset[str]) -> bool:
    """Whether a question has the name of an author of none of the documents in `scope`."""
    found = (author for word in _WORD.findall(question) for author in _authors(catalogue, word))
    return any(author.path not in scope for author in found)


def _authors(catalogue: Catalogue, word: str) -> list[_Author]:
    return catalogue.authors.get(word.lower(), []) if word[0].isupper() else []


class _Asked:
    """One question, read for phrases that ascribe what is asked to a source."""

    def __init__(self, question: str, catalogue: Catalogue, mentions: Mentions) -> None:
        self._text = question
        self._catalogue = catalogue
        self._mentions = mentions

    def references(self) -> Iterator[_Reference]:
        """The sources that the question restricts itself to, with where it says so."""
        yield from self._files()
        yield from filter(self._is_title, self._titles())
        for reference in _joined(self._text, [*self._persons(), *self._kinds()]):
            if self._is_ascribed(reference):
                yield reference

    def _before(self, reference: _Reference) -> str:
        return self._text[: reference.start]

    def _after(self, reference: _Reference) -> str:
        return self._text[reference.end :]

    # -- file names

    def _files(self) -> Iterator[_Reference]:
        for match in _FILE.finditer(self._text):
            if paths := self._catalogue.files.get(match[0].lower()):
                yield _Reference(*match.span(), frozenset(paths), is_work=True)
        for match in _STEM.finditer(self._text):
            stem = match[1].lower()
            found = (each.path for each in self._catalogue.sources)
            if paths := {path for path in found if PurePosixPath(path.lower()).stem == stem}:
                yield _Reference(*match.span(), frozenset(paths), is_work=True)

    # -- titles

    def _titles(self) -> Iterator[_Reference]:
        """Where words of the question are a title's; of titles that overlap the longest."""
        words = list(_WORD.finditer(self._text))
        end = 0
        for at, word in enumerate(words):
            found = [
                each
                for each in self._catalogue.titles.get(word[0].lower(), [])
                if word.start() >= end and _is_at(each.words, words[at : at + len(each.words)])
            ]
            if found:
                length = max(len(each.words) for each in found)
                paths = frozenset(each.path for each in found if len(each.words) == length)
                end = words[at + length - 1].end()
                names = tuple(match[0] for match in words[at : at + length])
                yield _Reference(word.start(), end, paths, is_work=True, names=names)

    def _is_title(self, found: _Reference) -> bool:
        """Whether a title's words stand there as one, and not for the thing that it names."""
        before, after = self._before(found), self._after(found)
        if _BESIDES.search(before):
            return False
        count = len(found.names)
        of_a_kind = bool(_KIND_BEFORE.search(before))
        cued = of_a_kind or bool(_IN.search(before))
        if before[-1:] and before[-1:] in _QUOTES and re.match(rf"[?,.!]?[{_QUOTES}]", after):
            return of_a_kind or count >= LONG_TITLE or (cued and count > 1)
        whole = _are_capitals(found.names) and not _CONTINUED.match(after)
        if not whole or (_follows_name(before) and not of_a_kind):
            return False
        return of_a_kind or (count >= LONG_TITLE + (not cued) and self._is_unusual(found))

    def _is_unusual(self, found: _Reference) -> bool:
        """Whether the text under a title hardly has its words: it speaks of a thing by its name."""
        passages = self._mentions(self._text[found.start : found.end])
        return sum(path in found.paths for path, _ in passages) <= 1

    # -- authors

    def _persons(self) -> Iterator[_Reference]:
        for match in _PERSON_WORD.finditer(self._text):
            surname = match[0].removesuffix("'s").removesuffix("'").rstrip(".")
            authors = _authors(self._catalogue, surname) if surname else []
            if not authors or _NEXT_CAPITAL.match(self._text, match.start() + len(surname)):
                continue
            start, given = self._given_names(match.start())
            paths = {each.path for each in authors if all(_is_given(n, each.given) for n in given)}
            if paths:
                end = match.start() + len(surname)
                yield _Reference(start, end, frozenset(paths), is_work=False, names=(surname,))

    def _given_names(self, start: int) -> tuple[int, list[str]]:
        """Where a name begins whose last word is at `start`, and the names before that word."""
        given: list[str] = []
        while (word := _CAPITAL_BEFORE.search(self._text[:start])) and word[1][0].isupper():
            if word[1] in _NO_NAMES:
                break
            start = word.start()
            if word[1].rstrip(".") not in _HONORIFICS:
                given.append(word[1].rstrip(".").lower())
        return start, given

    # -- kinds

    def _kinds(self) -> Iterator[_Reference]:
        for match in _CALLED_KIND.finditer(self._text):
            kind = match[2].lower()
            if paths := self._of_kind(kind, words_of(match[1])):
                yield _Reference(*match.span(), frozenset(paths), is_work=True, names=(kind,))

    def _of_kind(self, kind: str, marks: Sequence[str]) -> set[str]:
        """The sources of a kind that have all the `marks` in their titles."""
        meant = _MEANT.get(kind, frozenset({KINDS.get(kind, kind)}))
        # Of several newspapers "the Courier" is the one that is called so.
        called = {path for path in self._marked(meant, [*marks, kind]) if kind not in _COMMON}
        if found := called or self._marked(meant, marks):
            return found
        # A pamphlet hardly ever calls itself one.
        separate = self._marked(frozenset({SEPARATE}), marks) if "pamphlet" in meant else set()
        return separate if len(separate) == 1 else set()

    def _marked(self, kinds: frozenset[str], marks: Sequence[str]) -> set[str]:
        """The sources of these kinds with all `marks` in their names, or else on the title page."""
        of_kind = [each for each in self._catalogue.sources if each.kinds & kinds]
        named = {each.path for each in of_kind if set(marks) <= _names(each)}
        return named or {each.path for each in of_kind if each.words.issuperset(marks)}

    # -- phrases of attribution

    def _is_ascribed(self, found: _Reference) -> bool:
        before, after = self._before(found), self._after(found)
        if _AND_BEFORE.search(before) or _AND_AFTER.match(after) or _BESIDES.search(before):
            return False
        if _ACCORDING.search(before):
            return not found.is_work or self._is_ours(found)
        if _DOES.search(before) and _VERB.match(after):
            return True
        if found.is_work:
            return self._is_work_ascribed(found)
        return self._is_author_ascribed(found)

    def _is_work_ascribed(self, found: _Reference) -> bool:
        before, after = self._before(found), self._after(found)
        if _has(after, _HAVING) or _SAYS.match(after):
            return True
        if _DID.search(before):
            return bool(_SAY.match(after)) and not _COMMON.intersection(found.names)
        if not re.search(r"\bin\s+$", before, re.IGNORECASE) or not self._is_ours(found):
            return False
        return bool(_IN_FIRST.search(before)) or (
            not _COMMON.intersection(found.names) and bool(re.match(r"\s*(?:[,?.]|$)", after))
        )

    def _is_ours(self, found: _Reference) -> bool:
        """Whether what follows "the pamphlet" does not make it somebody else's."""
        after = self._after(found)
        if _TITLED.match(after):
            return False
        of = _OF.match(after)
        if of is None:
            return True
        named = (each for each in self._catalogue.sources if each.path in found.paths)
        return of[1].lower() in {"of", "on", "about", "from"} and any(
            of[2].lower() in each.words for each in named
        )

    def _is_author_ascribed(self, found: _Reference) -> bool:
        before, after = self._before(found), self._after(found)
        if _has(after, _WRITING) or _SAYS.match(after) or _GIVEN_BY.search(before):
            return True
        past = _DID.search(before) and _SAY.match(after)
        return bool(past or _has(after, _HAVING)) and not self._is_subject(found)

    def _is_subject(self, found: _Reference) -> bool:
        """Whether an author is one of those whom other sources are about."""
        passages = (path for name in found.names for path, _ in self._mentions(name))
        return sum(path not in found.paths for path in passages) > MOST_MENTIONS


def _has(after: str, things: frozenset[str]) -> bool:
    """Whether a name goes on as a possessive: "'s account", "'s second footnote"."""
    match = _POSSESSED.match(after)
    while match and match[2] not in things and len(match[1].split()) < 2:
        longer = rf"'s?\s+((?:[\w-]+\s+){{{len(match[1].split()) + 1}}})([a-z-]+)\b(?!-)"
        match = re.match(longer, after)
    if not match or match[2] not in things:
        return False
    return match[2] not in KINDS or not _TITLED.match(after[match.end() :])


def _joined(text: str, references: Iterable[_Reference]) -> list[_Reference]:
    """The references in order, those that "and" joins made one."""
    joined: list[_Reference] = []
    for each in sorted(references, key=lambda reference: (reference.start, -reference.end)):
        last = joined[-1] if joined else None
        if last and each.start < last.end:
            continue
        if last and _COORDINATED.fullmatch(text[last.end : each.start]):
            names = (*last.names, *each.names)
            is_work = last.is_work and each.is_work
            both = last.paths | each.paths
            joined[-1] = _Reference(last.start, each.end, both, is_work, names)
        else:
            joined.append(each)
    return joined


def _is_at(words: Sequence[str], matches: Sequence[re.Match[str]]) -> bool:
    return len(words) == len(matches) and all(
        word == match[0].lower() for word, match in zip(words, matches, strict=True)
    )


def _are_capitals(names: Sequence[str]) -> bool:
    """Whether the words of a title are written as such; "of" and "the" need not be."""
    return names[0][0].isupper() and all(name in _SMALL or not name[0].islower() for name in names)


def _follows_name(before: str) -> bool:
    word = _CAPITAL_BEFORE.search(before)
    return bool(word and word[1][0].isupper() and word[1] not in _NO_NAMES)


def _is_given(name: str, given: frozenset[str]) -> bool:
    """Whether a name before the surname is one of the author's; an initial may stand for it."""
    parts = re.findall(r"[^\W_]+", name)
    return all(
        any(part == each or part == each[0] or part[0] == each for each in given) for part in parts
    )


def _persons(author: str) -> Iterator[tuple[frozenset[str], str]]:
    """Given names and surname of each author, in lower case; an institution is none."""
    for name in re.split(r"\s+(?:and|&)\s+|;\s*", author):
        surname_first = re.fullmatch(r"([^\s,]+),\s+([^,]+)", name)
        words = f"{surname_first[2]} {surname_first[1]}" if surname_first else name
        parts = [part.rstrip(",") for part in words.split(",")[0].split()]
        if 1 < len(parts) <= 5 and all(_is_name(part) for part in parts):
            given = (part for part in parts[:-1] for part in words_of(part))
            yield frozenset(given), parts[-1].lower()


def _is_name(part: str) -> bool:
    return part.lower() in PARTICLES or (part[0].isupper() and part not in BODIES | THINGS)


def _title_parts(title: str) -> set[tuple[str, ...]]:
    """A title's words, whole and without its subtitle, each also without a first article."""
    wholes = [title, *re.split(r"[:;?!(–—]|\s-\s", title)]
    parts = {tuple(words_of(wholes[0]))} | {
        tuple(words) for part in wholes[1:] if len(words := words_of(part)) > 1
    }
    return {words for part in parts for words in (part, _without_article(part)) if words}


def _without_article(words: tuple[str, ...]) -> tuple[str, ...]:
    return words[1:] if len(words) > 2 and words[0] in {"the", "a", "an"} else words
