"""Tables to CSV and HTML."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping
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


def to_html(table: Table, titles: Mapping[str, str] | None = None) -> str:
    """A ``<table>`` with caption, scopes, and ``data-id`` on every number.

    Parameters
    ----------
    table
        What to write.
    titles
        For an id, the words that appear when the pointer rests on its number.
    """
    known = titles or {}
    body = "\n".join(_row(row, len(table.columns), known) for row in table.rows)
    return (
        f'<table id="table-{escape(table.id)}" class="columns-{len(table.columns)}">\n'
        f"<caption>{escape(table.title)}</caption>\n"
        f"<thead>\n{_head(table, known)}</thead>\n<tbody>\n{body}\n</tbody>\n</table>{_notes(table)}"
    )


def _head(table: Table, titles: Mapping[str, str]) -> str:
    rows = ""
    if table.groups:
        cells = (
            f'<th scope="colgroup" colspan="{width}">{escape(text)}</th>' if text else "<td></td>"
            for text, width in table.groups
        )
        rows = f'<tr class="over">{"".join(cells)}</tr>\n'
    heads = (_th(cell, titles) for cell in table.columns)
    return f"{rows}<tr>{''.join(heads)}</tr>\n"


def _th(cell: Cell, titles: Mapping[str, str]) -> str:
    return f'<th scope="col">{_parts(cell, titles)}</th>' if cell.parts else "<td></td>"


def _row(row: Row, width: int, titles: Mapping[str, str]) -> str:
    label = escape(row.label) + (f'<span class="note">{escape(row.note)}</span>' if row.note else "")
    if row.head:
        return f'<tr class="head"><th scope="rowgroup" colspan="{width}" class="i{row.indent}">{label}</th></tr>'
    cells = "".join(_td(cell, titles) for cell in row.cells)
    return f'<tr><th scope="row" class="i{row.indent}">{label}</th>{cells}</tr>'


def _td(cell: Cell, titles: Mapping[str, str]) -> str:
    one = f' data-id="{escape(cell.ids[0])}"' if len(cell.ids) == 1 else ""
    return f"<td{one}>{_parts(cell, titles)}{_stamp(cell.stamp)}</td>"


def _parts(cell: Cell, titles: Mapping[str, str]) -> str:
    return "".join(span(text, key, titles) if key else escape(text) for text, key in cell.parts)


def span(text: str, key: str, titles: Mapping[str, str]) -> str:
    """A number with its id, and what is known of it.

    Examples
    --------
    >>> span("25.3", "os.median", {"os.median": "Kaplan-Meier"})
    '<span class="n" data-id="os.median" title="Kaplan-Meier">25.3</span>'
    """
    title = f' title="{escape(titles[key])}"' if key in titles else ""
    return f'<span class="n" data-id="{escape(key)}"{title}>{escape(text)}</span>'


def _stamp(stamp: str) -> str:
    if not stamp:
        return ""
    kind = "mark" if len(stamp) == 1 else "stamp"
    return f' <span class="{kind}">{escape(stamp)}</span>'


def _notes(table: Table) -> str:
    lines = [f"<p>{escape(note)}</p>" for note in table.footnotes]
    if table.notice:
        lines.append(f'<p class="notice-line">{escape(table.notice)}</p>')
    return f'\n<div class="footnotes">{"".join(lines)}</div>' if lines else ""
