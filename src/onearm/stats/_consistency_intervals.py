"""Which interval for a proportion prints as the limits in a paper."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from ._binomial_root import counted
from ._consistency_printed import Between, as_printed, as_rounding, flag
from ._input import as_level

_SLACK = Fraction(1, 10**9)  # limits are floats: one this near the edge of a printed value counts on both sides


@dataclass(frozen=True, slots=True)
class IntervalMethods:
    """The ``methods`` whose limits print so; ``limits`` are those of every method, in the units printed."""

    methods: tuple[str, ...]
    limits: Mapping[str, tuple[float, float]]

    @property
    def recognised(self) -> bool:
        """Whether any method prints so."""
        return bool(self.methods)


def interval_method(
    x: int,
    n: int,
    low: Any,
    high: Any,
    decimals: int = 0,
    *,
    level: float = 0.95,
    percent: bool = True,
    rounding: str = "half-up",
) -> IntervalMethods:
    """Which intervals for x of n print as ``low`` to ``high``.

    Parameters
    ----------
    x, n : successes and trials.
    low, high : limits as printed; text keeps its own decimals.
    decimals : decimals of limits given as numbers.
    level : confidence level.
    percent : whether the limits are percentages, not proportions.
    rounding : as for :func:`denominators`.

    Returns
    -------
    IntervalMethods
        ``methods`` in the order of :func:`~onearm.stats.binomial.proportion_interval`; empty when none prints so.

    Raises
    ------
    ValueError
        For counts that do not fit or limits that cannot be read.

    Examples
    --------
    44 of 48 with 80.0-97.7 is Clopper-Pearson; with 80.4-96.7 Wilson.

    >>> interval_method(44, 48, "80.0", "97.7").methods, interval_method(44, 48, "80.4", "96.7").methods
    (('clopper-pearson',), ('wilson',))
    """
    from .binomial import METHODS, proportion_interval

    x, n = counted("x", x, "n", n)
    scale, sure, rule = 100 if flag("percent", percent) else 1, as_level(level), as_rounding(rounding)
    wanted = [
        as_printed(name, value, None if isinstance(value, str) else decimals).between(rule)
        for name, value in (("low", low), ("high", high))
    ]
    limits = {}
    for method in METHODS:
        found = proportion_interval(x, n, sure, method)
        limits[method] = (scale * found.low, scale * found.high)
    fits = tuple(m for m, ends in limits.items() if all(map(_prints, wanted, ends)))
    return IntervalMethods(fits, limits)


def _prints(values: Between, limit: float) -> bool:
    exact = Fraction(limit)
    return values.meets(exact - _SLACK, exact + _SLACK)
