"""How well a score orders survival: Harrell's and Uno's concordance, with standard errors.

Over pairs in which row i has the event while row j is known to live longer (time_j > time_i, or equal and
censored; with late entry, entry_j < time_i), weighted by w_i w_j h(t_i),

    C = (concordant + tied score / 2) / (concordant + discordant + tied score),

concordant when the row that dies first has the higher score. h = 1 is Harrell's; 1/G(t-)^2 Uno's, free
of the censoring; S(t-) W/n(t) Peto's and S(t-) W/(G(t-) n(t)) Schemper's, with S and G the Kaplan-Meier
curves of events and of censoring in the stratum, n(t) the weight at risk and W the whole weight.

With C_i, D_i, T_i the sums over the pairs of row i, and N the sum over all pairs, the infinitesimal
jackknife takes h as given: row i moves C by w_i [(C_i - D_i) - (2 C - 1)(C_i + D_i + T_i)] / (2 N), and
the variance is the sum of the squares, within clusters first.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from ._concordance_pairs import Line
from ._concordance_record import Concordance, ConcordanceDifference
from ._concordance_weight import emphasis, score_ranks
from ._distributions import critical_value, two_sided_p
from ._input import (
    Bools,
    Floats,
    Ints,
    as_choice,
    as_codes,
    as_indicator,
    as_level,
    as_times,
    as_vector,
    as_weights,
    count,
    ranked_interval,
)

__all__ = ["Concordance", "ConcordanceDifference", "concordance", "concordance_difference"]

KINDS = ("harrell", "uno", "peto", "schemper")


def concordance(
    time: ArrayLike,
    event: ArrayLike,
    score: ArrayLike,
    *,
    weight: ArrayLike | None = None,
    strata: ArrayLike | None = None,
    entry: ArrayLike | None = None,
    cluster: ArrayLike | None = None,
    kind: str = "harrell",
    tau: float | None = None,
    reverse: bool = False,
    level: float = 0.95,
) -> Concordance:
    """The probability that, of two subjects, the one with the higher score has the event first.

    0.5 is a score of no use, 1 a perfect one. It says nothing about calibration.

    Parameters
    ----------
    time, event : (n,) follow-up, 1 = event, 0 = censored.
    score : (n,) risk score, such as the linear predictor of a Cox model; higher = earlier event.
    weight : (n,) case weights.
    strata : (n,) labels; pairs are compared within strata only.
    entry : (n,) at risk when entry < t <= time.
    cluster : (n,) labels of rows that belong together, for the standard error.
    kind : how events are weighed over time: "harrell" (all alike), "uno" (needs no assumption about when
        censoring happens, where censoring does not depend on the score), "peto" or "schemper"; R's
        timewt n, n/G2, S and S/G.
    tau : events after it do not count.
    reverse : True when a higher score means longer survival.
    level : confidence level of ``low`` and ``high``.

    Returns
    -------
    Concordance
        NaN with a ``message`` when no pair can be compared.

    Raises
    ------
    ValueError
        For bad arrays or choices, or "uno" and "schemper" with ``entry`` (their censoring curve is not defined).

    Notes
    -----
    Harrell 1982 (doi:10.1001/jama.1982.03320430047030); Uno 2011 (doi:10.1002/sim.4154); Schemper 2009
    (doi:10.1002/sim.3655); the counts and jackknife as R's survival.

    Examples
    --------
    Five subjects: of the eight pairs that can be compared, six are concordant.

    >>> c = concordance([1, 2, 3, 4, 5], [1, 1, 0, 1, 0], [5, 2, 3, 1, 4])
    >>> int(c.concordant), int(c.discordant), round(float(c.concordance), 6)
    (5, 3, 0.625)
    """
    pairs = Pairs.make(time, event, weight, strata, entry, cluster, kind, tau)
    return pairs.of("score", score, reverse, as_level(level))


def concordance_difference(
    time: ArrayLike,
    event: ArrayLike,
    score: ArrayLike,
    other: ArrayLike,
    *,
    weight: ArrayLike | None = None,
    strata: ArrayLike | None = None,
    entry: ArrayLike | None = None,
    cluster: ArrayLike | None = None,
    kind: str = "harrell",
    tau: float | None = None,
    reverse: bool = False,
    level: float = 0.95,
) -> ConcordanceDifference:
    """How much better ``score`` orders survival than ``other`` on the same subjects.

    Parameters are those of :func:`concordance`. The standard error takes the two concordances' jackknife
    changes row by row, so it allows for their correlation (the infinitesimal jackknife, Efron 1982,
    doi:10.1137/1.9781611970319, as in R's survival); the scores are taken as given, so that for models fitted to
    the same data it says nothing about overfitting.

    Examples
    --------
    >>> d = concordance_difference([1, 2, 3, 4, 5], [1, 1, 0, 1, 0], [5, 2, 3, 1, 4], [5, 4, 3, 2, 1])
    >>> round(d.difference, 6), round(d.second.concordance, 6)
    (-0.375, 1.0)
    """
    pairs = Pairs.make(time, event, weight, strata, entry, cluster, kind, tau)
    level = as_level(level)
    first, second = pairs.of("score", score, reverse, level), pairs.of("other", other, reverse, level)
    change = first.concordance - second.concordance
    error = pairs.error(first.influence - second.influence) if np.isfinite(change) else np.nan
    half = critical_value(level) * error
    z = change / error if error > 0 else np.nan
    message = first.message
    if np.isfinite(change) and not error > 0:
        message = "the two scores order every pair alike: there is no standard error and no test"
    return ConcordanceDifference(
        change, error, change - half, change + half, z, two_sided_p(z), first, second, level, message
    )


@dataclass(frozen=True, slots=True, eq=False)
class Pairs:
    """Checked rows of positive weight, and the weight h of each one's event."""

    stop: Ints
    start: Ints
    event: Bools
    weight: Floats
    stratum: Ints
    cluster: Ints | None
    kept: Ints
    n: int
    emphasis: Floats
    kind: str

    @staticmethod
    def make(
        time: ArrayLike,
        event: ArrayLike,
        weight: ArrayLike | None,
        strata: ArrayLike | None,
        entry: ArrayLike | None,
        cluster: ArrayLike | None,
        kind: str,
        tau: float | None,
    ) -> Pairs:
        """Check, rank, weigh."""
        as_choice("kind", kind, KINDS)
        if entry is not None and kind in ("uno", "schemper"):
            raise ValueError(f"kind {kind!r} needs a censoring curve, which is not defined with entry; use 'harrell'")
        if tau is not None and not tau > 0:
            raise ValueError(f"tau must be above 0, found {tau}")
        t = as_times("time", time)
        d = as_indicator("event", event, t.size)
        w = as_weights("weight", weight, t.size)
        late = None if entry is None else as_times("entry", entry, t.size)
        block = np.zeros(t.size, dtype=np.int64) if strata is None else as_codes("strata", strata, t.size)[1]
        group = None if cluster is None else as_codes("cluster", cluster, t.size)[1]
        kept = np.flatnonzero(w > 0)
        grid, stop, start = ranked_interval(t[kept], None if late is None else late[kept])
        d, w, block = d[kept], w[kept], block[kept]
        h = emphasis(stop, start, d, w, block, kind)
        if tau is not None:
            h[grid[stop] > tau] = 0.0
        return Pairs(stop, start, d, w, block, None if group is None else group[kept], kept, t.size, h, kind)

    def error(self, influence: Floats) -> float:
        """Root of the sum of squares of changes (n,), within clusters."""
        change = influence[self.kept]
        if self.cluster is not None:
            change = count(self.cluster, change, int(self.cluster.max()) + 1)
        return float(np.sqrt(np.sum(change**2)))

    def of(self, name: str, score: ArrayLike, reverse: bool, level: float) -> Concordance:
        """The concordance of one score."""
        s = as_vector(name, score, self.n)[self.kept]
        ranks = score_ranks(-s if reverse else s)
        line = Line.make(self.stop, self.start, self.event, ranks, self.stratum)
        h = np.where(line.event, self.emphasis[line.row], 0.0)
        w = self.weight[line.row]
        later, earlier = line.sums(w * line.sign, w * h)
        size = self.kept.size

        def by_row(mine: Floats, others: Floats) -> Floats:
            return count(line.row, h * mine + line.sign * others, size)

        right, wrong = by_row(later.lower, earlier.higher), by_row(later.higher, earlier.lower)
        even = by_row(later.equal, earlier.equal)
        wh = w * h
        totals = [float(np.sum(wh * v)) for v in (later.lower, later.higher, later.equal)]
        ties = [float(np.sum(wh * v)) / 2 for v in line.tied(np.where(line.event, w, 0.0))]
        pairs = sum(totals)
        value, error, influence = np.nan, np.nan, np.zeros(self.n)
        message = "no pair can be compared: no event happens while another row is still at risk"
        if pairs > 0:
            message = ""
            value = (totals[0] + totals[2] / 2) / pairs
            change = (right - wrong) - (2 * value - 1) * (right + wrong + even)
            influence[self.kept] = self.weight * change / (2 * pairs)
            error = self.error(influence)
        half = critical_value(level) * error
        return Concordance(
            concordance=value,
            std_error=error,
            low=value if np.isnan(value) else max(0.0, value - half),
            high=value if np.isnan(value) else min(1.0, value + half),
            concordant=totals[0],
            discordant=totals[1],
            tied_score=totals[2],
            tied_time=ties[0],
            tied_both=ties[1],
            influence=influence,
            kind=self.kind,
            level=level,
            n=size,
            events=int(self.event.sum()),
            message=message,
        )
