"""A table as WordprocessingML, written as text: a cell made by python-docx costs ninety times as much."""

from __future__ import annotations

from onearm.report.writers._widths import INSET, Columns, columns, held
from onearm.report.writers._word_text import SPACE, Ids, paragraph, quoted, run
from onearm.tables.model import Cell, Row, Table

SIZES = (8.5, 7.5, 6.5)
"""Points of the three steps of type size: styles `Table Text`, `Table Text 2`, `Table Text 3`."""
_PADDING = 10.0
_BOLD = "<w:b/>"
MOST_MARKED = 500
"""A table with more rows is a listing: its rows are found by their subject. Word takes long to open a file with many
thousands of content controls, so its cells have none."""


FEWEST_BROKEN = 12
"""A table with fewer rows stays on one page, with its caption and its notes."""


def is_short(table: Table) -> bool:
    """Whether a table is not to be broken over pages."""
    return len(table.rows) < FEWEST_BROKEN


def layout(table: Table, room: float) -> Columns:
    """Widths of the columns in points within ``room``."""
    return columns(table, room, SIZES, _PADDING)


def table_xml(table: Table, found: Columns, styles: dict[str, str], ids: Ids) -> str:
    """The table, with its header rows repeated on every page and no row split.

    Parameters
    ----------
    table
        What to write.
    found
        From `layout`.
    styles
        Ids of the styles by name.
    ids
        Marks the numbers.
    """
    text = styles["Table Text" if not found.step else f"Table Text {found.step + 1}"]
    writer = _Rows(table, found, text, ids)
    grid = "".join(f'<w:gridCol w:w="{w}"/>' for w in writer.twips)
    look = (
        f'<w:tblPr><w:tblStyle w:val="{quoted(styles["Report Table"])}"/>'
        f'<w:tblW w:w="{sum(writer.twips)}" w:type="dxa"/><w:tblLayout w:type="fixed"/>'
        '<w:tblLook w:val="0620" w:firstRow="1" w:lastRow="0" w:firstColumn="0" w:lastColumn="0" w:noHBand="1" '
        f'w:noVBand="1"/><w:tblCaption w:val="{quoted(table.title)}"/></w:tblPr>'
    )
    last = len(table.rows) - 1
    body = "".join(writer.row(row, keep=i == last or is_short(table)) for i, row in enumerate(table.rows))
    # With its name space on the table itself lxml moves it as it is; else it looks up every one of its elements.
    return f"<w:tbl {SPACE}>{look}<w:tblGrid>{grid}</w:tblGrid>{writer.heads()}{body}</w:tbl>"


class _Rows:
    def __init__(self, table: Table, found: Columns, style: str, ids: Ids):
        self.table, self.words, self.style, self.ids = table, found.words, style, ids
        self.twips = [round(20 * w) for w in found.widths]
        self.marked = len(table.rows) <= MOST_MARKED

    def heads(self) -> str:
        """The rows that are repeated: headings over several columns, headings of the columns."""
        over, at = "", 0
        for text, width in self.table.groups:
            ruled = _ruled("bottom", 4) if text else ""
            over += self._cell(at, width, run(text, _BOLD), side="center", rest=ruled, keep=True)
            at += width
        cells = "".join(
            self._cell(
                j, 1, self._parts(_held(c), _BOLD), rest=_ruled("bottom", 6) + '<w:vAlign w:val="bottom"/>', keep=True
            )
            for j, c in enumerate(self.table.columns)
        )
        return "".join(_tr(found, head=True) for found in (over, cells) if found)

    def row(self, row: Row, *, keep: bool) -> str:
        """A row of the body; ``keep`` holds it together with what follows."""
        if row.head:
            return _tr(self._cell(0, len(self.twips), run(row.label, _BOLD), row.note, row.indent, keep=True))
        label = self._cell(0, 1, run(row.label), row.note, row.indent, keep=keep)
        cells = (*row.cells, *(Cell() for _ in range(len(self.twips) - 1 - len(row.cells))))
        return _tr(label + "".join(self._cell(j, 1, self._parts(c), keep=keep) for j, c in enumerate(cells, start=1)))

    def _parts(self, cell: Cell, look: str = "") -> str:
        stamp = run(f" [{cell.stamp}]", _BOLD) if cell.stamp else ""
        return self.ids.parts(cell.parts, look, marked=self.marked) + stamp

    def _cell(
        self, j: int, span: int, inside: str, note: str = "", indent: int = 0, *, side: str = "", rest: str = "",
        keep: bool = False,
    ) -> str:  # fmt: skip
        side = side or ("left" if self.words[j] else "right")
        more = "<w:keepNext/>" if keep else ""
        inset = 160 * indent + (round(20 * INSET) if j and self.words[j] and span == 1 else 0)
        more += f'<w:ind w:left="{inset}"/>' if inset else ""
        more += f'<w:jc w:val="{side}"/>' if side != "left" else ""
        written = paragraph(self.style, inside, more)
        if note:
            written += paragraph(self.style, run(note, "<w:i/>"), more)
        wide = sum(self.twips[j : j + span])
        spans = f'<w:gridSpan w:val="{span}"/>' if span > 1 else ""
        return f'<w:tc><w:tcPr><w:tcW w:w="{wide}" w:type="dxa"/>{spans}{rest}</w:tcPr>{written}</w:tc>'


def _held(cell: Cell) -> Cell:
    return Cell(tuple((held(text), key) for text, key in cell.parts), cell.stamp)


def _tr(cells: str, *, head: bool = False) -> str:
    return f"<w:tr><w:trPr><w:cantSplit/>{'<w:tblHeader/>' if head else ''}</w:trPr>{cells}</w:tr>"


def _ruled(edge: str, eighths: int) -> str:
    return f'<w:tcBorders><w:{edge} w:val="single" w:sz="{eighths}" w:space="0" w:color="404A53"/></w:tcBorders>'
