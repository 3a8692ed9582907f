"""A table of a design as rows of text: for a terminal, for CSV, and for a protocol's page."""

from __future__ import annotations

import csv
import io
import textwrap
from dataclasses import dataclass

_WIDEST = 100


@dataclass(frozen=True, slots=True)
class DesignTable:
    """Rows of text under one header row; no cell spans others, so that a word processor can repeat the header.

    Examples
    --------
    >>> print(DesignTable("Looks", ("n", "stop"), (("10", "1"), ("29", "5")), ("Counts are responses.",)).text())
    Looks
    <BLANKLINE>
     n  stop
    10     1
    29     5
    <BLANKLINE>
    Counts are responses.
    """

    title: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    footnotes: tuple[str, ...] = ()

    def text(self) -> str:
        """Title, columns aligned at the right, footnotes."""
        heads = [_narrow(column) for column in self.columns]
        widths = [
            max([len(line) for line in head] + [len(row[k]) for row in self.rows]) for k, head in enumerate(heads)
        ]
        deep = max(len(head) for head in heads)
        header = [[""] * (deep - len(head)) + head for head in heads]
        lines = [_aligned([head[i] for head in header], widths) for i in range(deep)]
        lines += [_aligned(row, widths) for row in self.rows]
        notes = [line for note in self.footnotes for line in textwrap.wrap(note, _WIDEST)]
        return "\n".join([self.title, "", *lines, *(["", *notes] if notes else [])])

    def csv(self) -> str:
        """The header and the rows; neither title nor footnotes."""
        out = io.StringIO()
        csv.writer(out, lineterminator="\n").writerows([self.columns, *self.rows])
        return out.getvalue()


def _narrow(column: str) -> list[str]:
    """A header broken into short lines."""
    return textwrap.wrap(column, 18, break_long_words=False, break_on_hyphens=False) or [""]


def _aligned(cells: tuple[str, ...] | list[str], widths: list[int]) -> str:
    return "  ".join(cell.rjust(width) for cell, width in zip(cells, widths, strict=True)).rstrip()
