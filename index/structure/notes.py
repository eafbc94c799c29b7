"""Which note a marker points to."""

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from index.structure.markers import PLAIN, Marker
from index.structure.sources import find_sources
from index.types import Block, BlockKind, Reference, Span

# With its brackets and the white space after it.
_LONGEST_LABEL = 30


@dataclass(slots=True)
class _Group:
    """Notes whose labels count up, up to where they start again: those of a chapter, of a page."""

    section: tuple[str, ...]
    start: int
    notes: dict[str, list[Span]] = field(default_factory=dict)
    end: int = 0
    last: str = ""


def refer(text: str, blocks: Sequence[Block], markers: Sequence[Marker]) -> list[Reference]:
    """The references of a document in order: its markers with their notes, and its sources in
    parentheses."""
    found = [*_linked(blocks, _groups(text, blocks), markers), *find_sources(text, blocks)]
    return sorted(found, key=lambda reference: reference.at.start)


def _groups(text: str, blocks: Sequence[Block]) -> dict[str, list[_Group]]:
    """The groups of notes in order, numbers and signs and names each by themselves."""
    found: dict[str, list[_Group]] = defaultdict(list)
    for block in blocks:
        label = block.place.note
        if block.kind is not BlockKind.NOTE or label is None:
            continue
        family = found[_family(label)]
        if not family or _starts_group(text, family[-1], block, label):
            family.append(_Group(block.place.section, block.span.start))
        group = family[-1]
        group.notes.setdefault(label, []).append(block.span)
        group.end, group.last = block.span.end, label
    return found


def _family(label: str) -> str:
    if label.isdecimal():
        return "number"
    return "name" if label.isalnum() else "sign"


def _starts_group(text: str, group: _Group, block: Block, label: str) -> bool:
    """Whether the labels start again with a note: at one that the group has, or a lower number. A
    further paragraph of a note has no label of its own."""
    if label == group.last:
        before = text[max(0, block.span.start - _LONGEST_LABEL) : block.span.start]
        return before.translate(PLAIN).strip(" \t[]^.):").endswith(label)
    return label in group.notes or (label.isdecimal() and int(label) < int(group.last))


def _linked(
    blocks: Sequence[Block], groups: dict[str, list[_Group]], markers: Sequence[Marker]
) -> Iterator[Reference]:
    last: dict[str, Marker] = {}
    runs: dict[str, int] = defaultdict(int)
    total = _count_runs(markers)
    for marker in markers:
        family = _family(marker.label)
        runs[family] += family in last and _restarts(last[family], marker)
        last[family] = marker
        section = blocks[marker.block].place.section
        group = _group_of(groups.get(family, []), marker, section, runs[family], total[family])
        notes = group.notes.get(marker.label, []) if group else []
        yield Reference(marker.at, marker.label, tuple(notes))


def _restarts(before: Marker, marker: Marker) -> bool:
    """Whether the numbers start again between two markers that follow each other."""
    if not marker.label.isdecimal():
        return False
    return int(marker.label) <= 2 and int(before.label) > int(marker.label)


def _count_runs(markers: Sequence[Marker]) -> dict[str, int]:
    total: dict[str, int] = defaultdict(lambda: 1)
    numbered = [marker for marker in markers if marker.label.isdecimal()]
    total["number"] += sum(_restarts(before, after) for before, after in pairwise(numbered))
    return total


def _group_of(
    groups: Sequence[_Group], marker: Marker, section: tuple[str, ...], run: int, runs: int
) -> _Group | None:
    """The group that a marker's note is in: the only one; else the one under the same heading; the
    one whose turn it is, where they all stand at the end; the next one."""
    if len(groups) < 2:
        return groups[0] if groups else None
    named = [group for group in groups if _is_for(group, section)]
    if named:
        return named[0]
    if groups[0].start > marker.at.start and runs == len(groups) and run < len(groups):
        return groups[run]
    at = bisect_left(groups, marker.at.end, key=lambda group: group.end)
    return groups[min(at, len(groups) - 1)]


def _is_for(group: _Group, section: tuple[str, ...]) -> bool:
    """Whether the heading of a group of notes repeats one that the marker stands under."""
    if not group.section or not section:
        return False
    title = group.section[-1].casefold()
    return any(title == heading.casefold() for heading in section)
