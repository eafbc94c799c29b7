import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from index.errors import PinciteError
from ui.command import IN_THE_CLEAR, password, serve
from ui.passwords import (
    LONGEST,
    SHORTEST,
    checked_user,
    hashes_of,
    matches,
    passwords_beside,
    set_password,
    unmatched,
)

WORDS = "four plain words here"


def test_a_password_is_kept_as_a_hash_of_its_own(tmp_path: Path) -> None:
    file = passwords_beside(tmp_path / "index")
    set_password(file, "Ann", WORDS)
    set_password(file, "bob", WORDS)
    hashes = hashes_of(file, ["ann", "BOB"])
    assert list(hashes) == ["ann", "bob"]
    assert hashes["ann"] != hashes["bob"]
    assert hashes["ann"].startswith("$argon2id$v=19$m=65536,t=3,p=4$")
    assert matches(hashes["ann"], WORDS)
    assert not matches(hashes["ann"], WORDS + " ")
    assert not matches(unmatched(), WORDS)
    assert WORDS not in file.read_text()
    assert file.stat().st_mode & 0o777 == 0o600
    assert [each.name for each in tmp_path.iterdir()] == ["index.users.json"]


def test_a_password_is_changed(tmp_path: Path) -> None:
    file = tmp_path / "users.json"
    set_password(file, "ann", WORDS)
    set_password(file, "ann", WORDS[::-1])
    assert matches(hashes_of(file, ["ann"])["ann"], WORDS[::-1])


def test_an_accent_is_the_same_from_every_keyboard(tmp_path: Path) -> None:
    set_password(tmp_path / "users.json", "ann", "é" * SHORTEST)
    assert matches(hashes_of(tmp_path / "users.json", ["ann"])["ann"], "e\u0301" * SHORTEST)


def test_half_a_surrogate_pair_is_a_wrong_password() -> None:
    assert not matches(unmatched(), "\ud800")


@pytest.mark.parametrize("word", ["x" * (SHORTEST - 1), "x" * (LONGEST + 1), ""])
def test_a_password_has_a_length(tmp_path: Path, word: str) -> None:
    with pytest.raises(PinciteError, match="15 to 1000 characters"):
        set_password(tmp_path / "users.json", "ann", word)
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("name", ["", ".ann", "ann/..", "a b", "änn", "a" * 65, "a\n", "-"])
def test_a_name_is_plain(name: str) -> None:
    if name == "a\n":
        assert checked_user(name) == "a"
        return
    with pytest.raises(PinciteError, match="cannot be a user's name"):
        checked_user(name)


def test_whose_password_is_missing_is_told_with_the_next_step(tmp_path: Path) -> None:
    with pytest.raises(PinciteError, match="pincite password bob"):
        hashes_of(tmp_path / "users.json", ["Bob"])


@pytest.mark.parametrize(
    "kept", ["", "[]", "{}", '{"format": 2, "users": {}}', '{"format": 1, "users": {"ann": 1}}']
)
def test_another_file_is_refused_and_left(tmp_path: Path, kept: str) -> None:
    file = tmp_path / "users.json"
    file.write_text(kept)
    for act in (lambda: hashes_of(file, ["ann"]), lambda: set_password(file, "ann", WORDS)):
        with pytest.raises(PinciteError, match=r"users\.json cannot be used"):
            act()
    assert file.read_text() == kept


def test_the_command_takes_a_password_from_the_standard_input(tmp_path: Path) -> None:
    arguments = ["Ann", "--index", str(tmp_path / "index")]
    result = CliRunner().invoke(password, arguments, input=f"{WORDS}\n")
    assert result.exit_code == 0, result.output
    assert "has to be started again" in result.output
    assert WORDS not in result.output
    kept = json.loads((tmp_path / "index.users.json").read_text())
    assert matches(kept["users"]["ann"], WORDS)


@pytest.mark.parametrize(
    "options",
    [
        ["--host", "0.0.0.0", "--name", "archive.example"],
        ["--host", "192.168.1.5"],
        ["--name", "archive.example"],
        ["--behind-https"],
    ],
)
def test_nothing_is_served_to_others_without_users(tmp_path: Path, options: list[str]) -> None:
    result = CliRunner().invoke(serve, [*options, "--index", str(tmp_path / "none")])
    assert isinstance(result.exception, PinciteError)
    assert "pincite serve --user NAME" in str(result.exception)


def test_a_user_without_a_password_is_not_served(tmp_path: Path) -> None:
    arguments = ["--user", "ann", "--index", str(tmp_path / "none")]
    result = CliRunner().invoke(serve, arguments)
    assert isinstance(result.exception, PinciteError)
    assert "pincite password ann" in str(result.exception)


def test_that_passwords_go_in_the_clear_is_told(tmp_path: Path) -> None:
    arguments = ["--user", "ann", "--index", str(tmp_path / "none")]
    told = {
        options: IN_THE_CLEAR in CliRunner().invoke(serve, [*arguments, *options]).output
        for options in (("--host", "192.0.2.1"), ("--behind-https",), ())
    }
    assert list(told.values()) == [True, False, False]
