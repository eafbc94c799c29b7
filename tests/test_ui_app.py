import json
import socket
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path

import pytest
from click.testing import CliRunner

from index.errors import PinciteError
from rag.config import Config
from rag.indexing import index_paths
from tests.fakes import FakeEmbedder
from tests.test_ui_desk import Recorder
from ui import screenshots
from ui.app import check_port, serving
from ui.command import serve
from ui.desk import Asked
from ui.guard import POLICY
from ui.screenshots import free_port
from ui.verdicts import Keep, keeping_in

STATIC = Path(__file__).parent.parent / "ui" / "static"

# Serves a page in a process of its own, and prints every address that it looks up or connects to.
ALONE = """
import sys
asked = []
def watch(event, arguments):
    if event == "socket.connect":
        asked.append(arguments[1])
    elif event == "socket.getaddrinfo":
        asked.append(arguments[0])
sys.addaudithook(watch)
import time, urllib.request
from tests.test_ui_desk import Recorder
from ui.app import serving
from ui.screenshots import free_port
with serving(Recorder(), free_port()) as address:
    urllib.request.build_opener(urllib.request.ProxyHandler({})).open(address).read()
    time.sleep(1)
print({each[0] if isinstance(each, tuple) else each for each in asked})
"""


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    with serving(Recorder(), free_port()) as address:
        yield address


def get(
    address: str, host: str | None = None, origin: str | None = None, body: bytes | None = None
) -> tuple[int, str | None]:
    """The status and the policy of a response."""
    headers = {"Host": host, "Origin": origin, "Content-Type": "application/json"}
    given = {name: value for name, value in headers.items() if value}
    request = urllib.request.Request(address, body, given)
    direct = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    try:
        with direct.open(request) as response:
            return response.status, response.headers["Content-Security-Policy"]
    except urllib.error.HTTPError as error:
        with error:
            return error.code, error.headers["Content-Security-Policy"]


def test_the_page_may_load_nothing_from_elsewhere(address: str) -> None:
    assert get(address) == (200, POLICY)
    assert "http" not in POLICY


def test_only_a_local_name_is_answered(address: str) -> None:
    assert get(address, "localhost:7860")[0] == 200
    assert get(address, "pincite.example")[0] == 400


def test_only_the_servers_own_page_is_answered(address: str) -> None:
    port = address.rsplit(":", 1)[1]
    assert get(address, origin=address)[0] == 200
    assert get(address, f"localhost:{port}", f"http://localhost:{port}")[0] == 200
    others = (
        "https://pincite.example",
        "null",
        "http://127.0.0.1",
        "http://127.0.0.1:1",
        f"https://127.0.0.1:{port}",
        f"http://localhost:{port}",
        f"{address}.example",
    )
    assert [get(address, origin=each) for each in others] == [(403, POLICY)] * len(others)
    assert get(f"{address}/gradio_api/component_server", origin="null", body=b"{}")[0] == 403


@pytest.mark.parametrize(
    "path", ["/upload", "/gradio_api/upload", "/gradio_api/upload/", "//gradio_api//upload//"]
)
def test_no_file_is_taken(address: str, path: str) -> None:
    for origin in (None, address):
        assert get(f"{address}{path}?upload_id=1", origin=origin, body=b"x") == (403, POLICY)


def test_half_a_surrogate_pair_gets_an_answer(
    address: str, capfd: pytest.CaptureFixture[str]
) -> None:
    call = {
        "data": {"question": "\ud800", "history": ["\ud800"]},
        "component_id": 1,  # the page's only one
        "fn_name": "ask",
        "session_hash": "x",
    }
    body = json.dumps(call).encode()
    assert get(f"{address}/gradio_api/component_server", origin=address, body=body)[0] == 200
    assert "Traceback" not in capfd.readouterr().err


def test_only_this_machines_address_is_bound(address: str) -> None:
    port = int(address.rsplit(":", 1)[1])
    with socket.socket() as other, pytest.raises(ConnectionRefusedError):
        other.connect(("127.0.0.2", port))


def test_the_server_asks_nothing_of_any_other_machine() -> None:
    done = subprocess.run([sys.executable, "-c", ALONE], capture_output=True, text=True, check=True)
    assert done.stdout.strip().splitlines()[-1] == "{'127.0.0.1'}"


def test_a_port_that_is_taken_is_named_with_the_next_step(address: str) -> None:
    port = int(address.rsplit(":", 1)[1])
    message = rf"port {port} on 127.0.0.1 cannot be used .* pincite serve --port {port + 1}"
    with pytest.raises(PinciteError, match=message):
        check_port(port)


def test_serve_looks_at_the_port_before_it_loads_anything(address: str, tmp_path: Path) -> None:
    port = address.rsplit(":", 1)[1]
    result = CliRunner().invoke(serve, ["--port", port, "--index", str(tmp_path / "none")])
    assert isinstance(result.exception, PinciteError)
    assert f"port {port}" in str(result.exception)


def test_serve_without_an_index_says_how_to_make_one(tmp_path: Path) -> None:
    arguments = ["--port", str(free_port()), "--index", str(tmp_path / "none")]
    result = CliRunner().invoke(serve, arguments)
    assert isinstance(result.exception, PinciteError)
    assert "pincite index FOLDER" in str(result.exception)


def test_serve_looks_at_the_cases_before_it_loads_anything(tmp_path: Path) -> None:
    cases = tmp_path / "cases.jsonl"
    cases.write_text("not a case")
    arguments = ["--port", str(free_port()), "--cases", str(cases), "--index", str(tmp_path / "x")]
    result = CliRunner().invoke(serve, arguments)
    assert isinstance(result.exception, PinciteError)
    assert "cases.jsonl, line 1 is not JSON" in str(result.exception)
    assert "pincite serve --cases FILE" in str(result.exception)


@pytest.mark.parametrize("given", [[], ["--cases", "mine.jsonl"]])
def test_serve_says_where_verdicts_go(
    given: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    served: list[Keep] = []
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("rag.indexing.open_warm", lambda _: Recorder())
    monkeypatch.setattr(
        "ui.app.serve_until_interrupted", lambda _, __, keep, **___: served.append(keep)
    )
    result = CliRunner().invoke(serve, ["--port", str(free_port()), *given])
    assert result.exit_code == 0, result.output
    file = given[-1] if given else "pincite-cases.jsonl"
    assert served[0]("Who?", None, "should-have-refused", "") == file
    assert Path(file).is_file()


def test_without_what_keeps_verdicts_there_is_nothing_to_ask_for_them(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("ui.verdicts.GROUP", "pincite.none")
    assert keeping_in(tmp_path / "cases.jsonl") is None


def test_the_template_is_constant() -> None:
    """gradio compiles it as a Handlebars template and then as the body of a JavaScript function."""
    template = (STATIC / "room.html").read_text(encoding="utf-8")
    assert not any(mark in template for mark in ("{", "}", "$", "`", "\\", "@children"))


def test_the_script_makes_no_markup_of_text() -> None:
    script = (STATIC / "room.js").read_text(encoding="utf-8")
    code = "\n".join(line for line in script.splitlines() if not line.startswith("//"))
    forbidden = ("innerHTML", "outerHTML", "insertAdjacent", "document.write", "eval", "Function(")
    assert not [each for each in forbidden if each in code]


@pytest.fixture
def shown(monkeypatch: pytest.MonkeyPatch) -> list[set[str]]:
    """The sources that `ui.screenshots` served, instead of pictures of them."""
    served: list[set[str]] = []

    def serving(assistant: Asked, port: int, keep: Keep) -> AbstractContextManager[str]:
        served.append({each.path for each in assistant.sources()})
        return nullcontext("http://127.0.0.1")

    for module in ("rag.indexing", "rag.assistant"):
        monkeypatch.setattr(f"{module}.load_embedder", lambda *_, **__: FakeEmbedder())
    monkeypatch.setattr(screenshots, "serving", serving)
    monkeypatch.setattr(screenshots, "take", lambda *_: None)
    return served


def take_pictures(*arguments: str | Path) -> None:
    result = CliRunner().invoke(screenshots.screenshots, [str(each) for each in arguments])
    assert result.exit_code == 0, result.output


def test_pictures_are_of_the_sample_archive(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, shown: list[set[str]]
) -> None:
    monkeypatch.chdir(tmp_path)
    take_pictures("--out", "out")
    assert shown == [{each.name for each in screenshots.ARCHIVE.iterdir()}]
    assert not list(tmp_path.iterdir())


def test_pictures_are_of_other_sources_or_an_index(tmp_path: Path, shown: list[set[str]]) -> None:
    sources, index = tmp_path / "sources", tmp_path / "index"
    sources.mkdir()
    (sources / "mate.txt").write_text("The mate saw a light.\n")
    take_pictures("--out", tmp_path, "--sources", sources)
    index_paths([sources], Config(index=index))
    take_pictures("--out", tmp_path, "--index", index)
    assert shown == [{"mate.txt"}, {"mate.txt"}]


def test_what_hinders_pictures_is_told_in_one_line(tmp_path: Path) -> None:
    options = ["--out", str(tmp_path), "--index", str(tmp_path / "x")]
    command = [sys.executable, "-m", "ui.screenshots", *options]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert done.stderr.startswith("screenshots: ")
    assert len(done.stderr.splitlines()) == 1


def test_the_page_claims_no_more_than_it_can() -> None:
    template = " ".join((STATIC / "room.html").read_text(encoding="utf-8").split())
    assert "Whether a passage answers is for you to judge." in template
