"""Covariates of a Cox model gathered in sorted order, centred and scaled once."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ._input import Bools, Floats, Ints

_BLOCK = 1024  # rows gathered at once


@dataclass(frozen=True, slots=True, eq=False)
class Design:
    """``z`` (p, n) sorted rows of (x - centre) / unit; a column that does not vary is ``flat`` and 0."""

    z: Floats
    centre: Floats
    unit: Floats
    flat: Bools


def make_design(x: Floats, rows: Ints, weight: Floats) -> Design:
    """From the caller's ``x`` (N, p), the rows wanted in order, and the weights of those rows."""
    n, p = rows.size, x.shape[1]
    share = weight / weight.sum()
    spread_out = np.zeros(x.shape[0])
    spread_out[rows] = share
    centre = spread_out @ x
    z = np.empty((p, n))
    with np.errstate(over="ignore"):
        for a in range(0, n, _BLOCK):
            z[:, a : a + _BLOCK] = (x.take(rows[a : a + _BLOCK], axis=0) - centre).T
    unit, flat = np.ones(p), np.zeros(p, dtype=np.bool_)
    buffer = np.empty(n)
    for j, column in enumerate(z):
        spread = _scaled(column, share, buffer)
        if not np.isfinite(spread):
            raise ValueError(f"x has values too large to be centred in column {j}")
        flat[j] = spread <= 1e-12 * abs(centre[j])
        if flat[j]:
            column[:] = 0.0
        else:
            unit[j] = spread
    return Design(z, centre, unit, flat)


def _scaled(column: Floats, share: Floats, buffer: Floats) -> float:
    """Divide a centred column by its standard deviation in place; returns that deviation, 0 left alone."""
    with np.errstate(over="ignore", under="ignore", invalid="ignore"):
        square = float(share @ np.multiply(column, column, out=buffer))
    peak = 1.0
    if not 1e-280 < square < np.inf:  # beyond floating point unless brought near 1 first
        peak = float(np.max(np.abs(column)))
        if peak == 0 or not np.isfinite(peak):
            return peak
        column /= peak
        square = float(share @ np.multiply(column, column, out=buffer))
        if square == 0:  # only rows of no weight vary
            return 0.0
    column *= 1 / np.sqrt(square)
    return float(np.sqrt(square)) * peak
