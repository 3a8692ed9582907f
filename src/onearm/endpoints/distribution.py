"""Summaries of numeric covariates."""

from __future__ import annotations

from typing import Any

from onearm.endpoints.proportion import missing_count
from onearm.endpoints.sample import Analysis, Output
from onearm.protocol.endpoint import Summary
from onearm.results import Estimate
from onearm.stats.describe import summary as describe

_STATS = {
    "median": ("median", "median"),
    "q1": ("first quartile", "quartile, R type 7"),
    "q3": ("third quartile", "quartile, R type 7"),
    "mean": ("mean", "mean"),
    "sd": ("standard deviation", "standard deviation, n - 1"),
    "min": ("minimum", "minimum"),
    "max": ("maximum", "maximum"),
}


def summary(name: str, e: Summary, a: Analysis) -> Output:
    """Median, quartiles, mean, standard deviation, range and missing values of a covariate."""
    covariate = a.protocol.covariates[e.covariate]
    values, population = a.values(e.covariate), a.populations[e.population]
    members = tuple(s for s in population if values[s] is not None)
    label = (e.label or covariate.label) + (f", {covariate.unit}" if covariate.unit else "")
    words: dict[str, Any] = {
        "context": "baseline",
        "population": a.label(e.population),
        "evidence": "baseline",
        "variable": name,
    }
    out = Output()
    found = describe([values[s] for s in members]) if members else None
    for stat, (what, method) in _STATS.items():
        value = getattr(found, stat) if found is not None else None
        if value is not None and value != value:
            value = None
        out.estimates.append(
            Estimate(
                **words,
                id=f"{name}.{stat}",
                label=f"{label}: {what}",
                stat=stat,
                unit=covariate.unit,
                method=method,
                n=len(members),
                value=None if value is None else float(value),
                error="too few values" if value is None else None,
                subjects=members,
            )
        )
    missing = tuple(s for s in population if values[s] is None)
    out.estimates.append(missing_count(name, label, missing, len(population), words))
    return out
