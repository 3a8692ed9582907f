"""Optimal full matching: everyone in a set of one treated with controls, or of one control with treated."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from ._full_match_line import Bounds, line_sets
from ._input import Floats, Ints, as_choice
from ._optimal_input import as_number, as_reach, as_scores, strata_of
from ._strata import ESTIMANDS, strata_weights

__all__ = ["FullMatch", "full_match"]

_MOST_CELLS = 400_000_000  # of the table of choices, four bytes each


@dataclass(frozen=True, slots=True, eq=False)
class FullMatch:
    """Sets of one treated with controls, or of one control with treated, and the weights they give.

    ``subclass_treated`` (n1,), ``subclass_control`` (n0,): the set of each row, numbered from 0, -1 for who is
    left out; ``weight_treated``, ``weight_control``: 0 for them; ``distance`` (sets,): the sum over each
    set of the distances between its treated and its controls; ``unmatched_treated``, ``unmatched_control``: rows
    left out.
    """

    subclass_treated: Ints
    subclass_control: Ints
    weight_treated: Floats
    weight_control: Floats
    distance: Floats
    unmatched_treated: Ints
    unmatched_control: Ints


def full_match(
    score_treated: ArrayLike,
    score_control: ArrayLike,
    *,
    min_controls: float = 0,
    max_controls: float = math.inf,
    caliper: float | None = None,
    exact: tuple[ArrayLike, ArrayLike] | None = None,
    estimand: str = "ATT",
) -> FullMatch:
    """Cut both groups into sets of one treated and several controls or one control and several treated.

    Of all ways to do so the distances within the sets add up to the least (Rosenbaum 1991,
    doi:10.1111/j.2517-6161.1991.tb01848.x; with bounds, Hansen 2004, doi:10.1198/016214504000000647, and
    Hansen & Klopfer 2006, doi:10.1198/106186006X137047). Without a caliper and bounds nobody is left out.
    Where a caliper or a bound leaves no room for everyone, first as many treated as possible are kept, then
    as many controls, and only then do the distances count; who is left out is in the record.

    Parameters
    ----------
    score_treated, score_control : (n1,), (n0,) scores on one scale, such as the log odds of the
        propensity score.
    min_controls : least controls for a treated. Below 1 treated may share a control: 1/3 lets up to three of
        them do so, 0 any number. Of 1 and above a whole number.
    max_controls : most controls for a treated, a whole number of at least 1, or infinity.
    caliper : largest distance allowed in a set, in the unit of the scores, its end included; None for any.
    exact : labels of the treated and of the controls, (n1,) or (n1, p) and (n0,) or (n0, p), that have to agree
        within a set.
    estimand : "ATT", "ATE" or "ATC": what the weights stand for, as in :func:`exact_match`.

    Returns
    -------
    FullMatch

    Raises
    ------
    ValueError
        For missing scores, a negative caliper, bounds that contradict each other, an unknown estimand, or groups
        so large that the table of n1 x n0 choices does not fit.

    Examples
    --------
    The first treated gets the two controls beside it, the two others share the third control.

    >>> sets = full_match([0.2, 0.7, 0.8], [0.1, 0.25, 0.75])
    >>> sets.subclass_treated.tolist(), sets.subclass_control.tolist()
    ([0, 1, 1], [0, 0, 1])
    >>> sets.weight_control.tolist(), sets.distance.round(6).tolist()
    ([0.5, 0.5, 2.0], [0.15, 0.1])
    """
    treated, control = as_scores(score_treated, score_control)
    reach, bounds = as_reach(caliper), as_bounds(min_controls, max_controls)
    as_choice("estimand", estimand, ESTIMANDS)
    subclass = np.full(treated.size, -1, dtype=np.int64), np.full(control.size, -1, dtype=np.int64)
    number = 0
    for rows, columns in strata_of(exact, treated.size, control.size):
        if (rows.size + 1) * (columns.size + 1) > _MOST_CELLS:
            raise ValueError(
                f"score_treated and score_control ({rows.size} and {columns.size}) need a table of more than "
                f"{_MOST_CELLS:,} choices: split them with exact, or use nearest or optimal pairs"
            )
        rows = rows[np.argsort(treated[rows], kind="stable")]
        columns = columns[np.argsort(control[columns], kind="stable")]
        first, second = line_sets(treated[rows], control[columns], reach, bounds)
        subclass[0][rows] = np.where(first < 0, -1, first + number)
        subclass[1][columns] = np.where(second < 0, -1, second + number)
        number += int(first.max(initial=-1)) + 1
    return _record(treated, control, *subclass, number, estimand)


def as_bounds(least: float, most: float) -> Bounds:
    """Bounds on the controls of a treated, as numbers of controls and of treated that share one."""
    least, most = as_number("min_controls", least), as_number("max_controls", most)
    if least < 0:
        raise ValueError(f"min_controls must not be negative, found {least}")
    if most < 1 or (most != math.inf and int(most) != most):
        raise ValueError(f"max_controls must be a whole number of at least 1, or infinity, found {most}")
    if least > most:
        raise ValueError(f"min_controls must not exceed max_controls, found {least} and {most}")
    if least >= 1:
        if least == math.inf or int(least) != least:
            raise ValueError(f"min_controls must be below 1 or a whole number, found {least}")
        return Bounds(int(least), _whole(most), 1)
    return Bounds(1, _whole(most), _whole(1 / least * (1 + 1e-9)) if least > 1e-9 else _whole(math.inf))


def _whole(x: float) -> int:
    return int(min(x, 2**31 - 2))


def _record(treated: Floats, control: Floats, first: Ints, second: Ints, number: int, estimand: str) -> FullMatch:
    weight = strata_weights(first, second, estimand) if number else (np.zeros(first.size), np.zeros(second.size))
    left = np.flatnonzero(first < 0), np.flatnonzero(second < 0)
    return FullMatch(first, second, *weight, _distances(treated, control, first, second, number), *left)


def _distances(treated: Floats, control: Floats, first: Ints, second: Ints, number: int) -> Floats:
    """Sum of distances in each set: one side of it is a single subject, whose score serves all of the other side."""
    total = np.zeros(number)
    sides = ((treated, first), (control, second))
    size = [np.bincount(s[s >= 0], minlength=number) for _, s in sides]
    for (score, own), (other, theirs), one in ((sides[0], sides[1], size[0] == 1), (sides[1], sides[0], size[0] > 1)):
        centre = np.zeros(number)
        centre[own[own >= 0]] = score[own >= 0]
        rows = np.flatnonzero(theirs >= 0)
        rows = rows[one[theirs[rows]]]
        np.add.at(total, theirs[rows], np.abs(other[rows] - centre[theirs[rows]]))
    return total
