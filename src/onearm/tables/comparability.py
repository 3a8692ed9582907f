"""Trial and external source side by side, heading by heading."""

from __future__ import annotations

from collections.abc import Mapping

from onearm.results import Results
from onearm.tables.model import Cell, Row, Table, words
from onearm.tables.names import comparison_label

LISTING = "comparability"
"""Listing of the results that these tables show."""


def comparability(results: Results) -> tuple[Table, ...]:
    """One table for each comparison that has rows in the listing ``comparability``."""
    rows = results.listings.get(LISTING, ())
    names = dict.fromkeys(str(r["comparison"]) for r in rows)
    return tuple(_table(results, name, [r for r in rows if r["comparison"] == name]) for name in names)


def _table(results: Results, name: str, rows: list[Mapping[str, str | int]]) -> Table:
    return Table(
        id=f"comparability-{name}",
        title=f"Comparability: {comparison_label(results, name)}",
        section="comparison",
        comparison=name,
        columns=words("Heading", "Trial", "External", "Judgement", "What is done"),
        rows=tuple(Row(str(r["heading"]), wording(r, "trial", "external", "judgement", "done")) for r in rows),
        footnotes=(
            "Headings of FDA's draft guidance on externally controlled trials (February 2023), and missing data.",
            "Judgements are the protocol's. What it does not say is `not stated`; dates, differences and shares are "
            "from baseline data, before any outcome was read.",
        ),
        notice=results.header.notice,
    )


def wording(row: Mapping[str, str | int], *columns: str) -> tuple[Cell, ...]:
    """Cells with the words of a row of a listing; each knows the row it is from.

    Examples
    --------
    >>> wording({"id": "comparability.outcome|x", "trial": "death"}, "trial")[0].parts
    (('death', 'comparability.outcome|x'),)
    """
    return tuple(Cell(((str(row[c]), str(row["id"])),)) for c in columns)
