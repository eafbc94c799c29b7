"""Settings for every test."""

from collections.abc import Iterator

import pytest
from hypothesis import settings

from index import read
from index.read import complete, isolation

# The machines are shared: how long an example takes says nothing about the code.
settings.register_profile("pincite", deadline=None)
settings.load_profile("pincite")

# The indexes of real texts, and the fixtures of the browser tests.
pytest_plugins = ["tests.corpora", "tests.room"]


class Failures:
    """Tells each failure when it happens: a run that is broken off tells none at its end."""

    def __init__(self, terminal: pytest.TerminalReporter) -> None:
        self._terminal = terminal

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        if report.failed:
            self._terminal.ensure_newline()
            self._terminal.line(f"{report.nodeid} ({report.when})\n{report.longreprtext}")


# After the terminal has been made.
@pytest.hookimpl(trylast=True)
def pytest_configure(config: pytest.Config) -> None:
    terminal = config.pluginmanager.get_plugin("terminalreporter")
    if isinstance(terminal, pytest.TerminalReporter):
        config.pluginmanager.register(Failures(terminal))


@pytest.fixture(scope="session", autouse=True)
def _read_here() -> Iterator[None]:
    """Files are read in the test's own process: one for each takes longer than most tests."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(read, "completed", complete.load)
        yield


@pytest.fixture
def apart(monkeypatch: pytest.MonkeyPatch) -> None:
    """Files are read in a process of their own, as in earnest."""
    monkeypatch.setattr(read, "completed", isolation.completed)
