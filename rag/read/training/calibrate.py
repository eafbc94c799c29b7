"""Fit the curve from scores to probabilities: python -m rag.read.training.calibrate DATA OUT

Questions are asked whose paragraphs no training saw (`rows.is_calibration`), as in use: the
paragraphs are indexed, those of the other questions with them, and the reader reads what is found.
Half of the questions without an answer were written by people, half are near misses. The curve
(Platt 1999) goes into the manifest of OUT; what is printed says how far it can be believed.
"""

import argparse
import json
import random
import re
import tempfile
from collections import defaultdict
from collections.abc import Iterator, Sequence
from itertools import pairwise
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from sklearn.linear_model import LogisticRegression

from index.embed import load_embedder
from index.model import locate
from index.snapshot import Library
from rag.cli import run_program
from rag.config import Config
from rag.indexing import index_paths
from rag.read.trained import MANIFEST, Curve, OnnxNetwork, TrainedReader
from rag.read.training.misses import Misses
from rag.read.training.rows import Row, is_calibration, load_rows

# The sets whose questions are asked: those with whole paragraphs, and with articles to put them in.
ASKED = ("squad_train_part", "squad1_dev", "squad2_dev")
_BINS = 10


def main() -> None:
    """Calibrate the network that the command line names."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("data", type=Path)
    parser.add_argument("out", type=Path)
    given = parser.parse_args()
    rows = [row for row in load_rows(given.data) if row.source in ASKED]
    tokenizer = locate(None).folder / "tokenizer.json"
    reader = TrainedReader(lambda: OnnxNetwork(given.out), tokenizer, Curve(1.0, 0.0))
    with tempfile.TemporaryDirectory() as folder:
        scores, answered = np.array(list(_asked(rows, reader, Path(folder)))).T
    fitted = LogisticRegression(C=np.inf, class_weight="balanced").fit(scores[:, None], answered)
    slope = float(fitted.coef_[0, 0])
    curve = Curve(slope, float(-fitted.intercept_[0] / slope))
    _write(given.out / MANIFEST, curve)
    _report(np.array([curve(score) for score in scores]), answered)


def _asked(
    rows: Sequence[Row], reader: TrainedReader, folder: Path
) -> Iterator[tuple[float, bool]]:
    """The best score of each question, and whether it is answered."""
    _write_documents(rows, folder / "documents")
    config = Config(index=folder / "index")
    index_paths([folder / "documents"], config)
    library = Library(config.index, load_embedder(None))
    with library.snapshot() as snapshot:
        for question, answered in _questions(rows):
            yield reader.best(question, snapshot.search(question)), answered
    library.close()


def _questions(rows: Sequence[Row]) -> Iterator[tuple[str, bool]]:
    """The questions kept for calibration, each once, and near misses of those with an answer."""
    chance, misses, seen = random.Random(1), Misses(rows), set()
    for row in filter(is_calibration, rows):
        if row.question not in seen:
            seen.add(row.question)
            yield row.question, row.answerable
            if row.answerable and (near := misses.near(row, chance)):
                yield near.question, False


def _write_documents(rows: Sequence[Row], folder: Path) -> None:
    """A Markdown document for each article: its title, and its paragraphs, each once."""
    articles: dict[str, dict[str, None]] = defaultdict(dict)
    for row in rows:
        articles[row.title][" ".join(row.sentences)] = None
    folder.mkdir()
    for at, (title, paragraphs) in enumerate(articles.items()):
        name = re.sub(r"\W+", "-", title)[:60]
        text = "\n\n".join((f"# {title}", *paragraphs))
        (folder / f"{at:04}-{name}.md").write_text(text + "\n", encoding="utf-8")


def _write(manifest: Path, curve: Curve) -> None:
    known = json.loads(manifest.read_text(encoding="utf-8"))
    known |= {"curve": {"slope": curve.slope, "middle": curve.middle}}
    manifest.write_text(json.dumps(known, indent=2) + "\n", encoding="utf-8")


def _report(confidence: NDArray[np.float64], answered: NDArray[np.float64]) -> None:
    """The share that is answered by confidence: calibrated where the two columns agree."""
    edges = np.linspace(0, 1, _BINS + 1)
    for low, high in pairwise(edges):
        inside = (confidence >= low) & (confidence < high)
        if inside.any():
            mean, share = confidence[inside].mean(), answered[inside].mean()
            print(f"{low:.1f}-{high:.1f}  n={inside.sum():5}  said {mean:.2f}  was {share:.2f}")
    order = confidence[answered == 1][:, None] - confidence[answered == 0][None, :]
    print(f"AUROC {((order > 0) + 0.5 * (order == 0)).mean():.3f}")


if __name__ == "__main__":
    run_program(main)
