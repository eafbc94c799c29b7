"""Plots as inline SVG, without a script: what they show stands in the tables of the page as well.

Lengths are in the units of the view box, which are pixels at a width of 390. Colours are classes of
`page.css`, so that they follow light and dark.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from html import escape
from typing import Final

WIDTH: Final = 360
HEIGHT: Final = 240
ROW: Final = 26
# Room for the labels of the axes.
LEFT: Final = 44
BELOW: Final = 38
MARGIN: Final = 10
# More points than these cannot be told apart.
MOST_POINTS: Final = 200

Point = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Line:
    """A line through points with x and y from 0 to 1; `style` is a class of the style sheet."""

    name: str
    points: Sequence[Point]
    style: str = "first"


@dataclass(frozen=True, slots=True)
class Bar:
    """A bar from 0 to `value`, 0 to 1, with what is written beside it. `low` and `high` are an
    interval, or the ends of a second, fainter bar."""

    name: str
    value: float
    low: float
    high: float
    text: str


def curve(title: str, axes: tuple[str, str], lines: Sequence[Line], ticks: Sequence[str]) -> str:
    """At most two lines in a square from 0 to 1; `ticks` are written along the x axis, evenly.

    The names of the lines stand below it, where no line can run through them.
    """
    marks = [mark for line in lines for mark in _line(line)]
    legend = [
        f'<text class="legend {line.style}" x="{x}" y="{HEIGHT - 4}">{escape(line.name)}</text>'
        for line, x in zip(lines, (LEFT, WIDTH - MARGIN), strict=False)
        if line.name
    ]
    return _svg(title, HEIGHT, [*_grid(axes, ticks), *marks, *legend])


def dots(title: str, axes: tuple[str, str], points: Iterable[tuple[float, float, float]]) -> str:
    """Points (x, y, share of the whole, which is their area) and the diagonal of what is right."""
    circles = [
        f'<circle class="dot" cx="{_x(x):.1f}" cy="{_y(y):.1f}" r="{3 + 12 * size**0.5:.1f}"/>'
        for x, y, size in points
    ]
    diagonal = _line(Line("", [(0, 0), (1, 1)], "aim"))
    return _svg(title, HEIGHT, [*_grid(axes, ("0", "0.5", "1")), *diagonal, *circles])


def bars(title: str, rows: Sequence[Bar]) -> str:
    """Horizontal bars, one under the other, each with its name, its interval and its text."""
    return _svg(title, ROW * len(rows) + MARGIN, [_bar(at, row) for at, row in enumerate(rows)])


def _bar(at: int, row: Bar) -> str:
    start, room, y = 112, WIDTH - 112 - 104, MARGIN + ROW * at
    middle = y + 8
    low, high = (start + room * end for end in (row.low, row.high))
    return (
        f'<text x="{start - 6}" y="{y + 12}" class="name">{escape(row.name)}</text>'
        f'<rect class="bar" x="{start}" y="{y}" width="{room * row.value:.1f}" height="16"/>'
        f'<path class="interval" d="M{low:.1f} {middle}H{high:.1f}M{low:.1f} {middle - 4}v8'
        f'M{high:.1f} {middle - 4}v8"/>'
        f'<text x="{start + room + 6}" y="{y + 12}">{escape(row.text)}</text>'
    )


def _svg(title: str, height: int, marks: Iterable[str]) -> str:
    return (
        f'<svg viewBox="0 0 {WIDTH} {height}" role="img" aria-label="{escape(title)}">'
        f"<title>{escape(title)}</title>{''.join(marks)}</svg>"
    )


def _grid(axes: tuple[str, str], ticks: Sequence[str]) -> Iterator[str]:
    for share in (0, 0.5, 1):
        y = _y(share)
        yield f'<path class="grid" d="M{LEFT} {y:.1f}H{WIDTH - MARGIN}"/>'
        yield f'<text class="tick" x="{LEFT - 6}" y="{y + 4:.1f}">{share:g}</text>'
    for at, tick in enumerate(ticks):
        x = _x(at / (len(ticks) - 1))
        yield f'<text class="middle" x="{x:.1f}" y="{HEIGHT - BELOW + 16}">{escape(tick)}</text>'
    across, up = axes
    yield f'<text class="middle" x="{_x(0.5)}" y="{HEIGHT - 4}">{escape(across)}</text>'
    middle = _y(0.5)
    yield (
        f'<text class="middle" x="12" y="{middle}" transform="rotate(-90 12 {middle})">'
        f"{escape(up)}</text>"
    )


def _line(line: Line) -> Iterator[str]:
    every = max(1, -(-len(line.points) // MOST_POINTS))
    points = [*line.points[:-1:every], *line.points[-1:]]
    path = " ".join(f"{_x(x):.1f},{_y(y):.1f}" for x, y in points)
    yield f'<polyline class="line {line.style}" points="{path}"/>'


def _x(share: float) -> float:
    return LEFT + share * (WIDTH - LEFT - MARGIN)


def _y(share: float) -> float:
    return MARGIN + (1 - share) * (HEIGHT - BELOW - MARGIN)
