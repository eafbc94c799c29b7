"""From a question to an answer, over a small index and a deterministic embedder."""

import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from index.embed import load_embedder
from index.errors import IndexFolderError, ModelError, PinciteError
from index.search import LONGEST_QUESTION
from index.snapshot import Library
from index.store import writing
from index.tokens import DEFAULT_ENCODING, load_encoding
from index.types import Hit, Span
from index.update import Updater, make_settings
from rag.assistant import Assistant, open_assistant, open_library
from rag.compose import NEAREST
from rag.config import THRESHOLDS, Config
from rag.read import SimilarityReader
from rag.refusal import ON_SUBJECT, PRESUMING
from rag.render import to_json, to_text
from rag.types import Answer, Claim, Notice, Quote, Reader, Reason, Verdict
from tests.fakes import FakeEmbedder

HARBOUR = """1. The harbour master lit the lamp at four o'clock.

2. The pilot slept in the cabin until the ship struck.

3. The mate went below to mend his coat before dinner.
"""
LETTER = "The cook kept a parrot in the galley for eleven years.\n"
LAMP = "The harbour master lit the lamp at four o'clock."
PARROT = "The cook kept a parrot in the galley for eleven years."
REFUSED = {Reason.OFF_SUBJECT, Reason.NOT_ANSWERED, Reason.PRESUMES}


class Fixed:
    """A reader that claims and believes what it is told to."""

    def __init__(self, confidence: float, *claims: Claim) -> None:
        self.verdict = Verdict(claims, confidence)
        self.questions: list[str] = []

    def read(self, question: str, hits: Sequence[Hit]) -> Verdict:
        self.questions.append(question)
        return self.verdict if self.verdict.claims else _all_sentences(hits, self.verdict)


def _all_sentences(hits: Sequence[Hit], verdict: Verdict) -> Verdict:
    claims = [Claim(hit.document, hit.passage.sentences[0].span, hit.score) for hit in hits]
    return Verdict(tuple(claims), verdict.confidence)


@pytest.fixture
def sources(tmp_path: Path) -> Path:
    folder = tmp_path / "sources"
    folder.mkdir()
    (folder / "harbour.txt").write_text(HARBOUR, encoding="utf-8")
    (folder / "letter.txt").write_text(LETTER, encoding="utf-8")
    return folder


def build(index: Path, *sources: Path) -> None:
    embedder, tokens = FakeEmbedder(), load_encoding(DEFAULT_ENCODING)
    with writing(index) as store:
        store.prepare(make_settings(embedder, tokens, 16))
        Updater(store, embedder, tokens, 16).run(sources)


@pytest.fixture
def assistant(
    sources: Path, tmp_path: Path, request: pytest.FixtureRequest
) -> Callable[..., Assistant]:
    """Makes assistants over the sources."""
    build(tmp_path / "index", sources)

    def make(reader: Reader | None = None, threshold: float = 0.0) -> Assistant:
        library = Library(tmp_path / "index", FakeEmbedder())
        request.addfinalizer(library.close)
        return Assistant(library, reader or SimilarityReader(), threshold)

    return make


Make = Callable[..., Assistant]


def texts(answer: Answer) -> list[str]:
    return [quote.text for quote in answer.quotes]


def test_a_question_is_answered_with_the_sentence_that_says_it(assistant: Make) -> None:
    answer = assistant().ask("When was the lamp lit by the harbour master?")
    assert texts(answer)[0] == LAMP
    quote = answer.quotes[0]
    assert (quote.document.path, quote.place.locator) == ("harbour.txt", "¶1")
    assert quote.text == HARBOUR[quote.span.start : quote.span.end]
    assert (answer.reason, answer.abstained, answer.nearest) == (None, False, ())
    assert answer.standalone == answer.question == "When was the lamp lit by the harbour master?"
    assert 0 < answer.confidence < 1
    assert answer.seconds > 0


def test_the_time_is_told_by_stage(assistant: Make) -> None:
    answer = assistant().ask("When was the lamp lit by the harbour master?")
    stages = answer.stages
    assert min(stages.scope, stages.search, stages.read, stages.compose) > 0
    taken = stages.scope + stages.search + stages.read + stages.compose + stages.refuse
    assert taken <= answer.seconds
    assert assistant().ask("?").stages.search == 0


def test_answers_are_the_same_each_time(assistant: Make) -> None:
    first, second = assistant(), assistant()
    answers = [asked.ask("What parrot had the cook?") for asked in (first, first, second)]
    assert len({(tuple(texts(answer)), answer.confidence) for answer in answers}) == 1


def test_without_confidence_the_nearest_passages_are_offered(assistant: Make) -> None:
    answer = assistant(Fixed(0.3), 0.31).ask("Where did the cook keep a parrot?")
    assert (answer.reason, answer.abstained, answer.quotes) == (Reason.NOT_ANSWERED, True, ())
    assert answer.confidence == 0.3
    assert NEAREST == 3
    assert answer.nearest[0].text == PARROT
    assert len(answer.nearest) == 3
    assert {quote.document.path for quote in answer.nearest} == {"harbour.txt", "letter.txt"}


def test_confidence_at_the_threshold_is_enough(assistant: Make) -> None:
    assert assistant(Fixed(0.3), 0.3).ask("Where did the cook keep a parrot?").quotes
    assert not assistant(Fixed(0.3), 0.3001).ask("Where did the cook keep a parrot?").quotes


def test_the_threshold_holds_for_the_similarity_reader(assistant: Make) -> None:
    question = "When was the lamp lit by the harbour master?"
    confidence = assistant().ask(question).confidence
    assert assistant(threshold=confidence).ask(question).quotes
    assert assistant(threshold=confidence + 1e-6).ask(question).reason is Reason.NOT_ANSWERED


def test_a_reader_that_only_makes_things_up_is_not_quoted(assistant: Make) -> None:
    invented = [
        Claim("lost.txt", Span(0, 9), 9.0),
        Claim("harbour.txt", Span(0, len(HARBOUR)), 9.0),
        Claim("harbour.txt", Span(4, 9), 9.0),
    ]
    answer = assistant(Fixed(1.0, *invented)).ask("Who lit the lamp?")
    assert (answer.reason, answer.confidence) == (Reason.NOT_ANSWERED, 1.0)
    assert answer.nearest


def test_a_notice_is_part_of_answer_and_refusal(assistant: Make) -> None:
    reader = Fixed(0.5, Claim("letter.txt", Span(0, len(PARROT)), 1.0))
    reader.verdict = replace(reader.verdict, notice=Notice.MODEL_FAILED)
    for threshold in (0.0, 1.0):
        answer = assistant(reader, threshold).ask("Who lit the lamp?")
        assert answer.notices == (Notice.MODEL_FAILED,)
    assert assistant().ask("Who lit the lamp?").notices == ()


def test_an_empty_index_says_so(tmp_path: Path) -> None:
    build(tmp_path / "index")
    library = Library(tmp_path / "index", FakeEmbedder())
    answer = Assistant(library, SimilarityReader(), 0.0).ask("Who lit the lamp?")
    assert (answer.reason, answer.quotes, answer.nearest) == (Reason.NO_SOURCES, (), ())
    assert answer.confidence == 0.0
    library.close()


@pytest.mark.parametrize(
    "question", ["", " \n\t", "?", "…?!", "\" ' ( ) * --", "\x00\x1b", "\ud800"]
)
@pytest.mark.parametrize("history", [(), ("Who lit the lamp?",)])
def test_what_asks_nothing_is_not_answered(
    assistant: Make, question: str, history: Sequence[str]
) -> None:
    answer = assistant().ask(question, history)
    assert (answer.reason, answer.quotes, answer.nearest) == (Reason.NO_QUESTION, (), ())
    assert answer.question == question


def test_a_follow_up_is_searched_with_the_question_before(assistant: Make) -> None:
    reader = Fixed(1.0)
    answer = assistant(reader).ask("And the mate?", ["Who slept?", "Who lit the harbour lamp?"])
    assert answer.question == "And the mate?"
    assert answer.standalone == "Who lit the harbour lamp? And the mate?"
    assert reader.questions == [answer.standalone]


def test_a_new_question_leaves_the_history_alone(assistant: Make) -> None:
    history = ["Who lit the harbour lamp?"]
    reader = Fixed(1.0)
    assistant(reader).ask("Which parrot did the cook keep?", history)
    assert reader.questions == ["Which parrot did the cook keep?"]
    assert history == ["Who lit the harbour lamp?"]


def test_a_long_conversation_goes_on(assistant: Make) -> None:
    history = ["Who lit the harbour lamp?", *["And why?"] * 5000]
    answer = assistant().ask("And when?", history)
    assert answer.standalone == "Who lit the harbour lamp, and when?"
    assert answer.quotes


def test_a_changed_index_is_seen(assistant: Make, sources: Path, tmp_path: Path) -> None:
    asked = assistant()
    assert "The bell rang twice." not in texts(asked.ask("Who rang the bell twice?"))
    (sources / "bell.txt").write_text("The bell rang twice.\n")
    (sources / "letter.txt").unlink()
    build(tmp_path / "index", sources)
    answer = asked.ask("Who rang the bell twice?")
    assert texts(answer)[0] == "The bell rang twice."
    assert [each.path for each in asked.sources()] == ["bell.txt", "harbour.txt"]
    assert asked.document("letter.txt") is None
    (sources / "bell.txt").write_text("No bell rang twice.\n")
    build(tmp_path / "index", sources)
    assert texts(asked.ask("Who rang the bell twice?"))[0] == "No bell rang twice."


def test_sources_and_documents(assistant: Make, sources: Path) -> None:
    asked = assistant()
    assert [(each.path, each.root) for each in asked.sources()] == [
        ("harbour.txt", str(sources)),
        ("letter.txt", str(sources)),
    ]
    document = asked.document("letter.txt")
    assert document is not None
    assert document.text == LETTER
    assert asked.document("lost.txt") is None


# -- some documents alone, and why there is no answer ----------------------------------------------


def documents(quotes: Sequence[Quote]) -> set[str]:
    return {quote.document.path for quote in quotes}


def test_only_the_documents_that_are_named_are_searched(assistant: Make) -> None:
    asked = assistant()
    assert asked.ask("Who kept a parrot?").scope == ()
    answer = asked.ask("Who kept a parrot?", documents=["harbour.txt"])
    assert (answer.scope, documents(answer.quotes)) == (("harbour.txt",), {"harbour.txt"})
    with pytest.raises(PinciteError, match=r"no document is called 'lost.txt'"):
        asked.ask("Who kept a parrot?", documents=["lost.txt"])


REED = """The Tides of Lynn
by Anna Reed

The tide turned at four and the pilot saw no lamp on the quay at all that night.
"""
WARD = """A Winter at the Light
by Tom Ward

The lamp was burning on the quay and the pilot of the ship must have seen it that night.
"""


@pytest.fixture
def shelf(tmp_path: Path) -> Iterator[Callable[..., Assistant]]:
    """Makes assistants over two authors, and a copy of one."""
    folder = tmp_path / "shelf"
    folder.mkdir()
    for name, text in {"reed.txt": REED, "ward.txt": WARD}.items():
        (folder / name).write_text(text)
    (folder / "copy.txt").write_text(REED.split("\n\n")[1])
    build(tmp_path / "shelved", folder)
    opened = []

    def make(reader: Reader, threshold: float = 0.5) -> Assistant:
        opened.append(Library(tmp_path / "shelved", FakeEmbedder()))
        return Assistant(opened[-1], reader, threshold)

    yield make
    for library in opened:
        library.close()


def test_a_question_restricts_itself_to_an_author_and_the_copies(shelf: Make) -> None:
    asked = shelf(Fixed(1.0))
    answer = asked.ask("What does Reed say about the lamp on the quay?")
    assert answer.scope == ("copy.txt", "reed.txt")
    assert documents(answer.quotes) <= {"copy.txt", "reed.txt"}
    follow_up = asked.ask("And Ward?", ["What does Reed say about the lamp on the quay?"])
    assert (follow_up.scope, documents(follow_up.quotes)) == (("ward.txt",), {"ward.txt"})
    assert asked.ask("Did Reed see the lamp on the quay?").scope == ()


def test_what_a_user_names_counts_for_more(shelf: Make) -> None:
    asked = shelf(Fixed(1.0))
    question = "What does Reed say about the lamp on the quay?"
    assert asked.ask(question, documents=["ward.txt"]).scope == ("ward.txt",)
    assert asked.ask(question, documents=["ward.txt", "reed.txt"]).scope == ("reed.txt",)


def test_a_quote_is_taken_from_the_documents_searched_not_from_a_better_copy(shelf: Make) -> None:
    answer = shelf(Fixed(1.0)).ask("What of the lamp?", documents=["copy.txt"])
    assert documents(answer.quotes) == {"copy.txt"}
    assert {witness.document for witness in answer.quotes[0].witnesses} == {"reed.txt"}


class Believes:
    """A reader that is confident where the first passage is of a document."""

    def __init__(self, document: str) -> None:
        self.document = document

    def read(self, question: str, hits: Sequence[Hit]) -> Verdict:
        found = [hit for hit in hits if hit.document == self.document]
        return _all_sentences(found or hits, Verdict((), 1.0 if found else 0.0))


def test_what_only_another_source_answers_is_said(shelf: Make) -> None:
    question, chosen = "Who lit the lamp on the quay?", ["reed.txt"]
    answer = shelf(Believes("ward.txt")).ask(question, documents=chosen)
    assert (answer.reason, answer.elsewhere) == (Reason.ELSEWHERE, ("ward.txt",))
    assert documents(answer.nearest) <= {"reed.txt", "copy.txt"}
    assert answer.nearest
    nowhere = shelf(Believes("lost.txt")).ask(question, documents=chosen)
    assert (nowhere.reason in REFUSED, nowhere.elsewhere) == (True, ())


def test_no_other_source_answers_what_one_says(shelf: Make) -> None:
    answer = shelf(Believes("ward.txt")).ask("What does Reed say about the lamp on the quay?")
    assert (answer.reason in REFUSED, answer.elsewhere) == (True, ())


def test_what_is_asked_of_a_source_is_read_without_its_name(shelf: Make) -> None:
    reader = Fixed(1.0)
    answer = shelf(reader).ask("According to Reed, who lit the lamp on the quay?")
    assert reader.questions == ["Who lit the lamp on the quay?"]
    assert answer.standalone == "According to Reed, who lit the lamp on the quay?"
    assert answer.scope == ("copy.txt", "reed.txt")


def test_a_question_that_presumes_what_no_source_has_needs_more_confidence(shelf: Make) -> None:
    question = "Was the lamp on the quay burning when the pilot met Cobb that night?"
    refused = shelf(Fixed(0.4), 0.3).ask(question)
    assert (refused.reason, refused.presumed) == (Reason.PRESUMES, (("Cobb",),))
    assert refused.nearest
    assert shelf(Fixed(0.4), 0.3).ask(question.replace("Cobb", "him")).reason is None
    assert shelf(Fixed(PRESUMING), 0.3).ask(question).presumed == ()
    assert shelf(Fixed(0.4), 0.0).ask(question).reason is None


def test_nothing_on_the_subject_has_no_nearest_passages(shelf: Make) -> None:
    asked = shelf(SimilarityReader())
    answer = asked.ask("Which team won seven football matches?")
    assert answer.confidence < ON_SUBJECT
    assert (answer.reason, answer.nearest) == (Reason.OFF_SUBJECT, ())


class Supposing(Fixed):
    """A reader whose confidence is that of passages on the subject."""

    def read(self, question: str, hits: Sequence[Hit]) -> Verdict:
        return replace(super().read(question, hits), supposes_subject=True)


def test_whether_a_source_is_on_the_subject_is_asked_of_all(shelf: Make) -> None:
    asked, question = shelf(Supposing(0.8), 0.0), "Who lit the lamp on the quay?"
    everywhere = asked.ask(question).confidence
    assert 0 < everywhere < 0.8
    assert asked.ask(question, documents=["ward.txt"]).confidence == everywhere
    assert shelf(Fixed(0.8), 0.0).ask(question).confidence == 0.8


# -- hostile questions -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    "question",
    [
        'lamp AND NOT "',
        '"lamp" NEAR("mate" "coat", 2)',
        "NOT",
        "AND OR NOT NEAR",
        "reading: lamp*",
        "^lamp -mate +coat {reading} : x",
        "'; DROP TABLE documents; --",
        "lamp\x00mate",
        "\x1b[31mlamp\x1b[0m",
        "lamp \udcff mate \ud800",
        "\ud83d lamp \ude00",
        "\u202elamp",
        "\ufeff\u200blamp\u00ad",
        "x" * 10**6,
        "lamp " * 250_000,
        " ".join(f"lamp{n}" for n in range(100_000)),
        "is it the " * 100_000,
        "the he " * 100_000,
        "\U0001f6a2 1",
        "%s %n {0} \\x00 $(id)",
        "<script>alert(1)</script>",
        "٣ न\u093f ﷺ",
    ],
    ids=range(22),
)
def test_a_hostile_question_gets_an_answer_or_a_refusal(assistant: Make, question: str) -> None:
    asked = assistant(threshold=0.5)
    for answer in (
        asked.ask(question),
        asked.ask(question, ["Who lit the lamp?", "Why?"]),
        asked.ask("And why?", [question]),
    ):
        assert bool(answer.quotes) == (answer.reason is None)
        assert answer.reason in {None, *REFUSED, Reason.TOO_LONG}
        line = to_json(answer).encode("utf-8")
        assert json.loads(line)["abstained"] == answer.abstained
        to_text(answer).encode("utf-8")


def test_a_question_longer_than_the_model_reads_is_refused(assistant: Make) -> None:
    asked = assistant()
    assert asked.ask("lamp " * 254).reason is None
    answer = asked.ask("lamp " * 255)
    assert (answer.reason, answer.quotes, answer.nearest) == (Reason.TOO_LONG, (), ())


def test_a_word_of_a_million_letters_is_too_long_though_it_is_one_word_piece(
    assistant: Make,
) -> None:
    asked = assistant()
    assert asked.ask("lamp " + "x" * (LONGEST_QUESTION - 5)).reason is None
    assert asked.ask("lamp " + "x" * (LONGEST_QUESTION - 4)).reason is Reason.TOO_LONG


@pytest.mark.parametrize("earlier", ["Who lit the lamp?", "and he?", "x" * 10_000, "\x00\ud800"])
def test_ten_thousand_turns_of_history(assistant: Make, earlier: str) -> None:
    answer = assistant().ask("Who lit the lamp at four o'clock?", [earlier] * 10_000)
    assert texts(answer)[0] == LAMP
    to_json(assistant().ask("And he?", [earlier] * 10_000)).encode("utf-8")


# -- opening ---------------------------------------------------------------------------------------


@pytest.fixture
def loaded(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str | None, bool]]:
    """What `load_embedder` is asked for; the fake is what it gives."""
    asked: list[tuple[str | None, bool]] = []

    def load(configured: str | None, *, allow_network: bool = False) -> FakeEmbedder:
        asked.append((configured, allow_network))
        return FakeEmbedder(sha256="1" * 64 if configured == "other" else "0" * 64)

    monkeypatch.setattr("rag.assistant.load_embedder", load)
    return asked


def test_an_assistant_is_opened_with_the_model_of_the_index(
    sources: Path, tmp_path: Path, loaded: list[tuple[str | None, bool]]
) -> None:
    build(tmp_path / "index", sources)
    assistant = open_assistant(Config(index=tmp_path / "index", threshold=0.0))
    assert loaded == [("fake", False)]
    assert texts(assistant.ask("Who lit the lamp?"))
    open_library(Config(index=tmp_path / "index", model="mine", allow_network=True))
    assert loaded[1:] == [("mine", True)]


def test_another_model_than_that_of_the_index_is_refused(
    sources: Path, tmp_path: Path, loaded: list[tuple[str | None, bool]]
) -> None:
    build(tmp_path / "index", sources)
    with pytest.raises(ModelError, match=r"was made with the model fake .* --rebuild"):
        open_assistant(Config(index=tmp_path / "index", model="other"))
    assert loaded == [("other", False)]


def test_there_has_to_be_an_index(tmp_path: Path, loaded: list[tuple[str | None, bool]]) -> None:
    with pytest.raises(IndexFolderError, match=r"there is no index in .* Make one: pincite index"):
        open_assistant(Config(index=tmp_path / "index"))
    assert loaded == []


# -- with the real model ---------------------------------------------------------------------------


@pytest.mark.model
def test_the_real_model_answers_and_refuses(tmp_path: Path, sources: Path) -> None:
    embedder, tokens = load_embedder(None), load_encoding(DEFAULT_ENCODING)
    with writing(tmp_path / "index") as store:
        store.prepare(make_settings(embedder, tokens, 16))
        Updater(store, embedder, tokens, 16).run([sources])
    library = Library(tmp_path / "index", embedder)
    asked = Assistant(library, SimilarityReader(), THRESHOLDS["none"])
    answer = asked.ask("What bird did the ship's cook own?")
    assert texts(answer)[0] == PARROT
    follow_up = asked.ask("And for how long?", ["What bird did the ship's cook own?"])
    assert texts(follow_up)[0] == PARROT
    for question in ("How do vaccines train the immune system?", "What is the price of bread?"):
        refused = asked.ask(question)
        assert (refused.reason, refused.quotes, refused.nearest) == (Reason.OFF_SUBJECT, (), ())
        assert refused.confidence < answer.confidence
    for question in ('lamp \udcff \x00 \x1b[31m NOT "', "lamp " * 300, "é\u0301\u202e ﷺ न", "a²"):
        to_json(asked.ask(question, ["Who lit the lamp?"])).encode("utf-8")
    assert asked.ask("lamp " * 200_000).reason is Reason.TOO_LONG
    assert asked.ask("x" * 10**6).reason is Reason.TOO_LONG
    library.close()
