"""Numbers under a curve: patients, or sums of their weights, and never one under the name of the other."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

from onearm import text
from onearm.results import Curve

ROWS = ("At risk", "Events", "Censored")
"""The rows of numbers under every curve."""

_EFFECTIVE = re.compile(r"effective n (\d+(?:\.\d+)?)")


def weighted(curve: Curve) -> bool:
    """Whether the numbers of a curve are sums of weights that are not all one.

    Weights are all one when they are equal (the effective n is the number of patients) and add up to the patients.
    """
    if not re.search(r"\bweighted\b", curve.method):
        return False
    parts = (*curve.at_risk, *curve.events, *curve.censored)
    whole = all(abs(v - round(v)) < 1e-6 for v in parts)
    total = sum(curve.events) + sum(curve.censored)
    same = effective(curve) in ("", text.number(curve.n))
    return not (whole and same and abs(total - curve.n) < 1e-6)


def effective(curve: Curve) -> str:
    """The effective number of patients that the method of a curve states; empty where it states none."""
    found = _EFFECTIVE.search(curve.method)
    return "" if found is None else text.number(float(found[1]))


def row_names(curve: Curve) -> tuple[str, ...]:
    """Names of the rows under a curve."""
    return tuple(f"Weighted {name.lower()}" for name in ROWS) if weighted(curve) else ROWS


def counted(curves: Sequence[Curve], named: Callable[[Curve], str]) -> str:
    """What stands under the axis, in words; weighted numbers say how many patients are behind them."""
    said = "subjects at risk, events and censored before"
    behind = []
    for c in (c for c in curves if weighted(c)):
        of = effective(c)
        patients = f"{text.number(c.n, 0)} patients" + (f", effective n {of}" if of else "")
        behind.append(f"{named(c)}: {patients}" if len(curves) > 1 else patients)
    if not behind:
        return said
    if len(behind) == len(curves):
        return f"weighted numbers at risk, of events and of censored before, sums of weights ({'; '.join(behind)})"
    return f"{said}; where named so, weighted numbers, sums of weights ({'; '.join(behind)})"


def numbers(curve: Curve, tick: float) -> tuple[str, str, str]:
    """At risk at a tick, events and censored before it; after the last one nobody is at risk."""
    digits = 1 if weighted(curve) else 0
    one, two, three = (text.number(v, digits) for v in at_tick(curve, tick))
    return one, two, three


def at_tick(curve: Curve, tick: float) -> tuple[float, float, float]:
    """The same as numbers."""
    risk = curve.risk
    if tick in risk.time:
        k = risk.time.index(tick)
        return risk.at_risk[k], risk.events[k], risk.censored[k]
    return 0.0, sum(curve.events), sum(curve.censored)
