"""Estimators: a column of facts in, estimates out. One clause in the protocol, one function here."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from onearm.endpoints.adverse_events import adverse_events
from onearm.endpoints.by_procedure import landmark, naive_ever_never
from onearm.endpoints.clone_censor import clone_censor
from onearm.endpoints.competing import competing
from onearm.endpoints.distribution import summary
from onearm.endpoints.event_listing import event_listing
from onearm.endpoints.in_response import in_response
from onearm.endpoints.mrd_by_time import mrd_by_time
from onearm.endpoints.proportion import distribution, proportion
from onearm.endpoints.sample import Analysis as Analysis
from onearm.endpoints.sample import Output as Output
from onearm.endpoints.states import states
from onearm.endpoints.subgroups import subgroups
from onearm.endpoints.time_dependent import time_dependent
from onearm.endpoints.time_to_event import follow_up, survival
from onearm.endpoints.waterfall import waterfall

__all__ = ["ESTIMATORS", "Analysis", "Output", "estimate"]

ESTIMATORS: dict[str, Callable[[str, Any, Analysis], Output]] = {
    "proportion": proportion,
    "distribution": distribution,
    "summary": summary,
    "survival": survival,
    "follow-up": follow_up,
    "landmark": landmark,
    "naive-ever-never": naive_ever_never,
    "cumulative-incidence": competing,
    "in-response": in_response,
    "states": states,
    "subgroups": subgroups,
    "time-dependent": time_dependent,
    "clone-censor-weight": clone_censor,
    "mrd-by-time": mrd_by_time,
    "adverse-events": adverse_events,
    "event-listing": event_listing,
    "waterfall": waterfall,
}
"""The code that answers each estimator named in a protocol."""


def estimate(analysis: Analysis) -> Output:
    """Estimate every endpoint of the protocol, in its order."""
    out = Output()
    for name, clause in analysis.protocol.endpoints.items():
        out += ESTIMATORS[clause.estimator](name, clause, analysis)
    return out
