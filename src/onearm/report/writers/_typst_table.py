"""A table as plain values for the typst template: cells, how they are set, and what decides the columns' widths."""

from __future__ import annotations

import heapq
import re
from collections.abc import Iterable, Sequence
from typing import Any

from onearm.report.writers._typst_text import clean, line
from onearm.tables.model import Cell, Row, Table

NARROW = 100
"""A wide table stands upright after all when the longest texts of its columns make a line of so many signs."""

LONG = 40
"""A column with a longer text than this is one of words."""

KEPT = 28
"""A number with its limits of so many signs is not broken over lines while there is another way."""

TALL = 700
"""A line of the table with a longer text than this may go on over the page."""

MEASURED = 4
"""So many of the longest texts and words of a column are measured."""

_NUMBER = re.compile(r"[<>≤≥~(]?\s?[-−–+]?\d|NE\b|NR\b|NA\b|n/a\b|[-–—]$|not reached|not estimable", re.ASCII)


def table_body(table: Table) -> dict[str, Any]:
    """What the template reads of a table."""
    columns = len(table.columns)
    return {
        "title": clean(table.title),
        "wide": table.wide and not _narrow(table),
        "groups": [[clean(text), width] for text, width in table.groups],
        "heads": [_cell(cell) for cell in table.columns],
        "rows": [_row(row, level, columns) for row, level in zip(table.rows, _levels(table.rows), strict=True)],
        "right": [False, *(_right(cells) for cells in _by_column(table))],
        "sized": [
            _sized_labels(table),
            *(_sized(*one) for one in zip(table.columns[1:], _by_column(table), strict=True)),
        ],
        "notes": [clean(note) for note in table.footnotes],
        "notice": clean(table.notice),
    }


def _narrow(table: Table) -> bool:
    """Whether it stands upright whatever the number of its columns."""
    labels = max((len(row.label) + 2 * row.indent for row in table.rows if not row.head), default=0)
    columns = (
        [*head.text.split(), *(c.text for c in cells)]
        for head, cells in zip(table.columns[1:], _by_column(table), strict=True)
    )
    return labels + sum(2 + max(map(len, column), default=0) for column in columns) <= NARROW


def _cell(cell: Cell) -> dict[str, str] | str:
    said = line(cell.parts)
    return {"text": said, "stamp": clean(cell.stamp)} if cell.stamp else said


def _row(row: Row, level: int, columns: int) -> dict[str, Any]:
    cells = [_cell(cell) for cell in row.cells]
    said: dict[str, Any] = {"label": clean(row.label), "cells": cells + [""] * (columns - 1 - len(cells))}
    said |= {"note": clean(row.note)} if row.note else {}
    said |= {"indent": row.indent} if row.indent else {}
    said |= {"long": True} if max(len(row.label), *(len(cell.text) for cell in row.cells), 0) > TALL else {}
    return said | ({"head": level} if row.head else {})


def _levels(rows: Sequence[Row]) -> list[int]:
    """For each heading its level, from 2, where all lines up to the next one stand indented under it; 0 elsewhere.

    Only such a heading may be repeated on the next page: over others it would say what is not so.
    """
    levels = [0] * len(rows)
    open_heads: list[int] = []
    for k, row in enumerate(rows):
        while open_heads and rows[open_heads[-1]].indent >= row.indent:
            last = open_heads.pop()
            levels[last] = levels[last] if row.head else 0
        if row.head:
            levels[k] = row.indent + 2
            open_heads.append(k)
    return [level if level == 0 or _held(rows, k) else 0 for k, level in enumerate(levels)]


def _held(rows: Sequence[Row], k: int) -> bool:
    """Whether a line follows the heading."""
    return k + 1 < len(rows) and rows[k + 1].indent > rows[k].indent


def _by_column(table: Table) -> Iterable[list[Cell]]:
    for k in range(len(table.columns) - 1):
        yield [row.cells[k] for row in table.rows if k < len(row.cells)]


def _right(cells: Sequence[Cell]) -> bool:
    """Whether most of a column are numbers, which stand to the right."""
    said = [text for text in (line(cell.parts) for cell in cells) if text]
    numbers = sum(1 for text in said if _NUMBER.match(text))
    return not said or (numbers > len(said) / 2 and max(map(len, said)) <= LONG)


def _sized(heading: Cell, cells: Sequence[Cell]) -> dict[str, list[Any]]:
    """What is measured of a column; a number with its limits stays on one line, and so counts as a word."""
    head = clean(heading.text)
    said = {line(cell.parts) for cell in cells}
    kept = {text for text in said if len(text) <= KEPT} if _right(cells) else set()
    words = kept | {word for text in said - kept for word in text.split()}
    words |= {word for cell in cells for word in clean(cell.stamp).split()}
    return {
        "head": [head],
        "headwords": _longest(head.split()),
        "body": [[text, 0] for text in _longest({clean(cell.text) for cell in cells})],
        "notes": [],
        "bodywords": [[word, 0] for word in _longest(words)],
    }


def _sized_labels(table: Table) -> dict[str, list[Any]]:
    """The same of the labels, each with how far it is indented; headings run over all columns."""
    labels = {(clean(row.label), row.indent) for row in table.rows if not row.head}
    notes = {(clean(row.note), row.indent) for row in table.rows if row.note and not row.head}
    words = {(word, indent) for label, indent in labels | notes for word in label.split()}
    head = clean(table.columns[0].text) if table.columns else ""
    return {
        "head": [head],
        "headwords": _longest(head.split()),
        "body": [list(one) for one in heapq.nlargest(MEASURED, labels, key=_extent)],
        "notes": [list(one) for one in heapq.nlargest(MEASURED, notes, key=_extent)],
        "bodywords": [list(one) for one in heapq.nlargest(MEASURED, words, key=_extent)],
    }


def _extent(one: tuple[str, int]) -> tuple[int, str]:
    text, indent = one
    return len(text) + 2 * indent, text


def _longest(texts: Iterable[str]) -> list[str]:
    return heapq.nlargest(MEASURED, texts, key=lambda text: (len(text), text))
