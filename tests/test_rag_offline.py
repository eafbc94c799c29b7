"""No request leaves the machine: index, ask, batch, check and export try none."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.offline import ELSEWHERE, WAYS, can_trace

ARCHIVE = Path(__file__).resolve().parents[1] / "eval" / "archive"
# Says in the report which of the ways was used.
way = pytest.mark.parametrize(
    "name",
    [
        pytest.param(
            "in a namespace, by strace",
            marks=pytest.mark.skipif(
                not can_trace(), reason="needs strace, and unshare with leave to make a network"
            ),
        ),
        "by an audit hook",
    ],
)
BEST = "in a namespace, by strace" if can_trace() else "by an audit hook"
SOURCES = (
    *("inquest-1887.txt", "hartnoll-pamphlet-1961.md", "museum-gallery-2009.html"),
    *("board-of-trade-report-1888.pdf", "lifeboat-minutes-1887-88.docx"),
    "pallister-the-combs-1983.epub",
)
COMMANDS = """
import json, sys
from rag.cli import commands
for arguments in json.loads(sys.argv[1]):
    commands.main(arguments, standalone_mode=False)
"""
ATTEMPTS = {
    "TCP": "socket.socket().connect(('192.0.2.1', 9))",
    "UDP": "socket.socket(type=socket.SOCK_DGRAM).sendto(b'rain', ('192.0.2.1', 9))",
    "IPv6": "socket.socket(socket.AF_INET6).connect(('2001:db8::1', 9))",
}


@way
@pytest.mark.parametrize("kind", ATTEMPTS)
def test_an_attempt_is_seen(name: str, kind: str, tmp_path: Path) -> None:
    log = tmp_path / "attempts"
    ended = WAYS[name](f"import socket\n{ATTEMPTS[kind]}", [], log)
    assert ended.returncode != 0
    assert ("2001:db8::1" if kind == "IPv6" else "192.0.2.1") in log.read_text()


def test_a_name_is_asked_of_others_even_through_this_machine() -> None:
    """systemd's resolver listens at 127.0.0.53."""
    asked = 'sendto(3, {sa_family=AF_INET, sin_port=htons(%s), sin_addr=inet_addr("127.0.0.53")})'
    assert ELSEWHERE.search(asked % 53)
    assert not ELSEWHERE.search(asked % 5300)


@way
def test_the_machine_itself_may_be_asked(name: str, tmp_path: Path) -> None:
    log = tmp_path / "attempts"
    program = "import socket\nsocket.socket().connect_ex(('127.0.0.1', 9))"
    assert WAYS[name](program, [], log).returncode == 0
    assert log.read_text() == ""


@pytest.mark.model
@pytest.mark.parametrize("name", [BEST])
def test_nothing_is_asked_of_another_machine(name: str, tmp_path: Path) -> None:
    sources = tmp_path / "sources"
    sources.mkdir()
    for source in SOURCES:
        (sources / source).symlink_to(ARCHIVE / source)
    questions, answers, index = (
        str(tmp_path / name) for name in ("questions.jsonl", "answers.jsonl", "index")
    )
    Path(questions).write_text(
        '{"question": "How many men were drowned?"}\n{"question": "Who was the mate?"}\n'
    )
    commands = [
        ["index", str(sources), "--index", index],
        ["status", "--index", index],
        ["ask", "How many men were drowned?", "--index", index],
        ["batch", questions, "--out", answers, "--index", index],
        ["check", answers, "--index", index],
        ["export", answers, "--as", "markdown", "--index", index],
    ]
    log = tmp_path / "attempts"
    ended = WAYS[name](COMMANDS, [json.dumps(commands)], log)
    assert ended.returncode == 0, ended.stderr
    assert log.read_text() == ""
    assert Path(answers).read_text().count("\n") == 2
    # onnxruntime keeps a name for this machine where it reports what it does.
    assert not list(tmp_path.rglob("Microsoft"))


def test_the_runtime_of_the_reader_is_told_to_report_nothing() -> None:
    program = "import os, rag.read.trained; print(os.environ['ORT_DISABLE_TELEMETRY'])"
    given = {**os.environ, "ORT_DISABLE_TELEMETRY": "0"}
    said = subprocess.run(
        [sys.executable, "-c", program], env=given, capture_output=True, text=True, check=True
    )
    assert said.stdout == "1\n"
