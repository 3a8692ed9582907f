"""A rule that stops a trial for too many toxicities: its integers, and what they were made from."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ._beta_mixture_posterior import LONGEST, probability_above
from ._boundary import Boundary
from ._number import as_count
from ._safety_families import Family, upper_tail


@dataclass(frozen=True, slots=True, eq=False)
class SafetyBoundary:
    """A safety rule; ``boundary`` is the rule, all else explains it.

    Attributes
    ----------
    boundary : stop at look l when the toxicities are ``high[0, l]`` or more; n + 1 where no count stops.
    kind : the family.
    p0 : the rate that is still acceptable.
    alpha : probability that the rule stops the trial at any look when the true rate is ``p0``, exact.
    asked : the alpha that the rule was calibrated to, None for a fixed cut-off.
    next_alpha : the same probability for the next looser boundary of the family.
    cutoff : (low, high) all cut-offs between these two give this boundary at these looks; which end belongs to them is
        in ``conventions``.
    strict : whether the cut-off must be passed (True) or may be met (False).
    limit : the score of ``family`` from which the rule stops, for `at`.
    family : the scores behind the rule.
    conventions : sentences to print with the rule.
    """

    boundary: Boundary
    kind: str
    p0: float
    alpha: float
    asked: float | None
    next_alpha: float
    cutoff: tuple[float, float]
    strict: bool
    limit: float
    family: Family
    conventions: tuple[str, ...]

    def probability(self, x: float, n: float) -> float:
        """After ``x`` of ``n``: P(p > p0 | x of n) for a beta-binomial rule, P(X >= x) at p0 for all others."""
        count, size = _patients(x, n)
        if self.family.prior is not None:
            return float(probability_above(self.family.prior, count, size, self.p0))
        return float(upper_tail(np.asarray(count), np.asarray(size), self.p0))

    def statistic(self, x: float, n: float) -> float:
        """What is compared with ``cutoff`` after ``x`` of ``n``."""
        count, size = _patients(x, n)
        return self.family.printed(float(self.family.score(np.asarray(count), np.asarray(size))))

    def at(self, n: float) -> int:
        """The smallest count that stops at ``n`` patients, n + 1 where none does.

        At a look it is the integer of ``boundary``. Elsewhere it is the smallest count that is at least as extreme as
        the mildest result that stops at a look, or that passes the cut-off where that was given. Whether the rule is
        asked there at all (before the first look, say) is for the caller to know.
        """
        size = as_count("n", n, 1, LONGEST)
        place = np.flatnonzero(self.boundary.n == size)
        if place.size:
            return int(self.boundary.high[0, place[0]])
        x = np.arange(size + 1)
        stops = np.flatnonzero(self.family.score(x, np.full(size + 1, size)) >= self.limit)
        return int(stops[0]) if stops.size else size + 1


def _patients(x: float, n: float) -> tuple[int, int]:
    size = as_count("n", n, 1, LONGEST)
    return as_count("x", x, 0, size, f" of n = {size}"), size
