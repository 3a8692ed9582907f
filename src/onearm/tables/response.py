"""The response table."""

from __future__ import annotations

from onearm.results import Results
from onearm.tables.model import Table
from onearm.tables.proportions import proportions


def response(results: Results) -> tuple[Table, ...]:
    """Proportions of the ``response`` context."""
    return proportions(results, "response", "Response")
