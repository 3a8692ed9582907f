"""Weighted rows of those who follow a strategy: who is followed until when, and for how many each stands.

A subject counts until it deviates. At each time those still following stand for those who no longer do, with
weight 1/G, G_i(t) the probability of not having deviated by then given the covariates:

    G_i(t) = exp(-H(t-) exp(x_i b)),   H(t) = sum over deviations s <= t, the j-th of d at s (j = 0 .. d-1),
                                              of 1 / (R(s) - j/d D(s))

with R(s) the sum of exp(x b) over those followed up to s and D(s) over those who deviate there (Efron), b from
a Cox model of deviation. All of it goes by ranks of times, so that a sample of the subjects needs no sorting of
times; its Cox model is that of ``cox`` without the report.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ._cox_design import make_design
from ._cox_likelihood import Likelihood, likelihood
from ._cox_order import sorting
from ._cox_risk import RiskSets
from ._input import Bools, Floats, Ints, rank_times
from ._newton import estimable, maximize

_LARGEST = 300.0  # log of the largest weight: its square is still a number


@dataclass(frozen=True, slots=True, eq=False)
class Subjects:
    """n subjects, and how their weights are made.

    ``grid`` distinct times; ``exit`` (n,) rank of the end of follow-up; ``event`` (n,); ``x`` (n, p) or None.
    """

    grid: Floats
    exit: Ints
    event: Bools
    x: Floats | None
    stabilized: bool
    truncate: float | None

    @staticmethod
    def make(
        time: Floats, event: Bools, x: Floats | None, stabilized: bool, truncate: float | None, *others: Floats
    ) -> tuple[Subjects, list[Ints]]:
        """Checked, with the ranks of other times (infinite ones come after the grid)."""
        if truncate is not None and not 0 < truncate <= 1:
            raise ValueError(f"truncate must be a quantile above 0 and up to 1, found {truncate}")
        at_zero = np.flatnonzero(event & (time == 0))
        if at_zero.size:
            raise ValueError(f"time: row {at_zero[0]} has its event at time 0, before any strategy can be followed")
        never = [~np.isfinite(t) for t in others]
        finite = [np.where(out, 0.0, t) for t, out in zip(others, never, strict=True)]
        grid, (exit_rank, *ranks) = rank_times(time, *finite)
        later = [np.where(out, grid.size, rank) for rank, out in zip(ranks, never, strict=True)]
        return Subjects(grid, exit_rank, event, x, stabilized, truncate), later

    def drawn(self, rows: Ints) -> Subjects:
        """The subjects at the given indices."""
        x = None if self.x is None else self.x[rows]
        return Subjects(self.grid, self.exit[rows], self.event[rows], x, self.stabilized, self.truncate)


@dataclass(frozen=True, slots=True, eq=False)
class Clones:
    """k weighted rows of n subjects as followers of one strategy, those of a subject side by side.

    ``subject`` (k,), ``first`` (k,) rank of the start, -1 for time zero; ``last`` (k,) rank of the stop; ``event``,
    ``ends`` (k,) whether it is the last row of its subject; ``weight`` (k,); ``until`` (n,) rank up to which each
    was followed; ``deviated`` (n,) who was censored for deviating; ``final`` (n,) the weight each had when last
    followed; ``sound`` whether every coefficient of the model of deviation was found.
    """

    subject: Ints
    first: Ints
    last: Ints
    event: Bools
    ends: Bools
    weight: Floats
    until: Ints
    deviated: Bools
    final: Floats
    sound: bool


def make_clones(subjects: Subjects, deviation: Ints, b: Floats | None = None) -> Clones:
    """Rows of one strategy, cut only where the weights change between two event times.

    ``deviation`` (n,) is the rank of the time of deviation; ``b`` (p,) the coefficients of the model of deviation
    where they are known already. An event or the end of follow-up on that day comes
    first: the subject did not deviate.
    """
    grid, leaves, event = subjects.grid, subjects.exit, subjects.event
    deviated = deviation < leaves
    until = np.minimum(leaves, deviation)
    followed = np.flatnonzero(until > 0) if grid[0] == 0 else np.arange(until.size)
    own = event & ~deviated
    if not deviated.any():
        start, ones = np.full(followed.size, -1), np.ones(until.size)
        return Clones(
            followed,
            start,
            until[followed],
            own[followed],
            np.ones(followed.size, dtype=np.bool_),
            ones[followed],
            until,
            deviated,
            ones,
            True,
        )
    risk, rank, hazard, null, sound = _deviation(until, deviated, subjects.x, b, subjects.stabilized)
    # H just before each event time; a cut after the last deviation before it
    occurs = np.bincount(leaves[event], minlength=grid.size) > 0
    steps = np.searchsorted(rank, np.flatnonzero(occurs), side="left")
    steps = steps[np.r_[True, steps[1:] > steps[:-1]]] if steps.size else steps
    steps = steps[steps > 0]
    cuts = rank[steps - 1]
    edges = np.concatenate([[-1], cuts])
    levels, null_levels = (np.concatenate([[0.0], h[steps - 1]]) for h in (hazard, null))
    if cuts.size and grid[cuts[0]] == 0:  # a cut at 0 leaves nothing before it
        edges, levels, null_levels = edges[1:], levels[1:], null_levels[1:]
        edges[0] = -1
    number = np.searchsorted(edges[1:], until[followed], side="left") + 1
    beyond = np.cumsum(number)
    subject = np.repeat(followed, number)
    piece = np.arange(subject.size) - np.repeat(beyond - number, number)
    ends = np.zeros(subject.size, dtype=np.bool_)
    ends[beyond - 1] = True
    last = np.concatenate([edges[1:], [0]])[piece]
    last[ends] = until[followed]
    weight = np.exp(np.minimum(levels[piece] * risk[subject] - null_levels[piece], _LARGEST))
    final = np.ones(until.size)
    final[followed] = weight[beyond - 1]
    if subjects.truncate is not None and followed.size:
        cap = np.quantile(final[followed], subjects.truncate)
        weight, final = np.minimum(weight, cap), np.minimum(final, cap)
    return Clones(subject, edges[piece], last, ends & own[subject], ends, weight, until, deviated, final, sound)


def _deviation(
    until: Ints, deviated: Bools, x: Floats | None, b: Floats | None, stabilized: bool
) -> tuple[Floats, Ints, Floats, Floats, bool]:
    """exp(x b) of deviating, 1 for the largest; ranks at which someone deviates, H after each with and without x."""
    rows = sorting(2 * until + ~deviated)
    ordered = until[rows]
    sets = RiskSets.make(ordered, None, deviated[rows], np.zeros_like(rows), np.ones(rows.size), "efron")
    relative, sound = np.ones(rows.size), True
    if x is not None:
        if b is None:
            b, sound = _coefficients(sets, x, rows)
        score = x @ b
        relative = np.exp(np.maximum(score - score.max(), -_LARGEST))
    hazard = _hazard(sets, relative[rows])
    null = _hazard(sets, np.ones(rows.size)) if stabilized else np.zeros(hazard.size)
    return relative, ordered[sets.start], hazard, null, sound


def _coefficients(sets: RiskSets, x: Floats, rows: Ints) -> tuple[Floats, bool]:
    """Cox coefficients (p,), 0 for columns without one, and whether all were found."""
    design = make_design(x, rows, sets.weight)
    z = design.z

    def evaluate(b: Floats) -> Likelihood | None:
        return likelihood(sets, z, b)

    found = np.zeros(x.shape[1])
    null = evaluate(found)
    assert null is not None  # all weights are one
    free = estimable(null.information, np.full(found.size, sets.event_weight.sum()))
    if not free.any():
        return found, False
    if not free.all():
        z = z[free]
        null = evaluate(found[free])
        assert null is not None
    top = maximize(evaluate, found[free], null)
    found[free] = top.b
    return found / design.unit, top.converged and bool(free.all())


def _hazard(sets: RiskSets, relative: Floats) -> Floats:
    """Efron's cumulative hazard after each cell, from exp(x b) of the sorted rows."""
    total, dead = sets.totals(relative)
    if not sets.tied.size:
        return np.cumsum(sets.mass / total)
    leaving = np.zeros(sets.cells)
    leaving[sets.tied] = dead
    at_risk = total[sets.term_cell] - sets.fraction * leaving[sets.term_cell]
    return np.cumsum(sets.by_cell(sets.mass / at_risk))
