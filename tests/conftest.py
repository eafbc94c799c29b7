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
