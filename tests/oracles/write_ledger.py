"""Write docs/evidence/oracles.md from a run of every row. Run: python tests/oracles/write_ledger.py

No number in the table is typed: each comes from the row's own comparison, which also has to hold.
"""

from __future__ import annotations

import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE))

import pytest  # noqa: E402
from ledger import Check  # noqa: E402
from oracle_data import Tables  # noqa: E402
from rows_all import NUMBERS, OUTSIDE, ROWS  # noqa: E402

PAGE = HERE.parents[1] / "docs" / "evidence" / "oracles.md"

HEAD = """# Published and cross-checked numbers, one by one

Each row is a case of the project's oracle lists: numbers 1 to 97 of *reference values* (sections 2.1 to 2.6), T1 to
T34 of *methods* (section 6a) with what else its sections 1.1 to 1.9 print (1.1 to 1.9.gehan), T38 to T82 (6c and 6d),
the printed values of its section 3 (3.1 to 3.7), and the traps of *reference values* 3 where programs disagree (3.ties
to 3.at-risk; limits, median and landmark are rows T69 and T70). Numbers that the lists leave out are not missing here.
The test of row N is `tests/oracles/test_ledger.py::test_row[row-N]`. "All k digits printed" means that our number
rounds to the printed one; "k digits" is the agreement with a value known to full precision, or with a printed one that
another search came near to (see the remarks). This page is written by `python tests/oracles/write_ledger.py` from a
run; beside it, `tests/oracles/test_real_fits.py` repeats {fits} fits of R on real data to 1e-8.

Rows tested: {tested} of {all}. Comparisons: {entries}.

| row | what | source | printed | ours | agreement |
|---|---|---|---|---|---|
"""

TAIL = """
## Remarks

{notes}

## Rows without a test

| row | what | reason |
|---|---|---|
{outside}
"""


def cell(text: str) -> str:
    """A list of more than eight numbers shows its first six; a bar would end the cell."""
    words = text.split(" ")
    short = " ".join(words[:6]) + f" ... ({len(words)} numbers)" if len(words) > 8 else text
    return short.replace("|", "\\|")


def page(tables: Tables, fits: int) -> str:
    lines, notes, entries = [], [], 0
    for number in NUMBERS:
        if number not in ROWS:
            continue
        row, check = ROWS[number], Check()
        row.body(check, tables)
        entries += len(check.entries)
        for i, e in enumerate(check.entries):
            first = (number, row.source) if i == 0 else ("", "")
            what = f"**{row.what}**: {e.what}" if i == 0 else e.what
            lines.append(f"| {first[0]} | {what} | {first[1]} | {cell(e.printed)} | {cell(e.ours)} | {e.agreement} |")
        if row.note:
            notes.append(f"- Row {number}: {row.note}.")
    outside = [f"| {n} | {what} | {why} |" for n, (what, why) in OUTSIDE.items()]
    head = HEAD.format(fits=fits, tested=len(ROWS), all=len(NUMBERS), entries=entries)
    return head + "\n".join(lines) + "\n" + TAIL.format(notes="\n".join(notes), outside="\n".join(outside))


def main() -> None:
    from test_real_fits import FITS

    tables = Tables()
    try:
        PAGE.parent.mkdir(parents=True, exist_ok=True)
        PAGE.write_text(page(tables, len(FITS)), encoding="utf-8")
    except pytest.skip.Exception as reason:
        raise SystemExit(f"every row is needed for the page: {reason}") from None
    finally:
        tables.close()


if __name__ == "__main__":
    main()
