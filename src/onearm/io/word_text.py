"""The text of a Word document as its reader sees it, tracked changes accepted: paragraphs, rows of tables, notes."""

from __future__ import annotations

import zipfile
from collections.abc import Iterator
from xml.etree import ElementTree

_W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_M = "{http://schemas.openxmlformats.org/officeDocument/2006/math}"
_MC = "{http://schemas.openxmlformats.org/markup-compatibility/2006}"
BODY = "word/document.xml"
NOTES = ("word/footnotes.xml", "word/endnotes.xml")
_GONE = {f"{_W}{tag}" for tag in ("del", "moveFrom", "instrText", "delText", "rPr", "pPr", "tblPr", "trPr", "tcPr")} | {
    f"{_MC}Fallback"
}
_BREAKS = {f"{_W}tab": " ", f"{_W}br": "\n", f"{_W}cr": "\n", f"{_W}noBreakHyphen": "-"}
_RAISED = str.maketrans("0123456789+-−", "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁻")


class WordTextError(ValueError):
    """The document is too large, or holds what no word processor writes."""


def word_text(parts: zipfile.ZipFile, most_bytes: int) -> str:
    """Paragraphs set apart by an empty line, the cells of a row by a bar; raised digits as such; notes at the end."""
    blocks = list(_blocks(_tree(parts, BODY, most_bytes)))
    for name in NOTES:
        if name in parts.namelist():
            blocks += [b for b in _blocks(_tree(parts, name, most_bytes)) if b.strip()]
    return "\n\n".join(blocks)


def _tree(parts: zipfile.ZipFile, name: str, most_bytes: int) -> ElementTree.Element:
    info = parts.getinfo(name)
    if info.file_size > most_bytes:
        raise WordTextError(f"its text has {info.file_size} bytes, more than {most_bytes}")
    body = parts.read(info)
    if b"<!DOCTYPE" in body or b"<!ENTITY" in body:
        raise WordTextError("it declares entities, which none needs")
    return ElementTree.fromstring(body)


def _blocks(parent: ElementTree.Element) -> Iterator[str]:
    """Paragraphs, rows of tables and boxes of text, in order."""
    for child in parent:
        if child.tag in _GONE:
            continue
        if child.tag == f"{_W}p":
            boxes: list[ElementTree.Element] = []
            yield "".join(_runs(child, False, boxes))
            for box in boxes:
                yield from _blocks(box)
        elif child.tag == f"{_W}tr":
            yield " | ".join(" ".join(" ".join(_blocks(cell)).split("\n")) for cell in _cells(child))
        else:
            yield from _blocks(child)


def _cells(row: ElementTree.Element) -> Iterator[ElementTree.Element]:
    """The cells of a row, those of tables inside them left in them."""
    for child in row:
        if child.tag == f"{_W}tc":
            yield child
        elif child.tag not in _GONE:
            yield from _cells(child)


def _runs(part: ElementTree.Element, raised: bool, boxes: list[ElementTree.Element]) -> Iterator[str]:
    for child in part:
        if child.tag in (f"{_W}t", f"{_M}t"):
            said = child.text or ""
            yield said.translate(_RAISED) if raised else said
        elif child.tag in _BREAKS:
            yield _BREAKS[child.tag]
        elif child.tag == f"{_W}txbxContent":
            boxes.append(child)
        elif child.tag == f"{_W}r":
            yield from _runs(child, _is_raised(child), boxes)
        elif child.tag == f"{_M}sup":
            yield from _runs(child, True, boxes)
        elif child.tag not in _GONE:
            yield from _runs(child, raised, boxes)


def _is_raised(run: ElementTree.Element) -> bool:
    place = run.find(f"{_W}rPr/{_W}vertAlign")
    return place is not None and place.get(f"{_W}val") == "superscript"
