"""The target trial, component by component, and its emulation."""

from __future__ import annotations

from onearm.results import Results
from onearm.tables.comparability import wording
from onearm.tables.model import Row, Table, words
from onearm.tables.names import comparison_label

LISTING = "target_trial"
"""Listing of the results that these tables show."""


def target_trial(results: Results) -> tuple[Table, ...]:
    """One table for each comparison that has rows in the listing ``target_trial``."""
    rows = results.listings.get(LISTING, ())
    tables = []
    for name in dict.fromkeys(str(r["comparison"]) for r in rows):
        mine = [r for r in rows if r["comparison"] == name]
        tables.append(
            Table(
                id=f"target-trial-{name}",
                title=f"Target trial: {comparison_label(results, name)}",
                section="comparison",
                comparison=name,
                columns=words("Component", "Target trial", "Emulation"),
                rows=tuple(Row(str(r["component"]), wording(r, "target", "emulation")) for r in mine),
                footnotes=("The randomised trial that the comparison stands in for, and what stands in for it.",),
                notice=results.header.notice,
            )
        )
    return tuple(tables)
