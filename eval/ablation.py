"""The ablation: the same questions with less and with more of Pincite, as a table.

Run it as `python -m eval.ablation BENCHES.toml --out TABLE.md --json FIGURES.json`.
"""

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from contextlib import ExitStack, closing
from dataclasses import asdict, replace
from importlib.metadata import version
from pathlib import Path
from typing import Final

import click

from eval.asking.arms import Arm, arms_for
from eval.asking.fingerprint import fingerprint
from eval.asking.kept import Kept
from eval.asking.response import Record, Response
from eval.benches import KINDS, Bench, figures, load_benches
from eval.cases import Case
from eval.figures import Figure, Measure, Unit
from eval.figures.values import Result
from eval.judging import judge
from rag.assistant import Assistant, open_library
from rag.cli import run_program
from rag.config import Config, load_config
from rag.render import to_record

FORMAT: Final = 1
NOT_APPLICABLE: Final = "–"

# By bench, arm and name.
Figures = Mapping[str, Mapping[str, Mapping[str, Figure]]]


def answer_all(
    cases: Iterable[Case], arms: Mapping[Arm, Assistant], kept: Mapping[str, Kept]
) -> None:
    """Ask every arm's assistant every question that it was not asked yet.

    One question after the other, so that the arms share its search.
    """
    for case in cases:
        for arm, assistant in arms.items():
            if kept[arm.name].get(case) is None:
                kept[arm.name].add(case, Response(_record(arm, assistant, case)))


def _record(arm: Arm, assistant: Assistant, case: Case) -> Record:
    record = to_record(assistant.ask(case.question, case.history), case.id)
    record["nearest"] = []
    for quote in () if arm.positions else record["quotes"]:
        quote["position"] = None
    return record


def judged(cases: Iterable[Case], kept: Kept) -> list[Result]:
    """The questions that were answered, each with its answer and what is right about it."""
    found = ((case, kept.get(case)) for case in cases)
    return [Result(case, each, judge(case, each)) for case, each in found if each]


def run(
    bench: Bench, arms: Sequence[Arm], config: Config, answers: Path
) -> dict[str, dict[str, Figure]]:
    """The figures of each arm; its answers are kept in the folder `answers`."""
    from rich.progress import track

    from rag.indexing import console

    answers.mkdir(parents=True, exist_ok=True)
    config = replace(config, index=bench.index)
    kept = {
        arm.name: Kept(
            answers / f"{_slug(bench.name)}.{_slug(arm.name)}.jsonl", fingerprint(config, arm.name)
        )
        for arm in arms
    }
    left = [case for case in bench.cases if any(not each.get(case) for each in kept.values())]
    with ExitStack() as stack:
        if left:
            library = stack.enter_context(closing(open_library(Config(index=bench.index))))
            assistants = {arm: arm.make(library) for arm in arms}
            answer_all(track(left, bench.name, console=console), assistants, kept)
    return {name: figures(bench.kind, judged(bench.cases, each)) for name, each in kept.items()}


def _slug(name: str) -> str:
    return "-".join(re.findall(r"\w+", name.lower()))


# -- what is written -------------------------------------------------------------------------------


def to_markdown(benches: Sequence[Bench], found: Figures) -> str:
    """A table for each bench: a row for each figure, a column for each arm."""
    return "\n".join(line for bench in benches for line in _table(bench, found[bench.name]))


def _table(bench: Bench, arms: Mapping[str, Mapping[str, Figure]]) -> list[str]:
    rows = [
        [measure.name, str(max(each[measure.name].n for each in arms.values()))]
        + [_cell(each[measure.name], measure) for each in arms.values()]
        for measure in KINDS[bench.kind]
    ]
    header = ["", "n", *arms]
    lines = [header, ["---", *["---:"] * (len(header) - 1)], *rows]
    return [f"### {bench.name}", "", *(f"| {' | '.join(line)} |" for line in lines), ""]


def _cell(figure: Figure, measure: Measure) -> str:
    """`57.6 (44.1–69.5)`: the figure and its interval, shares in percent."""
    if figure.value is None or figure.interval is None:
        return NOT_APPLICABLE
    scale, digits = (1, 0) if measure.unit is Unit.CHARACTERS else (100, 1)
    value, low, high = (f"{scale * each:.{digits}f}" for each in (figure.value, *figure.interval))
    return f"{value} ({low}–{high})"


def to_json(benches: Sequence[Bench], found: Figures) -> str:
    """The figures as JSON, with what was asked."""
    record = {
        "format": FORMAT,
        "made_with": {"pincite": version("pincite")},
        "benches": [
            {
                "name": bench.name,
                "kind": bench.kind,
                "questions": len(bench.cases),
                "arms": {
                    arm: {name: asdict(figure) for name, figure in each.items()}
                    for arm, each in found[bench.name].items()
                },
            }
            for bench in benches
        ],
    }
    return json.dumps(record, ensure_ascii=False, indent=1)


@click.command()
@click.argument("benches", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--out", required=True, type=click.Path(dir_okay=False, path_type=Path))
@click.option("--json", "figures_file", required=True, type=click.Path(path_type=Path))
@click.option("--config", "config_file", type=click.Path(dir_okay=False, path_type=Path))
@click.option("--arm", "names", multiple=True, help="Only the arm of this name.")
@click.option("--bench", "only", multiple=True, help="Only the bench of this name.")
def main(  # noqa: PLR0913, PLR0917 - one for each option
    benches: Path,
    out: Path,
    figures_file: Path,
    config_file: Path | None,
    names: tuple[str, ...],
    only: tuple[str, ...],
) -> None:
    """Measure every arm on the sets that BENCHES names.

    Answers are kept beside the JSON, in a folder of its name with the ending .answers: a run that
    was stopped goes on there, as long as index, settings and version are the same.
    """
    config = load_config(config_file)
    every = arms_for(config)
    if unknown := set(names) - {arm.name for arm in every}:
        known = ", ".join(arm.name for arm in every)
        raise click.BadParameter(f"there is no arm {', '.join(sorted(unknown))}; known: {known}")
    arms = [arm for arm in every if not names or arm.name in names]
    chosen = [bench for bench in load_benches(benches) if not only or bench.name in only]
    answers = figures_file.with_suffix(".answers")
    found = {bench.name: run(bench, arms, config, answers) for bench in chosen}
    out.write_text(to_markdown(chosen, found), encoding="utf-8")
    figures_file.write_text(to_json(chosen, found) + "\n", encoding="utf-8")


if __name__ == "__main__":
    run_program(main)
