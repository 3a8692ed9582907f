"""The response table: categories, rates with their limits, and the same by subgroup."""

from __future__ import annotations

from onearm.results import Results
from onearm.tables.model import Table
from onearm.tables.proportions import proportions
from onearm.tables.subgroups import of_response


def response(results: Results) -> tuple[Table, ...]:
    """Proportions of the ``response`` context, and their subgroups."""
    return proportions(results, "response", "Response", of_response(results))
