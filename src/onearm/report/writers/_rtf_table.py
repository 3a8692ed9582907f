"""One table as rows of RTF.

rtflite writes one row of each form that a table has (a line, an indented line, a heading, the last line), with marks
instead of words; the rows of the table are these with the marks filled. Written row by row it takes a millisecond for
each cell: half an hour for the adverse events of a large trial. It never sees the text, which it would read as LaTeX.
"""

from __future__ import annotations

import importlib
import re
from collections.abc import Callable, Iterator, Sequence
from typing import Any

from onearm.report.writers._rtf_text import escaped
from onearm.report.writers._widths import INSET, Columns, columns, held, lines
from onearm.tables.model import Row, Table

SIZES = (9, 8, 7)
_PADDING = 13.0
_ARIAL = 4
_ROW = re.compile(r"\\trowd.*?\\intbl\\row\\pard", re.DOTALL)
_MARK = re.compile(r"@(\d+)@")
_PAGE_BREAK = r"{\pard\plain\pagebb\fs2\par}"
_HEAD = -1
"""The form of a heading that runs over all columns; the others are levels of indent."""


class Rows:
    """The rows of one table.

    Parameters
    ----------
    table
        What to write.
    page
        The page, an ``RTFPage``; ``col_width`` is the room in inches.
    height
        The room from top to bottom, in points.
    """

    def __init__(self, table: Table, page: Any, height: float):
        self.table, self.page, self.height = table, page, height
        self.found: Columns = columns(table, 72 * page.col_width, SIZES, _PADDING)
        self.sides = ["l" if words else "r" for words in self.found.words]

    def written(self) -> Iterator[str]:
        """Every row; on each page the headings come first.

        Pages are broken here and the headings written anew, since not every word processor repeats rows; they are
        marked as repeated all the same, for where a page takes less than was reckoned.
        """
        heads = [_filled(row, [escaped(held(t)) for t in texts], r"\trhdr\trkeep") for row, texts in self._heads()]
        yield from heads
        top = used = sum(self._lines(texts) for _, texts in self._heads())
        rows, last = self.table.rows, len(self.table.rows) - 1
        forms = dict(zip(found := sorted({_form(row) for row in rows}), self._body(found, end=False), strict=True))
        for i, row in enumerate(rows):
            need = self._height(row)
            beside = self._height(rows[i + 1]) if row.head and i < last else 0.0
            if used > top and used + need + beside > self.height:
                yield from (_PAGE_BREAK, *heads)
                used = top
            used += need
            form = self._body([_form(row)], end=True)[0] if i == last else forms[_form(row)]
            yield _filled(form, _texts(row, len(self.table.columns)), r"\trkeep")

    def _height(self, row: Row) -> float:
        """Height of a row in points."""
        size, widths = SIZES[self.found.step], self.found.widths
        if row.head:
            return self._points(lines(row.label, sum(widths) - _PADDING, size) + bool(row.note))
        label = lines(row.label, widths[0] - _PADDING - 8 * row.indent, size)
        label += lines(row.note, widths[0] - _PADDING, size) if row.note else 0
        others = (lines(c.text, w - _PADDING, size) for c, w in zip(row.cells, widths[1:], strict=False))
        return self._points(max([label, *others]))

    def _points(self, count: int) -> float:
        return 1.2 * SIZES[self.found.step] * count + 2

    def _lines(self, texts: Sequence[str]) -> float:
        """Height of a row of headings, which are bold."""
        room = sum(self.found.widths) / len(texts) if len(texts) < len(self.found.widths) else 0.0
        rooms = [room] * len(texts) if room else self.found.widths
        size = 1.08 * SIZES[self.found.step]
        return self._points(max(lines(t, w - _PADDING, size) for t, w in zip(texts, rooms, strict=True)))

    def _heads(self) -> list[tuple[str, list[str]]]:
        """The rows that stand over every page: form and texts."""
        RTFColumnHeader = importlib.import_module("rtflite").RTFColumnHeader
        groups, widths = self.table.groups, self.found.widths
        look = {"text_font": [_ARIAL], "text_font_size": [SIZES[self.found.step]], "text_format": ["b"],
                "border_left": [[""]], "border_right": [[""]], "text_convert": [False]}  # fmt: skip
        heads = []
        if groups:
            ends = [sum(n for _, n in groups[: k + 1]) for k in range(len(groups))]
            wide = [sum(widths[e - n : e]) for e, (_, n) in zip(ends, groups, strict=True)]
            under = [["single" if text else "" for text, _ in groups]]
            heads.append(
                RTFColumnHeader(
                    text=_marks(len(groups)), col_rel_width=wide, text_justification=[["c"] * len(groups)],
                    border_bottom=under, **look,
                )
            )  # fmt: skip
        heads.append(
            RTFColumnHeader(
                text=_marks(len(widths)), col_rel_width=list(widths), text_justification=[self.sides],
                text_indent_left=[self._inset(0)], border_top=[[""]] if groups else [["single"]],
                border_bottom=[["single"]], **look,
            )
        )  # fmt: skip
        texts = [[text for text, _ in groups]] if groups else []
        texts.append([c.text for c in self.table.columns])
        return list(zip(self._encoded(heads, [[""] * len(widths)], [0]), texts, strict=False))

    def _body(self, forms: Sequence[int], *, end: bool) -> list[str]:
        """A row of each form; with ``end`` it closes the table with a rule."""
        out = []
        for form in forms:
            marks = [_marks(1 if form == _HEAD else len(self.found.widths))]
            out.append(self._encoded([], marks, [form], end=end)[-1])
        return out

    def _encoded(self, heads: list[Any], rows: list[list[str]], forms: list[int], *, end: bool = False) -> list[str]:
        import polars

        rtf: Any = importlib.import_module("rtflite")
        count, form = len(rows[0]), forms[0]
        frame = polars.DataFrame([dict(zip(map(str, range(count)), row, strict=True)) for row in rows])
        body = rtf.RTFBody(
            as_colheader=False, text_convert=[False], text_hyphenation=[False], text_font=[_ARIAL],
            text_font_size=[SIZES[self.found.step]], text_format=["b" if form == _HEAD else ""],
            col_rel_width=[sum(self.found.widths)] if count == 1 else list(self.found.widths),
            text_justification=[["l"] if count == 1 else self.sides],
            text_indent_left=[[0] if count == 1 else self._inset(max(form, 0))], border_left=[[""]],
            border_right=[[""]], cell_vertical_justification=[["top"]],
        )  # fmt: skip
        edges = {"border_first": "", "border_last": "single" if end else "", "nrow": 1000}
        wide = sum(self.found.widths) / 72
        page = self.page.model_copy(update={**edges, "col_width": wide})
        made = rtf.RTFDocument(df=frame, rtf_page=page, rtf_title=None, rtf_column_header=heads, rtf_body=body)
        return _ROW.findall(made.rtf_encode())

    def _inset(self, indent: int) -> list[int]:
        """Left indents in twentieths of a point: levels of a label, words kept from numbers."""
        return [160 * indent, *(round(20 * INSET) if words else 0 for words in self.found.words[1:])]


def _form(row: Row) -> int:
    return _HEAD if row.head else row.indent


def _marks(count: int) -> list[str]:
    return [f"@{k}@" for k in range(count)]


def _texts(row: Row, width: int) -> list[str]:
    inset = f"\\li{160 * row.indent} " if row.head and row.indent else ""
    label = inset + escaped(row.label) + (f"\\line {{\\i {escaped(row.note)}}}" if row.note else "")
    return [label, *(escaped(cell.text) for cell in row.cells), *[""] * (width - 1 - len(row.cells))]


def _filled(form: str, texts: Sequence[str], kept: str) -> str:
    put: Callable[[re.Match[str]], str] = lambda found: texts[int(found[1])]  # noqa: E731 - one line with its type
    return _MARK.sub(put, form).replace(r"\trowd", r"\trowd" + kept, 1)
