import pytest

from rag.types import Stage
from ui.stages import MOST_OF_ONE, MOST_TICKETS, Board


def test_a_question_under_way_is_told_of_and_then_forgotten() -> None:
    board = Board()
    with board.following("ann", "t1", "Who?", 2653) as report:
        told = {"question": "Who?", "stage": None, "told": None, "answer": None}
        assert board.progress("ann", {"ticket": "t1"}) == told
        report(Stage.SEARCHING)
        told |= {"stage": "searching", "told": "Searching 2,653 passages"}
        assert board.progress("ann", {"ticket": "t1"}) == told
        report(Stage.READING)
        assert board.progress("ann", {"ticket": "t1"})["stage"] == "reading"
    assert board.progress("ann", {"ticket": "t1"}) == {}


def test_the_answer_to_a_question_is_found_by_its_ticket() -> None:
    board = Board()
    with board.following("ann", "t1", "Who?", 1):
        board.answered("ann", "t1", "a7")
    assert board.progress("ann", {"ticket": "t1"})["answer"] == "a7"
    assert board.progress("bob", {"ticket": "t1"}) == {}
    board.answered("bob", "t1", "a7")
    assert board.progress("bob", {"ticket": "t1"}) == {}


def test_nobody_sees_the_questions_of_others() -> None:
    board = Board()
    with board.following("ann", "t1", "Who?", 1) as report:
        report(Stage.SEARCHING)
        assert board.progress("bob", {"ticket": "t1"}) == {}


@pytest.mark.parametrize("ticket", ["", "x" * 65, 3, ["t"]])
def test_a_ticket_is_a_short_text(ticket: object) -> None:
    with pytest.raises(ValueError, match="1 to 64 characters"):
        Board().progress("ann", {"ticket": ticket})


def test_one_owner_drives_out_only_his_own_tickets() -> None:
    board = Board()
    with board.following("bob", "t", "Who?", 1) as report:
        report(Stage.SEARCHING)
        for number in range(MOST_TICKETS + 1):
            board.following("ann", str(number), "Who?", 1).__enter__()(Stage.SEARCHING)
        assert board.progress("bob", {"ticket": "t"})["stage"] == "searching"
    kept = [
        board.progress("ann", {"ticket": str(each)}).get("stage")
        for each in range(MOST_TICKETS + 1)
    ]
    assert kept.count("searching") == MOST_OF_ONE
