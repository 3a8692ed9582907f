"""Who counts in which risk set of the Fine-Gray model, and for how much.

A subject who failed from another cause stays in the later risk sets, as one who can no longer be seen
to fail, with the probability of not having been censored since: at event time t,

    weight of row i = 1                        if its time >= t,
                      G(t-) / G(time_i -)      if it failed from another cause before t,
                      0                        if it was censored or failed from the cause before t,

G the Kaplan-Meier curve of the time to censoring, one for each censoring stratum, 0 beyond the last
follow-up of the stratum, as in crr of R. Where someone fails and another is censored at the same time u,
crr counts the failure among those at risk of censoring at u; finegray of R lets failures go first.

The weights are never spelled out row by row: rows are sorted by time, so that the first kind is a tail of
the rows and the second, times G(t-), a head of the competing rows.

Source: Fine & Gray 1999, doi:10.1080/01621459.1999.10474144.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ._input import Bools, Floats, Ints, count


@dataclass(frozen=True, slots=True, eq=False)
class SubdistributionSets:
    """Rows sorted by time; (n,) by row, (E,) by event time, (c,) by competing row, H censoring strata."""

    order: Ints  # position of each sorted row among the rows given
    rank: Ints  # (n,) of its time among all m distinct times
    weight: Floats
    own: Bools  # failed from the cause of interest
    own_weight: Floats  # (n,) weight of those, else 0
    stratum: Ints
    upto: Ints  # (n,) number of event times at or before the row's own
    event_rank: Ints  # (E,)
    first: Ints  # (E,) first row with that time or a later one
    mass: Floats  # (E,) weight of the failures
    competing: Ints  # (c,) rows that failed from other causes, by stratum, then time
    g_row: Floats  # (c,) G just before the row's time
    g_event: Floats  # (H, E) G just before the event time
    head: Ints  # (H, E) number of competing rows before the time, and of those of earlier strata
    begin: Ints  # (H,) number of competing rows of earlier strata
    at_risk: Floats  # (H, m) weight of the rows at risk of censoring
    censored: Floats  # (H, m) weight of the rows censored

    @staticmethod
    def make(
        rank: Ints, own: Bools, other: Bools, weight: Floats, stratum: Ints, failures_first: bool
    ) -> SubdistributionSets:
        """From rank of the time, kind of failure, weight and censoring stratum of each row (n,)."""
        order = np.argsort(rank, kind="stable")
        rank, stratum, weight = rank[order], stratum[order], weight[order]
        own, other = own[order], other[order]
        m, strata = int(rank[-1]) + 1, int(stratum.max()) + 1
        before, at_risk, censored = _censoring(rank, ~(own | other), weight, stratum, m, strata, failures_first)
        mass_at = count(rank[own], weight[own], m)
        event_rank = np.flatnonzero(mass_at)
        competing = np.flatnonzero(other)
        if strata > 1:
            competing = competing[np.argsort(stratum[competing], kind="stable")]
        key = stratum[competing] * m + rank[competing]
        blocks = np.arange(strata) * m
        return SubdistributionSets(
            order,
            rank,
            weight,
            own,
            weight * own,
            stratum,
            np.cumsum(mass_at > 0, dtype=np.int64)[rank],
            event_rank,
            np.searchsorted(rank, event_rank),
            mass_at[event_rank],
            competing,
            before[stratum[competing], rank[competing]],
            before[:, event_rank],
            np.searchsorted(key, blocks[:, None] + event_rank),
            np.searchsorted(key, blocks),
            at_risk,
            censored,
        )

    def heads(self, v: Floats) -> Floats:
        """Sums (p, H, E) of ``v`` (p, c) over the competing rows of a stratum before each event time."""
        running = np.empty((v.shape[0], v.shape[1] + 1))
        running[:, 0] = 0.0
        np.cumsum(v, axis=1, out=running[:, 1:])
        total = running.take(self.head, axis=1)
        if self.begin.size > 1:
            total -= running[:, self.begin, None]
        return np.asarray(total)

    def after(self, by_event: Floats) -> Floats:
        """For each competing row (c,) the sum of ``by_event`` G(t-)/G(time-) over later event times.

        ``by_event`` is (H, E), or (E,) when it is the same for all strata.
        """
        tail = np.zeros((self.begin.size, self.mass.size + 1))
        np.cumsum((by_event * self.g_event)[:, ::-1], axis=1, out=tail[:, :-1][:, ::-1])
        rows = self.competing
        return np.asarray(tail[self.stratum[rows], self.upto[rows]] / self.g_row)

    def felt(self, variance: str) -> Floats | None:
        """Share of the failures at each event time that feel G of each stratum (H, E); None for all of them."""
        strata = self.begin.size
        if variance != "crr" or strata == 1:
            return None
        code = self.stratum[self.own] * self.mass.size + self.upto[self.own] - 1
        mass = count(code, self.weight[self.own], self.mass.size * strata).reshape(strata, -1)
        return np.asarray(mass / self.mass)


def _censoring(
    rank: Ints, censored: Bools, weight: Floats, stratum: Ints, m: int, strata: int, failures_first: bool
) -> tuple[Floats, Floats, Floats]:
    """G just before each time, weight at risk of it and weight censored, by stratum and time (H, m)."""
    cell = stratum * m + rank
    failed = ~censored

    def total(code: Ints, v: Floats) -> Floats:
        return count(code, v, m * strata).reshape(strata, m)

    def exposed(v: Floats) -> Floats:
        later = total(cell, v)[:, ::-1].cumsum(axis=1)[:, ::-1]
        return later - total(cell[failed], v[failed]) if failures_first else later

    ones = np.ones(rank.size)
    number, leaving = exposed(ones), total(cell[censored], ones[censored])
    unit = bool(np.all(weight == 1))
    at_risk = number if unit else exposed(weight)
    left = leaving if unit else total(cell[censored], weight[censored])
    hazard = np.divide(left, at_risk, out=np.zeros_like(left), where=leaving > 0)
    kept = np.where((leaving > 0) & (leaving == number), 0.0, np.maximum(1 - hazard, 0.0))
    before = np.ones_like(kept)
    np.cumprod(kept[:, :-1], axis=1, out=before[:, 1:])
    end = np.zeros(strata, dtype=np.int64)
    np.maximum.at(end, stratum, rank)
    before[np.arange(m) > end[:, None]] = 0.0
    return before, at_risk, left
