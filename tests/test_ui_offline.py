"""The server and the page ask no other machine: a whole session, with every call traced."""

from __future__ import annotations

import fcntl
import signal
import socket
import struct
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path

import pytest
from playwright.sync_api import Error, Page

from rag.config import Config
from rag.indexing import index_paths
from tests.offline import WAYS, can_trace
from tests.patience import PATIENCE
from tests.room import needs_chromium
from ui.browser import ARCHIVE, ask, chromium, free_port, open_quote

pytestmark = [
    *needs_chromium,
    pytest.mark.model,
    pytest.mark.skipif(
        not can_trace(), reason="needs strace, and unshare with leave to make a network"
    ),
]

SOURCES = ("inquest-1887.txt", "hartnoll-pamphlet-1961.md", "museum-gallery-2009.html")
MAIN = "from rag.cli import main; main()"
SESSION = "import sys; from tests.test_ui_offline import session; session(*sys.argv[1:])"
# Chromium itself asks the kernel whether there is a way to this address, by a UDP socket that it
# connects and sends nothing by; no flag of its keeps it from that.
PROBED = "2001:4860:4860::8888"
# Of <linux/sockios.h> and <linux/if.h>.
SIOCSIFFLAGS, IFF_UP = 0x8914, 1


def session(index: str, upload: str) -> None:
    """Serve the index, ask, open a source, add a file and ask of it: in the traced process."""
    _raise_loopback()
    port = free_port()
    asked: list[str] = []
    command = [sys.executable, "-c", MAIN, "serve", "--index", index, "--port", str(port)]
    server = subprocess.Popen(command)
    try:
        with chromium() as browser:
            page = browser.new_page()
            # Names are not looked up at all (see `ui.browser.FLAGS`): who asks by name is told here
            page.on("request", lambda request: asked.append(request.url))
            page.set_default_timeout(1000 * PATIENCE)
            _open(page, f"http://127.0.0.1:{port}")
            _read_and_add(page, upload)
        server.send_signal(signal.SIGTERM)
        # Traced on a busy machine, it may not end by itself in the time that it has.
        assert server.wait(timeout=PATIENCE) in {0, -signal.SIGALRM}
    finally:
        # Who waits for what this process writes waits for the server too.
        server.kill()
    elsewhere = [url for url in asked if not url.startswith((f"http://127.0.0.1:{port}/", "data:"))]
    assert asked
    assert not elsewhere


def _read_and_add(page: Page, upload: str) -> None:
    """Ask, open the source, add a file, ask of it."""
    ask(page, "How many men were drowned?")
    open_quote(page)
    page.keyboard.press("Escape")
    page.locator(".pc-file-input").set_input_files(upload)
    page.locator(".pc-job-told", has_text="Added: ").wait_for()
    ask(page, "Who kept a parrot in the galley?")
    open_quote(page)
    sys.stdout.write(page.locator(".pc-mark").inner_text())


def _raise_loopback() -> None:
    """A new network has the device of the machine itself, but switched off."""
    with socket.socket(type=socket.SOCK_DGRAM) as any_socket:
        fcntl.ioctl(any_socket, SIOCSIFFLAGS, struct.pack("16sh14x", b"lo", IFF_UP))


def _open(page: Page, address: str) -> None:
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end:
        with suppress(Error):
            page.goto(address)
            return
        time.sleep(0.5)
    raise AssertionError("the server does not answer")


def test_a_session_asks_nothing_of_another_machine(tmp_path: Path) -> None:
    index = tmp_path / "index"
    assert not index_paths([ARCHIVE / each for each in SOURCES], Config(index=index)).failures
    upload = tmp_path / "parrot.txt"
    upload.write_text("The cook kept a parrot in the galley for eleven years.\n")
    log = tmp_path / "attempts"
    ended = WAYS["in a namespace, by strace"](SESSION, [str(index), str(upload)], log)
    assert ended.returncode == 0, ended.stderr
    assert "parrot" in ended.stdout
    assert [line for line in log.read_text().splitlines() if PROBED not in line] == []
