"""One chain of imputations: every incomplete column in turn, given all the others as they stand."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ._imputation_draw import draw_class, draw_number, standard
from ._input import Bools, Floats, Ints

Strings = NDArray[np.str_]


@dataclass(frozen=True, slots=True, eq=False)
class Plan:
    """What the chains share: the data, which columns are categories, which values are missing, how numbers are drawn.

    ``order`` holds the incomplete columns, fewest gaps first; ``donors`` is None for draws from a normal regression.
    """

    x: Floats
    levels: tuple[Floats, ...]  # of each column its categories, none for a number
    gap: Bools
    order: Ints
    iterations: int
    donors: int | None


@dataclass(frozen=True, slots=True, eq=False)
class Chain:
    """The last draw of each column in ``order``, and mean and SD of its imputed values at each iteration."""

    values: tuple[Floats, ...]
    mean: Floats
    sd: Floats


def run_chain(plan: Plan, rng: np.random.Generator) -> Chain:
    """Start from values drawn among the observed, then go round."""
    x = plan.x.copy()
    for j in plan.order:
        gap = plan.gap[:, j]
        x[gap, j] = rng.choice(x[~gap, j], int(gap.sum()))
    blocks = [_block(x[:, j], plan.levels[j]) for j in range(x.shape[1])]
    mean, sd = np.empty((2, plan.iterations, plan.order.size))
    for i in range(plan.iterations):
        for c, j in enumerate(plan.order):
            drawn = _draw(plan, blocks, int(j), rng)
            x[plan.gap[:, j], j] = drawn
            blocks[j] = _block(x[:, j], plan.levels[j])
            mean[i, c], sd[i, c] = _moments(drawn)
    return Chain(tuple(x[plan.gap[:, j], j] for j in plan.order), mean, sd)


def _moments(drawn: Floats) -> tuple[float, float]:
    """Mean and standard deviation of values of any size."""
    unit = float(np.max(np.abs(drawn))) or 1.0
    return float(np.mean(drawn / unit)) * unit, float(np.std(drawn / unit)) * unit


def _block(column: Floats, levels: Floats) -> Floats:
    """A column as predictors: itself, or 0/1 for every category but the first."""
    if not levels.size:
        return column[:, None]
    return np.asarray(column[:, None] == levels[1:], dtype=np.float64)


def _draw(plan: Plan, blocks: list[Floats], j: int, rng: np.random.Generator) -> Floats:
    gap = plan.gap[:, j]
    seen = plan.x[~gap, j]
    if seen.min() == seen.max():  # one value only: every donor has it
        return np.full(int(gap.sum()), seen[0])
    others = [b for c, b in enumerate(blocks) if c != j]
    predictors = np.hstack(others) if others else np.empty((gap.size, 0))
    rule = standard(predictors[~gap])
    z, gaps = rule.of(predictors[~gap]), rule.of(predictors[gap])
    if not plan.levels[j].size:
        return draw_number(z, seen, gaps, plan.donors, rng)
    there = np.unique(seen)
    return there[draw_class(z, np.searchsorted(there, seen), there.size, gaps, rng)]
