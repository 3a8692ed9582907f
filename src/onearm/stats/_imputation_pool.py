"""Rubin's rules: one estimate with one variance out of several imputed data sets."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from ._input import Floats, as_floats, as_level

_LARGEST = 1e100


@dataclass(frozen=True, slots=True, eq=False)
class Pooled:
    """Estimates of k quantities pooled over m imputed data sets; every array is (k,).

    Attributes
    ----------
    estimate : mean of the m estimates; std_error : sqrt(total).
    within : W, mean of their variances; between : B, variance of the estimates; total : W + (1 + 1/m) B.
    df : degrees of freedom, infinite without any between-variance in large samples.
    increase : r = (1 + 1/m) B / W, the relative increase in variance due to the gaps.
    share : lambda = (1 + 1/m) B / T, the share of the variance due to them.
    fmi : (r + 2/(df + 3)) / (r + 1), fraction of missing information.
    efficiency : 1 / (1 + fmi/m), against infinitely many data sets.
    statistic, p_value : estimate / std_error and its two-sided p with df degrees of freedom.
    conf_low, conf_high : limits at ``level``; m : how many data sets.
    """

    estimate: Floats
    std_error: Floats
    within: Floats
    between: Floats
    total: Floats
    df: Floats
    increase: Floats
    share: Floats
    fmi: Floats
    efficiency: Floats
    statistic: Floats
    p_value: Floats
    conf_low: Floats
    conf_high: Floats
    level: float
    m: int


def rubin(
    estimates: ArrayLike, variances: ArrayLike, *, level: float = 0.95, df_complete: float | None = None
) -> Pooled:
    """Pool the estimates of several imputed data sets (Rubin 1987, doi:10.1002/9780470316696).

    df = (m - 1) / lambda^2 in large samples; with ``df_complete`` = v the smaller df of Barnard & Rubin (1999,
    doi:10.1093/biomet/86.4.948): 1/df = lambda^2/(m - 1) + 1/((v + 1)/(v + 3) v (1 - lambda)). Pool on a scale on
    which estimates are near normal: the log of a hazard ratio.

    Parameters
    ----------
    estimates : (m,) of one quantity, or (m, k); m at least 2.
    variances : the same shape: their squared standard errors, positive.
    level : of the limits.
    df_complete : degrees of freedom of the analysis had nothing been missing; None for a large sample.

    Returns
    -------
    Pooled
        ``fmi`` is by the df in use, as R's mice prints it; SAS prints it by the large-sample df.

    Raises
    ------
    ValueError
        Fewer than two data sets, shapes that differ, a variance that is not positive.

    Examples
    --------
    Mean oxygen uptake of 31 men, 5 data sets with B = .05693 (SAS/STAT manual, procedure MI, prints T 1.022356,
    df 25.549, limits 45.0139 and 49.1742).

    >>> q = [46.792232, 46.943136, 47.094040, 47.244944, 47.395848]
    >>> pooled = rubin(q, [0.954041] * 5, df_complete=30)
    >>> [round(float(v[0]), 3) for v in (pooled.total, pooled.df, pooled.conf_low, pooled.conf_high)]
    [1.022, 25.549, 45.014, 49.174]
    """
    q, u = as_floats("estimates", estimates), as_floats("variances", variances)
    if q.ndim not in (1, 2) or q.shape[0] < 2 or q.size == 0:
        raise ValueError(f"estimates must be (m,) or (m, k) with m at least 2, found shape {q.shape}")
    if u.shape != q.shape:
        raise ValueError(f"variances has shape {u.shape} where {q.shape} is needed")
    if not np.all(np.abs(q) < _LARGEST):
        raise ValueError("estimates holds missing, infinite or very large values: no data set may fail")
    if not np.all((u > 1 / _LARGEST) & (u < _LARGEST)):
        raise ValueError("variances must be positive numbers")
    if df_complete is not None and not (np.isfinite(df_complete) and df_complete > 0):
        raise ValueError(f"df_complete must be a positive number or None, found {df_complete}")
    q, u = q.reshape(len(q), -1), u.reshape(len(u), -1)
    return _pooled(q, u, as_level(level), df_complete)


def _pooled(q: Floats, u: Floats, level: float, df_complete: float | None) -> Pooled:
    from scipy.special import stdtr, stdtrit

    m = len(q)
    mean, within, between = q.mean(axis=0), u.mean(axis=0), q.var(axis=0, ddof=1)
    extra = (1 + 1 / m) * between
    total = within + extra
    share = extra / total
    inverse = share**2 / (m - 1)
    if df_complete is not None:
        # 1 - lambda = W / T
        inverse = inverse + (df_complete + 3) / ((df_complete + 1) * df_complete * (within / total))
    with np.errstate(divide="ignore"):
        df = 1 / inverse
    increase = extra / within
    fmi = (increase + 2 / (df + 3)) / (increase + 1)
    error = np.sqrt(total)
    statistic = mean / error
    width = stdtrit(np.minimum(df, 1e15), (1 + level) / 2) * error
    return Pooled(
        estimate=mean,
        std_error=error,
        within=within,
        between=between,
        total=total,
        df=df,
        increase=increase,
        share=share,
        fmi=fmi,
        efficiency=1 / (1 + fmi / m),
        statistic=statistic,
        p_value=2 * stdtr(np.minimum(df, 1e15), -np.abs(statistic)),
        conf_low=mean - width,
        conf_high=mean + width,
        level=level,
        m=m,
    )


def combined_p_value(p_values: ArrayLike) -> float:
    """One p-value out of the same test in several imputed data sets, for tests that have no estimate.

    With d_i the chi-square of one degree of freedom that has p_i, and r = (1 + 1/m) times the variance of the
    sqrt(d_i), D = (mean(d) - (m + 1)/(m - 1) r) / (1 + r) is held against F with 1 and (m - 1)(1 + 1/r)^2 degrees of
    freedom (Li, Meng, Raghunathan & Rubin 1991, Statistica Sinica 1:65-92; van Buuren 2018,
    doi:10.1201/9780429492259, section 5.3.2). Less exact than to pool an estimate, which is better where there is one.

    Parameters
    ----------
    p_values : (m,) two-sided, each above 0 and at most 1; m at least 2.

    Returns
    -------
    float
        The p-value; the common one where all are the same.

    Raises
    ------
    ValueError
        Fewer than two, or one that is no p-value.

    Examples
    --------
    >>> round(combined_p_value([0.04, 0.04]), 6)
    0.04
    >>> round(combined_p_value([0.01, 0.04, 0.09]), 4)
    0.0795
    """
    from scipy.special import ndtr, ndtri, stdtr

    p = as_floats("p_values", p_values)
    if p.ndim != 1 or p.size < 2:
        raise ValueError(f"p_values must be (m,) with m at least 2, found shape {p.shape}")
    if not np.all((p > 0) & (p <= 1)):
        raise ValueError("p_values must lie above 0 and be at most 1")
    m = p.size
    root = -ndtri(p / 2)
    r = (1 + 1 / m) * float(root.var(ddof=1))
    found = (float(np.mean(root**2)) - (m + 1) / (m - 1) * r) / (1 + r)
    far = -float(np.sqrt(max(found, 0.0)))
    if r < 1e-12:
        return float(2 * ndtr(far))
    return float(2 * stdtr(min((m - 1) * (1 + 1 / r) ** 2, 1e15), far))
