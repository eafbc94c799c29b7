import socket
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner

from index.errors import PinciteError
from tests.test_ui_desk import Recorder
from ui.app import check_port, serving
from ui.command import serve
from ui.guard import POLICY
from ui.screenshots import free_port

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


def get(address: str, host: str | None = None) -> tuple[int, str | None]:
    """The status and the policy of a response."""
    request = urllib.request.Request(address, headers={"Host": host} if host else {})
    direct = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    try:
        with direct.open(request) as response:
            return response.status, response.headers["Content-Security-Policy"]
    except urllib.error.HTTPError as error:
        with error:
            return error.code, None


def test_the_page_may_load_nothing_from_elsewhere(address: str) -> None:
    assert get(address) == (200, POLICY)
    assert "http" not in POLICY


def test_only_a_local_name_is_answered(address: str) -> None:
    assert get(address, "localhost:7860")[0] == 200
    assert get(address, "pincite.example")[0] == 400


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


def test_the_template_is_constant() -> None:
    """gradio compiles it as a Handlebars template and then as the body of a JavaScript function."""
    template = (STATIC / "room.html").read_text(encoding="utf-8")
    assert not any(mark in template for mark in ("{", "}", "$", "`", "\\", "@children"))


def test_the_script_makes_no_markup_of_text() -> None:
    script = (STATIC / "room.js").read_text(encoding="utf-8")
    code = "\n".join(line for line in script.splitlines() if not line.startswith("//"))
    forbidden = ("innerHTML", "outerHTML", "insertAdjacent", "document.write", "eval", "Function(")
    assert not [each for each in forbidden if each in code]
