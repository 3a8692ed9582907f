"""The target trial, component by component, and its emulation."""

from __future__ import annotations

from onearm.results import Results
from onearm.tables.comparability import rows
from onearm.tables.model import Table, words
from onearm.tables.names import comparison_label

KIND = "target_trial"
"""Statements of the results that these tables show."""


def target_trial(results: Results) -> tuple[Table, ...]:
    """One table for each comparison that states which trial it stands in for."""
    return tuple(
        Table(
            id=f"target-trial-{said.comparison}",
            title=f"Target trial: {comparison_label(results, said.comparison)}",
            section="comparison",
            comparison=said.comparison,
            columns=words(*said.columns),
            rows=rows(said),
            footnotes=("The randomised trial that the comparison stands in for, and what stands in for it.",),
            notice=results.header.notice,
        )
        for said in results.statements
        if said.kind == KIND
    )
