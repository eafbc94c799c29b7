"""Stretches of documents that are copies of each other, and the groups that these make."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from index.types import Span

# Two regions of a document are one place when they share this much of the longer: the notice that
# stands under many texts does not make one source of them.
LEAST_OVERLAP = 0.5


@dataclass(frozen=True, slots=True, order=True)
class Stretch:
    """Whole sentences of a document, and how many of their words take part in a match."""

    document: str
    span: Span
    words: int


@dataclass(frozen=True, slots=True, order=True)
class Match:
    """Two stretches that are copies of each other; `shared` words match, in order."""

    ours: Stretch
    theirs: Stretch
    shared: int

    @property
    def lost(self) -> float:
        """How much of theirs ours has lost, 0 to 1."""
        return 1 - self.shared / self.theirs.words

    @property
    def flipped(self) -> "Match":
        return Match(self.theirs, self.ours, self.shared)


@dataclass(frozen=True, slots=True)
class Copy:
    """Sentences, what they are a copy of, and the copied region that both stand in.

    In `sentences` the words are those of the sentences, in `region` those from the first word that
    is shared to the last.
    """

    sentences: Match
    region: Match


@dataclass(frozen=True, slots=True)
class Group:
    """Places that are copies of each other, directly or by way of others; they count as one source.

    `places` are in order; `matches` are the pairs of them that were compared.
    """

    places: tuple[tuple[str, Span], ...]
    matches: tuple[Match, ...]


_Place = tuple[str, Span]


def groups(matches: Iterable[Match]) -> list[Group]:
    """Matches that share a place, together (single linkage); in order of their first place."""
    ordered = sorted(matches)
    linked = _Linked()
    for match in ordered:
        linked.join(_place(match.ours), _place(match.theirs))
    for first, second in _overlaps(linked.places):
        linked.join(first, second)
    found: dict[_Place, list[Match]] = {}
    for match in ordered:
        found.setdefault(linked.root(_place(match.ours)), []).append(match)
    return sorted((_group(members) for members in found.values()), key=lambda each: each.places)


class _Linked:
    """Which places belong together (union-find)."""

    def __init__(self) -> None:
        self._above: dict[_Place, _Place] = {}

    @property
    def places(self) -> list[_Place]:
        return sorted(self._above)

    def root(self, place: _Place) -> _Place:
        above = self._above.setdefault(place, place)
        while above != place:
            self._above[place] = self._above[above]
            place, above = above, self._above[above]
        return place

    def join(self, first: _Place, second: _Place) -> None:
        self._above[self.root(first)] = self.root(second)


def _place(stretch: Stretch) -> _Place:
    return stretch.document, stretch.span


def _overlaps(places: Iterable[_Place]) -> Iterator[tuple[_Place, _Place]]:
    """The pairs of places in one document that are one place; the places are in order."""
    running: list[_Place] = []
    for place in places:
        running = [each for each in running if each[0] == place[0] and _shared(each, place) > 0]
        for each in running:
            if _shared(each, place) >= LEAST_OVERLAP * max(len(each[1]), len(place[1])):
                yield each, place
        running.append(place)


def _shared(first: _Place, second: _Place) -> int:
    return min(first[1].end, second[1].end) - second[1].start


def _group(matches: Sequence[Match]) -> Group:
    places: list[_Place] = []
    stretches = (stretch for match in matches for stretch in (match.ours, match.theirs))
    for document, span in sorted({_place(stretch) for stretch in stretches}):
        if places and places[-1][0] == document and places[-1][1].overlaps(span):
            end = max(places[-1][1].end, span.end)
            places[-1] = document, Span(places[-1][1].start, end)
        else:
            places.append((document, span))
    return Group(tuple(places), tuple(matches))
