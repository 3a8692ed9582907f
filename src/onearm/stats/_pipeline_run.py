"""A whole analysis as a statistic of integer weights: score, pairs or weights, log hazard ratio.

The value of a replicate is (log hazard ratio, size, reason): pairs, or the effective number of controls; reason 0 or
the place in :data:`REASONS` of why there is no estimate.
"""

from __future__ import annotations

import numpy as np

from ._input import Bools, Floats, Ints
from ._pipeline_cox import TimeOrder, log_hazard_ratios
from ._pipeline_match import BlockPairs, match_block, repeated
from ._pipeline_score import Scores
from ._pipeline_tilt import balance_block

REASONS = (
    "",
    "the score separates the arms, or an arm was not drawn",
    "no pair lies within the caliper",
    "no finite hazard ratio: an arm without events, or never at risk beside the other",
    "no weights of the controls reach the means of the treated",
)
SD_RULES = ("pooled", "all", "treated")
WEIGHTINGS = ("att", "ate", "overlap", "matching", "entropy")


class _Analysis:
    """What both analyses share: the rows, and the fit of the score."""

    def __init__(self, time: Floats, event: Bools, treated: Bools, x: Floats) -> None:
        self.treated = treated
        self.scores: Scores | None = Scores(x, treated)
        self.order = TimeOrder.make(time, event, treated)
        self.first = 0.0  # where the search for the log hazard ratio begins

    def _values(self, b: Floats, size: Floats, reason: Ints) -> Floats:
        reason = np.where((reason == 0) & np.isnan(b), 3, reason)
        return np.stack([b, size, reason.astype(np.float64)], axis=1)


class MatchedAnalysis(_Analysis):
    """Score, nearest 1:1 pairs, Cox model of the matched."""

    def __init__(
        self, time: Floats, event: Bools, treated: Bools, x: Floats, caliper: float | None, sd: str, order: str
    ) -> None:
        super().__init__(time, event, treated, x)
        assert self.scores is not None
        self.caliper, self.sd, self.serve = caliper, sd, order
        # columns in the order of the score of all rows: those of replicates are then nearly sorted
        self.column = np.lexsort((np.arange(treated.size), ~treated, self.scores.fitted))
        self.is_control = ~treated[self.column]
        own = np.flatnonzero(~self.is_control)
        self.turn = own[np.argsort(self.column[own])]
        self.ties = self.scores.distinct.shape[0] < treated.size

    def pairs(self, weight: Ints) -> tuple[BlockPairs, Bools]:
        """Rows paired in each replicate, and which replicates have a score."""
        assert self.scores is not None
        score, known = self.scores(weight)
        score[~known] = 0.0
        score, drawn = np.take(score, self.column, axis=1), np.take(weight, self.column, axis=1)
        reach = np.full(weight.shape[0], np.inf)
        if self.caliper is not None:
            reach = self.caliper * _deviation(score, drawn, self.is_control, self.sd)
        found = match_block(score, drawn, self.is_control, self.turn, reach, self.serve, self.ties)
        column = np.r_[self.column, -1]
        return BlockPairs(column[found.asked], column[found.control]), known

    def __call__(self, weight: Ints) -> Floats:
        """(B, 3)."""
        found, known = self.pairs(weight)
        nobody = self.treated.size
        matched = (found.control >= 0) & known[:, None]
        sides = [np.where(matched, self.order.position[rows], nobody) for rows in (found.asked, found.control)]
        at = np.sort(np.concatenate(sides, axis=1).astype(np.int32), axis=1).astype(np.int64)
        b = log_hazard_ratios(self.order, at, None, self.first)
        number = matched.sum(axis=1)
        return self._values(b, number.astype(np.float64), np.where(~known, 1, np.where(number == 0, 2, 0)))


def _deviation(score: Floats, drawn: Ints, is_control: Bools, rule: str) -> Floats:
    """Standard deviation of the score in each replicate (B,): of the treated, of all, or the root mean square of
    the arms'."""
    if rule == "all":
        return np.sqrt(_variance(score, drawn))
    treated = _variance(score[:, ~is_control], drawn[:, ~is_control])
    if rule == "treated":
        return np.sqrt(treated)
    return np.sqrt((treated + _variance(score[:, is_control], drawn[:, is_control])) / 2)


def _variance(v: Floats, times: Ints) -> Floats:
    """Sample variance of values written out so often; 0 of fewer than two."""
    n = times.sum(axis=1)
    mean = (v * times).sum(axis=1) / np.maximum(n, 1)
    return np.asarray(((v - mean[:, None]) ** 2 * times).sum(axis=1) / np.maximum(n - 1, 1))


class WeightedAnalysis(_Analysis):
    """Score and its weights, or entropy balancing; weighted Cox model."""

    def __init__(self, time: Floats, event: Bools, treated: Bools, x: Floats, weighting: str) -> None:
        super().__init__(time, event, treated, x)
        self.weighting = weighting
        self.x = (x - x.mean(axis=0)) / x.std(axis=0)
        if weighting == "entropy":
            self.scores = None  # its fit has shown that no column is constant

    def weights(self, weight: Ints) -> tuple[Floats, Bools]:
        """Weights of all rows in each replicate (B, n), and where they exist."""
        if self.scores is None:
            return balance_block(self.x, self.treated, weight)
        score, known = self.scores(weight)
        score[~known] = 0.0
        return score_weights(score, self.treated, self.weighting), known

    def __call__(self, weight: Ints) -> Floats:
        """(B, 3)."""
        w, known = self.weights(weight)
        rows = self.order.rows
        size, n = weight.shape
        at = repeated(np.broadcast_to(np.arange(n), (size, n)), np.take(weight, rows, axis=1))
        at = np.where(at < 0, n, at)  # a row left out leaves a place free
        sorted_weight = np.c_[np.take(w, rows, axis=1), np.zeros(size)]
        b = log_hazard_ratios(self.order, at, np.take_along_axis(sorted_weight, at, axis=1), self.first)
        b[~known] = np.nan
        controls = w[:, ~self.treated] * np.sqrt(weight[:, ~self.treated])
        total = (w[:, ~self.treated] * weight[:, ~self.treated]).sum(axis=1)
        square = (controls**2).sum(axis=1)
        effective = np.divide(total**2, square, out=np.zeros(size), where=square > 0)
        return self._values(b, effective, np.where(known, 0, 4 if self.weighting == "entropy" else 1))


def score_weights(log_odds: Floats, treated: Bools, weighting: str) -> Floats:
    """Weights from log odds of the score, e = expit, 1 - e = expit of minus the log odds:

    att 1 and e/(1 - e); ate 1/e and 1/(1 - e); overlap 1 - e and e; matching min(e, 1 - e) over the chance of the arm.
    """
    own = np.where(treated, log_odds, -log_odds)  # log odds of being in the own arm
    with np.errstate(over="ignore"):
        against = np.exp(-own)  # (1 - chance of the own arm) / that chance
    if weighting == "att":
        return np.where(treated, 1.0, against)
    if weighting == "ate":
        return 1 + against
    if weighting == "matching":
        return np.minimum(1.0, against)
    with np.errstate(over="ignore"):
        return 1 / (1 + 1 / np.where(against > 0, against, np.finfo(float).tiny))
