"""The scores of Gray's test and their covariance, by running sums.

Within a stratum, at failure time s and for group g: n_g at risk, d_g failures of the cause of interest,
S_g(s-), S_g(s) the event-free Kaplan-Meier curve before and after, F_g its cumulative incidence. What
would be at risk if nobody had failed from other causes or been censored is estimated by

    h_g = n_g / S_g(s-),     h = sum of h_g,     R_g = h_g (1 - F_g(s-)),     R = sum of R_g,

d is the number of failures of the cause in all groups, and the incidence under the hypothesis,
F(s), has the steps d / h. With the weight K(s) = (1 - F(s-))^rho,

    score_g = sum over s of K (d_g - d R_g / R).

**Variance.** A chance surplus of failures in group k at s enters the scores at once through
a_gk = K (1[g=k] h_g - h_g h_k / h), and later through the curves it shifts. With the later part summed
backwards, C_gk(s) = sum over u > s of a_gk(u) d(u) / (h(u) (1 - F(u-))), the surplus changes score_g by

    cause of interest:  e_gk(s) = a_gk(s) + (1 - q_k(s)) C_gk(s),       q_k(s) = (1 - F(s)) / S_k(s),
    other causes:       e_gk(s) = -q_k(s) C_gk(s),

    Cov(score_g, score_h) = sum over k, s of  e_gk e_hk v_k(s)  (both kinds),

    cause of interest:  v_k = S_k(s-) d / (h n_k) (1 - (d - 1) / (h S_k(s-) - 1)),
    other causes:       v_k = (S_k(s-)/n_k)^2 d_k' (1 - (d_k' - 1) / (n_k - 1)),

d_k' failures of group k from other causes; q_k is 0 where S_k(s) is 0. Gray writes e with C up to s and
adds the cross products with the total at the end (three accumulations of g^2, g^3 and g^2 numbers); the
tail sum is the same by (a - t c(s) + t c(end)) and needs one product of matrices for each group k.

Source: Gray 1988, doi:10.1214/aos/1176350951.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ._input import Bools, Floats, Ints, count, rank_times


@dataclass(frozen=True, slots=True, eq=False)
class Cells:
    """Counts (g, K) at the K pairs of stratum and failure time, sorted by stratum, then time."""

    at_risk: Floats
    own: Floats  # failures from the cause of interest
    other: Floats
    first: Ints  # (strata,) first cell of each stratum
    size: Ints  # (strata,) its number of cells

    @staticmethod
    def make(t: Floats, own: Bools, other: Bools, code: Ints, block: Ints, groups: int) -> Cells:
        distinct, (rank,) = rank_times(t)
        key = block * distinct.size + rank
        failed = own | other
        seen = np.zeros(int(key.max()) + 1, dtype=np.bool_)
        seen[key[failed]] = True
        cells = np.flatnonzero(seen)
        stratum = cells // distinct.size
        first = np.flatnonzero(np.r_[True, stratum[1:] != stratum[:-1]])
        before: Ints = (np.cumsum(seen) - seen)[key]  # number of cells before a row's own
        begin = np.searchsorted(cells, np.arange(int(block.max()) + 1) * distinct.size)
        k = cells.size + 1

        def split(cell: Ints, of: Ints) -> Floats:
            return count(of * k + cell, np.ones(of.size), groups * k).reshape(groups, k)

        # a row is at risk from the first cell of its stratum to the last that is not after its time
        change = split(begin[block], code) - split(before + seen[key], code)
        return Cells(
            change.cumsum(axis=1)[:, :-1],
            split(before[own], code[own])[:, :-1],
            split(before[other], code[other])[:, :-1],
            first,
            np.diff(np.r_[first, cells.size]),
        )

    def running(self, v: Floats) -> Floats:
        """Running sums (..., K) within each stratum."""
        total = np.cumsum(v, axis=-1)
        if self.first.size > 1:
            total[..., self.first[1] :] -= np.repeat(total[..., self.first[1:] - 1], self.size[1:], axis=-1)
        return total

    def lagged(self, v: Floats, start: float) -> Floats:
        """The value (..., K) of the cell before, ``start`` in the first of a stratum."""
        previous = np.empty_like(v)
        previous[..., 1:] = v[..., :-1]
        previous[..., self.first] = start
        return previous

    def remaining(self, v: Floats) -> Floats:
        """Sums (..., K) over the later cells of the stratum."""
        running = self.running(v)
        last = running[..., self.first + self.size - 1]
        return (last if self.first.size == 1 else np.repeat(last, self.size, axis=-1)) - running

    def moments(self, rho: float) -> tuple[Floats, Floats]:
        """Scores (g,) and their covariance (g, g)."""
        n, d1, d2 = self.at_risk, self.own, self.other
        present = n > 0
        per_row = 1 / np.where(present, n, 1.0)
        fails = (d1 + d2) * per_row
        gone = fails >= 1
        curve = np.exp(self.running(np.log1p(-np.where(gone, 0.0, fails))))  # S_g until all have gone
        before = self.lagged(curve, 1.0)
        after = np.where(gone, 0.0, curve)
        f_before = self.lagged(self.running(before * d1 * per_row), 0.0)
        h = np.where(present, n / before, 0.0)
        total, d = h.sum(axis=0), d1.sum(axis=0)
        pooled = self.running(d / total)
        left = 1 - self.lagged(pooled, 0.0)
        at_risk = h * (1 - f_before)
        covariance = np.zeros((n.shape[0],) * 2)
        with np.errstate(divide="ignore", invalid="ignore"):  # seen to by the caller
            k = np.power(left, rho) if rho else np.ones(d.size)
            score = d1 @ k - at_risk @ (k * d / at_risk.sum(axis=0))
            step, share = d / (total * left), k / total
            v1 = before * per_row * (d / total) * _ties(d, total * before) * present
            v2 = (before * per_row) ** 2 * d2 * _ties(d2, n)
            q = np.divide(1 - pooled, after, out=np.zeros_like(after), where=after > 0)
            for g in range(n.shape[0]):
                now = h * (-h[g] * share)
                now[g] += k * h[g]
                later = self.remaining(now * step)
                now += (1 - q[g]) * later
                covariance += (now * v1[g]) @ now.T + (later * (q[g] ** 2 * v2[g])) @ later.T
        return score, covariance


def _ties(d: Floats, n: Floats) -> Floats:
    """1 - (d - 1)/(n - 1) for more than one failure, else 1."""
    return 1 - np.divide(d - 1, n - 1, out=np.zeros_like(n), where=np.broadcast_to(d > 1, n.shape))
