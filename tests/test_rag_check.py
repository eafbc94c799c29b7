"""Citations against their sources: whatever is changed in either is found."""

import hashlib
import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from index.errors import PinciteError
from index.snapshot import Library
from index.store import writing
from index.tokens import DEFAULT_ENCODING, load_encoding
from index.update import Updater, make_settings
from rag.assistant import Assistant
from rag.check import check_answers
from rag.config import Config
from rag.read import SimilarityReader
from rag.records import load_answers
from rag.render import to_json
from rag.types import Notice
from tests.fakes import FakeEmbedder

LOG = """# The Log

1. The mate slept in the hold
until the ship\u2019s bell rang.

2. The cook kept a grey parrot in the galley.

3. Caf\u00e9 lamps went out \U0001f6a2 at four.

Page 7
"""
SLEPT = "The mate slept in the hold\nuntil the ship\u2019s bell rang."

PAGE = LOG.index("Page 7")

Edit = Callable[[dict[str, Any]], object]


@dataclass
class Case:
    """An index of one source, and answers to check."""

    folder: Path

    @property
    def source(self) -> Path:
        return self.folder / "sources" / "log.txt"

    @property
    def answers(self) -> Path:
        return self.folder / "answers.jsonl"

    def write(self, *records: dict[str, Any]) -> None:
        self.answers.write_text("".join(json.dumps(each) + "\n" for each in records))

    def check(self, sources: Path | None = None) -> bool:
        return check_answers(Config(index=self.folder / "index"), self.answers, sources)


@pytest.fixture
def case(tmp_path: Path) -> Case:
    made = Case(tmp_path)
    made.source.parent.mkdir()
    made.source.write_text(LOG, encoding="utf-8")
    embedder, tokens = FakeEmbedder(), load_encoding(DEFAULT_ENCODING)
    with writing(tmp_path / "index") as store:
        store.prepare(make_settings(embedder, tokens, 16))
        Updater(store, embedder, tokens, 16).run([made.source.parent])
    return made


@pytest.fixture
def record(case: Case) -> dict[str, Any]:
    """An answer with one quote."""
    library = Library(case.folder / "index", FakeEmbedder())
    answer = Assistant(library, SimilarityReader(), 0.0).ask("Where slept the mate in the hold?")
    library.close()
    made: dict[str, Any] = json.loads(to_json(answer, "q1"))
    assert made["quotes"][0]["text"] == SLEPT
    made["quotes"] = made["quotes"][:1]
    return made


def printed(capsys: pytest.CaptureFixture[str]) -> list[str]:
    return capsys.readouterr().out.splitlines()


def test_fresh_answers_agree(case: Case, capsys: pytest.CaptureFixture[str]) -> None:
    library = Library(case.folder / "index", FakeEmbedder())
    answers = [
        Assistant(library, SimilarityReader(), threshold).ask(question)
        for question in ("Where slept the mate?", "Which parrot?", "Caf\u00e9 lamps \udcff?", "?")
        for threshold in (0.0, 1.0)
    ]
    library.close()
    lines = [to_json(answer, f"q{n}") for n, answer in enumerate(answers)]
    case.answers.write_text("\n".join(lines), encoding="utf-8")
    cited = sum(len(answer.quotes) + len(answer.nearest) for answer in answers)
    assert cited > 6
    assert case.check()
    assert printed(capsys) == [f"{cited} citations checked, 0 wrong."]
    assert case.check(case.source.parent)


@pytest.mark.parametrize("text", ["", "\n\n"])
def test_a_file_without_answers_is_refused(case: Case, text: str) -> None:
    case.answers.write_text(text)
    with pytest.raises(PinciteError, match=r"there are no answers in .*answers\.jsonl"):
        case.check()


def test_one_answer_may_be_spread_over_lines(
    case: Case, record: dict[str, Any], capsys: pytest.CaptureFixture[str]
) -> None:
    case.answers.write_text(json.dumps(record, indent=2))
    assert case.check()
    assert printed(capsys) == ["1 citations checked, 0 wrong."]


def _text(quote: dict[str, Any]) -> None:
    quote["text"] = quote["text"].replace("slept", "slePt")


TEXT = "the text differs from the source at these offsets"
HASH = "the file has changed since (SHA-256 differs)"
CUT = "no quote: it cuts a word, or lies in a heading, contents or page furniture"


@pytest.mark.parametrize(
    ("edit", "problem"),
    [
        (_text, TEXT),
        (lambda quote: quote.update(text=quote["text"].replace("\n", " ")), TEXT),
        (lambda quote: quote.update(text=quote["text"] + " "), TEXT),
        (lambda quote: quote.update(text=None), TEXT),
        (lambda quote: quote.pop("text"), "text not as in the source"),
        (lambda quote: quote.update(start=quote["start"] + 1), TEXT),
        (lambda quote: quote.update(start=quote["start"] - 1), TEXT),
        (lambda quote: quote.update(end=quote["end"] + 1), TEXT),
        (lambda quote: quote.update(end=len(LOG) + 1), f"the offsets end at {len(LOG) + 1}"),
        (lambda quote: quote.update(start=-1), "offsets -1..68 are no range"),
        (lambda quote: quote.update(start=68), "offsets 68..68 are no range"),
        (lambda quote: quote.update(end=67.0), "offsets 14..67.0 are no range"),
        (lambda quote: quote.update(end="67"), "offsets 14..'67' are no range"),
        (lambda quote: quote.pop("start"), "offsets None..68 are no range"),
        (lambda quote: quote.update(sha256=quote["sha256"][:-1] + "x"), HASH),
        (lambda quote: quote.pop("sha256"), HASH),
        (lambda quote: quote.update(document="lost.txt"), "the document is not in the index; name"),
        (lambda quote: quote.update(document=7), "document is 7, not a name"),
        (lambda quote: quote.pop("document"), "document is None, not a name"),
        (lambda quote: quote.update(display="The mate woke."), "display not as in the source"),
        (
            lambda quote: quote.update(locator="¶2", page="9", section="Log"),
            "page, locator, section not as in the source",
        ),
        (lambda quote: quote.update(start=18, text=quote["text"][4:], end=67), TEXT),
        (lambda quote: quote.update(start=PAGE, end=PAGE + 6, text="Page 7"), CUT),
        (lambda quote: quote.update(end=17, text="The"), "display not as in the source"),
        (lambda quote: quote.update(end=16, text="Th"), CUT),
        (lambda quote: quote.update(start=True), "offsets True..68 are no range"),
        (lambda quote: quote.update(speakers=["The mate"]), "speakers not as in the source"),
        (lambda quote: quote.update(notes=None, position=0), "notes, position not as in the so"),
        (lambda quote: quote.update(verified=True), "verified not as in the source"),
        (lambda quote: quote.pop("witnesses"), "it has no list of witnesses"),
        (lambda quote: quote.update(witnesses={}), "it has no list of witnesses"),
    ],
    ids=range(31),
)
def test_a_change_in_a_citation_is_found(
    case: Case,
    record: dict[str, Any],
    capsys: pytest.CaptureFixture[str],
    edit: Edit,
    problem: str,
) -> None:
    start = record["quotes"][0]["start"]
    assert (start, record["quotes"][0]["end"]) == (14, 68)
    edit(record["quotes"][0])
    case.write(record)
    assert not case.check()
    wrong, summary = printed(capsys)
    assert wrong.startswith("q1 [1] ")
    assert problem in wrong
    assert summary == "1 citations checked, 1 wrong."


def test_a_citation_has_to_say_all_that_is_shown(
    case: Case, record: dict[str, Any], capsys: pytest.CaptureFixture[str]
) -> None:
    keys = ("document", "start", "end", "text", "sha256", "locator", "witnesses")
    record["quotes"] = [{key: record["quotes"][0][key] for key in keys}]
    case.write(record)
    assert not case.check()
    missing = "page, page_label, display, section, speakers, reported, notes, oddities, position, "
    assert printed(capsys)[0] == f"q1 [1] log.txt, ¶1: {missing}answer not as in the source"


@pytest.mark.parametrize("abstained", [True, None, 0, "false"])
def test_an_answer_with_quotes_has_not_abstained(
    case: Case, record: dict[str, Any], abstained: object
) -> None:
    case.write({**record, "abstained": abstained})
    with pytest.raises(PinciteError, match=f"`abstained` is {abstained!r}, with 1 quotes"):
        case.check()
    case.write({**record, "quotes": []})
    with pytest.raises(PinciteError, match="`abstained` is False, with 0 quotes"):
        case.check()


def test_the_words_that_answer_are_where_they_are_said_to_be(
    case: Case, record: dict[str, Any]
) -> None:
    quote = record["quotes"][0]
    words = quote["display"].split()[0]
    right = {"start": quote["start"], "end": quote["start"] + len(words), "display": words}
    for answer, holds in [
        (right, True),
        (None, True),
        ({**right, "end": right["end"] + 1}, False),
        ({**right, "display": "nowhere"}, False),
        ("words", False),
    ]:
        quote["answer"] = answer
        case.write(record)
        assert case.check() is holds


def test_notices_and_positions_of_ours_are_accepted(case: Case, record: dict[str, Any]) -> None:
    record["quotes"][0]["position"] = "B"
    case.write({**record, "notices": [notice.value for notice in Notice]})
    assert case.check()
    del record["notices"]
    case.write(record)
    assert case.check()


@pytest.mark.parametrize("position", ["AB", "", "a", "The mate is right", ["A"], True])
def test_another_position_is_not(case: Case, record: dict[str, Any], position: object) -> None:
    record["quotes"][0]["position"] = position
    case.write(record)
    assert not case.check()


@pytest.mark.parametrize(
    ("notices", "message"),
    [
        (["Ignore the quotes."], "'Ignore the quotes.' is no notice of Pincite's"),
        ([7], "7 is no notice"),
        ([["a"]], r"\['a'\] is no notice"),
        (None, "its notices are no list"),
        ("Ignore the quotes.", "its notices are no list"),
    ],
)
def test_another_notice_is_refused(
    case: Case, record: dict[str, Any], notices: object, message: str
) -> None:
    case.write({**record, "notices": notices})
    with pytest.raises(PinciteError, match=message):
        case.check()


@pytest.fixture
def witnessed(case: Case, record: dict[str, Any]) -> dict[str, Any]:
    """An answer whose quote has a witness, in a file beside its source."""
    text = "# Copy\n\nThe mate slept in the hold until the ship\u2019s bell rang.\n"
    (case.source.parent / "copy.txt").write_text(text, encoding="utf-8")
    witness = {
        "document": "copy.txt",
        "sha256": hashlib.sha256(text.encode()).hexdigest(),
        "start": 8,
        "end": len(text) - 1,
        "locator": "\u201c# Copy\u201d, line 3",
        "same": True,
        "changes_sense": False,
        "differences": [],
    }
    record["quotes"][0]["witnesses"] = [witness]
    case.write(record)
    assert case.check(case.source.parent)
    return record


@pytest.mark.parametrize(
    ("edit", "problem"),
    [
        (lambda witness: witness.update(same=False), "same not as in the source"),
        (lambda witness: witness.update(same=1), "same not as in the source"),
        (lambda witness: witness.update(locator="¶1"), "locator not as in the source"),
        (lambda witness: witness.pop("locator"), "locator not as in the source"),
        (lambda witness: witness.update(text="Hm"), TEXT),
        (lambda witness: witness.update(page="7"), "page not as in the source"),
        (lambda witness: witness.update(end=10), CUT),
        (lambda witness: witness.update(end=11), "same, changes_sense, differences not as in the"),
        (lambda witness: witness.update(start=0, end=6), CUT),
        (lambda witness: witness.update(end=999), "the offsets end at 999, the text at 63"),
        (lambda witness: witness.update(end=None), "offsets 8..None are no range"),
        (lambda witness: witness.update(sha256="0" * 64), HASH),
        (lambda witness: witness.update(document="lost.txt"), "cannot be read: No such file"),
        (lambda witness: witness.update(document=7), "document is 7, not a name"),
        (lambda witness: witness.clear(), "document is None, not a name"),
    ],
    ids=range(15),
)
def test_a_change_in_a_witness_is_found(
    case: Case,
    witnessed: dict[str, Any],
    capsys: pytest.CaptureFixture[str],
    edit: Edit,
    problem: str,
) -> None:
    edit(witnessed["quotes"][0]["witnesses"][0])
    case.write(witnessed)
    capsys.readouterr()
    assert not case.check(case.source.parent)
    wrong, summary = printed(capsys)
    assert wrong.startswith("q1 [1] log.txt, ¶1: witness 1: ")
    assert problem in wrong
    assert summary == "1 citations checked, 1 wrong."


def test_a_witness_has_to_have_the_words_of_the_quote(
    case: Case, witnessed: dict[str, Any], capsys: pytest.CaptureFixture[str]
) -> None:
    text = "# Copy\n\nNobody had paid for any lamp oil since March.\n"
    (case.source.parent / "copy.txt").write_text(text, encoding="utf-8")
    sha256 = hashlib.sha256(text.encode()).hexdigest()
    witnessed["quotes"][0]["witnesses"][0].update(sha256=sha256, end=len(text) - 1)
    case.write(witnessed)
    capsys.readouterr()
    assert not case.check(case.source.parent)
    assert "witness 1: it has not the words of the quote" in printed(capsys)[0]


def test_a_witness_counts_once(
    case: Case, witnessed: dict[str, Any], capsys: pytest.CaptureFixture[str]
) -> None:
    witnessed["quotes"][0]["witnesses"] *= 2
    case.write(witnessed)
    capsys.readouterr()
    assert not case.check(case.source.parent)
    assert printed(capsys)[0] == "q1 [1] log.txt, ¶1: witness 2: it is listed already"


def test_a_witness_has_to_be_an_object(
    case: Case, witnessed: dict[str, Any], capsys: pytest.CaptureFixture[str]
) -> None:
    witnessed["quotes"][0]["witnesses"].append("copy.txt")
    case.write(witnessed)
    capsys.readouterr()
    assert not case.check(case.source.parent)
    assert printed(capsys)[0] == "q1 [1] log.txt, ¶1: witness 2: it is not a JSON object"


def test_a_changed_nearest_passage_is_found(
    case: Case, record: dict[str, Any], capsys: pytest.CaptureFixture[str]
) -> None:
    record["nearest"] = [dict(record["quotes"][0]), dict(record["quotes"][0], text="The mate.")]
    case.write(record)
    assert not case.check()
    assert printed(capsys) == [f"q1 [2] log.txt, ¶1: {TEXT}", "3 citations checked, 1 wrong."]


@pytest.mark.parametrize("quote", [None, "The mate slept.", 7, []])
def test_a_citation_has_to_be_an_object(
    case: Case, record: dict[str, Any], capsys: pytest.CaptureFixture[str], quote: object
) -> None:
    record["quotes"] = [quote]
    case.write(record)
    assert not case.check()
    assert printed(capsys)[0] == "q1 [1] ?: the citation is not a JSON object"


def test_an_answer_without_an_id_goes_by_its_line(
    case: Case, record: dict[str, Any], capsys: pytest.CaptureFixture[str]
) -> None:
    del record["id"]
    _text(record["quotes"][0])
    case.write({**record, "quotes": [], "abstained": True}, record)
    assert not case.check()
    assert printed(capsys)[0] == f"line 2 [1] log.txt, ¶1: {TEXT}"


def test_what_is_printed_of_a_forged_answer_moves_no_cursor(
    case: Case, record: dict[str, Any], capsys: pytest.CaptureFixture[str]
) -> None:
    record["id"] = "\x1b[2J\udcff"
    record["quotes"][0]["document"] = "\x1b[31m\x00.txt\u202e"
    record["quotes"][0]["locator"] = "\r\n\x07"
    case.write(record)
    assert not case.check()
    wrong, _ = printed(capsys)
    assert wrong.startswith(r"\x1b[2J\udcff [1] \x1b[31m\x00.txt\u202e, \r\n\x07: the document is")
    assert not case.check(case.source.parent)


# -- the source ------------------------------------------------------------------------------------


def test_a_changed_source_is_found(
    case: Case, record: dict[str, Any], capsys: pytest.CaptureFixture[str]
) -> None:
    case.write(record)
    case.source.write_text(LOG.replace("The mate slept", "The mate swept"), encoding="utf-8")
    assert not case.check()
    assert printed(capsys)[0] == f"q1 [1] log.txt, ¶1: {TEXT}; {HASH}"
    case.source.write_text(LOG.replace("four", "five"), encoding="utf-8")
    assert not case.check()
    assert printed(capsys)[0] == f"q1 [1] log.txt, ¶1: {HASH}"
    case.source.write_text("The", encoding="utf-8")
    assert not case.check()
    assert "the offsets end at 68, the text at 3; the file has changed" in printed(capsys)[0]
    case.source.write_text(LOG, encoding="utf-8")
    assert case.check()


@pytest.mark.parametrize(
    ("data", "problem"),
    [(b"", "empty: "), (b"a\x00", "binary")],
)
def test_a_source_that_cannot_be_read_is_found(
    case: Case,
    record: dict[str, Any],
    capsys: pytest.CaptureFixture[str],
    data: bytes,
    problem: str,
) -> None:
    case.write(record)
    case.source.write_bytes(data)
    assert not case.check()
    assert f"log.txt, ¶1: {case.source}: {problem}" in printed(capsys)[0]


def test_a_deleted_source_is_found(
    case: Case, record: dict[str, Any], capsys: pytest.CaptureFixture[str]
) -> None:
    case.write(record)
    case.source.unlink()
    assert not case.check()
    assert printed(capsys) == [
        f"q1 [1] log.txt, ¶1: {case.source}: cannot be read: No such file or directory",
        "1 citations checked, 1 wrong.",
    ]


def test_sources_may_lie_elsewhere(case: Case, record: dict[str, Any]) -> None:
    case.write(record)
    moved = case.source.parent.rename(case.folder / "moved")
    assert not case.check()
    assert case.check(moved)
    (moved / "log.txt").write_text(LOG.lower(), encoding="utf-8")
    assert not case.check(moved)


@pytest.mark.parametrize(
    "name", ["../outside.txt", "{}/outside.txt", "a\x00.txt", "\ud800.txt", ""]
)
def test_a_source_is_not_looked_for_outside_its_folder(
    case: Case, record: dict[str, Any], name: str
) -> None:
    (case.folder / "outside.txt").write_text(LOG, encoding="utf-8")
    record["quotes"][0]["document"] = name.format(case.folder)
    case.write(record)
    assert not case.check(case.source.parent)


# -- the file of answers ---------------------------------------------------------------------------


def test_truncated_answers_are_refused(case: Case, record: dict[str, Any]) -> None:
    case.write(record, record)
    data = case.answers.read_text()
    for end in (len(data) - 2, len(data) // 2 + 1):
        case.answers.write_text(data[:end])
        with pytest.raises(PinciteError, match=r"answers\.jsonl, line 2 is not JSON"):
            case.check()


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("[]", "line 1 is not an answer: a JSON object is expected"),
        ("7", "there is no citation in"),
        ('{"quotes": []}', "line 1 has format None; this Pincite checks format 3"),
        ('{"format": 2, "quotes": []}', "line 1 has format 2; this Pincite checks format 3"),
        ('{"format": 3}', "line 1 is not an answer: it has no list of quotes"),
        ('{"format": 3, "quotes": 7, "nearest": []}', "it has no list of quotes"),
        ('{"format": 3, "quotes": {}, "nearest": []}', "it has no list of quotes"),
        ('{"format": 3, "quotes": []}', "it has no list of nearest"),
        (
            "The mate slept.",
            r"there is no citation in .*answers\.jsonl: neither answers in JSON, nor <pin",
        ),
        ("\n\n{", "line 3 is not JSON"),
        ("[" * 100_000, "line 1 is not JSON"),
        ("1" * 10_000, "there is no citation in"),
    ],
)
def test_what_is_no_answer_is_refused(case: Case, content: str, message: str) -> None:
    case.answers.write_text(content)
    with pytest.raises(PinciteError, match=message):
        case.check()


def test_answers_have_to_be_text_in_a_file(case: Case) -> None:
    case.answers.write_bytes(b'{"format": 3, "quotes": [], "id": "\xff"}')
    with pytest.raises(PinciteError, match=r"answers\.jsonl cannot be read: 'utf-8' codec"):
        list(load_answers(case.answers))
    with pytest.raises(PinciteError, match="cannot be read"):
        list(load_answers(case.folder))
