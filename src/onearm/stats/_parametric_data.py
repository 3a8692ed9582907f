"""Rows made ready for log-location-scale regression, and the way back to their units."""

from __future__ import annotations

import numpy as np

from ._input import Bools, Floats
from ._newton import Maximum, estimable, maximize
from ._parametric_families import FAMILIES
from ._parametric_likelihood import Point, Rows, evaluate


class Data:
    """Rows of positive weight, log times centred and scaled, covariates standardized."""

    def __init__(self, time: Floats, event: Bools, x: Floats, weight: Floats, entry: Floats) -> None:
        self.time, self.event, self.weight, self.entry = time, event, weight, entry
        self.y = np.log(time)
        self.centre = np.average(x, axis=0, weights=weight)
        spread = np.sqrt(np.average((x - self.centre) ** 2, axis=0, weights=weight))
        flat = spread <= 1e-12 * np.max(np.abs(x), axis=0, initial=0.0)
        self.unit = np.where(flat, 1.0, spread)
        standard = np.where(flat, 0.0, (x - self.centre) / self.unit)
        self.design = np.c_[np.ones(time.size), standard]
        gram = self.design.T @ (weight[:, None] * self.design)
        self.free = estimable(gram, np.full(self.unit.size + 1, weight.sum()))
        self.middle = float(np.average(self.y, weights=weight))
        self.stretch = float(np.sqrt(np.average((self.y - self.middle) ** 2, weights=weight))) or 1.0

    def rows(self, distribution: str, columns: Bools) -> Rows:
        """The chosen columns in the form of the likelihood."""
        free = distribution != "exponential"
        unit = self.stretch if free else 1.0
        late = np.flatnonzero(self.entry > 0)
        y, y0 = (self.y - self.middle) / unit, (np.log(self.entry[late]) - self.middle) / unit
        x = -self.design[:, columns]
        none, none0 = np.zeros(y.size), np.zeros(late.size)
        return Rows(
            family=FAMILIES[distribution],
            event=self.event,
            weight=self.weight,
            exits=np.c_[x, y] if free else x,
            entries=np.c_[x[late], y0] if free else x[late],
            exit_offset=none if free else y,
            entry_offset=none0 if free else y0,
            late=late,
            free=free,
        )

    def log_likelihood(self, value: float, unit: float) -> float:
        """That of T: with the Jacobian of log t and of the scaling of y."""
        w = self.weight[self.event]
        return value - float(w @ self.y[self.event]) - float(w.sum()) * float(np.log(unit))


def largest(rows: Rows) -> Maximum[Point]:
    begin = np.zeros(rows.exits.shape[1])
    if rows.free:
        begin[-1] = 1.0
    else:  # the estimate without covariates, log(exposure / events)
        peak = float(rows.exit_offset.max())
        exposure = rows.weight @ np.exp(rows.exit_offset - peak)
        exposure -= rows.weight[rows.late] @ np.exp(rows.entry_offset - peak)
        if exposure > 0:
            begin[0] = peak + np.log(exposure) - np.log(rows.weight[rows.event].sum())
    start = evaluate(rows, begin)
    if start is None:  # early entries or far times: begin with nearly everything in the middle
        begin[-1] = 1e-3
        start = evaluate(rows, begin)
    if start is None:
        raise ValueError("time spans too many orders of magnitude for this model")
    return maximize(lambda b: evaluate(rows, b), begin, start, limit=100)


def natural(data: Data, b: Floats, unit: float, has_scale: bool) -> tuple[Floats, Floats]:
    """(b, log sigma) in the units of the data, and its derivative in (a, k)."""
    free = data.free
    a, k = (b[:-1], float(b[-1])) if has_scale else (b, 1.0)
    back = np.diag(np.r_[1.0, 1 / data.unit])
    back[0, 1:] = -data.centre / data.unit
    back = back[np.ix_(free, free)] * (unit / k)
    coef = back @ a
    slope = np.zeros((b.size, b.size))
    slope[: a.size, : a.size] = back
    if has_scale:
        slope[:-1, -1], slope[-1, -1] = -coef / k, -1 / k
    coef[0] += data.middle
    return (np.r_[coef, np.log(unit / k)] if has_scale else coef), slope
