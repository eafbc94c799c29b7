"""What a question wants: follow-ups made to stand alone, questions for sources; by simple rules.

`leans` decides whether a question leans on those before it, `resolve` puts names for pronouns,
`graft` puts new parts into old questions, and `chain` does all of that along a conversation. Where
nothing is sure, the question before is put in front: a question without its subject finds nothing,
and one with words too many finds a little less.
"""

from rag.question.chain import complete, standalone
from rag.question.leans import LONGEST, leans
from rag.question.sources import asks_for_source

__all__ = ["LONGEST", "asks_for_source", "complete", "leans", "standalone"]
