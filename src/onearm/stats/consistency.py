"""Printed numbers that can or cannot be true: what arithmetic allows, for counts, means, tests, intervals and text.

``denominators`` and ``whole_counts`` for counts with percentages; ``grim``, ``grimmer``, ``debit`` and ``sd_limits``
for means and standard deviations of whole numbers; ``recompute_p`` for t, F, chi-square, r and z; ``interval_method``
for intervals of proportions; ``hazard_ratio_consistency`` for a ratio with interval and p; ``audit_text`` reads
them all out of a text. Decimals are read exactly;
rounding is a named rule.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from ._audit import audit_text
    from ._audit_record import VERDICTS, Statement, TextAudit
    from ._consistency_counts import Denominators, denominators, whole_counts
    from ._consistency_intervals import IntervalMethods, interval_method
    from ._consistency_means import Grim, Grimmer, grim, grimmer
    from ._consistency_ratio import RatioConsistency, hazard_ratio_consistency
    from ._consistency_spread import Debit, SdLimits, debit, sd_limits
    from ._consistency_tests import Recomputed, recompute_p

__all__ = [
    "VERDICTS",
    "Debit",
    "Denominators",
    "Grim",
    "Grimmer",
    "IntervalMethods",
    "RatioConsistency",
    "Recomputed",
    "SdLimits",
    "Statement",
    "TextAudit",
    "audit_text",
    "debit",
    "denominators",
    "grim",
    "grimmer",
    "hazard_ratio_consistency",
    "interval_method",
    "recompute_p",
    "sd_limits",
    "whole_counts",
]

_HOMES = {
    "_audit": ("audit_text",),
    "_audit_record": ("VERDICTS", "Statement", "TextAudit"),
    "_consistency_counts": ("Denominators", "denominators", "whole_counts"),
    "_consistency_intervals": ("IntervalMethods", "interval_method"),
    "_consistency_means": ("Grim", "Grimmer", "grim", "grimmer"),
    "_consistency_spread": ("Debit", "SdLimits", "debit", "sd_limits"),
    "_consistency_ratio": ("RatioConsistency", "hazard_ratio_consistency"),
    "_consistency_tests": ("Recomputed", "recompute_p"),
}
_HOME = {name: home for home, names in _HOMES.items() for name in names}


def __getattr__(name: str) -> Any:
    if name in _HOME:
        return getattr(import_module(f".{_HOME[name]}", __package__), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted([*globals(), *_HOME])
