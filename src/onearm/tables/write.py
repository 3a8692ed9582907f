"""Tables to CSV and HTML."""

from __future__ import annotations

import csv
import io
from collections.abc import Collection
from html import escape

from onearm.tables.model import Cell, Row, Table


def to_csv(table: Table) -> str:
    """The table as it is printed: headings, body, then a line for each footnote and the notice."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(_flat_heads(table))
    for row in table.rows:
        cells = [cell.text for cell in row.cells] or [""] * (len(table.columns) - 1)
        label = f"{row.label}: {row.note}" if row.note else row.label
        writer.writerow(["  " * row.indent + label, *cells])
    for note in (*table.footnotes, table.notice):
        if note:
            writer.writerow([note])
    return out.getvalue()


def _flat_heads(table: Table) -> list[str]:
    over = [text for text, width in table.groups for _ in range(width)] or [""] * len(table.columns)
    return [f"{group}: {cell.text}" if group else cell.text for group, cell in zip(over, table.columns, strict=True)]


def to_html(table: Table, known: Collection[str] = (), name: str = "") -> str:
    """A ``<table>`` with caption, scopes, and ``data-id`` on every number.

    Parameters
    ----------
    table
        What to write.
    known
        Ids that the page can be asked about; their numbers are marked as such.
    name
        The table's number in its document (``Table 3``), said before the caption.
    """
    body = "\n".join(_row(row, len(table.columns), known) for row in table.rows)
    key = escape(table.id)
    number = f"<strong>{escape(name)}.</strong> " if name else ""
    return (
        f'<table id="table-{key}" data-id="table:{key}" class="columns-{len(table.columns)}">\n'
        f"<caption>{number}{escape(table.title)}</caption>\n"
        f"<thead>\n{_head(table, known)}</thead>\n<tbody>\n{body}\n</tbody>\n</table>{_notes(table)}"
    )


def _head(table: Table, known: Collection[str]) -> str:
    rows = ""
    if table.groups:
        cells = (
            f'<th scope="colgroup" colspan="{width}">{escape(text)}</th>' if text else f'<td colspan="{width}"></td>'
            for text, width in table.groups
        )
        rows = f'<tr class="over">{"".join(cells)}</tr>\n'
    heads = (_th(cell, known) for cell in table.columns)
    return f"{rows}<tr>{''.join(heads)}</tr>\n"


def _th(cell: Cell, known: Collection[str]) -> str:
    return f'<th scope="col">{_parts(cell, known)}</th>' if cell.parts else "<td></td>"


def _row(row: Row, width: int, known: Collection[str]) -> str:
    label = escape(row.label) + (f'<span class="note">{escape(row.note)}</span>' if row.note else "")
    if row.head:
        return f'<tr class="head"><th scope="rowgroup" colspan="{width}" class="i{row.indent}">{label}</th></tr>'
    owner = _owner(row)
    if owner:  # a line of a listing: one id for all of it
        cells = "".join(f"<td>{escape(cell.text)}</td>" for cell in row.cells)
        return f'<tr data-id="{escape(owner)}"><th scope="row" class="i{row.indent}">{label}</th>{cells}</tr>'
    cells = "".join(_td(cell, known) for cell in row.cells)
    return f'<tr><th scope="row" class="i{row.indent}">{label}</th>{cells}</tr>'


def _owner(row: Row) -> str:
    """The subject that a whole row is about, or nothing."""
    ids = {key for cell in row.cells for key in cell.ids}
    return next(iter(ids)) if len(ids) == 1 and next(iter(ids)).startswith("subject:") else ""


def _td(cell: Cell, known: Collection[str]) -> str:
    return f"<td>{_parts(cell, known)}{_stamp(cell.stamp)}</td>"


def _parts(cell: Cell, known: Collection[str]) -> str:
    return "".join(span(text, key, known) if key else escape(text) for text, key in cell.parts)


def span(text: str, key: str, known: Collection[str] = ()) -> str:
    """A number with its id; of the class ``n`` when the page can be asked about it.

    Examples
    --------
    >>> span("25.3", "os.median", {"os.median"})
    '<span class="n" data-id="os.median">25.3</span>'
    >>> span("25.3", "os.median")
    '<span data-id="os.median">25.3</span>'
    """
    kind = ' class="n"' if key in known else ""
    return f'<span{kind} data-id="{escape(key)}">{escape(text)}</span>'


def _stamp(stamp: str) -> str:
    if not stamp:
        return ""
    kind = "mark" if len(stamp) == 1 else "stamp"
    return f' <span class="{kind}">{escape(stamp)}</span>'


def _notes(table: Table) -> str:
    key = escape(table.id)
    lines = [f"<p>{escape(note)}</p>" for note in table.footnotes]
    if table.notice:
        lines.append(f'<p class="notice-line">{escape(table.notice)}</p>')
    return f'\n<div class="footnotes" data-id="table:{key}">{"".join(lines)}</div>' if lines else ""
