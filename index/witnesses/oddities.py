"""What is odd about a sentence taken alone, as a sign that its text is damaged."""

import re

_CLOSING = "\"'”’»)]>*_"
# An ellipsis, a colon or a dash end what goes on in a quotation or a list.
_ENDS = re.compile(r"[.!?…:;—–-]$")
# The words that cannot end a sentence.
_OPEN_END = re.compile(
    r"\b(?:the|a|an|and|or|nor|than|my|your|his|our|their|whose|into|from)[.!?]$", re.IGNORECASE
)
# “had had” and “that that” are English, and a doubled name is one.
_TWICE = re.compile(r"(?<!\S)([a-z]+) \1(?!\S)")
_MAY_BE_TWICE = re.compile("had|that|her|is|in|it|on|so|no|very|much|many|more|long|far|ha|oh")
_MARKS = re.compile(r"(?:[,;:] ?[,;:])|(?:[,;] ?[.!?](?![.\w]))|(?:[(\[][,;.](?!\.))|(?:[,;][)\]])")
_ITEM = re.compile(r"(?<!\S)(?:\d{1,2}|[a-z]|[ivx]{1,4})\)")
# What is shorter than a sentence need not end like one.
FEWEST_SPACES = 4


def oddities(reading: str) -> tuple[str, ...]:
    """What is odd about a sentence, in plain words; of sound prose nearly nothing is."""
    text = reading.strip()
    found = [
        (_begins_low(text), "it begins in lower case"),
        (_unbalanced(text), "a bracket is not closed or not opened"),
        (_open_end(text), "it does not come to an end"),
        (_twice(text), "a word stands twice"),
        (_MARKS.search(text) is not None, "marks stand where words should"),
    ]
    return tuple(what for odd, what in found if odd)


def _begins_low(text: str) -> bool:
    return text[:2].isalpha() and text[:1].islower()


def _unbalanced(text: str) -> bool:
    """Whether a bracket has no other half; “a)” and “1)” begin an item of a list."""
    return not (_balanced(text) or _balanced(_ITEM.sub("", text)))


def _balanced(text: str) -> bool:
    return all(text.count(left) == text.count(right) for left, right in ("()", "[]"))


def _open_end(text: str) -> bool:
    """Whether a sentence stops before its end; a title, a date or a reference has none."""
    if text.count(" ") < FEWEST_SPACES:
        return False
    bare = text.rstrip(_CLOSING)
    bracketed = text.endswith((")", "]", ">"))
    return not (bracketed or _ENDS.search(bare)) or _OPEN_END.search(bare) is not None


def _twice(text: str) -> bool:
    return any(not _MAY_BE_TWICE.fullmatch(match[1]) for match in _TWICE.finditer(text))
