"""Comparing survival between groups: the weighted log-rank family."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ._distributions import chi_square_tail
from ._input import Bools, Floats, Ints, as_codes, as_indicator, as_times, as_weights, count, rank_times


@dataclass(frozen=True, slots=True, eq=False)
class LogRank:
    """A log-rank test of g groups.

    ``groups`` (g,) sorted labels; ``observed`` and ``expected`` (g,) weighted event counts, summed
    over strata; ``covariance`` (g, g) of observed - expected; ``statistic`` chi-square with ``df``
    degrees of freedom and its ``p_value``; ``n`` (g,) rows per group.
    """

    groups: NDArray[np.generic]
    n: Ints
    observed: Floats
    expected: Floats
    covariance: Floats
    statistic: float
    df: int
    p_value: float


def log_rank(
    time: ArrayLike,
    event: ArrayLike,
    group: ArrayLike,
    *,
    strata: ArrayLike | None = None,
    weight: ArrayLike | None = None,
    rho: float = 0.0,
    gamma: float = 0.0,
) -> LogRank:
    """Test whether survival is the same in all groups.

    At each event time t of a stratum, with d events of n at risk, group g expects d n_g / n of them
    under the null hypothesis; observed minus expected is summed with Fleming-Harrington weights
    S(t-)^rho (1 - S(t-))^gamma, S the Kaplan-Meier curve of the whole stratum just before t. The
    variance is hypergeometric: d (n - d) / (n - 1) (n_g/n) (1[g=h] - n_h/n). Sources: Mantel 1966;
    Fleming & Harrington 1991, ISBN 978-0471522188.

    With case weights (inverse probability, say) n_g, n and the observed are sums of weights w, and
    the variance is that of sampling which d of the n rows at risk have the event (Xie & Liu 2005,
    doi:10.1002/sim.2174): d (n - d) / (n (n - 1)) sum of w_i^2 (z_ig - p_g)(z_ih - p_h), with d and n
    numbers of rows, z_ig = 1 when row i is in g, and p_g the weighted share of g at risk.

    Parameters
    ----------
    time, event : (n,) follow-up and 1 = event, 0 = censored.
    group : (n,) labels; at least two different ones.
    strata : (n,) labels; comparisons are made within strata and summed.
    weight : (n,) case weights, taken as fixed.
    rho, gamma : not negative; 0, 0 is the log-rank test, 1, 0 Peto-Peto (of Prentice's kind).

    Raises
    ------
    ValueError
        For bad arrays, fewer than two groups, no events at all, or no time at which groups with
        different labels are at risk together.

    Examples
    --------
    6-mercaptopurine against placebo (Freireich 1963; Gehan 1965): chi-square 16.793, expected 19.25
    and 10.75.

    >>> drug = [6, 6, 6, 6, 7, 9, 10, 10, 11, 13, 16, 17, 19, 20, 22, 23, 25, 32, 32, 34, 35]
    >>> seen = [1, 1, 1, 0, 1, 0, 1, 0, 0, 1, 1, 0, 0, 0, 1, 1, 0, 0, 0, 0, 0]
    >>> placebo = [1, 1, 2, 2, 3, 4, 4, 5, 5, 8, 8, 8, 8, 11, 11, 12, 12, 15, 17, 22, 23]
    >>> r = log_rank(drug + placebo, seen + [1] * 21, ["6-MP"] * 21 + ["placebo"] * 21)
    >>> round(r.statistic, 6), r.expected.round(4).tolist()
    (16.792941, [19.2505, 10.7495])
    """
    for name, value in (("rho", rho), ("gamma", gamma)):
        if not value >= 0:
            raise ValueError(f"{name} must not be negative, found {value}")
    t = as_times("time", time)
    d = as_indicator("event", event, t.size)
    labels, code = as_codes("group", group, t.size)
    block = np.zeros(t.size, dtype=np.int64) if strata is None else as_codes("strata", strata, t.size)[1]
    w = as_weights("weight", weight, t.size)
    if labels.size < 2:
        raise ValueError(f"group must hold at least two different labels, found {labels.size}")
    keep = w > 0
    if not np.any(d[keep]):
        raise ValueError("event holds no event: a log-rank test needs at least one")
    cells = _Cells.make(t[keep], d[keep], code[keep], block[keep], w[keep], labels.size)
    observed, expected, covariance = cells.sums(rho, gamma)
    statistic, df = _chi_square(observed - expected, covariance, expected)
    return LogRank(
        labels,
        np.bincount(code[keep], minlength=labels.size).astype(np.int64),
        observed,
        expected,
        covariance,
        statistic,
        df,
        chi_square_tail(statistic, df),
    )


@dataclass(frozen=True, slots=True, eq=False)
class _Cells:
    """Counts at the K distinct (stratum, time) cells; ``by_group`` arrays are (K, g)."""

    stratum: Ints
    rows_at_risk: Floats  # number of rows (K,)
    rows_with_event: Floats
    at_risk: Floats  # sums of weights, by group (K, g)
    events: Floats
    squares: Floats  # sums of squared weights at risk, by group (K, g)

    @staticmethod
    def make(t: Floats, d: Bools, code: Ints, block: Ints, w: Floats, groups: int) -> _Cells:
        distinct, (rank,) = rank_times(t)
        cell_of = block * distinct.size + rank
        cell_ids, cell = np.unique(cell_of, return_inverse=True)
        cell = cell.reshape(-1)
        stratum = cell_ids // distinct.size

        def split(chosen: Bools, v: Floats) -> Floats:  # sums by cell and group
            flat = count((cell * groups + code)[chosen], v[chosen], cell_ids.size * groups)
            return flat.reshape(cell_ids.size, groups)

        def still(by_cell: Floats) -> Floats:  # tail sums within each stratum
            tail: Floats = by_cell[::-1].cumsum(axis=0)[::-1]
            end = np.searchsorted(stratum, stratum, side="right")
            return np.asarray(tail - np.r_[tail, np.zeros((1, tail.shape[1]))][end], dtype=np.float64)

        everyone, ones = np.ones(t.size, dtype=bool), np.ones(t.size)
        present = still(split(everyone, ones))
        return _Cells(
            stratum,
            present.sum(axis=1),
            split(d, ones).sum(axis=1),
            np.where(present > 0, still(split(everyone, w)), 0.0),
            split(d, w),
            np.where(present > 0, still(split(everyone, w**2)), 0.0),
        )

    def sums(self, rho: float, gamma: float) -> tuple[Floats, Floats, Floats]:
        """Observed, expected (g,) and the covariance of their difference (g, g)."""
        total, died = self.at_risk.sum(axis=1), self.events.sum(axis=1)
        f = self._weights(total, died, rho, gamma)
        use = self.rows_with_event > 0
        f, n, d = f[use], self.rows_at_risk[use], self.rows_with_event[use]
        share = self.at_risk[use] / total[use, None]
        observed = (f[:, None] * self.events[use]).sum(axis=0)
        expected = (f * died[use]) @ share
        # sum of w^2 (z_g - p_g)(z_h - p_h) = 1[g=h] Q_g - p_g Q_h - p_h Q_g + p_g p_h Q
        scale = f**2 * np.where(n > 1, d * (n - d) / (n * np.maximum(n - 1, 1)), 0.0)
        q = self.squares[use]
        cross = (scale[:, None] * share).T @ q
        covariance = np.diag(scale @ q) - cross - cross.T
        covariance += ((scale * q.sum(axis=1))[:, None] * share).T @ share
        return observed, expected, covariance

    def _weights(self, total: Floats, died: Floats, rho: float, gamma: float) -> Floats:
        """Fleming-Harrington weights from the pooled curve just before each cell (K,)."""
        if rho == 0 and gamma == 0:
            return np.ones(total.size)
        before = np.ones(total.size)
        factor = np.where(self.rows_with_event == self.rows_at_risk, 0.0, 1 - died / total)
        for s in np.unique(self.stratum):
            rows = np.flatnonzero(self.stratum == s)
            before[rows[1:]] = np.cumprod(factor[rows])[:-1]
        # 1 - S may be -1e-16; it is a probability
        return before**rho * np.maximum(1 - before, 0.0) ** gamma


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
