import json
import signal
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

from index.errors import PinciteError, StoppedError
from rag.config import Config
from rag.indexing import index_paths
from tests.fakes import FakeEmbedder
from tests.patience import PATIENCE
from tests.recorder import Recorder
from ui import browser, screenshots
from ui.browser import ARCHIVE, free_port
from ui.command import serve
from ui.desk import Desk
from ui.memory import Memory
from ui.room import Room
from ui.server.app import FINISHING, STOPPING, listening, serving
from ui.server.guard import LARGEST_REQUEST, POLICY
from ui.server.paths import CALLS

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
from pathlib import Path
from tempfile import TemporaryDirectory
from tests.recorder import Recorder
from ui.server.app import serving
from ui.browser import free_port
from ui.desk import Desk
from ui.memory import Memory
memory = Memory(Path(TemporaryDirectory().name + ".sqlite"))
with serving(Desk(Recorder(), memory), free_port()) as address:
    urllib.request.build_opener(urllib.request.ProxyHandler({})).open(address).read()
    time.sleep(1)
print({each[0] if isinstance(each, tuple) else each for each in asked})
"""


# Stops itself by SIGTERM while it answers, which it finishes once those who wait have been turned
# away, and tells whether the answer came.
INTERRUPTED = """
import json, os, signal, threading, urllib.request
from ui.server import app
from ui.server.app import Life, listening, serve_until_interrupted
from ui.browser import free_port
from ui.uploads import Uploads
from pathlib import Path
# In earnest it is cut off where it takes longer, which a busy machine might.
app.FINISHING = app.STOPPING = 60
told, turned_away = [], threading.Event()
class Slow:
    def services(self):
        return {"slow": self.slow}
    def page(self, owner, answer):
        raise AssertionError("nothing is printed")
    def slow(self, owner, request):
        os.kill(os.getpid(), signal.SIGTERM)
        return {"turned_away": turned_away.wait(60)}
def visit():
    direct = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    address = f"http://127.0.0.1:{port}"
    call = {"data": {}, "fn_name": "slow"}
    headers = {"Content-Type": "application/json", "Cookie": "pincite=" + 43 * "a"}
    url = address + "/gradio_api/component_server/"
    request = urllib.request.Request(url, json.dumps(call).encode(), headers)
    told.append(direct.open(request).read().decode())
port = free_port()
visitor = threading.Thread(target=visit)
with listening(port) as door:
    uploads, life = Uploads(Path("/nowhere")), Life(visitor.start, turned_away.set)
    serve_until_interrupted(Slow(), uploads, door, life, open_browser=False)
visitor.join()
print("answered:", *told)
"""


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    memory = Memory(tmp_path_factory.mktemp("memory") / "memory.sqlite")
    with serving(Desk(Recorder(), memory), free_port()) as address:
        yield address


JSON = "application/json"
COOKIE = "pincite=" + 43 * "a"


def get(
    address: str,
    host: str | None = None,
    origin: str | None = None,
    body: bytes | None = None,
    **others: str,
) -> tuple[int, str | None]:
    """The status and the policy of a response."""
    headers = {"Host": host, "Origin": origin, "Cookie": COOKIE, "Content-Type": JSON}
    headers |= {name.replace("_", "-"): value for name, value in others.items()}
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
    assert get(f"{address}{CALLS}", origin="null", body=b"{}")[0] == 403


def test_a_service_takes_nothing_but_a_small_json_object(address: str) -> None:
    called = f"{address}{CALLS}"
    form = "multipart/form-data; boundary=x"
    assert get(called, body=b"{}", Content_Type=form) == (415, POLICY)
    assert get(called, body=b"{}", Content_Type="text/plain") == (415, POLICY)
    large = str(LARGEST_REQUEST + 1)
    assert get(called, body=b"{}", Content_Length=large) == (413, POLICY)


def test_half_a_surrogate_pair_gets_an_answer(
    address: str, capfd: pytest.CaptureFixture[str]
) -> None:
    call = {"data": {"question": "\ud800", "documents": ["\ud800"]}, "fn_name": "ask"}
    body = json.dumps(call).encode()
    assert get(f"{address}{CALLS}", origin=address, body=body)[0] == 200
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
        listening(port).__enter__()


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


def test_serve_looks_at_the_memory_before_it_loads_anything(tmp_path: Path) -> None:
    memory = tmp_path / "memory.sqlite"
    memory.write_text("no memory")
    arguments = ["--port", str(free_port()), "--memory", str(memory), "--index", str(tmp_path)]
    result = CliRunner().invoke(serve, arguments)
    assert isinstance(result.exception, PinciteError)
    assert str(memory) in str(result.exception)


def test_the_memory_and_the_uploads_are_beside_the_index_and_not_in_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "mate.txt").write_text("The mate saw a light.\n")
    index_paths([tmp_path / "mate.txt"], Config(index=tmp_path / "index"))
    served: list[Room] = []
    monkeypatch.setattr(Room, "stop", lambda _: None)
    monkeypatch.setattr(
        "ui.server.app.serve_until_interrupted", lambda room, *_, **__: served.append(room)
    )
    arguments = ["--port", str(free_port()), "--index", str(tmp_path / "index")]
    result = CliRunner().invoke(serve, arguments)
    assert result.exit_code == 0, result.output
    owner = "a" * 64
    assert served[0].services()["ask"](owner, {"question": "Who saw a light?"})["answer"]["id"]
    assert (tmp_path / "index.memory.sqlite").is_file()


def test_the_template_is_constant() -> None:
    """gradio compiles it as a Handlebars template and then as the body of a JavaScript function."""
    template = (STATIC / "room.html").read_text(encoding="utf-8")
    assert not any(mark in template for mark in ("{", "}", "$", "`", "\\", "@children"))


def test_the_script_makes_no_markup_of_text() -> None:
    scripts = [file.read_text(encoding="utf-8") for file in (STATIC / "scripts").iterdir()]
    code = "\n".join(line for line in "\n".join(scripts).splitlines() if "//" not in line)
    forbidden = ("innerHTML", "outerHTML", "insertAdjacent", "document.write", "eval", "Function(")
    assert not [each for each in forbidden if each in code]


@pytest.fixture
def shown(monkeypatch: pytest.MonkeyPatch) -> list[set[str]]:
    """The sources that `ui.screenshots` served, instead of pictures of them."""
    served: list[set[str]] = []

    def serving(room: Room, *_: object) -> AbstractContextManager[str]:
        listed = room.services()["list_sources"]("a" * 64, {})["sources"]
        served.append({each["document"] for each in listed})
        return nullcontext("http://127.0.0.1")

    for module in ("rag.indexing", "rag.assistant"):
        monkeypatch.setattr(f"{module}.load_embedder", lambda *_, **__: FakeEmbedder())
    monkeypatch.setattr(browser, "serving", serving)
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
    assert shown == [{each.name for each in ARCHIVE.iterdir()}]
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
    assert done.stderr.startswith("pincite: ")
    assert len(done.stderr.splitlines()) == 1


def test_the_page_claims_no_more_than_it_can() -> None:
    template = " ".join((STATIC / "room.html").read_text(encoding="utf-8").split())
    assert "Whether a passage answers is for you to judge." in template


def test_what_is_under_way_is_finished_and_the_server_ends(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-c", INTERRUPTED],
        capture_output=True,
        text=True,
        check=False,
        timeout=PATIENCE,
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines()[-1] == 'answered: {"turned_away":true}'
    assert "Traceback" not in done.stderr


# Is told to stop while it answers a question that never ends; who asked tells what he got.
STUCK = """
import os, signal, threading
from tests.served import Mirror, call, record
from ui.server.app import Life, listening, serve_until_interrupted
from ui.browser import free_port
from ui.uploads import Uploads
from pathlib import Path
class Stuck(Mirror):
    def services(self):
        return {"ask": self.ask}
    def ask(self, owner, request):
        os.kill(os.getpid(), signal.SIGTERM)
        threading.Event().wait()
def visit():
    print(record(call(f"http://127.0.0.1:{port}", "ask")), flush=True)
port = free_port()
visitor = threading.Thread(target=visit, daemon=True)
with listening(port) as door:
    uploads = Uploads(Path("/nowhere"))
    serve_until_interrupted(Stuck(), uploads, door, Life(visitor.start), open_browser=False)
"""


def test_what_never_ends_does_not_keep_the_server() -> None:
    done = subprocess.run(
        [sys.executable, "-c", STUCK],
        capture_output=True,
        text=True,
        check=False,
        timeout=PATIENCE,
    )
    assert "Pincite is open at" in done.stdout
    assert done.stdout.splitlines()[-1] == str({"error": str(StoppedError())})
    assert done.returncode == -signal.SIGALRM
    # The kernel's timer, which no busy machine and no thread holds up.
    assert FINISHING < STOPPING < 5
    assert "Traceback" not in done.stderr
