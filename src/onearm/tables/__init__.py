"""Tables: they choose and arrange what `onearm.results` holds, and never compute.

``build(results)`` gives every table that has something to show; ``to_csv`` and ``to_html`` write one.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType

from onearm.results import Results
from onearm.tables.balance import balance
from onearm.tables.baseline import baseline
from onearm.tables.commitment import commitment
from onearm.tables.comparability import comparability
from onearm.tables.comparison import comparison
from onearm.tables.course import course
from onearm.tables.deviations import deviations
from onearm.tables.exposure import exposure
from onearm.tables.flow import flow
from onearm.tables.footnotes import stated
from onearm.tables.further import further
from onearm.tables.gates import gates
from onearm.tables.intensity import intensity
from onearm.tables.landmark import landmark
from onearm.tables.listing import listing
from onearm.tables.methods import methods
from onearm.tables.model import Cell, Row, Table
from onearm.tables.monitoring import monitoring
from onearm.tables.mrd_by_time import mrd_by_time
from onearm.tables.published import published
from onearm.tables.response import response
from onearm.tables.safety import safety
from onearm.tables.status import status
from onearm.tables.subgroups import subgroups
from onearm.tables.survival import survival
from onearm.tables.target_trial import target_trial
from onearm.tables.toxicity import toxicity
from onearm.tables.write import to_csv, to_html

__all__ = ["TABLES", "Cell", "Row", "Table", "build", "to_csv", "to_html"]

TABLES: Mapping[str, Callable[[Results], tuple[Table, ...]]] = MappingProxyType(
    {
        "flow": flow,
        "baseline": baseline,
        "exposure": exposure,
        "intensity": intensity,
        "deviations": deviations,
        "response": response,
        "mrd-by-time": mrd_by_time,
        "safety": safety,
        "toxicity": toxicity,
        "monitoring": monitoring,
        "status": status,
        "survival": survival,
        "landmark": landmark,
        "course": course,
        "subgroups": subgroups,
        "commitment": commitment,
        "target-trial": target_trial,
        "comparability": comparability,
        "gates": gates,
        "balance": balance,
        "comparison": comparison,
        "methods": methods,
        "published": published,
        "further": further,
        "listing": listing,
    }
)
"""Every kind of table, in the order of a report; a new one is one file and one line here."""


def build(results: Results) -> dict[str, Table]:
    """Every table of these results by its id, each with its population and the data cut-off; nothing to show, none.

    Examples
    --------
    >>> from onearm.results import Header
    >>> build(Results(Header(trial="t", title="T", arm="A")))
    {}
    """
    return {table.id: stated(table, results) for make in TABLES.values() for table in make(results)}
