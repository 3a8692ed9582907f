"""Greedy nearest-neighbour matching on one score."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from ._input import Floats, Ints, as_choice, as_vector

__all__ = ["Pairs", "nearest_pairs"]

ORDERS = ("largest", "smallest", "data")


@dataclass(frozen=True, slots=True, eq=False)
class Pairs:
    """Matched pairs as index arrays.

    ``treated`` and ``control`` (m,): row ``treated[i]`` of the treated is matched to row
    ``control[i]`` of the controls, sorted by treated, the first match first; ``distance`` (m,) absolute
    differences of scores; ``unmatched`` (u,) treated without any control.
    """

    treated: Ints
    control: Ints
    distance: Floats
    unmatched: Ints


class _Free:
    """Controls sorted by score, and the nearest free one to either side of a position.

    ``right[i]`` leads to the first free position at or after i (n when there is none), ``left[i]`` to
    the last free one before i, as i + 1 (0 when there is none). Links skip what is taken and are
    shortened as they are followed.
    """

    def __init__(self, score: Floats) -> None:
        self.order = np.argsort(score, kind="stable")
        self.score = score[self.order]
        self.values = self.score.tolist()
        self.right = list(range(score.size + 1))
        self.left = list(range(score.size + 1))

    def take(self, i: int) -> None:
        """Mark position ``i`` as used."""
        self.right[i] = i + 1
        self.left[i + 1] = i

    def nearest(self, position: int, score: float) -> tuple[int, float] | None:
        """The free control nearest to ``score``; ties as in :func:`nearest_pairs`."""
        right, left = _follow(self.right, position), _follow(self.left, position)
        best: tuple[int, float] | None = None
        if left > 0:
            best = left - 1, score - self.values[left - 1]
        if right < len(self.values):
            gap = self.values[right] - score
            if best is None or gap < best[1]:
                best = right, gap
        return best


def _follow(link: list[int], i: int) -> int:
    """The end of a chain of links, shortening the chain on the way."""
    end = i
    while link[end] != end:
        end = link[end]
    while link[i] != end:
        link[i], i = end, link[i]
    return end


def nearest_pairs(
    score_treated: ArrayLike,
    score_control: ArrayLike,
    *,
    caliper: float | None = None,
    ratio: int = 1,
    order: str = "largest",
    replace: bool = False,
) -> Pairs:
    """Give each treated subject the nearest control that is left, one treated after the other.

    The pairs are those of MatchIt's ``method = "nearest"`` (Ho, Imai, King & Stuart 2011,
    doi:10.18637/jss.v042.i08). Treated with equal scores are served in data order. Of two controls equally
    near, the one with the lower score is taken; of controls with one score, the last in data order when
    they lie below the treated subject, the first otherwise.
    With ``ratio`` above 1 and without replacement every treated gets a first control before any gets
    a second.

    Parameters
    ----------
    score_treated, score_control : (n1,), (n0,) scores on one scale, such as the log odds of the
        propensity score.
    caliper : largest distance allowed, in the unit of the scores; None for any.
    ratio : controls wanted for each treated.
    order : treated are served from the "largest" score down, the "smallest" up, or as in the "data".
    replace : whether a control may serve several treated (never the same one twice).

    Returns
    -------
    Pairs

    Raises
    ------
    ValueError
        For missing scores, a negative caliper, a ratio below 1 or an unknown order.

    Examples
    --------
    The treated with 0.9 chooses first and takes 0.8; the one with 0.7 is left with 0.5.

    >>> pairs = nearest_pairs([0.7, 0.9], [0.5, 0.8, 0.1])
    >>> pairs.treated.tolist(), pairs.control.tolist(), pairs.distance.round(6).tolist()
    ([0, 1], [0, 1], [0.2, 0.1])
    """
    treated, control = as_vector("score_treated", score_treated), as_vector("score_control", score_control)
    as_choice("order", order, ORDERS)
    if caliper is not None and not caliper >= 0:
        raise ValueError(f"caliper must not be negative, found {caliper}")
    if isinstance(ratio, bool) or int(ratio) != ratio or ratio < 1:
        raise ValueError(f"ratio must be a whole number of at least 1, found {ratio}")
    reach = np.inf if caliper is None else float(caliper)
    if order == "data":
        queue = np.arange(treated.size)
    else:
        queue = np.argsort(-treated if order == "largest" else treated, kind="stable")
    free = _Free(control)
    place = np.searchsorted(free.score, treated, side="left").tolist()
    serve = _with_replacement if replace else _without_replacement
    found = list(serve(free, queue.tolist(), place, treated.tolist(), int(ratio), reach))
    pairs = np.array(found, dtype=np.float64).reshape(-1, 3)
    pairs = pairs[np.argsort(pairs[:, 0], kind="stable")]
    index = pairs[:, 0].astype(np.int64)
    unmatched = np.setdiff1d(np.arange(treated.size), index).astype(np.int64)
    return Pairs(index, free.order[pairs[:, 1].astype(np.int64)].astype(np.int64), pairs[:, 2], unmatched)


def _without_replacement(
    free: _Free, queue: list[int], place: list[int], score: list[float], ratio: int, reach: float
) -> Iterator[tuple[int, int, float]]:
    """(treated, position of control, distance), each control once, in ``ratio`` rounds."""
    for _ in range(ratio):
        served = []
        for i in queue:
            best = free.nearest(place[i], score[i])
            if best is not None and best[1] <= reach:
                free.take(best[0])
                served.append(i)
                yield i, *best
        queue = served  # who found none in this round finds none in the next


def _with_replacement(
    free: _Free, queue: list[int], place: list[int], score: list[float], ratio: int, reach: float
) -> Iterator[tuple[int, int, float]]:
    """The same, every treated choosing among all controls: walk outwards from its place."""
    values, n = free.values, len(free.values)
    for i in queue:
        low, high = place[i] - 1, place[i]
        for _ in range(min(ratio, n)):
            below = score[i] - values[low] if low >= 0 else np.inf
            above = values[high] - score[i] if high < n else np.inf
            if min(below, above) > reach:
                break
            if below <= above:
                yield i, low, below
                low -= 1
            else:
                yield i, high, above
                high += 1
