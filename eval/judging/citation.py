"""What counts as a right citation: the place that it names, and whose words it says they are."""

import re

from index.types import UNKNOWN

# The numbers after ¶, n. or p.: one, several, or a range, of which the ends count.
_PINPOINTS = tuple(
    re.compile(rf"{sign}\s*\d+(?:(?:\s*[-–,]\s*)\d+)*")
    for sign in ("¶", r"\b(?:endnote|footnote|note|n\.)", r"\bpp?\.")
)

# In a stance: the author's own words or note, and somebody whom the source does not name.
_AUTHOR = re.compile(r"\(author\)|^author\b|^endnote$")
_UNNAMED = re.compile(r"^(?:an? )?(?:unnamed|unknown|anonymous)\b", re.IGNORECASE)


def locator_right(gold: str, shown: str) -> bool | None:
    """Whether a locator shows the most exact number of the gold's: paragraph, else note, else page.

    A note counts as well where it is only referred to: "at n. 24". None when the gold's locator
    has none of these (a heading, a line).
    """
    for pinpoint in _PINPOINTS:
        if wanted := _numbers(pinpoint, gold):
            return not wanted.isdisjoint(_numbers(pinpoint, shown))
    return None


def _numbers(pinpoint: re.Pattern[str], locator: str) -> set[str]:
    return {number for found in pinpoint.findall(locator) for number in re.findall(r"\d+", found)}


def is_authors(stance: str) -> bool:
    """Whether a stance gives the words to the author of the source."""
    return not stance or bool(_AUTHOR.search(stance))


def is_named(speaker: str, stance: str) -> bool:
    """Whether a stance ("Jones, quoted by Smith") begins with the speaker's last name; a person
    whom it calls unnamed has to be unknown."""
    if _UNNAMED.match(stance):
        return speaker == UNKNOWN
    said_by = re.split(r",| \(| to |'s\b", stance)[0].casefold()
    last_name = speaker.casefold().rpartition(" ")[2]
    return last_name in re.findall(r"[\w’'-]+", said_by)
