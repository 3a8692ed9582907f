"""A risk seen through censoring: what stands for the outcome Y in a doubly robust estimate.

    Y* = 1(event by t) / G(U-)  +  sum over censorings s <= min(U, t) of (1 - S(t)/S(s)) / G (dN - dLambda)

G = exp(-Lambda) just before s with a Cox model, as in R's riskRegression; with the product limit G at s itself, for
which 1 = 1(event) / G(U-) + sum of dM / G holds exactly, so that nothing is left to the outcome model where it is 0.
"""

from __future__ import annotations

import numpy as np

from ._input import Bools, Floats
from ._standardise_hazard import HazardModel

_BLOCK = 1 << 20
_LEAST = 1e-6  # smallest chance of being followed with which a weight is still made


def observed_risks(
    clock: Floats,
    event: Bools,
    outcome: HazardModel,
    x: Floats,
    censor: HazardModel,
    leaving: Floats,
    marks: Floats,
    product_limit: bool,
) -> tuple[Floats, float]:
    """Y* (m, k) of the rows of an arm, and the smallest G used; times on a clock on which events come first."""
    m, k = clock.size, marks.size
    result, least = np.zeros((m, k)), 1.0
    step, until = censor.step, float(marks.max())
    number = int(np.searchsorted(censor.time, until, side="right"))
    times, step = censor.time[:number], step[:number]
    ahead = outcome.hazard(times)
    size = max(1, _BLOCK // max(number, 1))
    for first in range(0, m, size):
        part = slice(first, min(first + size, m))
        rate = np.outer(censor.risk(leaving[part]), step)  # dLambda at each censoring time
        after = np.cumprod(1 - rate, axis=1) if product_limit else np.exp(-np.cumsum(rate, axis=1))
        before = np.c_[np.ones(rate.shape[0]), after]  # (rows, number + 1): G just before each, and at the end
        u = clock[part]
        known = np.take_along_axis(before, np.searchsorted(times, u, side="left")[:, None], axis=1)[:, 0]
        at_risk = times <= u[:, None]
        counted = (times == u[:, None]) & ~event[part, None]
        g = after if product_limit else before[:, :-1]
        dead = event[part, None] & (u[:, None] <= marks)
        used = np.where(at_risk & (g < 1), g, 1.0)
        if product_limit:  # a censoring that empties the arm: nobody can be seen later
            used = np.where(at_risk & (g <= 0), 1.0, used)
        least = min(least, float(used.min(initial=1.0)), float(known[dead.any(axis=1)].min(initial=1.0)))
        if least < _LEAST:
            raise ValueError(
                f"at: the chance of not being censored falls to {least:.1g} before the last landmark; "
                "choose earlier ones"
            )
        martingale = np.where(at_risk, counted - rate, 0.0) / used
        r = outcome.risk(x[part])
        for j in range(k):
            inside = times <= marks[j]
            gone = -np.expm1(-np.outer(r, np.maximum(outcome.hazard(marks[j : j + 1]) - ahead, 0.0)))
            result[part, j] = dead[:, j] / known + (gone * martingale * inside).sum(axis=1)
    return result, least
