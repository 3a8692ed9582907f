"""Estimators: a column of facts in, estimates out. One clause in the protocol, one function here."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from onearm.endpoints.distribution import summary
from onearm.endpoints.proportion import distribution, proportion
from onearm.endpoints.sample import Analysis as Analysis
from onearm.endpoints.sample import Output as Output
from onearm.endpoints.time_to_event import follow_up, landmark, survival

__all__ = ["ESTIMATORS", "Analysis", "Output", "estimate"]

ESTIMATORS: dict[str, Callable[[str, Any, Analysis], Output]] = {
    "proportion": proportion,
    "distribution": distribution,
    "summary": summary,
    "survival": survival,
    "follow-up": follow_up,
    "landmark": landmark,
}
"""The code that answers each estimator named in a protocol."""


def estimate(analysis: Analysis) -> Output:
    """Estimate every endpoint of the protocol, in its order."""
    out = Output()
    for name, clause in analysis.protocol.endpoints.items():
        out += ESTIMATORS[clause.estimator](name, clause, analysis)
    return out
