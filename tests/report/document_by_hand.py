"""A document made by hand, with every kind of block, its pictures, and its words in reading order."""

from __future__ import annotations

import re
import struct
import zlib
from collections.abc import Iterator

from sample import sample

from onearm.report.document import (
    Block,
    Document,
    Figured,
    Items,
    Section,
    Tabled,
    Term,
    Terms,
    Text,
    plain,
)
from onearm.tables import build
from onearm.tables.model import Cell, Row, Table

NUMBER = re.compile(r"\d[\d.,]*")
LONG = "comparison." + "x" * 90


def png(width: int = 60, height: int = 40, per_inch: int = 300) -> bytes:
    """A white picture that says how many dots make an inch."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    metre = round(per_inch / 0.0254)
    head = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    rows = zlib.compress((b"\0" + b"\xff" * width) * height)
    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", head)
        + chunk(b"pHYs", struct.pack(">IIB", metre, metre, 1))
        + chunk(b"IDAT", rows)
        + chunk(b"IEND", b"")
    )


FIGURES = {"km-os": png(600, 300), "flow": png(6000, 9000)}


def wide_table(columns: int = 14, rows: int = 3) -> Table:
    """More columns than an upright page takes."""
    heads = tuple(Cell(((f"Column {j}", "table:wide"),)) for j in range(columns))
    body = tuple(
        Row(f"S-{i:03}", tuple(Cell(((f"{i}.{j}", f"wide.{i}.{j}"),)) for j in range(1, columns))) for i in range(rows)
    )
    return Table(id="wide", title="Each subject", section="subjects", columns=heads, rows=body, footnotes=("Day 1.",))


def abstract() -> Section:
    blocks: tuple[Block, ...] = (
        Text((("Of ", ""), ("48", "flow.treated"), (" patients, ", ""), ("44 (91.7%)", "orr"), (" responded.", ""))),
        Text((("A gate failed: ", ""), ("0.31", LONG)), "warning"),
        Text((("Invented patients.", ""),), "notice"),
        Text((("Small type.", ""),), "note"),
        Text((("Strong words.", ""),), "strong"),
        Text((("Counted from day ", ""), ("1", "definition:0")), lead="Methods."),
        Items(((("First of ", ""), ("2", "methods:1")), (("Second | <of> & 2\\*", "methods:2"),))),
        Terms(
            (
                Term((("Response", ""),), (("91.7%", "orr"),), (("80.0% to 97.7%", "orr"),)),
                Term((("Median survival, months", ""),), (("25.3", "os.median"),), (), "gate failed"),
            )
        ),
    )
    return Section("abstract", "Abstract", blocks)


def by_hand(*, kind: str = "report", tables: int = 60) -> Document:
    """Every kind of block and the tables of the sample results, wide ones among them."""
    found = list(build(sample()).values())[:tables]
    numbered = [Tabled(k, table) for k, table in enumerate([*found, wide_table()], start=1)]
    figures = (
        Figured(1, "km-os", "Overall survival", (("Overall survival ≥ ", ""), ("25.3 months", "os.median"), (".", ""))),
        Figured(2, "flow", "Flow", (("Flow of ", ""), ("48", "flow.treated"), (" subjects ± none.", ""))),
    )
    results = Section(
        "results", "Results", figures, tuple(Section(b.table.id, b.table.title, (b,)) for b in numbered), fold=True
    )
    return Document(
        kind="report" if kind == "report" else "summary",
        title="Mini-hyper-CVD <A&B> ± blinatumomab",
        over="mini-hcvd-ino",
        facts=(("Registry", "NCT00000000"), ("Data cut-off", "2017-06-30")),
        notice="Invented patients: none of it is real.",
        date="2017-06-30",
        software="onearm 0.1.0",
        sections=(abstract(), results),
    )


def words(document: Document) -> str:
    """All its words in reading order: the top, headings, blocks; a table after its caption, notes under it."""
    return " ".join(_words(document))


def numbers(document: Document) -> list[str]:
    """Every run of digits, in reading order."""
    return NUMBER.findall(words(document))


def _words(document: Document) -> Iterator[str]:
    yield from (document.over, document.title)
    for label, value in document.facts:
        yield from (f"{label}:", value)
    yield document.notice
    for section in document.every():
        yield section.title
        for block in section.blocks:
            yield from of_block(block)


def of_block(block: Block) -> Iterator[str]:
    match block:
        case Text():
            yield from filter(None, (block.lead, plain(block.parts)))
        case Items():
            yield from (plain(parts) for parts in block.items)
        case Terms():
            for term in block.terms:
                yield from filter(None, (plain(term.label), plain(term.value), plain(term.detail)))
                yield from ([f"[{term.stamp}]"] if term.stamp else [])
        case Figured():
            yield from (f"Figure {block.number}.", plain(block.caption))
        case Tabled():
            yield f"Table {block.number}. {block.table.title}"
            yield from of_table(block.table)


def of_table(table: Table) -> Iterator[str]:
    yield from (text for text, _ in table.groups if text)
    yield from (cell.text for cell in table.columns if cell.text)
    for row in table.rows:
        yield from filter(None, (row.label, row.note, *(cell.text for cell in row.cells)))
    yield from filter(None, (*table.footnotes, table.notice))
