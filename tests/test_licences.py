"""Whatever is installed with Pincite has a licence that we looked at."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from packaging.utils import canonicalize_name

from tests.licences import installed, licence, not_allowed

ROOT = Path(__file__).parents[1]
PACKAGES = {str(canonicalize_name(each.metadata["Name"])): each for each in installed()}


@pytest.mark.parametrize("name", PACKAGES)
def test_every_licence_is_on_the_list(name: str) -> None:
    assert not_allowed(licence(PACKAGES[name])) == set()


def test_all_that_is_pinned_and_installed_is_looked_at() -> None:
    assert {"gradio", "torch", "transformers", "starlette", "hypothesis", "openai"} <= set(PACKAGES)


def test_the_table_has_every_package() -> None:
    table = (ROOT / "docs" / "licences.md").read_text(encoding="utf-8")
    named = {canonicalize_name(each) for each in re.findall(r"^\| (\S+) \d", table, re.MULTILINE)}
    assert set(PACKAGES) - named == set()


@pytest.mark.parametrize(
    ("expression", "refused"),
    [
        ("MIT", set()),
        ("MPL-2.0 AND (Apache-2.0 OR MIT)", set()),
        ("GPL-3.0-only OR MIT", set()),
        ("Apache-2.0 WITH LLVM-exception", set()),
        ("GPL-3.0-only", {"GPL-3.0-only"}),
        ("MIT AND AGPL-3.0-or-later", {"AGPL-3.0-or-later"}),
        ("none stated", {"none stated"}),
    ],
)
def test_what_is_on_the_list(expression: str, refused: set[str]) -> None:
    assert not_allowed(expression) == refused
