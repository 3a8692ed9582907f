"""Rows of a table under one heading, such as the sexes: the counts of a column add up to the number it is of."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from ._audit_counts import Counted
from ._audit_record import FITS, MISFIT, Statement

KIND = "breakdown"
_ONE_VALUE = re.compile(
    r"(?i)\b(?:sex|gender|race|ethnicity|ECOG|performance status|karyotype|cytogenetics?|stage|risk|salvage|"
    r"best (?:overall )?response|age group|causes? of death|(?:disease|donor) (?:status|type))\b"
)


@dataclass(slots=True)
class TableGroup:
    """A heading, where it stands, how far it is indented, and the rows below it: whether indented more, and counts."""

    start: int
    end: int
    indent: int
    rows: list[tuple[bool, list[Counted]]] = field(default_factory=list)

    def takes(self, indent: int, row: list[Counted]) -> bool:
        """Whether a row belongs here: not once rows were indented and this one is not."""
        deeper = indent > self.indent
        if not deeper and self.rows and self.rows[0][0]:
            return False
        self.rows.append((deeper, row))
        return True


def table_sums(text: str, groups: list[TableGroup]) -> Iterator[Statement]:
    """One statement a column that adds up; one that is too large only where indentation says where the rows end."""
    for group in groups:
        if len(group.rows) < 2 or not _ONE_VALUE.search(text, group.start, group.end):
            continue
        for column in range(min(len(row) for _, row in group.rows)):
            yield from _added(text, group, [row[column] for _, row in group.rows])


def _added(text: str, group: TableGroup, parts: list[Counted]) -> Iterator[Statement]:
    n, total = parts[0].n, 0
    said = text[group.start : group.end].strip()
    if n is None or any(part.n != n for part in parts):
        return
    for i, part in enumerate(parts):
        total += part.k
        if total == n and i > 0:
            says = f"{' + '.join(str(p.k) for p in parts[: i + 1])} = {n}, the number of the column"
            yield Statement(KIND, group.start, group.end, said, FITS, says, n)
            return
    if total > n and group.rows[0][0]:
        says = f"{' + '.join(str(p.k) for p in parts)} = {total}, more than the {n} of the column"
        yield Statement(KIND, group.start, group.end, said, MISFIT, says, n)
