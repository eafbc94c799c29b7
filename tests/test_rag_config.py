"""Settings: defaults, the file, the command line."""

from pathlib import Path

import pytest

from index.errors import PinciteError
from rag.config import Config, ReaderConfig, load_config


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def configured(text: str, file: Path | None = None, **changes: object) -> Config:
    (file or Path("pincite.toml")).write_text(text, encoding="utf-8")
    return load_config(file, **changes)


def test_defaults() -> None:
    config = load_config(None)
    assert config == Config()
    assert (config.index, config.model, config.encoding) == (
        Path(".pincite"),
        None,
        "pincite-16k",
    )
    assert (config.passage_tokens, config.allow_network) == (240, False)
    assert 0 < config.refused_below < 1


def test_a_file_here_is_read_without_being_named() -> None:
    config = configured(
        'index = "made"\nmodel = "some/model"\nencoding = "o200k_base"\n'
        "passage_tokens = 99\nthreshold = 0.25\nallow_network = true\n"
    )
    assert config == Config(Path("made"), "some/model", "o200k_base", 99, 0.25, allow_network=True)


def test_an_empty_file_changes_nothing() -> None:
    assert configured("# nothing\n") == Config()


def test_a_named_file_stands_in_for_the_one_here(folder: Path) -> None:
    (folder / "pincite.toml").write_text("passage_tokens = 99")
    assert configured("threshold = 1", folder / "other.toml") == Config(threshold=1)


def test_the_command_line_comes_first() -> None:
    config = configured(
        'index = "made"\nmodel = "one"\nallow_network = true',
        index=Path("elsewhere"),
        model=None,
        allow_network=None,
    )
    assert config == Config(Path("elsewhere"), "one", allow_network=True)
    assert not configured("allow_network = true", allow_network=False).allow_network


def test_an_index_is_relative_to_the_file_that_names_it(folder: Path) -> None:
    (folder / "sub").mkdir()
    file = folder / "sub" / "my.toml"
    assert configured('index = "made"', file).index == folder / "sub" / "made"
    assert configured('index = "/made"', file).index == Path("/made")
    assert configured('index = "made"', file, index=Path("mine")).index == Path("mine")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (
            "treshold = 0.5",
            "pincite.toml: there is no setting 'treshold'; known: index, model, encoding, passage",
        ),
        ("[rag]\nthreshold = 0.5", "pincite.toml: there is no setting 'rag'"),
        ("index = 3", "pincite.toml: index is 3, not a str"),
        ("model = []", r"pincite.toml: model is \[\], not a str"),
        ("passage_tokens = 99.5", "pincite.toml: passage_tokens is 99.5, not a int"),
        ("passage_tokens = true", "pincite.toml: passage_tokens is True, not a int"),
        ('threshold = "0.5"', "pincite.toml: threshold is '0.5', not a float"),
        ("threshold = true", "pincite.toml: threshold is True, not a float"),
        ("allow_network = 1", "pincite.toml: allow_network is 1, not a bool"),
        ("threshold = 1.5", "threshold is 1.5; it has to be from 0 to 1"),
        ("threshold = -0.1", "threshold is -0.1; it has to be from 0 to 1"),
        ("threshold = nan", "threshold is nan; it has to be from 0 to 1"),
        ("passage_tokens = 15", "passage_tokens is 15; it has to be 16 or more"),
        ("threshold = ", "the configuration pincite.toml is not valid TOML: "),
        ("threshold = 0\nthreshold = 0", "the configuration pincite.toml is not valid TOML: "),
    ],
)
def test_a_wrong_setting_is_named(text: str, message: str) -> None:
    with pytest.raises(PinciteError, match=f"^{message}"):
        configured(text)


def test_the_ends_of_a_range_are_in_it() -> None:
    assert configured("threshold = 0\npassage_tokens = 16") == Config(
        threshold=0, passage_tokens=16
    )
    assert configured("threshold = 1.0").threshold == 1.0


def test_a_value_of_the_command_line_is_checked_as_well() -> None:
    with pytest.raises(PinciteError, match=r"^threshold is 2;"):
        load_config(None, threshold=2)


def test_a_named_file_has_to_be_there(folder: Path) -> None:
    with pytest.raises(PinciteError, match=r"lost\.toml cannot be read: No such file"):
        load_config(folder / "lost.toml")
    with pytest.raises(PinciteError, match="cannot be read: Is a directory"):
        load_config(folder)


def test_a_file_that_is_no_text_is_refused(folder: Path) -> None:
    file = folder / "pincite.toml"
    file.write_bytes(b'model = "\xff"')
    with pytest.raises(PinciteError, match="is not valid TOML"):
        load_config(file)


# -- the reader ------------------------------------------------------------------------------------


@pytest.fixture(autouse=True)
def _no_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("OPENAI_BASE_URL", "PINCITE_READER_MODEL"):
        monkeypatch.delenv(name, raising=False)


def test_readers_are_read() -> None:
    assert configured("[reader]").reader == configured("").reader == ReaderConfig("trained")
    assert configured('[reader]\nmodel = "mine"').reader == ReaderConfig("trained", "mine")
    assert configured('[reader]\nkind = "none"').reader == ReaderConfig("none")
    assert configured('[reader]\nkind = "cross-encoder"\nmodel = "a/b"').reader == ReaderConfig(
        "cross-encoder", "a/b"
    )
    assert configured(
        'threshold = 1\n[reader]\nkind = "openai"\nurl = "http://127.0.0.1:8080/v1"\n'
        'model = "m"\ntimeout = 9\nkey_variable = "MY_KEY"'
    ) == Config(
        threshold=1,
        reader=ReaderConfig("openai", "m", "http://127.0.0.1:8080/v1", 9, "MY_KEY"),
    )


def test_a_reader_has_a_threshold_of_its_own_until_one_is_set() -> None:
    assert configured("").refused_below == 0.12
    assert configured('[reader]\nkind = "none"').refused_below == 0.4
    assert configured('threshold = 0\n[reader]\nkind = "none"').refused_below == 0


def test_url_and_model_of_a_server_may_come_from_the_environment(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("OPENAI_BASE_URL", "http://[::1]:9/v1/")
    monkeypatch.setenv("PINCITE_READER_MODEL", "theirs")
    openai = '[reader]\nkind = "openai"'
    assert configured(openai).reader == ReaderConfig("openai", "theirs", "http://[::1]:9/v1/")
    assert configured(f'{openai}\nmodel = "mine"').reader.model == "mine"
    assert configured('[reader]\nkind = "none"').reader == ReaderConfig("none")
    with pytest.raises(PinciteError, match=r"needs reader\.model; set it there$"):
        configured('[reader]\nkind = "cross-encoder"')


SERVER = 'kind = "openai"\nurl = "http://localhost/v1"\nmodel = "m"'


@pytest.mark.parametrize(
    ("table", "message"),
    [
        ('kind = "best"', 'reader.kind is \'best\'; it has to be one of "none", "trained", "cro'),
        ("kind = []", r"reader.kind is \[\]; it has to be one of"),
        ('kin = "none"', "a reader of kind 'trained' has no setting 'kin'; known: kind, model$"),
        ('kind = "none"\nmodel = "a"', "a reader of kind 'none' has no setting 'model'; known: ki"),
        ('kind = "cross-encoder"\nurl = "a"', ".* has no setting 'url'; known: kind, model$"),
        ('kind = "trained"\nmodel = 7', "reader.model is 7, not a str$"),
        ('kind = "cross-encoder"', "a reader of kind 'cross-encoder' needs reader.model; set it"),
        ('kind = "cross-encoder"\nmodel = 7', "reader.model is 7, not a str$"),
        ('kind = "openai"\nmodel = "m"', ".*needs reader.url; .* the variable OPENAI_BASE_URL$"),
        (
            'kind = "openai"\nurl = "http://localhost"',
            ".*needs reader.model; set it there or the variable PINCITE_READER_MODEL$",
        ),
        ('kind = "openai"\nurl = ["a"]', r"reader.url is \['a'\], not a str"),
        (f"{SERVER}\ntimeout = true", "reader.timeout is True, not a float"),
        (f'{SERVER}\ntimeout = "9"', "reader.timeout is '9', not a float"),
        (
            f"{SERVER}\ntimeout = 0",
            "reader.timeout is 0; it has to be more than 0 and at most 3600",
        ),
        (f"{SERVER}\ntimeout = nan", "reader.timeout is nan; it has to be"),
        (f"{SERVER}\ntimeout = inf", "reader.timeout is inf; it has to be"),
        (f'{SERVER}\nkey_variable = ""', "reader.key_variable is empty; name a variable"),
        (f"{SERVER}\nkey_variable = 1", "reader.key_variable is 1, not a str"),
        (f'{SERVER}\nkey = "sk"', ".*no setting 'key'; known: kind, url, model, timeout, key_var"),
    ],
)
def test_a_wrong_reader_is_named(table: str, message: str) -> None:
    with pytest.raises(PinciteError, match=f"^pincite.toml: {message}"):
        configured(f"[reader]\n{table}")


def test_a_reader_is_a_table() -> None:
    with pytest.raises(PinciteError, match=r"^pincite\.toml: reader is 'none', not a table"):
        configured('reader = "none"')


@pytest.mark.parametrize(
    "url",
    [
        "localhost:8080/v1",
        "ftp://localhost/v1",
        "http:///v1",
        "http://user:secret@localhost/v1",
        "http://127.0.0.1\\\\@models.example/v1",
        "http://127.0.0.1#@models.example/",
        "http://127.0.0.1/v1?key=secret",
        "http://127.0.0.1 /v1",
        "http://127.0.0.1:99999/v1",
        "http://127.0.0.1:x/v1",
        "http://[127.0.0.1/v1",
        "http://\\u2460.example/v1",
        "file:///v1",
    ],
)
def test_an_address_has_to_be_plain(url: str) -> None:
    with pytest.raises(PinciteError, match=r"it has to be like http://127\.0\.0\.1:8080/v1"):
        configured(f'[reader]\nkind = "openai"\nmodel = "m"\nurl = "{url}"')
