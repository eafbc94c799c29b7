"""All that a file says, found in the process that `index.read.isolation` starts for it.

The loaders' libraries are not alone in what a hostile file can do to them: structure and speech are
told by rules, on whatever text there is. So nothing but the finished content comes back.
"""

from dataclasses import replace
from importlib import import_module

from index.author import find_author
from index.read.content import Content
from index.speech import find_speeches
from index.structure import finish
from index.title import find_title


def load(data: bytes, module: str) -> Content:
    """What the loader of `module` makes of a file's bytes, with structure, speeches, and a title
    and author where the text alone names them."""
    raw: Content = import_module(module).load(data)
    structure = finish(raw.text, raw.blocks)
    author = raw.author or find_author(raw.text, structure.blocks)
    return replace(
        raw,
        blocks=structure.blocks,
        title=raw.title or find_title(raw.text, structure.blocks),
        author=author,
        references=structure.references,
        speeches=find_speeches(raw.text, structure.blocks, structure.references, author),
    )
