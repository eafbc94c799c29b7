"""The licences of everything that is installed with Pincite: python -m tests.licences [> FILE]

Writes the table of docs/licences.md. What a package says of itself counts, in this order: its SPDX
expression, its classifiers, its licence field; where that is nothing, or a text, `READ` has what
its licence file says.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from importlib.metadata import Distribution, PackageNotFoundError, distribution

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

EXTRAS = ("llm", "test", "train")

# Permissive, or copyleft for their own files alone (MPL): nothing that a work has to share which
# only uses them.
ALLOWED = {
    *("0BSD", "Apache-2.0", "BSD", "BSD-2-Clause", "BSD-3-Clause", "BSL-1.0", "CC0-1.0"),
    *("CNRI-Python", "FTL", "ICU", "IJG", "ISC", "LLVM-exception", "MIT", "MIT-0", "MIT-CMU"),
    *("MPL-2.0", "PSF-2.0", "Unlicense", "Zlib", "libpng-2.0", "libtiff"),
    # Proprietary, free to use: only where PyTorch's build for GPUs is installed, which needs them.
    "LicenseRef-NVIDIA",
}
_NAMES = {
    "3-Clause BSD License": "BSD-3-Clause",
    "Apache 2.0 License": "Apache-2.0",
    "Apache Software License": "Apache-2.0",
    "BSD License": "BSD",
    "ISC License (ISCL)": "ISC",
    "MIT License": "MIT",
    "Mozilla Public License 2.0 (MPL 2.0)": "MPL-2.0",
}
# Read in the licence files of these versions' packages.
READ = {
    "axe-playwright-python": "MIT AND MPL-2.0",
    # PDFium has parts of other projects in it: FreeType, ICU, libjpeg, libpng, libtiff.
    "pypdfium2": "Apache-2.0 AND BSD-3-Clause AND FTL AND ICU AND IJG AND libpng-2.0 AND libtiff",
    "tiktoken": "MIT",
}


def installed() -> list[Distribution]:
    """What Pincite needs, with all of its extras, and what that needs, as far as it is there."""
    found: dict[str, Distribution] = {}
    asked = [("pincite", extra) for extra in ("", *EXTRAS)]
    seen: set[tuple[str, str]] = set()
    while asked:
        name, extra = asked.pop()
        if (name, extra) in seen:
            continue
        seen.add((name, extra))
        try:
            found[name] = distribution(name)
        except PackageNotFoundError:
            continue
        asked += _needed(found[name], extra)
    return [found[name] for name in sorted(found) if name != "pincite"]


def _needed(package: Distribution, extra: str) -> Iterator[tuple[str, str]]:
    for line in package.requires or ():
        needed = Requirement(line)
        if needed.marker is None or needed.marker.evaluate({"extra": extra}):
            for each in ("", *needed.extras):
                yield canonicalize_name(needed.name), each


def licence(package: Distribution) -> str:
    """A package's licence as an SPDX expression, or in its own words where there is none."""
    about = package.metadata.json
    name = canonicalize_name(package.metadata["Name"])
    if name in READ:
        return READ[name]
    if name.startswith("nvidia-"):
        return "LicenseRef-NVIDIA"
    if expression := about.get("license_expression"):
        return str(expression)
    classes = [
        line.rpartition(" :: ")[2]
        for line in about.get("classifier", [])
        if line.startswith("License :: OSI Approved :: ")
    ]
    said = classes or [str(about.get("license") or "none stated").strip().partition("\n")[0]]
    return " AND ".join(_NAMES.get(each, each) for each in said)


def not_allowed(expression: str) -> set[str]:
    """The licences of an expression that are not on the list; of alternatives, one is enough."""
    return min(
        ({each for each in _atoms(way) if each not in ALLOWED} for way in _ways(expression)),
        key=len,
    )


def _ways(expression: str) -> list[str]:
    # Alternatives in brackets are not told apart from the rest: then all have to be allowed.
    return [expression] if "(" in expression else expression.split(" OR ")


def _atoms(expression: str) -> list[str]:
    return re.split(r"\s+(?:AND|OR|WITH)\s+", re.sub(r"[()]", "", expression).strip())


def table() -> str:
    """The packages and their licences, as Markdown."""
    rows = (
        # Which of the builds of a version it is says nothing about the licence.
        f"| {each.metadata['Name']} {each.version.partition('+')[0]} | {licence(each)} |"
        for each in installed()
    )
    return "\n".join(["| package | licence |", "| --- | --- |", *rows, ""])


if __name__ == "__main__":
    sys.stdout.write(table())
