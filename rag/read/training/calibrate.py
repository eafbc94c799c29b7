"""Fit the curve from scores to probabilities: python -m rag.read.training.calibrate DATA RUN OUT

On questions whose paragraphs no training saw (`rows.is_calibration`), read as in use: with their
own paragraph and what retrieval finds besides, as they are, with the sentences that answer taken
out, and as near misses. The curve (Platt 1999) goes into the manifest of OUT, its reliability is
printed.
"""

import argparse
import json
import random
from collections.abc import Iterator, Sequence
from itertools import pairwise
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from sklearn.linear_model import LogisticRegression
from tokenizers import Tokenizer

from index.model import locate
from rag.read.layout import Pieced
from rag.read.trained import MANIFEST, Network, OnnxNetwork, read_passage
from rag.read.training.encoder import Encoder
from rag.read.training.mined import cached, paragraphs
from rag.read.training.misses import Misses
from rag.read.training.rows import Row, is_calibration, load_rows, without_answer

# Paragraphs that are read besides a question's own.
BESIDES = 3
_SENTENCES = 12
_BINS = 10


def main() -> None:
    """Calibrate the network that the command line names."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("data", type=Path)
    parser.add_argument("run", type=Path)
    parser.add_argument("out", type=Path)
    given = parser.parse_args()
    folder = locate(None).folder
    pieced = Pieced(Tokenizer.from_file(str(folder / "tokenizer.json")))
    rows = [row for row in load_rows(given.data) if is_calibration(row)]
    mined = cached(given.run / "calibration.npy", rows, Encoder(folder), pieced)
    network = OnnxNetwork(given.out)
    found = list(_scores(rows, mined, network, pieced))
    scores, answerable = np.array(found, dtype=np.float64).T
    fitted = LogisticRegression(C=np.inf, class_weight="balanced").fit(
        scores[:, None], answerable.astype(int)
    )
    slope = float(fitted.coef_[0, 0])
    curve = {"slope": slope, "middle": float(-fitted.intercept_[0] / slope)}
    manifest = given.out / MANIFEST
    known = json.loads(manifest.read_text(encoding="utf-8")) | {"curve": curve}
    manifest.write_text(json.dumps(known, indent=2) + "\n", encoding="utf-8")
    _report(1 / (1 + np.exp(-slope * (scores - curve["middle"]))), answerable)


def _scores(
    rows: Sequence[Row], mined: NDArray[np.int32], network: Network, pieced: Pieced
) -> Iterator[tuple[float, bool]]:
    """The best score of each question in each way, and whether it is answered."""
    chance, misses, found = random.Random(1), Misses(rows), paragraphs(rows)
    for row, places in zip(rows, mined, strict=True):
        others = [found[place] for place in places[:BESIDES] if place >= 0]
        asked = [row, without_answer(row), misses.near(row, chance) if row.answerable else None]
        for each in asked:
            if each is not None:
                read = [each, *others]
                yield (
                    max(_best(each.question, one, network, pieced) for one in read),
                    each.answerable,
                )


def _best(question: str, row: Row, network: Network, pieced: Pieced) -> float:
    sentences = row.sentences[:_SENTENCES]
    return max(each.score for each in read_passage(network, pieced, question, row.title, sentences))


def _report(confidence: NDArray[np.float64], answerable: NDArray[np.float64]) -> None:
    """The share that is answered by confidence: calibrated where the two columns agree."""
    edges = np.linspace(0, 1, _BINS + 1)
    for low, high in pairwise(edges):
        inside = (confidence >= low) & (confidence < high)
        if inside.any():
            mean, share = confidence[inside].mean(), answerable[inside].mean()
            print(f"{low:.1f}-{high:.1f}  n={inside.sum():5}  said {mean:.2f}  was {share:.2f}")
    order = confidence[answerable == 1][:, None] - confidence[answerable == 0][None, :]
    print(f"AUROC {((order > 0) + 0.5 * (order == 0)).mean():.3f}")


if __name__ == "__main__":
    main()
