"""True rates for which a design shows what it does."""

from __future__ import annotations

from onearm.design.characteristics_table import Rates


def between(p0: float, p1: float) -> Rates:
    """Both rates of a design, the middle between them, and as far beyond p1 as that is from it.

    Examples
    --------
    >>> between(0.1, 0.3)
    (('p0', (0.1,)), ('', (0.2,)), ('p1', (0.3,)), ('', (0.4,)))
    """
    half = (p1 - p0) / 2
    beyond = round(p1 + half, 6)
    rates: Rates = (("p0", (float(p0),)), ("", (round(p0 + half, 6),)), ("p1", (float(p1),)))
    return (*rates, ("", (beyond,))) if beyond < 1 else rates


def above(p0: float, name: str = "p0") -> Rates:
    """One rate of interest and four above it, in steps of 0.05.

    Examples
    --------
    >>> [p for _, (p,) in above(0.2)]
    [0.2, 0.25, 0.3, 0.35, 0.4]
    """
    steps = [round(p0 + 0.05 * k, 6) for k in range(1, 5)]
    return ((name, (float(p0),)), *(("", (p,)) for p in steps if p < 1))
