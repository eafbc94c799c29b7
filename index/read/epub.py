"""EPUB: the pages of its spine, in order, each read as XHTML."""

import posixpath
from collections.abc import Iterator
from urllib.parse import unquote, urldefrag

from index.errors import SourceError
from index.read.archive import Archive
from index.read.build import Builder
from index.read.content import Content
from index.read.encoding import decode
from index.read.markup import (
    Element,
    Notes,
    Resolve,
    TreeReader,
    first_text,
    parse_xhtml,
    parse_xml,
)
from index.read.metadata import author_of, title_of

_CONTAINER = "META-INF/container.xml"
_PAGES = ("application/xhtml+xml", "text/html", "application/x-dtbook+xml")


def load(data: bytes) -> Content:
    """The content of an EPUB without copy protection."""
    archive = Archive(data)
    if "META-INF/rights.xml" in archive:
        raise SourceError("encrypted: it has copy protection (DRM)")
    package = _package_path(archive)
    root = parse_xml(archive.read(package), package)
    pages = [
        (_resolver(path), parse_xhtml(decode(archive.read(path), "utf-8")[0]))
        for path in _spine(root, posixpath.dirname(package))
    ]
    notes = Notes()
    for resolve, page in pages:
        notes.gather(page, resolve)
    builder = Builder()
    reader = TreeReader(builder, notes)
    for resolve, page in pages:
        reader.add(page, resolve)
    return Content(
        builder.text,
        "epub",
        tuple(builder.blocks),
        title=title_of(first_text(root, ["title"])),
        author=author_of(first_text(root, ["creator"])),
    )


def _package_path(archive: Archive) -> str:
    """Where the package file is that lists the pages."""
    container = parse_xml(archive.read(_CONTAINER), _CONTAINER)
    for element in container.iter("{*}rootfile"):
        if path := element.get("full-path"):
            return str(path)
    raise SourceError(f"damaged: {_CONTAINER} names no package")


def _spine(root: Element, folder: str) -> Iterator[str]:
    """The paths of the pages in reading order."""
    items = {
        item.get("id"): posixpath.normpath(posixpath.join(folder, unquote(item.get("href", ""))))
        for item in root.iter("{*}item")
        if item.get("media-type") in _PAGES
    }
    for reference in root.iter("{*}itemref"):
        if reference.get("idref") in items:
            yield items[reference.get("idref")]


def _resolver(page: str) -> Resolve:
    """Links of a page as the paths of what they lead to, with the fragment."""

    def resolve(link: str) -> str | None:
        path, fragment = urldefrag(link)
        if not fragment or ":" in path:
            return None
        there = posixpath.normpath(posixpath.join(posixpath.dirname(page), unquote(path)))
        return f"{there if path else page}#{fragment}"

    return resolve
