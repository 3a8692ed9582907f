"""Subclasses between quantiles of a score."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from ._input import Floats, Ints, as_choice, as_indicator, as_vector
from ._optimal_input import as_whole
from ._strata import ESTIMANDS, shared_strata

__all__ = ["Subclasses", "subclassify"]


@dataclass(frozen=True, slots=True, eq=False)
class Subclasses:
    """The subclass of each subject, from 0 at the lowest scores up, and his weight.

    ``subclass`` (n,), ``weight`` (n,): 0 where a subclass lacks one of the groups; ``edges`` (k + 1,) the
    quantiles of the score that bound the subclasses.
    """

    subclass: Ints
    weight: Floats
    edges: Floats


def subclassify(
    score: ArrayLike, treated: ArrayLike, *, subclasses: int = 6, estimand: str = "ATT", min_n: int = 1
) -> Subclasses:
    """Group subjects between quantiles of their score, and weight each group to the make-up of the target.

    Rosenbaum & Rubin 1984 (doi:10.1080/01621459.1984.10478078). The quantiles, by linear interpolation, are those of
    the treated ("ATT"), the controls ("ATC") or all ("ATE"); a subclass holds its lower edge but not its
    upper, the lowest and the highest also hold who lies beyond. Quantiles that coincide are one edge, so that there
    can be fewer subclasses than asked for. Where a subclass has fewer than ``min_n`` of a group, its
    bounds within that group move to neighbours in score, by as few places in all as can be. Weights as in
    :func:`exact_match`, the subclasses being the strata.

    Parameters
    ----------
    score : (n,) scores, such as propensity scores.
    treated : (n,) 1 = treated, 0 = control.
    subclasses : how many; a whole number of at least 1.
    estimand : "ATT", "ATE" or "ATC".
    min_n : least number of each group in each subclass; 0 lets subclasses lack a group, and gives weight 0 there.

    Returns
    -------
    Subclasses

    Raises
    ------
    ValueError
        For missing scores, an empty group, an unknown estimand, or fewer subjects in a group than
        ``min_n`` for each subclass.

    Examples
    --------
    The median of the treated, 0.6, bounds two subclasses. Below are two controls for one treated.

    >>> found = subclassify([0.5, 0.7, 0.6, 0.2, 0.4, 0.65], [1, 1, 1, 0, 0, 0], subclasses=2)
    >>> found.subclass.tolist(), found.weight.tolist()
    ([0, 1, 1, 0, 0, 1], [1.0, 1.0, 1.0, 0.5, 0.5, 2.0])
    """
    x = as_vector("score", score)
    z = as_indicator("treated", treated, x.size)
    if np.abs(x).max() > 1e100:
        raise ValueError("score reaches beyond 1e+100: rescale it")
    if np.all(z) or not np.any(z):
        raise ValueError("treated must hold both 1 and 0")
    as_choice("estimand", estimand, ESTIMANDS)
    wanted, least = as_whole("subclasses", subclasses, 1), as_whole("min_n", min_n, 0)
    if wanted > x.size:
        raise ValueError(f"subclasses must not exceed the {x.size} subjects, found {wanted}")
    target = {"ATT": x[z], "ATC": x[~z], "ATE": x}[estimand]
    edges = np.unique(np.quantile(target, np.linspace(0, 1, wanted + 1)))
    k = max(edges.size - 1, 1)
    subclass = np.searchsorted(edges[1:-1], x, side="right").astype(np.int64)
    for name, own in (("treated", z), ("controls", ~z)):
        subclass[own] = _filled(subclass[own], x[own], k, least, name)
    strata = shared_strata(subclass[z], subclass[~z], estimand, "treated and controls share no subclass of the score")
    weight = np.empty(x.size)
    weight[z], weight[~z] = strata.weight_treated, strata.weight_control
    return Subclasses(subclass, weight, edges)


def _filled(subclass: Ints, score: Floats, k: int, least: int, name: str) -> Ints:
    """Subclasses of one group, each with at least ``least`` of it, in the order of the scores."""
    size = np.bincount(subclass, minlength=k)
    if size.min() >= least:
        return subclass
    if score.size < k * least:
        raise ValueError(
            f"subclasses: {k} with at least min_n = {least} of each group need {k * least} {name}, "
            f"found {score.size}; ask for fewer"
        )
    # bounds b_1 .. b_{k-1} (who lies below each) with b_s - b_{s-1} >= least, nearest to the present ones in sum of
    # absolute moves: isotonic medians of b_s - s least, kept between 0 and what leaves room for the last subclass
    room = least * np.arange(1, k)
    bound = np.clip(_isotonic_medians(np.cumsum(size)[:-1] - room), 0, score.size - k * least) + room
    moved = np.repeat(np.arange(k), np.diff(np.r_[0, bound, score.size]))
    found = np.empty_like(subclass)
    found[np.argsort(score, kind="stable")] = moved
    return found


def _isotonic_medians(x: Ints) -> Ints:
    """Rising whole numbers nearest to ``x`` in sum of absolute differences: pool neighbours that fall, take medians."""
    blocks: list[list[int]] = []
    for v in x.tolist():
        blocks.append([v])
        while len(blocks) > 1 and _median(blocks[-2]) > _median(blocks[-1]):
            last = blocks.pop()
            blocks[-1] += last
    return np.array([_median(b) for b in blocks for _ in b], dtype=np.int64)


def _median(block: list[int]) -> int:
    """The lower median."""
    return sorted(block)[(len(block) - 1) // 2]
