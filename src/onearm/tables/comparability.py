"""Trial and external source side by side, heading by heading."""

from __future__ import annotations

from onearm.results import Results, Statement
from onearm.tables.model import Cell, Row, Table, words
from onearm.tables.names import comparison_label

KIND = "comparability"
"""Statements of the results that these tables show."""


def comparability(results: Results) -> tuple[Table, ...]:
    """One table for each comparison that states how far it can be trusted."""
    return tuple(_table(results, s) for s in results.statements if s.kind == KIND)


def _table(results: Results, said: Statement) -> Table:
    return Table(
        id=f"comparability-{said.comparison}",
        title=f"Comparability: {comparison_label(results, said.comparison)}",
        section="comparison",
        comparison=said.comparison,
        columns=words(*said.columns),
        rows=rows(said),
        footnotes=(
            "Headings of FDA's draft guidance on externally controlled trials (February 2023), and missing data.",
            "Judgements are the protocol's. What it does not say is `not stated`; dates, differences and shares are "
            "from baseline data, before any outcome was read.",
        ),
        notice=results.header.notice,
    )


def rows(said: Statement) -> tuple[Row, ...]:
    """The rows of a statement; each cell knows the statement it is from.

    Examples
    --------
    >>> said = Statement(id="comparability|x", comparison="x", columns=("Heading", "Trial"),
    ...                  rows=(("Outcome", "death"),))
    >>> rows(said)[0].label, rows(said)[0].cells[0].parts
    ('Outcome', (('death', 'comparability|x'),))
    """
    return tuple(Row(first, tuple(Cell(((text, said.id),)) for text in rest)) for first, *rest in said.rows)
