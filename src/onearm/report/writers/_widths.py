"""How wide words are, and how wide columns must be so that no number is broken."""

from __future__ import annotations

import math
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass

from onearm.tables.model import Table

_EM: dict[str, float] = {
    **dict.fromkeys("ijl'|", 0.23),
    **dict.fromkeys(" .,:;!/\\ftI[]", 0.28),
    **dict.fromkeys("()r-·`", 0.34),
    **dict.fromkeys('*"ckxyvszJ°', 0.5),
    **dict.fromkeys("wCDHNRUGOQ", 0.75),
    **dict.fromkeys("ABEKPSVXYZ&TFL", 0.66),
    **dict.fromkeys("mMW%@—…", 0.9),
}
"""Widths of a plain sans-serif type, in parts of its size; what is not here is as wide as a digit."""
_DIGIT = 0.57
_KEPT = 26
"""A cell with an id and at most so many characters is a number: it stays on one line."""
INSET = 6.0
"""Points that keep a column of words from the numbers before it."""
_LABEL = 0.24
"""Labels wrap only when they need more of the page than this."""


@dataclass(frozen=True, slots=True)
class Columns:
    """Widths of the columns, the step of type size that they need, and which columns hold words."""

    widths: tuple[float, ...]
    step: int
    words: tuple[bool, ...]
    fits: bool


def width(text: str, size: float) -> float:
    """How wide a line of text is, in the unit of ``size``.

    Examples
    --------
    >>> round(width("12.5", 10), 1)
    19.9
    """
    return size * sum(_EM.get(c) or (1.0 if unicodedata.east_asian_width(c) in "WF" else _DIGIT) for c in text)


def held(text: str) -> str:
    """Text in which ``N = 48`` stays on one line.

    Examples
    --------
    >>> held("Treated (N = 48)").split(" ")[-1] == "(N\u00a0=\u00a048)"
    True
    """
    return text.replace("N = ", "N\u00a0=\u00a0")


def lines(text: str, room: float, size: float) -> int:
    """How many lines a text takes within ``room``, broken between words, and within those that are longer.

    Examples
    --------
    >>> lines("one two three", 40, 10), lines("x" * 40, 40, 10)
    (2, 5)
    """
    if width(text, size) <= room and "\n" not in text:
        return 1
    count, used, space = 0, room + 1, width(" ", size)
    for block in text.split("\n"):
        used = room + 1
        for word in block.split() or [""]:
            wide = width(word, size)
            if used + space + wide <= room:
                used += space + wide
            else:
                more = max(1, math.ceil(wide / room))
                count, used = count + more, wide - (more - 1) * room
    return count


def columns(table: Table, room: float, sizes: Sequence[float], padding: float) -> Columns:
    """Columns of a table within ``room``: as wide as their text if that fits, else text wraps and numbers do not.

    The largest type size with which no number and no word is broken is used; ``fits`` is false when even the smallest
    is too large.
    """
    words = hold_words(table)
    for step, size in enumerate(sizes):
        around = [padding + (INSET if j and words[j] else 0) for j in range(len(words))]
        whole = [width(_longest(texts), size) + more for texts, more in zip(_texts(table), around, strict=True)]
        least = [_least(table, j, size, room) + more for j, more in enumerate(around)]
        whole = [max(low, min(high, room / 2)) for low, high in zip(least, whole, strict=True)]
        if sum(least) <= room:
            return Columns(_shared(least, whole, room), step, words, True)
    scale = room / sum(least)
    return Columns(tuple(w * scale for w in least), len(sizes) - 1, words, False)


def _shared(least: list[float], whole: list[float], room: float) -> tuple[float, ...]:
    """What is left after the least widths goes where text would wrap, then to all alike."""
    wanted = sum(whole)
    if wanted <= room:
        grown = min(room, max(wanted, 0.7 * room))
        return tuple(w * grown / wanted for w in whole)
    part = (room - sum(least)) / (wanted - sum(least))
    return tuple(low + (high - low) * part for low, high in zip(least, whole, strict=True))


def _texts(table: Table) -> list[list[str]]:
    """All texts of each column; headings that span are not of one column."""
    found = [[c.text] for c in table.columns]
    for row in table.rows:
        if not row.head:
            found[0].extend((" " * 3 * row.indent + row.label, row.note))
        for j, cell in enumerate(row.cells[: len(found) - 1], start=1):
            found[j].append(cell.text)
    return found


def _longest(texts: list[str]) -> str:
    return max(texts, key=len)


def _least(table: Table, j: int, size: float, room: float) -> float:
    """The widest thing in a column that must not be broken; a word longer than a fifth of the page may be."""
    cells = [row.cells[j - 1] for row in table.rows if j and len(row.cells) >= j]
    plain = ["".join(text for text, _ in c.parts) for c in cells if c.ids]
    numbers = [text for text in plain if len(text) <= _KEPT and any(d.isdigit() for d in text)]
    texts = _texts_of(table, j)
    single = max((width(w, size * 1.06) for t in texts for w in held(t).split(" ")), default=0.0)
    least = max(min(single, room / 5), max((width(n, size) for n in numbers), default=0.0), 2 * size)
    return least if j else max(least, min(max(width(t, size) for t in _texts(table)[0]), room * _LABEL))


def _texts_of(table: Table, j: int) -> list[str]:
    if j:
        return [table.columns[j].text, *(row.cells[j - 1].text for row in table.rows if len(row.cells) >= j)]
    return [table.columns[0].text, *(t for row in table.rows if not row.head for t in (row.label, row.note))]


def hold_words(table: Table) -> tuple[bool, ...]:
    """For each column whether it holds words, set from the left, and not numbers, set from the right."""
    return tuple(_is_words(table, j) for j in range(len(table.columns)))


def _is_words(table: Table, j: int) -> bool:
    texts = [row.cells[j - 1].text for row in table.rows if j and len(row.cells) >= j and row.cells[j - 1].parts]
    short = sum(len(t) <= _KEPT and any(c.isdigit() for c in t) for t in texts)
    return not j or any(len(t) > 40 for t in texts) or 2 * short < len(texts)
