from pathlib import Path

import pytest

from index.update import Summary
from tests.recorder import Recorder
from ui.desk import Desk
from ui.jobs import Changes, Jobs
from ui.loading import Loading
from ui.memory import Memory
from ui.room import Room
from ui.uploads import Uploads


def test_stopping_ends_the_process_whatever_goes_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ended: list[int] = []
    monkeypatch.setattr("os._exit", ended.append)
    changes = Changes(lambda *_: Summary(), lambda _: None, lambda _: [])
    loading = Loading(lambda: None)
    loading._run()
    desk = Desk(Recorder(), Memory(tmp_path / "memory.sqlite"))
    Room(desk, loading, Jobs(Uploads(tmp_path), changes)).stop()
    assert ended == [0]
