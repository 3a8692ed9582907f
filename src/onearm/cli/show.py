"""What people see in a terminal: findings, key results, verdicts. Results go to stdout, everything else to stderr."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Any

from onearm.errors import Finding


def out(text: str) -> None:
    """One line of results; nothing where there is nobody to read it (stdout closed)."""
    if sys.stdout is not None:
        sys.stdout.write(text + "\n")


def note(text: str) -> None:
    """One line for people, on stderr."""
    if sys.stderr is not None:
        sys.stderr.write(text + "\n")


def as_json(value: Any) -> None:
    """A result as JSON, on stdout."""
    out(json.dumps(value, ensure_ascii=False, indent=1))


def finding_lines(findings: Iterable[Finding]) -> Iterator[str]:
    """Two lines a finding: what and where, then what to do."""
    for f in findings:
        yield f"{f.code} {f.severity:<7} {f.where}"
        yield f"     {_sentence(f.says)}"
        yield f"     Next: {_sentence(f.next_step)}"


def _sentence(text: str) -> str:
    return text if text.endswith((".", "?", "!")) else f"{text}."


def findings(found: Iterable[Finding]) -> None:
    """Findings, on stderr."""
    for line in finding_lines(found):
        note(line)


def finding_json(found: Iterable[Finding]) -> list[dict[str, str]]:
    """Findings as plain values."""
    return [
        {
            "code": f.code,
            "severity": f.severity,
            "where": f.where,
            "says": f.says,
            "next_step": f.next_step,
            "subject": f.subject,
        }
        for f in found
    ]


def columns(rows: Iterable[tuple[str, ...]], indent: str = "") -> None:
    """Rows of text in aligned columns, on stdout."""
    table = list(rows)
    if not table:
        return
    widths = [max(len(row[i]) for row in table) for i in range(len(table[0]))]
    for row in table:
        cells = [cell.ljust(width) for cell, width in zip(row, widths, strict=True)]
        out((indent + "  ".join(cells)).rstrip())


@contextmanager
def progress(quiet: bool) -> Iterator[Any]:
    """A line that says what is being done; silent when quiet or when stderr is not a terminal."""
    if quiet or not sys.stderr.isatty():
        yield lambda _: None
        return
    from rich.console import Console

    with Console(stderr=True).status("starting") as status:
        yield lambda step: status.update(step)
