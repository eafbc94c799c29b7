"""What a question got: the answer as it was rendered, and what led to it.

It is kept between runs as a line of JSON, and holds all that judging needs, so that gold can be
mended without asking again.
"""

from collections.abc import Iterable
from dataclasses import asdict, dataclass, field
from typing import Any

from index.types import Hit, Span
from rag.types import Stages

Record = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Retrieved:
    """A passage that was retrieved: its range of the document's canonical text, the sheets of a
    paged file that it stands on, and its rank, from 1, before re-ranking."""

    document: str
    span: Span
    pages: tuple[int, ...]
    rank: int


@dataclass(frozen=True, slots=True)
class Response:
    """An answer's record (`rag.render.to_record`), the seconds of its stages, the passages as they
    were re-ranked, and the quotes that the threshold held back, as records."""

    record: Record
    stages: Stages = field(default_factory=Stages)
    retrieved: tuple[Retrieved, ...] = ()
    withheld: tuple[Record, ...] = ()

    @property
    def chosen(self) -> list[Record]:
        """The quotes that were chosen, whether or not the threshold let them pass."""
        return list(self.withheld) or list(self.record["quotes"])

    def to_json(self) -> Record:
        """The response as a JSON object that `from_json` reads."""
        return {
            "record": self.record,
            "stages": asdict(self.stages),
            "retrieved": [
                [each.document, each.span.start, each.span.end, each.rank, *each.pages]
                for each in self.retrieved
            ],
            "withheld": list(self.withheld),
        }

    @classmethod
    def from_json(cls, values: Record) -> "Response":
        return cls(
            record=values["record"],
            stages=Stages(**values["stages"]),
            retrieved=tuple(
                Retrieved(document, Span(start, end), tuple(pages), rank)
                for document, start, end, rank, *pages in values["retrieved"]
            ),
            withheld=tuple(values["withheld"]),
        )


def retrieved(hits: Iterable[Hit]) -> tuple[Retrieved, ...]:
    """The passages of a search, in its order."""
    found = list(hits)
    by_hybrid = sorted(range(len(found)), key=lambda at: -found[at].hybrid)
    rank = {at: number for number, at in enumerate(by_hybrid, start=1)}
    return tuple(
        Retrieved(hit.document, hit.passage.span, _pages(hit), rank[at])
        for at, hit in enumerate(found)
    )


def _pages(hit: Hit) -> tuple[int, ...]:
    sheets = {sentence.place.sheet for sentence in hit.passage}
    return tuple(sorted(sheet for sheet in sheets if sheet is not None))
