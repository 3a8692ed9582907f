"""What Word refuses and others forgive: elements out of order, ids used twice, a cell without a paragraph.

The orders are those of ECMA-376 part 1, annex A (the schema of WordprocessingML), for the elements that are written.
"""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterator
from itertools import pairwise
from typing import Any
from xml.etree import ElementTree

import pytest
from document_by_hand import FIGURES, by_hand

docx = pytest.importorskip("docx")

from onearm.report.writers.word import to_docx  # noqa: E402

W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
R = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}"
ORDER = {
    "pPr": "pStyle keepNext keepLines numPr pBdr shd tabs spacing ind jc outlineLvl rPr sectPr",
    "rPr": "rStyle rFonts b i color sz szCs lang",
    "tblPr": "tblStyle tblW tblInd tblBorders tblLayout tblCellMar tblLook tblCaption",
    "tcPr": "tcW gridSpan tcBorders vAlign",
    "sectPr": "headerReference footerReference pgSz pgMar",
    "style": "name basedOn next uiPriority semiHidden unhideWhenUsed qFormat pPr rPr tblPr",
    "tblBorders": "top left bottom right insideH",
    "tblCellMar": "top left bottom right",
    "sdtPr": "alias tag",
    "sdt": "sdtPr sdtContent",
    "tbl": "tblPr tblGrid tr",
    "tr": "trPr tc",
    "tc": "tcPr p",
    "body": None,
}


@pytest.fixture(scope="module")
def parts() -> dict[str, Any]:
    with zipfile.ZipFile(io.BytesIO(to_docx(by_hand(), FIGURES))) as file:
        return {n: ElementTree.fromstring(file.read(n)) for n in file.namelist() if n.endswith((".xml", ".rels"))}


def elements(parts: dict[str, Any]) -> Iterator[Any]:
    for root in parts.values():
        yield from (e for e in root.iter() if e.tag.startswith(W))


def test_children_stand_in_the_order_of_the_schema(parts: dict[str, Any]) -> None:
    for element in elements(parts):
        order = (ORDER.get(element.tag.removeprefix(W)) or "").split()
        if order:
            places = [order.index(child.tag.removeprefix(W)) for child in element]
            assert places == sorted(places), ElementTree.tostring(element)[:300]


def test_every_cell_ends_with_a_paragraph_and_tables_do_not_touch(parts: dict[str, Any]) -> None:
    body = parts["word/document.xml"][0]
    assert all(cell[-1].tag == f"{W}p" for cell in body.iter(f"{W}tc"))
    kinds = [child.tag.removeprefix(W) for child in body]
    assert ("tbl", "tbl") not in list(pairwise(kinds))
    assert kinds[-2:] == ["p", "sectPr"]


def test_styles_that_are_used_exist(parts: dict[str, Any]) -> None:
    known = {style.get(f"{W}styleId") for style in parts["word/styles.xml"].iter(f"{W}style")}
    names = [f"{W}{kind}" for kind in ("pStyle", "rStyle", "tblStyle", "basedOn", "next")]
    used = {e.get(f"{W}val") for e in elements(parts) if e.tag in names}
    assert used <= known


def test_ids_are_used_once(parts: dict[str, Any]) -> None:
    body = parts["word/document.xml"]
    for tag, name in ((f"{W}bookmarkStart", f"{W}id"), (f"{W}bookmarkStart", f"{W}name")):
        found = [e.get(name) for e in body.iter(tag)]
        assert len(found) == len(set(found))
    pictures = [e.get("id") for e in body.iter() if e.tag.endswith("}docPr")]
    assert len(pictures) == len(set(pictures)) == 2


def test_what_is_referred_to_is_in_the_file(parts: dict[str, Any]) -> None:
    related = {r.get("Id") for r in parts["word/_rels/document.xml.rels"]}
    asked = {v for e in parts["word/document.xml"].iter() for k, v in e.attrib.items() if k.startswith(R)}
    assert asked
    assert asked <= related
