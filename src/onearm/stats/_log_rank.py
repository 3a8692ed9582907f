"""Comparing survival between groups: the weighted log-rank family."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ._distributions import chi_square_tail
from ._input import Floats, Ints, as_choice
from ._log_rank_cells import Cells, make_cells, read_rows

WEIGHTINGS = ("fleming-harrington", "gehan", "tarone-ware", "peto-peto", "prentice")


@dataclass(frozen=True, slots=True, eq=False)
class LogRank:
    """A log-rank test of g groups.

    ``groups`` (g,) sorted labels; ``observed`` and ``expected`` (g,) weighted event counts, summed
    over strata; ``covariance`` (g, g) of observed - expected; ``statistic`` chi-square with ``df``
    degrees of freedom and its ``p_value``; ``n`` (g,) rows per group; ``z`` for two groups the signed root
    of the statistic, above 0 when the second group has more events than expected (None for more groups);
    ``weighting``, ``rho`` and ``gamma`` the weights in time.
    """

    groups: NDArray[np.generic]
    n: Ints
    observed: Floats
    expected: Floats
    covariance: Floats
    statistic: float
    df: int
    p_value: float
    z: float | None
    weighting: str
    rho: float
    gamma: float


def log_rank(
    time: ArrayLike,
    event: ArrayLike,
    group: ArrayLike,
    *,
    strata: ArrayLike | None = None,
    weight: ArrayLike | None = None,
    rho: float = 0.0,
    gamma: float = 0.0,
    weighting: str = "fleming-harrington",
    entry: ArrayLike | None = None,
) -> LogRank:
    """Test whether survival is the same in all groups.

    At each event time t of a stratum, with d events of n at risk, group g expects d n_g / n of them
    under the null hypothesis; observed minus expected is summed with weights f(t). The variance is
    hypergeometric: f^2 d (n - d) / (n - 1) (n_g/n) (1[g=h] - n_h/n). The weights are

    ==================  ==================================================================
    fleming-harrington  S(t-)^rho (1 - S(t-))^gamma, S the Kaplan-Meier curve of the stratum
    gehan               n (Gehan 1965, Breslow 1970)
    tarone-ware         square root of n (Tarone & Ware 1977, doi:10.1093/biomet/64.1.156)
    peto-peto           S(t-) (Peto & Peto 1972, doi:10.2307/2344317)
    prentice            product over s <= t of 1 - d/(n + 1) (Prentice 1978, doi:10.1093/biomet/65.1.167)
    ==================  ==================================================================

    Programs give the name of Peto and Peto to either of the last two: "peto-peto" is that of R's ``survdiff``
    (rho = 1), "prentice" that of SAS LIFETEST (PETO) and of lifelines. Other sources: Mantel 1966; Fleming &
    Harrington 1991, ISBN 978-0471522188; Klein & Moeschberger 2003, table 7.3.

    With case weights (inverse probability, say) n_g, n and the observed are sums of weights w, and
    the variance is that of sampling which d of the n rows at risk have the event (Xie & Liu 2005,
    doi:10.1002/sim.2174): d (n - d) / (n (n - 1)) sum of w_i^2 (z_ig - p_g)(z_ih - p_h), with d and n
    numbers of rows, z_ig = 1 when row i is in g, and p_g the weighted share of g at risk. The factor of
    "prentice" is then 1 - (d/n) r/(r + 1), d/n of weights and r the number of rows at risk.

    Parameters
    ----------
    time, event : (n,) follow-up and 1 = event, 0 = censored.
    group : (n,) labels; 2 to 200 different ones.
    strata : (n,) labels; comparisons are made within strata and summed.
    weight : (n,) case weights, taken as fixed.
    rho, gamma : not negative; 0, 0 is the log-rank test. Only for "fleming-harrington".
    weighting : the weights in time, from the table above.
    entry : (n,) late entry: at risk when entry < t <= time.

    Raises
    ------
    ValueError
        For bad arrays, fewer than two groups, no events at all, no time at which groups with different
        labels are at risk together, an entry not before its time, or an unknown weighting.

    Examples
    --------
    6-mercaptopurine against placebo (Freireich 1963; Gehan 1965): chi-square 16.793, expected 19.25
    and 10.75; Gehan's test 13.458, Peto and Peto's 14.457.

    >>> drug = [6, 6, 6, 6, 7, 9, 10, 10, 11, 13, 16, 17, 19, 20, 22, 23, 25, 32, 32, 34, 35]
    >>> seen = [1, 1, 1, 0, 1, 0, 1, 0, 0, 1, 1, 0, 0, 0, 1, 1, 0, 0, 0, 0, 0]
    >>> placebo = [1, 1, 2, 2, 3, 4, 4, 5, 5, 8, 8, 8, 8, 11, 11, 12, 12, 15, 17, 22, 23]
    >>> trial = (drug + placebo, seen + [1] * 21, ["6-MP"] * 21 + ["placebo"] * 21)
    >>> r = log_rank(*trial)
    >>> round(r.statistic, 6), r.expected.round(4).tolist()
    (16.792941, [19.2505, 10.7495])
    >>> [round(log_rank(*trial, weighting=w).statistic, 6) for w in ("gehan", "peto-peto", "prentice")]
    [13.457852, 14.457151, 14.08414]
    """
    as_choice("weighting", weighting, WEIGHTINGS)
    for name, value in (("rho", rho), ("gamma", gamma)):
        if not value >= 0:
            raise ValueError(f"{name} must not be negative, found {value}")
        if value > 0 and weighting != "fleming-harrington":
            raise ValueError(f"{name} belongs to fleming-harrington weights, found {value} with {weighting!r}")
    rows = read_rows(time, event, group, strata, weight, entry)
    cells = make_cells(rows)
    observed, expected, covariance = _sums(cells, time_weights(cells, weighting, rho, gamma))
    difference = observed - expected
    statistic, df = _chi_square(difference, covariance, expected)
    z = math.copysign(math.sqrt(statistic), difference[1]) if rows.labels.size == 2 else None
    return LogRank(
        groups=rows.labels,
        n=np.bincount(rows.code, minlength=rows.labels.size).astype(np.int64),
        observed=observed,
        expected=expected,
        covariance=covariance,
        statistic=statistic,
        df=df,
        p_value=chi_square_tail(statistic, df),
        z=z,
        weighting=weighting,
        rho=float(rho),
        gamma=float(gamma),
    )


def time_weights(cells: Cells, weighting: str, rho: float, gamma: float) -> Floats | None:
    """The weight of each event time (K,); None where all are one."""
    if weighting == "fleming-harrington" and rho == 0 and gamma == 0:
        return None
    total = np.asarray(cells.at_risk.sum(axis=0), dtype=np.float64)
    if weighting == "gehan":
        return total
    if weighting == "tarone-ware":
        return np.sqrt(total)
    share = cells.events.sum(axis=0) / total
    if weighting == "prentice":
        # with case weights d/(n + 1) is the weighted share N/(N + 1), N rows: free of the unit of weight
        return products(1 - share * (cells.rows_at_risk / (cells.rows_at_risk + 1)), cells.stratum)
    after = products(np.where(cells.rows_with_event == cells.rows_at_risk, 0.0, 1 - share), cells.stratum)
    before = np.ones(total.size)
    same = cells.stratum[1:] == cells.stratum[:-1]
    before[1:][same] = after[:-1][same]
    if weighting == "peto-peto":
        return before
    weights = np.ones(total.size)
    if rho:
        weights *= before**rho
    if gamma:
        weights *= np.maximum(1 - before, 0.0) ** gamma  # 1 - S may be -1e-16; it is a probability
    return weights


def products(factor: Floats, stratum: Ints) -> Floats:
    """Running products within strata, whose cells lie side by side.

    Many strata at once by doubling: after the step of length h each number is the product of the last 2h
    factors of its stratum.
    """
    if stratum[0] == stratum[-1]:
        return np.asarray(np.cumprod(factor), dtype=np.float64)
    result = factor.copy()
    place = np.arange(stratum.size) - np.searchsorted(stratum, stratum)
    step, longest = 1, int(place.max())
    while step <= longest:
        use = np.flatnonzero(place >= step)
        result[use] = result[use] * result[use - step]
        step *= 2
    return result


def hypergeometric(cells: Cells) -> Floats:
    """d (n - d) / (n (n - 1)) at each event time (K,), 0 where one row is left."""
    n, d = cells.rows_at_risk, cells.rows_with_event
    return np.asarray(d * (n - d) / (n * np.maximum(n - 1, 1.0)), dtype=np.float64)


def _sums(cells: Cells, f: Floats | None) -> tuple[Floats, Floats, Floats]:
    """Observed, expected (g,) and the covariance of their difference (g, g)."""
    total, died = cells.at_risk.sum(axis=0), cells.events.sum(axis=0)
    share = cells.at_risk / total
    scale = hypergeometric(cells)
    if f is None:
        observed, expected = cells.events.sum(axis=1), share @ died
    else:
        observed, expected = cells.events @ f, share @ (f * died)
        scale *= f**2
    # sum of w^2 (z_g - p_g)(z_h - p_h) = 1[g=h] Q_g - p_g Q_h - p_h Q_g + p_g p_h Q
    q = cells.squares
    scaled = share * scale
    cross = scaled @ q.T
    if not cells.weighted:  # Q_g = n p_g
        return observed, expected, np.diag(q @ scale) - cross
    covariance = np.diag(q @ scale) - cross - cross.T
    covariance += (scaled * q.sum(axis=0)) @ share.T
    return observed, expected, covariance


def _chi_square(difference: Floats, covariance: Floats, expected: Floats) -> tuple[float, int]:
    """(O - E)' V^- (O - E) over all groups but one among those ever at risk with an event."""
    alive = np.flatnonzero(expected > 0)[1:]
    if alive.size == 0:
        raise ValueError("group: no event time has members of two groups at risk together")
    part = covariance[np.ix_(alive, alive)]
    rank = int(np.linalg.matrix_rank(part, hermitian=True))
    if rank == 0:
        raise ValueError("group: no event time has members of two groups at risk together")
    solved = np.linalg.lstsq(part, difference[alive], rcond=None)[0]
    return float(difference[alive] @ solved), rank
