"""Which reader a configuration gets, and what it takes to get it."""

import subprocess
import sys
from pathlib import Path

import pytest

from index.errors import ModelError, PinciteError
from index.types import Hit, Passage, Place, Sentence, Span
from rag.config import Config, ReaderConfig
from rag.read import SimilarityReader, load_reader
from rag.read.chat import ChatServer
from rag.read.cross_encoder import CrossEncoderReader
from rag.read.language_model import LanguageModelReader
from rag.read.trained import TrainedReader

LOCAL = ReaderConfig("openai", "some-model", "http://127.0.0.1:8080/v1", timeout=9.0)
ELSEWHERE = ReaderConfig("openai", "some-model", "https://models.example/v1")


@pytest.fixture(autouse=True)
def _no_key(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("OPENAI_API_KEY", raising=False)


def chat(config: Config) -> ChatServer:
    reader = load_reader(config)
    assert isinstance(reader, LanguageModelReader)
    assert isinstance(reader.chat, ChatServer)
    return reader.chat


def test_similarity_alone_can_be_had() -> None:
    assert load_reader(Config(reader=ReaderConfig("none"))) == SimilarityReader()


def test_the_packaged_reader_is_the_default_and_tells_an_answer_from_a_near_miss() -> None:
    reader = load_reader(Config())
    assert isinstance(reader, TrainedReader)
    sentence = "The lamp of the northern tower was lit by the keeper Anna Reed on 4 May 1887."
    whole = Span(0, len(sentence))
    passage = Passage(sentence, (Sentence(whole, whole, Place()),))
    hit = Hit("log.txt", passage, 0.5, 0.5, 0.5, (0.5,))
    answered = reader.read("Who lit the lamp of the northern tower?", [hit])
    missed = reader.read("How much oil did the lamp of the northern tower burn?", [hit])
    assert "Anna Reed" in answered.claims[0].words
    assert missed.confidence < answered.confidence


def test_a_trained_reader_is_one_that_was_exported(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="holds no trained reader"):
        load_reader(Config(reader=ReaderConfig("trained", str(tmp_path))))


def test_a_server_on_this_machine_may_always_be_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    assert chat(Config(reader=LOCAL)) == ChatServer(LOCAL.url, "some-model", 9.0, "")
    reader = load_reader(Config(reader=LOCAL))
    assert isinstance(reader, LanguageModelReader)
    assert isinstance(reader.fallback, TrainedReader)
    monkeypatch.setenv("OPENAI_API_KEY", " sk-1\n")
    assert chat(Config(reader=LOCAL)).key == "sk-1"


def test_a_server_elsewhere_only_with_the_network_allowed() -> None:
    with pytest.raises(PinciteError, match="on another machine: questions and passages would be"):
        load_reader(Config(reader=ELSEWHERE))
    assert chat(Config(reader=ELSEWHERE, allow_network=True)).url == ELSEWHERE.url


@pytest.mark.parametrize(
    ("host", "local"),
    [
        ("localhost", True),
        ("LocalHost", True),
        ("127.0.0.1", True),
        ("127.8.9.1", True),
        ("[::1]", True),
        ("127.0.0.1.example", False),
        ("localhost.example", False),
        ("2130706433", False),
        ("127.1", False),
        ("0.0.0.0", False),
        ("10.0.0.1", False),
        ("[::]", False),
        ("models.example", False),
    ],
)
def test_what_is_on_this_machine_is_told_by_the_address(host: str, local: bool) -> None:
    assert ReaderConfig(url=f"http://{host}:80/v1").is_on_this_machine is local
    assert ReaderConfig(url=f"https://{host}").is_on_this_machine is local


def test_a_key_comes_from_the_variable_that_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    reader = ReaderConfig("openai", "m", LOCAL.url, key_variable="MY_KEY")
    with pytest.raises(
        PinciteError, match=r"reader\.key_variable is MY_KEY, which is not set; set"
    ):
        load_reader(Config(reader=reader))
    monkeypatch.setenv("OPENAI_API_KEY", "another")
    monkeypatch.setenv("MY_KEY", "mine")
    assert chat(Config(reader=reader)).key == "mine"
    monkeypatch.setenv("MY_KEY", "two\nlines")
    with pytest.raises(PinciteError, match="the API key in MY_KEY has characters") as error:
        load_reader(Config(reader=reader))
    assert "lines" not in str(error.value)


def test_without_the_package_the_next_step_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("rag.read.find_spec", lambda name: None)
    with pytest.raises(PinciteError, match=r"pip install .* '\.\[llm\]'$"):
        load_reader(Config(reader=LOCAL))


def test_a_cross_encoder_is_found_by_its_path(tmp_path: Path) -> None:
    (tmp_path / "model.safetensors").write_bytes(b"")
    reader = load_reader(Config(reader=ReaderConfig("cross-encoder", str(tmp_path))))
    assert isinstance(reader, CrossEncoderReader)


def test_a_cross_encoder_is_not_downloaded_unless_that_is_allowed() -> None:
    config = Config(reader=ReaderConfig("cross-encoder", "nobody/has-this"))
    with pytest.raises(ModelError, match=r"name a local folder with reader\.model, or allow the"):
        load_reader(config)


def test_no_reader_loads_anything_heavy(tmp_path: Path) -> None:
    (tmp_path / "model.safetensors").write_bytes(b"")
    heavy = {"torch", "openai", "httpx2", "sentence_transformers", "transformers", "onnxruntime"}
    script = (
        "import sys\n"
        "from rag.config import Config, ReaderConfig\n"
        "from rag.read import load_reader\n"
        f"readers = [{LOCAL!r}, ReaderConfig('cross-encoder', {str(tmp_path)!r}), ReaderConfig()]\n"
        "for reader in readers: load_reader(Config(reader=reader))\n"
        f"print({heavy} & {{*sys.modules}})"
    )
    command, root = [sys.executable, "-c", script], Path(__file__).parents[1]
    done = subprocess.run(command, capture_output=True, text=True, check=False, cwd=root)
    assert (done.stdout, done.stderr) == ("set()\n", "")
