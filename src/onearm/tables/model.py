"""A table is a value: cells whose numbers remember the estimate they are the text of."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

PORTRAIT = 7
"""The most columns that an upright page takes, row labels included."""

LISTING = "listing-"
"""What the ids of listings begin with."""

Part = tuple[str, str]
"""A piece of text and the id of the estimate it shows; the id is empty for words and punctuation."""


@dataclass(frozen=True, slots=True)
class Cell:
    """One cell: pieces of text, each with the id of its estimate.

    Parameters
    ----------
    parts
        Pieces in reading order. A piece with a digit has an id.
    stamp
        A warning that goes with the number (``gate failed``); empty for none.

    Examples
    --------
    >>> Cell((("39", "age.median"), (" (", ""), ("28", "age.q1"), (")", ""))).text
    '39 (28)'
    """

    parts: tuple[Part, ...] = ()
    stamp: str = ""

    @property
    def text(self) -> str:
        """The cell as plain text, with its stamp."""
        plain = "".join(text for text, _ in self.parts)
        return f"{plain} [{self.stamp}]" if self.stamp else plain

    @property
    def ids(self) -> tuple[str, ...]:
        """The estimates shown, each once, in reading order."""
        return tuple(dict.fromkeys(key for _, key in self.parts if key))


@dataclass(frozen=True, slots=True)
class Row:
    """One line: a label, how far it is indented, and a cell for each column.

    ``head`` marks a heading; ``note`` is said under the label.
    """

    label: str
    cells: tuple[Cell, ...] = ()
    indent: int = 0
    head: bool = False
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """A table that is ready to be written.

    Parameters
    ----------
    id, title
        Name of the file and caption.
    section, comparison
        Where a report places it.
    columns
        Headings; the first one stands over the row labels.
    groups
        Headings over several columns: text and number of columns, covering ``columns``; may be empty.
    rows
        The body.
    footnotes
        Population, method, level, defaults in force, reasons for ``NE``.
    notice
        What must be said wherever the table is shown.
    """

    id: str
    title: str
    section: str
    columns: tuple[Cell, ...]
    rows: tuple[Row, ...]
    comparison: str = ""
    groups: tuple[tuple[str, int], ...] = ()
    footnotes: tuple[str, ...] = ()
    notice: str = ""

    def cells(self) -> Iterator[Cell]:
        """Every cell, headings first."""
        yield from self.columns
        for row in self.rows:
            yield from row.cells

    @property
    def ids(self) -> tuple[str, ...]:
        """Every estimate shown, once, in reading order."""
        return tuple(dict.fromkeys(key for cell in self.cells() for key in cell.ids))

    @property
    def wide(self) -> bool:
        """Whether a page should lie on its side for it: many columns, or a listing."""
        return len(self.columns) > PORTRAIT or self.id.startswith(LISTING)


def words(*texts: str) -> tuple[Cell, ...]:
    """Cells that hold words only.

    Examples
    --------
    >>> [c.text for c in words("", "Percent")]
    ['', 'Percent']
    """
    return tuple(Cell(((text, ""),)) if text else Cell() for text in texts)
