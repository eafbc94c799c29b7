"""Hard negatives: the paragraphs that retrieval finds for a question and that do not answer it."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from sklearn.feature_extraction.text import TfidfVectorizer

from rag.read.layout import Pieced
from rag.read.training.batches import pad
from rag.read.training.encoder import Encoder, pooled
from rag.read.training.rows import Row

MOST = 8
LOOKED_AT = 40
# As in `index.search`: dense and word scores, weighted.
WORDS = 0.4
_BATCH = 32
# Of a paragraph, in tokens: its first sentences say what it is about.
_LONGEST = 64


def paragraphs(rows: Sequence[Row]) -> list[Row]:
    """One row for each different paragraph."""
    return list({row.sentences: row for row in rows}.values())


def mine(
    rows: Sequence[Row], found: Sequence[Row], encoder: Encoder, pieced: Pieced
) -> NDArray[np.int32]:
    """For each row the places in `found` of up to `MOST` paragraphs, nearest first; -1 for none.

    The row's own paragraph and those that hold the words of its answer are left out.
    """
    texts = [" ".join(each.sentences) for each in found]
    titled = [f"{each.title}. {text}" for each, text in zip(found, texts, strict=True)]
    questions = [row.question for row in rows]
    words = TfidfVectorizer(sublinear_tf=True, stop_words="english", dtype=np.float32)
    by_words = words.fit_transform(titled)
    dense = vectors(titled, encoder, pieced)
    asked, asked_words = vectors(questions, encoder, pieced), words.transform(questions)
    mined = np.full((len(rows), MOST), -1, dtype=np.int32)
    lowered = [text.lower() for text in texts]
    for start in range(0, len(rows), 512):
        several = slice(start, start + 512)
        scores = (1 - WORDS) * asked[several] @ dense.T
        scores += WORDS * (asked_words[several] @ by_words.T).toarray()
        near = np.argpartition(-scores, LOOKED_AT, axis=1)[:, :LOOKED_AT]
        for at, (row, places) in enumerate(zip(rows[several], near, strict=True)):
            order = places[np.argsort(-scores[at, places])]
            kept = [p for p in order if _is_negative(row, found[p], lowered[p])][:MOST]
            mined[start + at, : len(kept)] = kept
    return mined


def cached(file: Path, rows: Sequence[Row], encoder: Encoder, pieced: Pieced) -> NDArray[np.int32]:
    """`mine` for the rows' own paragraphs, from `file` if it was done before."""
    if not file.exists():
        np.save(file, mine(rows, paragraphs(rows), encoder, pieced))
    mined: NDArray[np.int32] = np.load(file, allow_pickle=False)
    if len(mined) != len(rows):
        raise ValueError(f"{file} is of {len(mined)} questions, not {len(rows)}; delete it")
    return mined


def _is_negative(row: Row, other: Row, text: str) -> bool:
    if other.sentences == row.sentences:
        return False
    return not row.answer or row.answer.lower() not in text


def vectors(texts: Sequence[str], encoder: Encoder, pieced: Pieced) -> NDArray[np.float32]:
    """Unit vectors, shape (texts, 384), of the beginnings of texts."""
    pieces = [pieced.lay_out(each.ids, (), ()) for each in pieced.pieces(texts, _LONGEST)]
    # Alike lengths together: less padding.
    order = np.argsort([len(each.ids) for each in pieces], kind="stable")
    vectors = np.empty((len(texts), 384), dtype=np.float32)
    for start in range(0, len(order), _BATCH):
        several = order[start : start + _BATCH]
        batch = pad([pieces[at] for at in several])
        with torch.autocast("cpu", dtype=torch.bfloat16):
            vectors[several] = pooled(
                encoder, torch.zeros_like(batch.ids) + batch.ids, batch.types, batch.mask
            ).numpy()
    return vectors
