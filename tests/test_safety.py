"""Nothing in Pincite runs what it reads: no pickle, no evaluated text, no shell, in any module."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from collections.abc import Set as AbstractSet
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PACKAGES = ("index", "rag", "ui", "eval")
# They make objects, and so run code, of what they read.
MODULES = {"pickle", "_pickle", "cPickle", "dill", "cloudpickle", "marshal", "shelve", "joblib"}
_WAYS = ("l", "le", "lp", "lpe", "v", "ve", "vp", "vpe")
CALLS = {
    *("eval", "exec", "compile", "__import__", "builtins.eval", "builtins.exec"),
    *("os.system", "os.popen", "subprocess.getoutput", "subprocess.getstatusoutput", "pty.spawn"),
    *("asyncio.create_subprocess_shell", "yaml.load", "yaml.unsafe_load", "yaml.full_load"),
    *("pandas.read_pickle", "torch.hub.load", "torch.jit.load", "code.interact"),
    *("shutil.unpack_archive", "runpy.run_path", "runpy.run_module", "__builtins__"),
    *(f"os.{kind}{way}" for kind in ("exec", "spawn") for way in _WAYS),
    *("os.posix_spawn", "os.posix_spawnp"),
}
SHELLS = {"sh", "bash", "dash", "zsh", "ksh", "fish", "cmd", "cmd.exe", "powershell", "pwsh"}
# A call of this name must have this argument, said outright.
NEEDED = {
    "torch.load": ("weights_only", True),
    "torch.serialization.load": ("weights_only", True),
    "numpy.load": ("allow_pickle", False),
}
# And no call at all may have one of these as anything but this.
ARGUMENTS = {"shell": False, "allow_pickle": False, "trust_remote_code": False}
# A zip archive is read in memory, never extracted.
METHODS = {"extract", "extractall", "read_pickle", "to_pickle"}


def findings(code: str) -> Iterator[str]:
    """What of a module's code could run what it reads."""
    tree = ast.parse(code)
    names = dict(_imported(tree))
    yield from (name for name in names.values() if name.partition(".")[0] in MODULES)
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            yield from _in_call(node, _dotted(node.func, names))
        elif isinstance(node, ast.ImportFrom):
            # Nobody sees what it brings.
            yield from (alias.name for alias in node.names if alias.name == "*")
        elif isinstance(node, ast.Attribute | ast.Name):
            yield from CALLS & {_dotted(node, names)}


def _imported(tree: ast.Module) -> Iterator[tuple[str, str]]:
    """Each name that the module imports, and what it stands for."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            for alias in node.names:
                whole = alias.name if alias.asname else alias.name.partition(".")[0]
                yield alias.asname or whole, whole
        elif isinstance(node, ast.ImportFrom):
            for alias in node.names:
                yield alias.asname or alias.name, f"{node.module}.{alias.name}"


def _dotted(node: ast.expr, names: dict[str, str]) -> str:
    if isinstance(node, ast.Attribute):
        return f"{_dotted(node.value, names)}.{node.attr}"
    return names.get(node.id, node.id) if isinstance(node, ast.Name) else "?"


def _in_call(call: ast.Call, name: str) -> Iterator[str]:
    said = {
        each.arg: each.value.value if isinstance(each.value, ast.Constant) else None
        for each in call.keywords
    }
    if name in CALLS or name.rpartition(".")[2] in METHODS:
        yield name
    argument, value = NEEDED.get(name, ("", None))
    if argument and said.get(argument) is not value:
        yield f"{name} without {argument}"
    yield from (key for key, safe in ARGUMENTS.items() if key in said and said[key] is not safe)
    texts = {each.value for each in ast.walk(call) if isinstance(each, ast.Constant)}
    if name.startswith("subprocess."):
        yield from (f"{name} of {shell}" for shell in SHELLS & _programs(texts))
        yield from (f"{name} with more" for each in call.keywords if each.arg is None)
    if name.rpartition(".")[2] == "import_module":
        yield from MODULES & texts


def _programs(texts: AbstractSet[object]) -> set[str]:
    return {text.rpartition("/")[2] for text in texts if isinstance(text, str)}


def modules() -> list[Path]:
    return [file for package in PACKAGES for file in sorted((ROOT / package).rglob("*.py"))]


@pytest.mark.parametrize("file", modules(), ids=lambda file: str(file.relative_to(ROOT)))
def test_no_module_runs_what_it_reads(file: Path) -> None:
    assert list(findings(file.read_text(encoding="utf-8"))) == []


def test_all_packages_are_looked_at() -> None:
    assert {file.relative_to(ROOT).parts[0] for file in modules()} == set(PACKAGES)


@pytest.mark.parametrize(
    "planted",
    [
        "import pickle",
        "from pickle import loads",
        "import joblib as j",
        "def f():\n    import marshal",
        "eval('1')",
        "f = exec",
        "import os\nos.system('ls')",
        "from os import system as s\ns('ls')",
        "import os as o\nrun = o.popen",
        "import subprocess\nsubprocess.run('ls', shell=True)",
        "import subprocess\nsubprocess.run('ls', shell=is_shell)",
        "import torch\ntorch.load('a')",
        "import torch\ntorch.load('a', weights_only=False)",
        "import torch as t\nt.load('a', weights_only=maybe)",
        "import numpy as np\nnp.load('a', allow_pickle=True)",
        "import yaml\nyaml.load('a')",
        "archive.extractall('/tmp')",
        "for name in archive.namelist():\n    archive.extract(name, 'a')",
        "from importlib import import_module\nimport_module('pickle').loads(b'')",
        "import numpy as np\nnp.load('a', None, True)",
        "import subprocess\nsubprocess.run(['/bin/sh', '-c', line])",
        "import subprocess\nsubprocess.run('ls', **{'shell': True})",
        "import os\nos.execlp('sh', 'sh', '-c', line)",
        "import torch\ntorch.serialization.load('a')",
        "from os import *\nsystem('ls')",
        "getattr(__builtins__, 'eval')('1')",
        "from a import Model\nModel.from_pretrained('a', trust_remote_code=True)",
    ],
)
def test_a_planted_line_is_found(planted: str) -> None:
    assert list(findings(planted))


@pytest.mark.parametrize(
    "harmless",
    [
        "import re\nre.compile('a')",
        "import subprocess\nsubprocess.run(['ls'], shell=False)",
        "import torch\ntorch.load('a', weights_only=True)",
        "import numpy as np\nnp.load('a', allow_pickle=False)",
        "encoder.eval()",
        "def evaluate(eval_set): return eval_set",
    ],
)
def test_a_harmless_line_is_none(harmless: str) -> None:
    assert not list(findings(harmless))
