"""Findings as they come up: row by row up to a limit, then counted."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

import polars as pl

from onearm.errors import Finding, Severity

MOST = 20
"""Rows named one by one for the same code and column; the rest are counted in one finding."""

Row = dict[str, Any]


def quoted(value: object, most: int = 40) -> str:
    """Show a cell in a sentence: in quotes, cut after ``most`` characters, control characters replaced.

    Examples
    --------
    >>> quoted("CRI"), quoted("a\\x00b")
    ('"CRI"', '"a·b"')
    """
    text = "".join(c if c.isprintable() else "·" for c in str(value)[: most + 1])
    return f'"{text}"' if len(text) <= most else f'"{text[:most]}…"'


def count(number: int, word: str) -> str:
    """Say how many, with the plural where it belongs.

    Examples
    --------
    >>> count(1, "subject"), count(3, "gap")
    ('1 subject', '3 gaps')
    """
    return f"{number} {word}" if number == 1 else f"{number} {word}s"


class Log:
    """Collects findings of one source, all of them.

    Attributes
    ----------
    found : list of Finding
        In the order in which they came up.
    written : dict of str to str
        onearm's column names -> names in the file of the table that is being read, for the words of findings.
    """

    def __init__(self) -> None:
        self.found: list[Finding] = []
        self.written: dict[str, str] = {}

    def called(self, column: str) -> str:
        """Name of a column as people wrote it."""
        return self.written.get(column, column)

    def add(
        self,
        code: str,
        where: str,
        says: str,
        next_step: str,
        severity: Severity = "error",
        subject: str = "",
    ) -> None:
        """Note one finding."""
        self.found.append(Finding(code, severity, where, says, next_step, subject))

    def extend(self, findings: Iterable[Finding]) -> None:
        """Note findings made elsewhere."""
        self.found.extend(findings)

    def rows(
        self,
        code: str,
        bad: pl.DataFrame,
        says: Callable[[Row], str],
        next_step: str,
        severity: Severity = "error",
    ) -> None:
        """Note one finding a row, the first `MOST` by line, and one that counts the rest.

        Parameters
        ----------
        code, next_step, severity
            The same for every row.
        bad : polars.DataFrame
            The rows concerned, with columns ``at``, ``line`` and where it applies ``subject``.
        says : callable
            Turns a row (a dict) into what was found. Called for the rows shown only.
        """
        if bad.is_empty():
            return
        ordered = bad.sort("line", nulls_last=True, maintain_order=True)
        for row in ordered.head(MOST).iter_rows(named=True):
            self.add(code, row["at"], says(row), next_step, severity, row.get("subject") or "")
        if ordered.height > MOST:
            rest = ordered[MOST:]
            row = rest.row(0, named=True)
            last = str(rest["at"][-1])
            text = f"{rest.height} more rows like the {MOST} before, up to {last}; the first: {says(row)}"
            self.add(code, row["at"], text, next_step, severity)

    @property
    def blocked(self) -> bool:
        """Whether any finding blocks."""
        return any(f.blocks for f in self.found)
