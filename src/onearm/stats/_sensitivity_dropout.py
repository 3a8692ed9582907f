"""Patients lost to follow-up who may have done worse (or better) than those who stayed.

Censoring is taken as uninformative but for the treated drop-outs: from the day they leave their hazard is delta times
that of the treated arm. Their event times are imputed,

    H(T) = H(c) + E / delta,   E ~ exponential with mean 1,   H the treated arm's cumulative hazard,

with H re-estimated each time under random weights of the patients (the Bayesian bootstrap), so that its uncertainty
counts; the Cox model is fitted to each completed set and the fits are combined by Rubin's rules (delta-adjusted
imputation: Jackson et al. 2014, doi:10.1002/sim.6274; Lipkovich, Ratitch & O'Kelly 2016, doi:10.1002/pst.1738). Times
beyond ``horizon`` are censored there.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from ._distributions import critical_value, two_sided_p
from ._input import Bools, Floats, as_floats, as_indicator, as_level, as_times
from ._number import as_number
from .cox import cox


@dataclass(frozen=True, slots=True, eq=False)
class DropoutTip:
    """The hazard ratio, treated to control, for each assumption on the drop-outs.

    Attributes
    ----------
    delta : (k,) hazard of a treated drop-out relative to those who stayed; 1 is uninformative censoring.
    log_hazard_ratio, std_error, low, high, p_value : (k,) by Rubin's rules; limits on the log scale.
    observed : log hazard ratio, its standard error and p-value with drop-outs censored where they left.
    worst : the same if every drop-out had the event the day he left.
    best : the same if none had it before ``horizon``.
    """

    delta: Floats
    log_hazard_ratio: Floats
    std_error: Floats
    low: Floats
    high: Floats
    p_value: Floats
    observed: tuple[float, float, float]
    worst: tuple[float, float, float]
    best: tuple[float, float, float]


def tipping_dropout(
    time: ArrayLike,
    event: ArrayLike,
    treated: ArrayLike,
    dropout: ArrayLike,
    delta: ArrayLike,
    *,
    horizon: float,
    imputations: int = 50,
    seed: int = 1,
    level: float = 0.95,
) -> DropoutTip:
    """How much worse the treated drop-outs must have done for the hazard ratio to lose its meaning.

    Parameters
    ----------
    time, event : (n,) follow-up and 1 = event.
    treated : (n,) 1 = treated, 0 = control.
    dropout : (n,) 1 = left early for a reason that may have to do with the outcome; only treated, censored ones are
        imputed.
    delta : (k,) hazard multipliers, positive.
    horizon : the time to which they would have been followed; at least the longest follow-up of a drop-out.
    imputations, seed : number of imputations (2 to 1000) and seed.
    level : of the limits.

    Returns
    -------
    DropoutTip.

    Raises
    ------
    ValueError : no drop-out to impute, one arm only, multipliers that are not positive, a horizon that is too short.

    Examples
    --------
    >>> import numpy as np
    >>> day = np.arange(1.0, 41.0)
    >>> arm = np.arange(40) % 2
    >>> left = (arm == 1) & (day % 3 == 0)
    >>> found = tipping_dropout(day, ~left, arm, left, [1.0, 4.0], horizon=40)
    >>> bool(found.best[0] < found.log_hazard_ratio[0] < found.log_hazard_ratio[1] < found.worst[0])
    True
    """
    t = as_times("time", time)
    died, arm, left = (
        as_indicator(k, v, t.size) for k, v in (("event", event), ("treated", treated), ("dropout", dropout))
    )
    lost = left & arm & ~died
    factor = np.atleast_1d(as_floats("delta", delta)).ravel()
    if not factor.size or not np.all((factor >= 1e-6) & (factor <= 1e6)):
        raise ValueError("delta must be positive: a hazard ratio between 1e-06 and 1e+06")
    end, m = as_number("horizon", horizon, 0, 1e12), int(as_number("imputations", imputations, 2, 1000))
    if not np.any(lost):
        raise ValueError("dropout marks no treated, censored patient: there is nothing to impute")
    if np.any(t[lost] > end):
        raise ValueError(f"horizon = {end:g} is before the last drop-out at {t[lost].max():g}")
    if not np.any(died & arm) or not np.any(~arm):
        raise ValueError("treated must hold both arms, with events among the treated: their hazard is needed")
    z = critical_value(as_level(level))
    rows = np.array(
        [_imputed(t, died, arm, lost, float(f), end, m, int(as_number("seed", seed, 0, 2**53))) for f in factor]
    )
    log_hr, se = rows[:, 0], rows[:, 1]
    p_value = np.array([two_sided_p(x) for x in log_hr / se])
    late = np.where(lost, np.maximum(end, t), t)
    return DropoutTip(
        factor, log_hr, se, log_hr - z * se, log_hr + z * se, p_value,
        _fit(t, died, arm), _fit(t, died | lost, arm), _fit(late, died, arm),
    )  # fmt: skip


def _fit(t: Floats, died: Bools, arm: Bools) -> tuple[float, float, float]:
    fit = cox(t, died, arm.astype(np.float64))
    if not fit.converged:
        raise ValueError(f"event leaves the hazard ratio without an estimate: {fit.message}")
    return float(fit.coef[0]), float(fit.std_error[0]), two_sided_p(float(fit.coef[0] / fit.std_error[0]))


def _imputed(
    t: Floats, died: Bools, arm: Bools, lost: Bools, delta: float, end: float, m: int, seed: int
) -> tuple[float, float]:
    """Estimate and standard error over ``m`` completed sets: mean, and sqrt(within + (1 + 1/m) between)."""
    rng = np.random.default_rng(seed)  # the same draws for every delta, so that the curve is smooth
    fits = []
    for _ in range(m):
        weight = rng.exponential(size=t.size)
        wait = rng.exponential(size=int(np.count_nonzero(lost))) / delta
        filled, event = t.copy(), died.copy()
        filled[lost], event[lost] = _event_times(t, died, arm, weight, t[lost], wait, end)
        fits.append(_fit(filled, event, arm)[:2])
    both = np.array(fits)
    between = float(np.var(both[:, 0], ddof=1))
    return float(np.mean(both[:, 0])), float(np.sqrt(np.mean(both[:, 1] ** 2) + (1 + 1 / m) * between))


def _event_times(
    t: Floats, died: Bools, arm: Bools, weight: Floats, left: Floats, wait: Floats, end: float
) -> tuple[Floats, Bools]:
    """First event time of the treated at which the weighted cumulative hazard has grown by ``wait`` since ``left``."""
    order = np.argsort(t[arm], kind="stable")
    time, mass, dead = t[arm][order], weight[arm][order], died[arm][order]
    at_risk = np.cumsum(mass[::-1])[::-1]
    first = np.searchsorted(time, time, side="left")  # ties share their risk set
    hazard = np.cumsum(np.where(dead, mass / at_risk[first], 0.0))
    before = np.searchsorted(time, left, side="right")
    start = np.where(before > 0, hazard[np.maximum(before, 1) - 1], 0.0)
    k = np.searchsorted(hazard, start + wait, side="left")
    found = k < hazard.size
    when = np.where(found, time[np.minimum(k, hazard.size - 1)], end)
    return np.minimum(when, end), found & (when <= end)
