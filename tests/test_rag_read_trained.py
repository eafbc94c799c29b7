"""From logits to claims, with a network made by hand, and the one that is shipped."""

import json
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.errors import ModelError
from index.types import Hit, Passage, Place, Sentence, Span
from rag.read.layout import Layout, Pieces
from rag.read.similarity import PASSAGE_WEIGHT, REPEAT
from rag.read.trained import (
    LIKELY,
    MANIFEST,
    MARGIN,
    PASSAGES,
    WEIGHTS,
    WINDOW,
    Curve,
    Logits,
    OnnxNetwork,
    TrainedReader,
    load_trained,
    read_passage,
    title_of,
    windows,
)
from tests.test_rag_read_layout import WORDS, pieced


def hit(*sentences: str, score: float = 0.0, title: str = "", section: str = "") -> Hit:
    reading = " ".join(sentences)
    ends = np.cumsum([len(each) + 1 for each in sentences])
    place = Place(section=(section,) if section else (), line=1)
    spans = [
        Span(int(end) - len(each) - 1, int(end) - 1)
        for each, end in zip(sentences, ends, strict=True)
    ]
    found = tuple(Sentence(Span(span.start + 100, span.end + 100), span, place) for span in spans)
    return Hit("log.txt", Passage(reading, found), score, 0, 0, (0.0,) * len(spans), title=title)


class Fake:
    """Logits by the token: a marker's is that of the word after it, [CLS]'s is `none`."""

    def __init__(self, none: float = 0.0, **scores: float) -> None:
        self.none = none
        self.scores = {WORDS.index(word): score for word, score in scores.items()}
        self.seen: list[Layout] = []

    def __call__(self, layout: Layout) -> Logits:
        self.seen.append(layout)
        logits = np.zeros((len(layout.ids), 3), dtype=np.float32)
        logits[0, 0] = self.none
        for at, token in enumerate(layout.ids):
            logits[at, 1:] = self.scores.get(token, 0.0)
        for marker in layout.markers:
            logits[marker, 0] = self.scores.get(layout.ids[marker + 1], 0.0)
        return logits


LOGISTIC = Curve(1.0, 0.0)


def reader(network: Fake, tmp_path: Path, curve: Curve = LOGISTIC) -> TrainedReader:
    file = tmp_path / "tokenizer.json"
    pieced()._tokenizer.save(str(file))
    return TrainedReader(lambda: network, file, curve)


def test_a_sentence_is_scored_against_none() -> None:
    read = read_passage(Fake(none=2, reed=5, log=1), pieced(), "who", "", ["reed lit", "log"])
    assert [each.score for each in read] == [3.0, -1.0]


def test_a_long_passage_is_read_in_parts_of_about_one_length() -> None:
    network = Fake()
    long = " ".join(["it"] * (WINDOW // 4))
    read = read_passage(network, pieced(), "who", "", [long] * 6)
    assert len(read) == 6
    assert [len(seen.markers) for seen in network.seen] == [3, 3]


@given(st.lists(st.integers(0, 120), max_size=12))
def test_windows_hold_every_sentence_once_and_in_order(lengths: list[int]) -> None:
    sentences = [Pieces((at,) * length, ()) for at, length in enumerate(lengths)]
    parts = windows(sentences)
    assert [each for part in parts for each in part] == sentences
    assert all(parts)
    for part in parts:
        inner = sum(len(each.ids) for each in part[1:-1])
        assert inner <= WINDOW


def test_the_words_that_answer_are_the_likeliest_range() -> None:
    (read,) = read_passage(Fake(reed=1, lit=2, it=-3), pieced(), "who", "", ["it reed lit it"])
    assert read.answer == Span(8, 11)


def test_the_best_sentence_of_all_passages_comes_first(tmp_path: Path) -> None:
    network = Fake(reed=3, log=1)
    verdict = reader(network, tmp_path).read("who", [hit("log"), hit("it", "reed lit", score=0.5)])
    assert [claim.span.start for claim in verdict.claims] == [103, 100, 100]
    assert [claim.score for claim in verdict.claims] == pytest.approx(
        [
            LIKELY * LOGISTIC(3.0) + PASSAGE_WEIGHT / 2,
            LIKELY / 2 + PASSAGE_WEIGHT / 2,
            LIKELY * LOGISTIC(1.0),
        ]
    )
    assert verdict.claims[0].words == "reed"
    assert (verdict.margin, verdict.repeat) == (MARGIN, REPEAT)


def test_confidence_is_the_best_score_on_the_curve_and_supposes_the_subject(tmp_path: Path) -> None:
    verdict = reader(Fake(reed=3), tmp_path, Curve(2.0, 3.0)).read("who", [hit("reed", score=0.7)])
    assert (verdict.confidence, verdict.supposes_subject) == (0.5, True)


def test_nothing_found_is_no_confidence(tmp_path: Path) -> None:
    verdict = reader(Fake(), tmp_path).read("who", [])
    assert (verdict.claims, verdict.confidence) == ((), 0.0)


def test_so_many_passages_are_read(tmp_path: Path) -> None:
    network = Fake()
    reader(network, tmp_path).read("who", [hit("reed")] * (PASSAGES + 3))
    assert len(network.seen) == PASSAGES


def test_beside_a_sure_answer_the_unlikely_are_left_out(tmp_path: Path) -> None:
    hits = [hit("reed", "log", "lit")]
    sure = reader(Fake(reed=3, log=1, lit=-2), tmp_path).read("who", hits)
    assert [claim.span.start for claim in sure.claims] == [100, 105]
    unsure = reader(Fake(reed=0.5, log=0, lit=-9), tmp_path).read("who", hits)
    assert len(unsure.claims) == 3


def test_what_no_probability_could_bring_near_is_not_read(tmp_path: Path) -> None:
    network = Fake()
    far, near = (2 * (1 - MARGIN - LIKELY) + at for at in (-0.01, 0.01))
    hits = [hit("reed", score=2.0), hit("log", score=near), hit("it", score=far)]
    verdict = reader(network, tmp_path).read("who", hits)
    assert len(network.seen) == len(verdict.claims) == 2


def test_a_sentence_that_leans_is_offered_with_the_one_before(tmp_path: Path) -> None:
    verdict = reader(Fake(it=2), tmp_path).read("who", [hit("reed lit", "it lit")])
    assert [(claim.span, claim.score) for claim in verdict.claims[:2]] == [
        (Span(100, 115), LIKELY * LOGISTIC(2.0)),
        (Span(109, 115), LIKELY * LOGISTIC(2.0)),
    ]


def test_title_and_section_are_told_once() -> None:
    assert title_of(hit("it", title="Log", section="Night")) == "Log - Night"
    assert title_of(hit("it", title="Log", section="Log")) == "Log"
    assert title_of(hit("it", title="Log")) == "Log"


def test_weights_that_do_not_belong_to_the_manifest_are_refused(tmp_path: Path) -> None:
    (tmp_path / WEIGHTS).write_bytes(b"other")
    manifest = {"sha256": "0" * 64, "curve": {"slope": 1, "middle": 0}}
    (tmp_path / MANIFEST).write_text(json.dumps(manifest))
    with pytest.raises(ModelError, match=r"reader\.onnx is not the file that manifest\.json"):
        load_trained(tmp_path)


def test_a_file_that_is_no_network_is_refused(tmp_path: Path) -> None:
    (tmp_path / WEIGHTS).write_bytes(b"other")
    with pytest.raises(ModelError, match="is no network that onnxruntime can run"):
        OnnxNetwork(tmp_path)


@pytest.mark.parametrize(
    "manifest",
    [
        "",
        "{}",
        "[]",
        '{"sha256": "", "curve": {"slop": 1}}',
        '{"sha256": "", "curve": []}',
        '{"sha256": "", "curve": {"slope": "steep", "middle": 0}}',
    ],
)
def test_a_manifest_that_says_nothing_is_refused(tmp_path: Path, manifest: str) -> None:
    (tmp_path / WEIGHTS).write_bytes(b"other")
    (tmp_path / MANIFEST).write_text(manifest)
    with pytest.raises(ModelError, match="holds no trained reader"):
        load_trained(tmp_path)
