"""Tiny files of each format, built from what they should say."""

from __future__ import annotations

import io
import zipfile
import zlib
from collections.abc import Mapping, Sequence
from typing import NamedTuple

_WORD = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
_RELATIONS = "http://schemas.openxmlformats.org/package/2006/relationships"
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_TYPES = "http://schemas.openxmlformats.org/package/2006/content-types"


def archive(parts: Mapping[str, str | bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as target:
        for name, part in parts.items():
            stored = zipfile.ZIP_STORED if name == "mimetype" else zipfile.ZIP_DEFLATED
            target.writestr(zipfile.ZipInfo(name), part, stored)
    return out.getvalue()


# PDF


class Text(NamedTuple):
    """Words on a page of 600 by 800 points, from the left and from the bottom."""

    x: float
    y: float
    words: str
    size: float = 10
    bold: bool = False

    @property
    def code(self) -> str:
        words = self.words.replace("\\", r"\\").replace("(", r"\(").replace(")", r"\)")
        return f"BT /F{int(self.bold)} {self.size} Tf {self.x} {self.y} Td ({words}) Tj ET"


def pdf(
    pages: Sequence[Sequence[Text]],
    *,
    info: Mapping[str, str] | None = None,
    labels: str = "",
    trailer: str = "",
    extra: Sequence[bytes] = (),
    padding: int = 0,
) -> bytes:
    """A PDF with a text layer; `labels` is its /PageLabels, `extra` are objects nobody uses, each
    page has `padding` more bytes of code, which compress to nothing."""
    kids = " ".join(f"{6 + 2 * number} 0 R" for number in range(len(pages)))
    entries = " ".join(f"/{key} ({value})" for key, value in (info or {}).items())
    objects = [
        f"<< /Type /Catalog /Pages 2 0 R {labels} >>".encode(),
        f"<< /Type /Pages /Count {len(pages)} /Kids [{kids}] >>".encode(),
        _font("Helvetica"),
        _font("Helvetica-Bold"),
        f"<< {entries} >>".encode(),
    ]
    for number, page in enumerate(pages):
        code = "\n".join(text.code for text in page).encode("cp1252")
        objects.append(
            f"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 600 800] /Contents {7 + 2 * number} 0 R "
            "/Resources << /Font << /F0 3 0 R /F1 4 0 R >> >> >>".encode()
        )
        objects.append(_stream(code, padding))
    return _pdf([*objects, *extra], trailer)


def _font(name: str) -> bytes:
    encoded = "/Encoding /WinAnsiEncoding"
    return f"<< /Type /Font /Subtype /Type1 /BaseFont /{name} {encoded} >>".encode()


def _stream(code: bytes, padding: int) -> bytes:
    packer = zlib.compressobj()
    packed = packer.compress(code)
    for _ in range(padding // 1_000_000):
        packed += packer.compress(b" " * 1_000_000)
    packed += packer.flush()
    entries = f"<< /Length {len(packed)} /Filter /FlateDecode >>\nstream\n".encode()
    return entries + packed + b"\nendstream"


def _pdf(objects: Sequence[bytes], trailer: str) -> bytes:
    out = bytearray(b"%PDF-1.4\n")
    offsets = []
    for number, body in enumerate(objects, start=1):
        offsets.append(len(out))
        out += b"%d 0 obj\n" % number + body + b"\nendobj\n"
    start = len(out)
    out += b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1)
    out += b"".join(b"%010d 00000 n \n" % offset for offset in offsets)
    size = len(objects) + 1
    out += f"trailer << /Size {size} /Root 1 0 R /Info 5 0 R {trailer} >>\n".encode()
    return bytes(out + b"startxref\n%d\n%%%%EOF\n" % start)


# DOCX


def docx(body: str, *, notes: str = "", parts: Mapping[str, str | bytes] | None = None) -> bytes:
    """A Word document of `body`, a string of w:p and w:tbl, and `notes`, one of w:footnote."""
    return archive(
        {
            "[Content_Types].xml": f'<Types xmlns="{_TYPES}">'
            '<Default Extension="rels" ContentType='
            '"application/vnd.openxmlformats-package.relationships+xml"/>'
            '<Override PartName="/word/document.xml" ContentType="application/'
            'vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"/></Types>',
            "_rels/.rels": _relations("officeDocument", "word/document.xml"),
            "word/_rels/document.xml.rels": _relations("footnotes", "footnotes.xml"),
            "word/document.xml": f'<w:document xmlns:w="{_WORD}"><w:body>{body}</w:body>'
            "</w:document>",
            "word/footnotes.xml": f'<w:footnotes xmlns:w="{_WORD}">{notes}</w:footnotes>',
            "word/styles.xml": f'<w:styles xmlns:w="{_WORD}"/>',
            **(parts or {}),
        }
    )


def styles(names: Mapping[str, str]) -> str:
    """Word's styles, by their ids; names are the same in every language."""
    made = (
        f'<w:style w:type="paragraph" w:styleId="{key}"><w:name w:val="{name}"/></w:style>'
        for key, name in names.items()
    )
    return f'<w:styles xmlns:w="{_WORD}">{"".join(made)}</w:styles>'


def paragraph(words: str, *, style: str = "", inside: str = "") -> str:
    """A paragraph of a Word document; `inside` is XML after its words."""
    chosen = f'<w:pPr><w:pStyle w:val="{style}"/></w:pPr>' if style else ""
    return f'<w:p>{chosen}<w:r><w:t xml:space="preserve">{words}</w:t></w:r>{inside}</w:p>'


def _relations(kind: str, target: str) -> str:
    return (
        f'<Relationships xmlns="{_RELATIONS}"><Relationship Id="r1" Type="{_OFFICE}/{kind}" '
        f'Target="{target}"/></Relationships>'
    )


# EPUB


def epub(
    pages: Sequence[str], *, metadata: str = "", parts: Mapping[str, str | bytes] | None = None
) -> bytes:
    """An EPUB whose pages are these bodies, p0.xhtml, p1.xhtml ..., in a folder of its own."""
    items = "".join(
        f'<item id="i{at}" href="p{at}.xhtml" media-type="application/xhtml+xml"/>'
        for at in range(len(pages))
    )
    spine = "".join(f'<itemref idref="i{at}"/>' for at in range(len(pages)))
    return archive(
        {
            "mimetype": "application/epub+zip",
            "META-INF/container.xml": '<?xml version="1.0"?><container xmlns="urn:oasis:names:'
            'tc:opendocument:xmlns:container"><rootfiles><rootfile full-path="book/content.opf"/>'
            "</rootfiles></container>",
            "book/content.opf": '<?xml version="1.0"?><package xmlns="http://www.idpf.org/2007/'
            'opf" xmlns:dc="http://purl.org/dc/elements/1.1/">'
            f"<metadata>{metadata}</metadata><manifest>{items}</manifest><spine>{spine}</spine>"
            "</package>",
            **{f"book/p{at}.xhtml": _page(body) for at, body in enumerate(pages)},
            **(parts or {}),
        }
    )


def _page(body: str) -> str:
    return (
        '<?xml version="1.0" encoding="utf-8"?><html xmlns="http://www.w3.org/1999/xhtml" '
        'xmlns:epub="http://www.idpf.org/2007/ops"><head><title/></head>'
        f"<body>{body}</body></html>"
    )
