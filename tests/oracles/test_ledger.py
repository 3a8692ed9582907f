"""Every numbered oracle: one test a row, named by its number. docs/evidence/oracles.md is written from these rows."""

from __future__ import annotations

import pytest
from ledger import Check
from oracle_data import Tables
from rows_all import NUMBERS, OUTSIDE, ROWS
from write_ledger import PAGE


@pytest.mark.parametrize("number", ROWS, ids=lambda number: f"row-{number}")
def test_row(number: str, tables: Tables) -> None:
    check = Check()
    ROWS[number].body(check, tables)
    assert check.entries


def test_every_number_is_there() -> None:
    """Each number of the lists has a test or a stated reason, not both, and its line in the page."""
    assert sorted([*ROWS, *OUTSIDE]) == sorted(NUMBERS)
    lines = PAGE.read_text(encoding="utf-8").splitlines()
    for number in NUMBERS:
        assert sum(line.startswith(f"| {number} |") for line in lines) == 1, f"row {number} is not in {PAGE.name}"
