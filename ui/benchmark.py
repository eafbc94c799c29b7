"""How fast the page is: `python -m ui.benchmark QUESTIONS.jsonl [--index DIR] [--count 50]`.

Asks in a real browser, one question after the other, and opens the source of every first quote.
Both are measured in the page, from sending the question, or the click, to the frame that shows the
result. The first three questions are asked before, to warm up.
"""

import json
import math
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import click

from index.errors import PinciteError
from rag.cli import run_program
from rag.config import Config
from rag.options import config_options
from ui.browser import ARCHIVE, chromium, index_of, served

if TYPE_CHECKING:
    from playwright.sync_api import Page

# What follows an action until a selector's match is on the screen, in milliseconds.
_UNTIL = """async ([question, shown]) => {
  const turns = document.querySelectorAll(".pc-turn").length;
  const started = performance.now();
  if (question === null) {
    document.querySelector(".pc-cite").click();
  } else {
    document.querySelector(".pc-question").value = question;
    document.querySelector(".pc-form").requestSubmit();
  }
  const there = () => document.querySelector(shown);
  await new Promise((resolve) => {
    const observer = new MutationObserver(() => there() && (observer.disconnect(), resolve()));
    observer.observe(document.body, { childList: true, subtree: true });
  });
  await new Promise((resolve) => requestAnimationFrame(() => setTimeout(resolve)));
  return performance.now() - started;
}"""
_ANSWERED = ".pc-turn .pc-quotes, .pc-turn .pc-refusal, .pc-turn .pc-error"


@dataclass(frozen=True, slots=True)
class Times:
    """Milliseconds until answers and sources were on the screen."""

    answers: tuple[float, ...]
    sources: tuple[float, ...]


def measure(page: "Page", questions: Sequence[str]) -> Times:
    """Ask each question in a conversation of its own, and open its first quote."""
    answers: list[float] = []
    sources: list[float] = []
    for question in questions:
        answers.append(page.evaluate(_UNTIL, [question, _ANSWERED]))
        if page.locator(".pc-cite").count():
            sources.append(page.evaluate(_UNTIL, [None, ".pc-mark"]))
        page.locator(".pc-new").click()
    return Times(tuple(answers), tuple(sources))


def percentile(values: Sequence[float], share: float) -> float:
    """The nearest-rank percentile: the least value that `share` of all do not exceed."""
    ordered = sorted(values)
    return ordered[math.ceil(share * len(ordered)) - 1]


def told(name: str, values: Sequence[float]) -> str:
    """One line of the report."""
    if not values:
        return f"{name}: none"
    p50, p95 = percentile(values, 0.5), percentile(values, 0.95)
    worst = max(values)
    return f"{name}: {len(values)}, p50 {p50:.0f} ms, p95 {p95:.0f} ms, longest {worst:.0f} ms"


def _questions(file: Path, count: int) -> list[str]:
    lines = file.read_text(encoding="utf-8").splitlines()
    try:
        # A follow-up makes no sense alone.
        cases = [json.loads(line) for line in lines if line.strip()]
        found = [case["question"] for case in cases if not case.get("history")]
    except (ValueError, TypeError, KeyError) as error:
        raise PinciteError(f"{file} is no file of questions (JSON Lines): {error}") from error
    if not found:
        raise PinciteError(f"{file} has no question that stands alone")
    return found[:count]


@click.command()
@click.argument("questions", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--count", default=50, show_default=True, help="How many of them are asked.")
@config_options
def benchmark(config: Config, questions: Path, count: int) -> None:
    """Measure the page over an index (the sample archive without --index)."""
    asked = _questions(questions, count)
    with (
        index_of(config, ARCHIVE) as folder,
        served(config, folder) as address,
        chromium() as browser,
    ):
        page = browser.new_page(viewport={"width": 1280, "height": 800})
        page.goto(address)
        page.locator(".pc-list-open").first.wait_for()
        page.locator(".pc[data-state=ready][data-examples]").wait_for()
        measure(page, asked[:3])
        times = measure(page, asked)
    click.echo(told("answers", times.answers))
    click.echo(told("sources", times.sources))


if __name__ == "__main__":
    run_program(benchmark)
