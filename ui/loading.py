"""What a first question would wait for, loaded while the page is open already."""

import threading
from collections.abc import Callable

from index.errors import PinciteError
from rag.render import Record

BROKEN = "The model could not be loaded. The terminal that Pincite runs in says more."


class Loading:
    """Loads once, in a thread of its own, and can be asked how that goes."""

    def __init__(self, load: Callable[[], object]) -> None:
        self._load = load
        self._state = ("loading", "Loading the model")
        self._ended = threading.Event()

    def start(self) -> None:
        # A daemon: whoever stops Pincite does not wait for a model that nobody will use.
        threading.Thread(target=self._run, name="loading", daemon=True).start()

    def wait(self, seconds: float) -> None:
        """Until it is loaded or has failed, or so many seconds have passed."""
        self._ended.wait(seconds)

    def record(self) -> Record:
        """`{"state": "loading" | "ready" | "failed", "message"}`."""
        state, message = self._state
        return {"state": state, "message": message}

    def _run(self) -> None:
        self._state = self._loaded()
        self._ended.set()

    def _loaded(self) -> tuple[str, str]:
        try:
            self._load()
        except (PinciteError, OSError) as error:
            return "failed", str(error)
        except BaseException:
            self._state = ("failed", BROKEN)
            self._ended.set()
            raise
        return "ready", ""
