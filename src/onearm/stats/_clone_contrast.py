"""Two strategies against each other: the contrasts of one sample, and what their replicates say.

The rows of both strategies are counted on one grid of ranks. With R_s and D_s the weights at risk and with the
event in strategy s (1 = switch, 0 = stay) at event time k, d rows with the event there, survival is the product
of 1 - D_s/R_s, and the weighted Cox model with one column, 1 = switch, has for each j = 0 .. d-1 of each k

    m = (D0 + D1)/d,   A = R0 - j/d D0,   B = exp(b) (R1 - j/d D1),   p = B/(A + B)
    log L = b sum D1 - sum m log(A + B),   U = sum D1 - sum m p,   I = sum m p (1 - p)

so that no row is looked at again (Efron 1977, doi:10.1080/01621459.1977.10480613).
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from ._bootstrap_cox import CoxReplicates
from ._bootstrap_record import Bootstrap
from ._clones import Clones, Subjects, make_clones
from ._cox_fit import CoxFit
from ._distributions import critical_value
from ._input import TIE_TOLERANCE, Floats, Ints, count
from ._newton import maximize


@dataclass(frozen=True, slots=True, eq=False)
class StrategyContrast:
    """Switching against not switching: estimate, standard error and limits, NaN where not estimated.

    ``method`` says where the error comes from: "bootstrap", "robust" (subjects as clusters, weights taken
    as known) or "" for none.
    """

    value: float
    std_error: float
    low: float
    high: float
    method: str


def unknown(value: float) -> StrategyContrast:
    """An estimate without an error."""
    return StrategyContrast(float(value), math.nan, math.nan, math.nan, "")


def bootstrapped(value: float, drawn: Bootstrap, k: int) -> StrategyContrast:
    """An estimate with the standard deviation and the limits of its replicates."""
    error, low, high = (float(v[k]) for v in (drawn.std_error, drawn.low, drawn.high))
    return unknown(value) if math.isnan(low) else StrategyContrast(float(value), error, low, high, "bootstrap")


def robust(value: float, fit: CoxFit | None, level: float) -> StrategyContrast:
    """The log hazard ratio with the robust error of the fit."""
    if fit is None or fit.robust_std_error is None or not np.isfinite(value):
        return unknown(value)
    error = float(fit.robust_std_error[0])
    half = critical_value(level) * error
    return StrategyContrast(float(value), error, float(value) - half, float(value) + half, "robust")


@dataclass(frozen=True, slots=True, eq=False)
class Contrasts:
    """The statistic of a bootstrap of subjects: cloned and weighted again from how often each was drawn.

    ``deviation`` (2, n) ranks at which each leaves "switch" and "stay"; ``horizon`` of the differences; ``models``
    (2,) of deviation, which fit many samples at a time, or None where there is none or its fit is not sound.
    """

    subjects: Subjects
    deviation: Ints
    horizon: float
    models: tuple[CoxReplicates | None, ...] = (None, None)

    def replicates(self, pair: tuple[Clones, Clones]) -> Contrasts:
        """The same with models of deviation, for the clones of all subjects."""
        x = self.subjects.x
        models = (
            CoxReplicates(c.until + 1, c.deviated, x, None, None, None, "efron")
            if x is not None and c.sound and c.deviated.any()
            else None
            for c in pair
        )
        return Contrasts(self.subjects, self.deviation, self.horizon, tuple(models))

    @property
    def undefined(self) -> str:
        """Why a replicate has no number."""
        return "nobody follows one of the strategies, or the hazard ratio has no finite estimate"

    def __call__(self, drawn: Ints) -> Floats:
        """Log hazard ratio, difference in survival and in restricted mean (B, 3) for integer weights (B, n)."""
        found = [None if model is None else model(drawn) for model in self.models]
        return np.array([self._one(w, [None if b is None else b[r] for b in found]) for r, w in enumerate(drawn)])

    def _one(self, drawn: Ints, found: list[Floats | None]) -> Floats:
        """The contrasts of one sample, given coefficients of deviation; those not finite are fitted again."""
        rows = np.repeat(np.arange(drawn.size), drawn)
        subjects = self.subjects.drawn(rows)
        known = [b if b is not None and np.isfinite(b).all() else None for b in found]
        first, second = (make_clones(subjects, d[rows], b) for d, b in zip(self.deviation, known, strict=True))
        return self.of((first, second))

    def of(self, pair: tuple[Clones, Clones]) -> Floats:
        """The three contrasts of given clones; NaN where there is none."""
        result = np.full(3, np.nan)
        if not all(c.subject.size for c in pair):
            return result
        size = self.subjects.grid.size
        n_events = np.bincount(np.concatenate([c.last[c.event] for c in pair]), minlength=size)
        cells = np.flatnonzero(n_events)
        counted = [_counted(c, size, cells) for c in pair]
        at_risk, events = (np.array(v) for v in zip(*counted, strict=True))
        if cells.size:
            result[0] = _log_hazard_ratio(at_risk, events, n_events[cells])
        if self.horizon > 0:
            time = self.subjects.grid[cells]
            survival, mean = zip(*(_read(time, r, d, self.horizon) for r, d in counted), strict=True)
            result[1:] = survival[0] - survival[1], mean[0] - mean[1]
        return result


def _counted(clones: Clones, size: int, cells: Ints) -> tuple[Floats, Floats]:
    """Weights at risk and with the event at the given ranks, exactly 0 where nobody is."""
    late = clones.first >= 0
    net = count(clones.last, clones.weight, size) - count(clones.first[late], clones.weight[late], size)
    at_risk = np.cumsum(net[::-1])[::-1]
    at_risk[int(clones.last.max()) + 1 :] = 0.0
    events = count(clones.last[clones.event], clones.weight[clones.event], size)
    return at_risk[cells], events[cells]


def _read(time: Floats, at_risk: Floats, events: Floats, horizon: float) -> tuple[float, float]:
    """Survival at the horizon, and the area under it up to there; carried forward beyond the last follow-up."""
    seen = np.flatnonzero((events > 0) & (time <= horizon * (1 + TIE_TOLERANCE)))
    survival = np.concatenate([[1.0], np.cumprod(1 - np.minimum(events[seen] / at_risk[seen], 1.0))])
    edges = np.concatenate([[0.0], np.minimum(time[seen], horizon), [horizon]])
    return float(survival[-1]), float(np.diff(edges) @ survival)


class _Point(NamedTuple):
    """log L and its derivatives at one b."""

    value: float
    score: Floats
    information: Floats


def _log_hazard_ratio(at_risk: Floats, events: Floats, n_events: Ints) -> float:
    """b of the rows of switch (index 1 below) against stay, NaN when it grows without limit."""
    cell = np.repeat(np.arange(n_events.size), n_events)
    part = (np.arange(cell.size) - np.repeat(np.cumsum(n_events) - n_events, n_events)) / n_events[cell]
    switch, stay = np.maximum(at_risk[:, cell] - part * events[:, cell], 0.0)
    mass = (events.sum(axis=0) / n_events)[cell]
    switched = float(events[0].sum())

    def evaluate(b: Floats) -> _Point | None:
        with np.errstate(over="ignore", invalid="ignore"):
            up = switch * np.exp(b[0])
            total = stay + up
            if not (np.all(total > 0) and np.all(np.isfinite(total))):
                return None
            p = up / total
        moved = mass * p
        information = np.array([[moved @ (1 - p)]])
        return _Point(
            float(b[0]) * switched - float(mass @ np.log(total)), np.array([switched - moved.sum()]), information
        )

    null = evaluate(np.zeros(1))
    if null is None or not null.information[0, 0] > 1e-10 * mass.sum():
        return math.nan
    top = maximize(evaluate, np.zeros(1), null)
    return float(top.b[0]) if top.converged else math.nan
