import threading

import pytest

from index.errors import PinciteError
from tests.patience import PATIENCE
from ui.loading import BROKEN, Loading


def test_loading_goes_on_in_the_background() -> None:
    go = threading.Event()
    loading = Loading(lambda: go.wait(PATIENCE))
    loading.start()
    assert loading.record() == {"state": "loading", "message": "Loading the model"}
    go.set()
    loading.wait(PATIENCE)
    assert loading.record() == {"state": "ready", "message": ""}


def test_what_the_user_can_mend_is_told() -> None:
    def fail() -> None:
        raise PinciteError("the model is not here. Name another.")

    loading = Loading(fail)
    loading.start()
    loading.wait(PATIENCE)
    assert loading.record() == {
        "state": "failed",
        "message": "the model is not here. Name another.",
    }


@pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning")
def test_what_nobody_foresaw_is_a_failure_as_well() -> None:
    loading = Loading(lambda: 1 / 0)
    loading.start()
    for thread in threading.enumerate():
        if thread.name == "loading":
            thread.join(PATIENCE)
    assert loading.record() == {"state": "failed", "message": BROKEN}
