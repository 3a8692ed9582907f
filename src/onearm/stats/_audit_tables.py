"""Tables in a text: rows of ``label  n (%)`` under columns that say how many people they are of.

A table is a line whose cells name numbers (``Trial (n = 48)``) and the lines below it. Cells are set apart by bars (as
in Markdown, and as rows of Word tables are read), tabs or two spaces; without these, as in the text of a PDF, a line
must end in as many counts as the line above named numbers.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from ._audit_counts import Counted
from ._audit_table_sums import TableGroup
from ._audit_words import Taken

_HEAD = re.compile(r"\b[nN]\s*=\s*(?P<n>\d{1,3}(?:,\d{3})+|\d{1,7})(?![\w%/]|\.\d)")
_CELL = re.compile(
    r"(?P<k>\d{1,3}(?:,\d{3})+|\d{1,7})(?:\s*(?:/|of)\s*(?P<n>\d{1,7}))?\s*[(\[]\s*(?P<p>\d{1,3}(?:\.\d{1,4})?)\s*%?\s*[)\]]"
)
_MARK = r"\s*(?:[*†‡§¶^]+|[a-e]\b)?\s*"
_ONLY = re.compile(rf"\s*{_CELL.pattern}{_MARK}")
_ROW_END = re.compile(
    rf"(?:(?<=\s)|^)(?:{_CELL.pattern.replace('?P<k>', '').replace('?P<n>', '').replace('?P<p>', '')}\s*)+$"
)
_NO_SHARE = re.compile(r"(?i)\bmedian|\bmean\b|\bSD\b|\bIQR\b|\brange\b|\bquartile|\bCI\b|\bHR\b|\bmonths\b|\bdose\b")
_SHARE = re.compile(r"%|\bper\s?cent", re.I)
_OWN = re.compile(r"\b[nN]\s*=\s*(?P<n>\d{1,7})(?![\w%/]|\.\d)")
_LINE = re.compile(r"[^\n]+")
_LONGEST = 2000


def table_counts(original: str, text: str, taken: Taken) -> tuple[list[Counted], list[TableGroup]]:
    """Every count with a percentage in a table, of the number its column names; the rows that stand under a heading."""
    reading = _Reading(original, text, taken)
    for line in _LINE.finditer(text):
        if line[0].strip() and not re.fullmatch(r"[\s|:=+-]+", line[0]):
            reading.line(line)
    for c in reading.found:
        taken.take(c.start, c.end)
    return reading.found, reading.groups


class _Reading:
    """What has been read of the tables so far: the columns with their numbers of people, the heading in force."""

    def __init__(self, original: str, text: str, taken: Taken) -> None:
        self.original, self.text, self.taken = original, text, taken
        self.found: list[Counted] = []
        self.groups: list[TableGroup] = []
        self.group: TableGroup | None = None
        self.heads: list[tuple[int, int]] = []  # column, number of people
        self.width, self.heading, self.fresh = 0, "", False

    def line(self, line: re.Match[str]) -> None:
        """Read one line: the head of a table, a row, a heading, or prose, which ends a table."""
        a, b = line.span()
        cells = _cells(self.original, self.text, a, b)
        named = [(i, _number(m)) for i, m in _named(self.text, cells)]
        if named and b - a <= _LONGEST and not any(_ONLY.fullmatch(self.text, *cell) for cell in cells):
            more = self.heads if self.fresh else []  # the heads of a PDF's table stand on lines of their own
            flat = [*more, *((-1, _number(m)) for m in _HEAD.finditer(self.text, a, b))]
            self.heads, self.width = (flat if len(cells) == 1 else named), len(cells)
            self.heading, self.fresh, self.group = "", True, None
        elif self.heads:
            self.fresh = False
            self._below(line, cells)

    def _below(self, line: re.Match[str], cells: list[tuple[int, int]]) -> None:
        row = list(_row(self.text, cells, self.heads, self.width, self.heading))
        indent = len(line[0].lstrip("|")) - len(line[0].lstrip("| "))
        if row:
            self.found += row
            self.group = self.group if self.group is not None and self.group.takes(indent, row) else None
        elif len(cells) == 1 and (len(line[0]) > 80 or line[0].rstrip().endswith((".", ":"))):
            self.heads, self.group = [], None  # prose again
        elif len(cells) == 1 or not any(self.text[x:y].strip() for x, y in cells[1:]):
            self.heading, self.group = line[0], TableGroup(line.start(), cells[0][1], indent)
            self.groups.append(self.group)
        elif not _of_people(self.text[slice(*cells[0])], self.heading):
            for cell in cells[1:]:  # a median with its spread: "39 (18)" is no count
                if _ONLY.fullmatch(self.text, *cell) is not None:
                    self.taken.take(*cell)


def _number(m: re.Match[str]) -> int:
    return int(m["n"].replace(",", ""))


def _cells(original: str, text: str, a: int, b: int) -> list[tuple[int, int]]:
    """Where the cells of a line are."""
    said = original[a:b]
    split = r"\|" if "|" in said else r"\t+" if "\t" in said.strip() else r"\s{2,}"
    bare = said.strip()
    begin = a + said.index(bare) + ("|" in said and bare.startswith("|"))
    end = a + said.index(bare) + len(bare) - ("|" in said and len(bare) > 1 and bare.endswith("|"))
    spans, at = [], begin
    for gap in re.compile(split).finditer(original, begin, end):
        spans.append((at, gap.start()))
        at = gap.end()
    return [*spans, (at, end)]


def _named(text: str, cells: list[tuple[int, int]]) -> Iterator[tuple[int, re.Match[str]]]:
    """The columns that name a number of people."""
    for i, (a, b) in enumerate(cells):
        if (m := _HEAD.search(text, a, b)) is not None:
            yield i, m


def _row(
    text: str, cells: list[tuple[int, int]], heads: list[tuple[int, int]], width: int, heading: str
) -> Iterator[Counted]:
    if heads[0][0] < 0 or len(cells) == 1:
        yield from _run_on(text, cells, [n for _, n in heads], heading)
        return
    label = text[slice(*cells[0])]
    if not _of_people(label, heading):
        return
    own = _OWN.search(label)
    shift = 1 if len(cells) == width + 1 else 0
    for i, n in heads:
        if i + shift < len(cells) and i + shift > 0:
            m = _ONLY.fullmatch(text, *cells[i + shift])
            if m is not None:
                yield _counted(m, int(own["n"]) if own else n)


def _run_on(text: str, cells: list[tuple[int, int]], numbers: list[int], heading: str) -> Iterator[Counted]:
    """A line that ends in as many counts as numbers were named: no column can be told but by the order."""
    a, b = cells[0][0], cells[-1][1]
    end = _ROW_END.search(text, a, b) if b - a <= 300 else None
    if end is None or len(numbers) < 2 or not _of_people(text[a : end.start()], heading):
        return
    each = list(_CELL.finditer(text, end.start(), b))
    own = _OWN.search(text, a, end.start())
    if len(each) == len(numbers) and text[a : end.start()].strip():
        yield from (_counted(m, int(own["n"]) if own else n) for m, n in zip(each, numbers, strict=True))


def _of_people(label: str, heading: str) -> bool:
    """Whether ``12 (25)`` of a row is a count with its percentage: not a median with its range."""
    if _SHARE.search(label):
        return True
    return not _NO_SHARE.search(label) and not (_NO_SHARE.search(heading) and not _SHARE.search(heading))


def _counted(m: re.Match[str], n: int) -> Counted:
    whole = int(m["n"]) if m["n"] else n
    closed = max(m.end("p"), m.string.rfind(")", m.end("p"), m.end()) + 1, m.string.rfind("]", m.end("p"), m.end()) + 1)
    return Counted(
        m.start("k"), closed, int(m["k"].replace(",", "")), m["p"], m.start("p"), m.end("p"), whole,
        "k of n" if m["n"] else "column", "",
    )  # fmt: skip
