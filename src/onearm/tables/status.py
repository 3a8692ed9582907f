"""The status table."""

from __future__ import annotations

from onearm.results import Results
from onearm.tables.model import Table
from onearm.tables.proportions import proportions


def status(results: Results) -> tuple[Table, ...]:
    """Proportions of the ``status`` context."""
    return proportions(results, "status", "Status at last follow-up")
