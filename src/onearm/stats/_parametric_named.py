"""The named distributions, by their usual parameters or by what is known of them."""

from __future__ import annotations

import math
from collections.abc import Mapping

import numpy as np
from numpy.typing import ArrayLike

from ._input import Floats, as_floats, as_vector
from ._parametric_distribution import LogLocationScale, Piecewise


def exponential(
    rate: float | None = None, *, median: float | None = None, survival_at: tuple[float, float] | None = None
) -> LogLocationScale:
    """A constant hazard, by its rate, its median, or its survival S at one time t as ``(t, S)``.

    rate = log 2 / median = -log(S) / t (Kalbfleisch & Prentice 2002, doi:10.1002/9781118032985, chapter 2).

    Raises
    ------
    ValueError
        Unless exactly one of the three is given, and is possible.

    Examples
    --------
    A median of 12 months is 50% at 12 and a quarter at 24.

    >>> exponential(median=12).survival([12, 24]).round(12).tolist()
    [0.5, 0.25]
    """
    known = {"rate": rate, "median": median, "survival_at": survival_at}
    _one_of(known)
    if rate is not None:
        return LogLocationScale("exponential", -math.log(_positive("rate", rate)), 1.0)
    return LogLocationScale("exponential", _location("exponential", 1.0, median, survival_at), 1.0)


def weibull(
    shape: float,
    scale: float | None = None,
    *,
    median: float | None = None,
    survival_at: tuple[float, float] | None = None,
) -> LogLocationScale:
    """S(t) = exp(-(t / scale)^shape); the scale may be given by the median or by ``(t, S)``.

    Kalbfleisch & Prentice 2002 (doi:10.1002/9781118032985), chapter 2.

    Raises
    ------
    ValueError
        Unless exactly one of scale, median and survival_at is given, and all are possible.

    Examples
    --------
    >>> round(weibull(0.5, survival_at=(3, 0.6)).parameters["scale"], 4)
    11.4968
    """
    _one_of({"scale": scale, "median": median, "survival_at": survival_at})
    sigma = _spread(shape)
    if scale is not None:
        return LogLocationScale("weibull", math.log(_positive("scale", scale)), sigma)
    return LogLocationScale("weibull", _location("weibull", sigma, median, survival_at), sigma)


def log_normal(mean_log: float, sd_log: float) -> LogLocationScale:
    """log T is normal with this mean and standard deviation; the median is exp(mean_log).

    Kalbfleisch & Prentice 2002 (doi:10.1002/9781118032985), chapter 2.

    Examples
    --------
    >>> round(log_normal(0, 1).mean(), 6)
    1.648721
    """
    if not math.isfinite(mean_log):
        raise ValueError(f"mean_log must be a number, found {mean_log}")
    return LogLocationScale("log-normal", float(mean_log), _positive("sd_log", sd_log))


def log_logistic(shape: float, scale: float) -> LogLocationScale:
    """S(t) = 1 / (1 + (t / scale)^shape); the median is the scale.

    Kalbfleisch & Prentice 2002 (doi:10.1002/9781118032985), chapter 2.

    Examples
    --------
    >>> round(log_logistic(2, 10).mean(), 6)  # scale (pi/shape) / sin(pi/shape)
    15.707963
    """
    return LogLocationScale("log-logistic", math.log(_positive("scale", scale)), _spread(shape))


def piecewise(rates: ArrayLike, cuts: ArrayLike = ()) -> Piecewise:
    """A hazard constant on (0, c1], (c1, c2], ...: one rate more than cuts, the last without end (Holford 1980).

    Source: doi:10.2307/2529982.

    Raises
    ------
    ValueError
        For negative rates, cuts not increasing from above 0, or numbers that do not go together.

    Examples
    --------
    Half the hazard after 6 months: H(12) = 6 * 0.1 + 6 * 0.05.

    >>> float(piecewise([0.1, 0.05], [6]).cumulative_hazard(12).round(12))
    0.9
    """
    rate = as_vector("rates", rates)
    if np.any(rate < 0):
        raise ValueError(f"rates has negative values, the first at index {np.flatnonzero(rate < 0)[0]}")
    cut = as_cuts(cuts)
    if cut.size + 1 != rate.size:
        raise ValueError(f"rates has {rate.size} values where {cut.size + 1} are needed, one more than cuts")
    return Piecewise(rate, cut)


def as_cuts(cuts: ArrayLike) -> Floats:
    """Cuts (J - 1,): finite, above 0, increasing; none is allowed."""
    cut = as_floats("cuts", cuts if np.size(cuts) else np.zeros(0))
    if cut.ndim != 1 or not np.all(np.isfinite(cut)) or np.any(cut <= 0) or np.any(np.diff(cut) <= 0):
        raise ValueError("cuts must be finite times above 0 in increasing order")
    return cut


def _location(name: str, sigma: float, median: float | None, survival_at: tuple[float, float] | None) -> float:
    """mu = log t - sigma z(S), from the one point that is known."""
    if survival_at is None:
        assert median is not None
        t, s = _positive("median", median), 0.5
    else:
        t, s = _positive("survival_at (time)", survival_at[0]), float(survival_at[1])
        if not 0 < s < 1:
            raise ValueError(f"survival_at (survival) must lie between 0 and 1, found {s}")
    return math.log(t) - sigma * math.log(-math.log(s))


def _positive(name: str, value: float) -> float:
    if not (math.isfinite(value) and value > 0):
        raise ValueError(f"{name} must be a number above 0, found {value}")
    return float(value)


def _spread(shape: float) -> float:
    """1 / shape, the scale of log T."""
    if _positive("shape", shape) < 1e-300:
        raise ValueError(f"shape must be at least 1e-300, found {shape}")
    return 1 / float(shape)


def _one_of(known: Mapping[str, object]) -> None:
    given = [k for k, v in known.items() if v is not None]
    if len(given) != 1:
        raise ValueError(f"give exactly one of {', '.join(known)}; found {', '.join(given) or 'none'}")
