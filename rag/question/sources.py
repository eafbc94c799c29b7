"""Questions for what a statement rests on."""

import re

# Words of somebody who wants to know where a statement comes from.
_SOURCE = re.compile(
    r"""
    \b(?:cit(?:e|es|ed|ing|ations?)|end-?notes?|foot-?notes?|bibliograph\w*
      |(?:what|which|whose)\s+(?:sources?|references?|evidence|authority|grounds)
      |(?:what|which)\s+(?:\w+\s+)?(?:work|book|article|author|page|newspaper|journal|archive)s?
        \b.*\b(?:from|for|support\w*|rely|relies|relied|rests?|quoted|drawn|taken|given|used|names?)
      |(?:sources?|references?)\s+(?:is|are|was|were|does|do|did|has|have|for)
      |where\b.*\b(?:taken\s+from|(?:printed|published|reproduced|quoted)\b)
      |(?:taken|quoted|drawn)\s+from\W*$)
    """,
    re.IGNORECASE | re.VERBOSE,
)


def asks_for_source(question: str) -> bool:
    """Whether a question asks what a statement rests on: a note, a work, a page."""
    return bool(_SOURCE.search(question))
