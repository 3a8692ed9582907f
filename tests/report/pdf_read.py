"""What a screen reader finds in a PDF: elements of the structure in order, with the text that belongs to each."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from pypdf import PdfReader
from pypdf.generic import ContentStream


@dataclass
class Element:
    kind: str
    text: str = ""
    alternative: str = ""
    parts: list[Element] = field(default_factory=list)

    def every(self) -> Iterator[Element]:
        yield self
        for part in self.parts:
            yield from part.every()

    @property
    def said(self) -> str:
        return self.text + "".join(part.said for part in self.parts)


def read(made: bytes) -> PdfReader:
    return PdfReader(io.BytesIO(made))


def structure(made: bytes) -> Element:
    reader = read(made)
    pages = {page.indirect_reference.idnum: _marked(page, reader) for page in reader.pages}
    root = reader.trailer["/Root"]["/StructTreeRoot"]
    return _element(root["/K"][0].get_object(), None, pages)


def _element(node: Any, page: int | None, pages: dict[int, dict[int, str]]) -> Element:
    page = node.raw_get("/Pg").idnum if "/Pg" in node else page
    made = Element(str(node["/S"]), alternative=str(node.get("/Alt", "")))
    kids = node.get("/K", [])
    for kid in kids if isinstance(kids, list) else [kids]:
        one = kid.get_object()
        if isinstance(one, int):
            made.parts.append(Element("text", pages[page].get(int(one), "")))
        elif one.get("/Type") == "/MCR":
            where = one.raw_get("/Pg").idnum if "/Pg" in one else page
            made.parts.append(Element("text", pages[where].get(int(one["/MCID"]), "")))
        elif "/S" in one:
            made.parts.append(_element(one, page, pages))
    return made


def _marked(page: Any, reader: PdfReader) -> dict[int, str]:
    """Text of each marked piece of a page by its number; an actual text stands for what is drawn."""
    fonts = {name: _characters(font.get_object()) for name, font in page["/Resources"].get("/Font", {}).items()}
    said: dict[int, str] = {}
    open_pieces: list[tuple[int | None, bool]] = []
    font: dict[int, str] = {}
    for operands, operator in ContentStream(page.get_contents(), reader).operations:
        if operator in (b"BDC", b"BMC"):
            extra = operands[1] if len(operands) > 1 and isinstance(operands[1], dict) else {}
            before, hidden = open_pieces[-1] if open_pieces else (None, False)
            number = int(extra["/MCID"]) if "/MCID" in extra else before
            if "/ActualText" in extra and not hidden and number is not None:
                said[number] = said.get(number, "") + str(extra["/ActualText"])
            open_pieces.append((number, hidden or "/ActualText" in extra))
        elif operator == b"EMC":
            open_pieces.pop()
        elif operator == b"Tf":
            font = fonts[operands[0]]
        elif operator in (b"Tj", b"TJ") and open_pieces:
            number, hidden = open_pieces[-1]
            if number is not None and not hidden:
                said[number] = said.get(number, "") + _shown(operands[0], font)
    return said


def _shown(shown: Any, font: dict[int, str]) -> str:
    pieces = shown if isinstance(shown, list) else [shown]
    raw = b"".join(one.original_bytes for one in pieces if hasattr(one, "original_bytes"))
    return "".join(font.get(int.from_bytes(raw[k : k + 2], "big"), "\ufffd") for k in range(0, len(raw), 2))


def _characters(font: Any) -> dict[int, str]:
    known: dict[int, str] = {}
    text = font["/ToUnicode"].get_data().decode("latin-1")
    for block in re.findall(r"beginbfchar(.*?)endbfchar", text, re.DOTALL):
        for code, words in re.findall(r"<(\w+)>\s*<(\w*)>", block):
            known[int(code, 16)] = bytes.fromhex(words).decode("utf-16-be")
    for block in re.findall(r"beginbfrange(.*?)endbfrange", text, re.DOTALL):
        for low, high, words in re.findall(r"<(\w+)>\s*<(\w+)>\s*<(\w+)>", block):
            start = int(words, 16)
            known |= {code: chr(start + k) for k, code in enumerate(range(int(low, 16), int(high, 16) + 1))}
    return known
