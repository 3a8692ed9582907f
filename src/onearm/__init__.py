"""onearm: a single-arm oncology trial, from its protocol to its paper.

Examples
--------
>>> import onearm as oa
>>> oa.kaplan_meier([1, 2, 3], [1, 1, 0]).quantile().value
2.0
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

__version__ = "0.1.0"

_HOME = {
    "load": "onearm.io.load",
    "check": "onearm.io.load",
    "run": "onearm.study",
    "Trial": "onearm.study",
    "Protocol": "onearm.protocol",
    "Cohort": "onearm.cohort.tables",
    "Results": "onearm.results",
    "Estimate": "onearm.results",
    "Curve": "onearm.results",
    "Gate": "onearm.results",
    "Finding": "onearm.errors",
    "OnearmError": "onearm.errors",
    "kaplan_meier": "onearm.stats.survival",
    "reverse_kaplan_meier": "onearm.stats.survival",
    "log_rank": "onearm.stats.survival",
    "cox": "onearm.stats.cox",
    "logistic": "onearm.stats.logistic",
    "nearest_pairs": "onearm.stats.matching",
    "standardized_differences": "onearm.stats.balance",
    "proportion_interval": "onearm.stats.binomial",
    "difference_interval": "onearm.stats.binomial",
    "fisher_exact": "onearm.stats.binomial",
}
_MODULES = ("stats", "external", "design", "dosing")

__all__ = [*_HOME, *_MODULES, "__version__"]

if TYPE_CHECKING:
    from onearm import design as design
    from onearm import dosing as dosing
    from onearm import external as external
    from onearm import stats as stats
    from onearm.cohort.tables import Cohort as Cohort
    from onearm.errors import Finding as Finding
    from onearm.errors import OnearmError as OnearmError
    from onearm.io.load import check as check
    from onearm.io.load import load as load
    from onearm.protocol import Protocol as Protocol
    from onearm.results import Curve as Curve
    from onearm.results import Estimate as Estimate
    from onearm.results import Gate as Gate
    from onearm.results import Results as Results
    from onearm.study import Trial as Trial
    from onearm.study import run as run


def __getattr__(name: str) -> Any:
    """Load a public name when it is first used, so that ``import onearm`` costs next to nothing."""
    from importlib import import_module

    if name in _HOME:
        value = getattr(import_module(_HOME[name]), name)
        globals()[name] = value
        return value
    if name in _MODULES:
        return import_module(f"onearm.{name}")
    raise AttributeError(f"module 'onearm' has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted(__all__)
