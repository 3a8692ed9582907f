"""The safety table."""

from __future__ import annotations

from onearm.results import Results
from onearm.tables.model import Table
from onearm.tables.proportions import proportions


def safety(results: Results) -> tuple[Table, ...]:
    """Proportions of the ``safety`` context."""
    return proportions(results, "safety", "Safety")
