"""Greedy nearest-neighbour matching."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from ._distance import Coordinates
from ._input import Floats, Ints
from ._nearest_line import with_replacement, without_replacement
from ._nearest_options import as_caliper, as_scores, as_sides, left_out, numbers_wanted, queue_of, uses_allowed
from ._nearest_rules import Rules, labels, rules
from ._nearest_search import Search, by_distance, in_turn

__all__ = ["Pairs", "nearest_pairs"]

Rows = tuple[Ints, Ints]
_FAR = 1.7e308  # no caliper: less than infinity, the distance of a control that is not there
_NONE: Ints = np.zeros(0, dtype=np.int64)


@dataclass(frozen=True, slots=True, eq=False)
class Pairs:
    """Matched pairs as index arrays.

    ``treated`` and ``control`` (m,): row ``treated[i]`` of the treated is matched to row
    ``control[i]`` of the controls, sorted by treated, the first match first; ``distance`` (m,) their
    distances: absolute differences of scores, or lengths between coordinates; ``unmatched`` (u,) treated without any
    control, the discarded among them.
    """

    treated: Ints
    control: Ints
    distance: Floats
    unmatched: Ints


def nearest_pairs(
    score_treated: ArrayLike | None,
    score_control: ArrayLike | None,
    *,
    caliper: float | None = None,
    ratio: float = 1,
    order: str = "largest",
    replace: bool = False,
    seed: int | None = None,
    coordinates: Coordinates | None = None,
    min_controls: int | None = None,
    max_controls: int | None = None,
    reuse_max: int | None = None,
    exact: tuple[ArrayLike, ArrayLike] | None = None,
    antiexact: tuple[ArrayLike, ArrayLike] | None = None,
    covariate_caliper: tuple[ArrayLike, ArrayLike, ArrayLike] | None = None,
    unit: tuple[ArrayLike, ArrayLike] | None = None,
    discard: str | tuple[ArrayLike, ArrayLike] = "none",
) -> Pairs:
    """Give each treated subject the nearest control that is left, one treated after the other.

    The pairs are those of MatchIt 4.7's ``method = "nearest"`` (Ho, Imai, King & Stuart 2011,
    doi:10.18637/jss.v042.i08), ties included. Treated with equal scores are served in data order. Of two
    controls equally near on the score, the one with the lower score is taken; of controls with one score, the last in
    data order when they lie below the treated subject, the first otherwise. Of controls equally near in
    coordinates, the one is taken whose first coordinate is farthest off in rank among everyone.
    Everybody gets a first control before anybody gets a second. For the effect in the controls exchange the two
    sides, and "largest" with "smallest".

    Parameters
    ----------
    score_treated, score_control : (n1,), (n0,) scores on one scale, such as the log odds of the
        propensity score. None for both where ``coordinates`` stand alone.
    caliper : largest distance of scores allowed, in their unit (see :func:`caliper_width`); None for any. Below
        zero: pairs must be farther apart than that.
    ratio : controls wanted for each treated; with ``max_controls`` their mean, which need not be whole.
    order : treated are served from the "largest" score down, the "smallest" up, as in the "data", in "random"
        order (with a ``seed``), or by the distance of their nearest control, "closest" or "farthest" first.
    replace : whether a control may serve any number of treated (never the same one twice).
    seed : of the random order.
    coordinates : places whose distance decides instead of that of the scores, which then serve the order and
        the caliper: :func:`mahalanobis`, :func:`robust_mahalanobis`, :func:`scaled_euclidean`.
    min_controls, max_controls : bounds of a variable number of controls. As many treated as the mean ``ratio``
        allows get ``max_controls``, the others ``min_controls`` (1 unless given), one what is left over
        (Ming & Rosenbaum 2000, doi:10.1111/j.0006-341X.2000.00118.x). Most controls go to the treated with the
        scores most like a control's: the lowest where the treated have the higher mean, else the highest.
    reuse_max : most treated that one control may serve; 1 unless given or ``replace``.
    exact, antiexact : labels of the treated and of the controls, (n1,) and (n0,) or with several columns:
        the partners agree in all columns, differ in every column.
    covariate_caliper : covariates of the treated (n1, p) and of the controls (n0, p), and p widths: the largest
        difference allowed; below zero, the difference to be exceeded.
    unit : labels of the treated and of the controls. Rows with one label are one person: when one of them is
        matched, each of them counts as matched once.
    discard : who is left out beforehand for a score outside the range of the other group: "none", "treated",
        "control" or "both"; or two masks, True for those left out.

    Returns
    -------
    Pairs

    Raises
    ------
    ValueError
        For missing scores, arrays that do not fit one another, or options that contradict one another.

    Examples
    --------
    The treated with 0.9 chooses first and takes 0.8; the one with 0.7 is left with 0.5.

    >>> pairs = nearest_pairs([0.7, 0.9], [0.5, 0.8, 0.1])
    >>> pairs.treated.tolist(), pairs.control.tolist(), pairs.distance.round(6).tolist()
    ([0, 1], [0, 1], [0.2, 0.1])
    """
    scores = as_scores(score_treated, score_control, coordinates)
    width = as_caliper(caliper, scores)
    sides = as_sides(scores, coordinates)
    sizes = sides[0].shape[0], sides[1].shape[0]
    queue = queue_of(order, seed, scores, sizes[0])
    out = left_out(discard, scores, sizes)
    pool = None if out is None else np.flatnonzero(~out[1])
    if out is not None:
        queue = queue[~out[0][queue]]
    wanted = numbers_wanted(ratio, min_controls, max_controls, scores, sizes[0], None if out is None else ~out[0])
    uses = uses_allowed(replace, reuse_max)
    bare = coordinates is None and antiexact is None and covariate_caliper is None and unit is None
    simple = uses == np.inf or (uses == 1 and order not in ("closest", "farthest"))
    if bare and simple and (width is None or width >= 0):
        strata = None if exact is None else labels("exact", exact, sizes)
        rows = _on_a_line(sides, queue, pool, wanted, uses == np.inf, _FAR if width is None else width, strata)
    else:
        conditions = rules(exact, antiexact, covariate_caliper, sizes)
        if scores is not None and width is not None:
            conditions.limits.append((*scores, width))
        people = None if unit is None else labels("unit", unit, sizes, columns=1)[0]
        reach = width if coordinates is None and width is not None and width >= 0 else _FAR
        rows = _under_conditions(sides, queue, pool, wanted, uses, reach, conditions, people, order)
    return _pairs(rows, sides, sizes[0])


def _on_a_line(
    scores: tuple[Floats, Floats], queue: Ints, pool: Ints | None, wanted: Ints, at_once: bool, reach: float,
    strata: list[tuple[Ints, Ints]] | None,
) -> list[Rows]:  # fmt: skip
    """Rows of treated and controls, round by round, of every stratum on its own."""
    if strata is None:
        return _rounds(scores, queue, pool, wanted, at_once, reach)
    rows = []
    controls = np.arange(scores[1].size) if pool is None else pool
    code_treated, code_control = strata[0] if len(strata) == 1 else _crossed(strata)
    for code in np.unique(code_treated[queue]):
        mine, theirs = queue[code_treated[queue] == code], controls[code_control[controls] == code]
        rows += _rounds(scores, mine, theirs, wanted, at_once, reach)
    return rows


def _crossed(strata: list[tuple[Ints, Ints]]) -> tuple[Ints, Ints]:
    """One code for each combination of several."""
    n1 = strata[0][0].size
    both = np.stack([np.concatenate(column) for column in strata], axis=1)
    code = np.unique(both, axis=0, return_inverse=True)[1].reshape(-1)
    return code[:n1], code[n1:]


def _rounds(
    scores: tuple[Floats, Floats], queue: Ints, pool: Ints | None, wanted: Ints, at_once: bool, reach: float
) -> list[Rows]:
    """First controls for everyone, then second ones of what is left for those who got a first, and so on."""
    if pool is not None and pool.size == 0:
        return []
    if at_once:
        steps = with_replacement(scores[0][queue], _part(scores[1], pool), reach, wanted[queue])
        return [(queue[a], b if pool is None else pool[b]) for a, b in zip(*steps, strict=True)]
    rows: list[Rows] = []
    while queue.size:
        found = without_replacement(scores[0][queue], _part(scores[1], pool), reach)
        got = found >= 0
        found, queue = found[got], queue[got]
        rows.append((queue, found if pool is None else pool[found]))
        queue = queue[wanted[queue] > len(rows)]
        if queue.size:
            left = np.ones(scores[1].size if pool is None else pool.size, dtype=np.bool_)
            left[found] = False
            pool = np.flatnonzero(left) if pool is None else pool[left]
            if pool.size == 0:
                break
    return rows


def _part(x: Floats, rows: Ints | None) -> Floats:
    return x if rows is None else x[rows]


def _under_conditions(
    sides: tuple[Floats, Floats], queue: Ints, pool: Ints | None, wanted: Ints, uses: float, reach: float,
    conditions: Rules, people: tuple[Ints, Ints] | None, order: str,
) -> list[Rows]:  # fmt: skip
    """The same by a search for everyone in turn."""
    treated, control = (side[:, None] if side.ndim == 1 else side for side in sides)
    if pool is not None:
        control, conditions = control[pool], conditions.sorted_by(pool)
        people = None if people is None else (people[0], people[1][pool])
    if control.shape[0] == 0:
        return []
    search = Search(treated, control, conditions, wanted, uses, people, reach)
    if order in ("closest", "farthest"):
        found = list(by_distance(search, sorted(queue.tolist()), order == "closest"))
    else:
        found = list(in_turn(search, queue.tolist()))
    rows = np.array(found, dtype=np.int64).reshape(-1, 2)
    named = search.order[rows[:, 1]]
    return [(rows[:, 0], named if pool is None else pool[named])]


def _pairs(rows: list[Rows], sides: tuple[Floats, Floats], n: int) -> Pairs:
    """The result, by treated, first matches first."""
    once = len(rows) == 1
    treated = rows[0][0] if once else np.concatenate([_NONE, *(a for a, _ in rows)])
    control = rows[0][1] if once else np.concatenate([_NONE, *(b for _, b in rows)])
    by_row = treated.argsort(kind="stable")
    treated, control = treated.take(by_row), control.take(by_row)
    gap = sides[0].take(treated, axis=0) - sides[1].take(control, axis=0)
    distance = np.abs(gap) if gap.ndim == 1 else np.sqrt(np.sum(gap**2, axis=1))
    alone = np.ones(n, dtype=np.bool_)
    alone[treated] = False
    return Pairs(treated, control, distance, alone.nonzero()[0])
