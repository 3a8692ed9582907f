"""The smallest trial that a rule on predictive probability can run (Lee & Liu 2008, doi:10.1177/1740774508089279).

For each size N, each count R that can be a success at the end, and each theta_L, the trial stops for futility at n when
PP(n, x) < theta_L. Its two errors come from one forward recursion over the count,

    f(n + 1, x) = (1 - p) f(n, x) + p f(n, x - 1),   f(n, x) = 0 where x <= low(n),   success = sum of f(N, x), x >= R

run for all success counts of a size at once. theta_T enters through R alone: every theta_T in
[P(p > p0 | R - 1 of N), P(p > p0 | R of N)) is the same design, and so is every theta_L that cuts the same integers.
A size is passed over where even the most powerful test of N outcomes (Neyman & Pearson) misses the two errors.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import bdtrc

from ._bayes_mixture import BetaMixture
from ._beta_mixture_posterior import Prior, as_prior, falls_short, probability_above
from ._boundary import Boundary, boundary
from ._input import Bools, Floats, Ints, as_choice, as_vector
from ._number import as_count, as_share
from ._predictive import backward

_GRID = np.arange(1, 201) / 1000  # theta_L, from .001 to .200
_LARGEST = 300  # patients
_ROUNDING = 1e-12  # an error rate this near to what is allowed is equal to it


@dataclass(frozen=True, slots=True, eq=False)
class PredictiveDesign:
    """The design that a search over predictive-probability rules found.

    Attributes
    ----------
    boundary : stop for futility at ``low`` or fewer; at the last look, ``low`` or fewer is a failure.
    success_at : the smallest count of ``n_max`` that is a success.
    n_max : patients.
    alpha, power : exact probability of success at p0 and at p1.
    pet : (2,) probability of stopping before ``n_max`` at p0 and at p1.
    expected_n : (2,) expected number of patients at p0 and at p1.
    futility : theta_L on the grid.
    futility_range : theta_L above the first and up to the second give the same integers.
    threshold : a theta_T in the middle of its range.
    threshold_range : theta_T from the first to below the second give the same integers.
    prior, p0, p1, alpha_max, beta_max : what was asked for.
    conventions : sentences to print with the design.
    """

    boundary: Boundary
    success_at: int
    n_max: int
    alpha: float
    power: float
    pet: Floats
    expected_n: Floats
    futility: float
    futility_range: tuple[float, float]
    threshold: float
    threshold_range: tuple[float, float]
    prior: BetaMixture
    p0: float
    p1: float
    alpha_max: float
    beta_max: float
    conventions: tuple[str, ...]


def predictive_design(
    p0: float,
    p1: float,
    alpha: float,
    beta: float,
    *,
    prior: Prior,
    n_max: int = 100,
    n_min: int | None = None,
    first_look: int = 10,
    every: int = 1,
    futility: ArrayLike | None = None,
    choose: str = "power",
) -> PredictiveDesign:
    """The smallest trial monitored by predictive probability that keeps both errors, by exact search over a grid.

    Exact are the probabilities; the search takes theta_T wherever it matters and theta_L from ``futility``. A theta_L
    below that grid hardly ever stops early, and may allow a smaller trial: give a finer grid to look for it.

    Parameters
    ----------
    p0, p1 : rate of no interest and rate aimed at, p0 < p1.
    alpha, beta : largest probabilities of success at p0 and of no success at p1.
    prior : (a, b) of Beta(a, b), or (weight, a, b) of each component of a mixture. Lee and Liu take (p0, 1 - p0).
    n_max : largest size searched, at most 300.
    n_min : smallest size searched; one patient more than the first look when it is not given.
    first_look : patients at the first look.
    every : patients between looks; the end is a look always.
    futility : grid of theta_L; .001, .002, ... .200 when it is not given.
    choose : of the rules of the smallest size, the one with the largest "power", or the smallest "expected-n" at p0.

    Returns
    -------
    PredictiveDesign

    Raises
    ------
    ValueError : p0 not below p1, errors not between 0 and 1, no design within n_max.

    Notes
    -----
    The rule is strict: PP < theta_L stops, P(p > p0) > theta_T is success. It never stops for success. Counts
    at the end of n p0 or fewer are not taken for success. Lee & Liu (2008), doi:10.1177/1740774508089279.

    Examples
    --------
    Lee and Liu's Table 3, N = 36.

    >>> found = predictive_design(0.2, 0.4, 0.1, 0.1, prior=(0.2, 0.8))
    >>> found.n_max, found.success_at, round(found.alpha, 5), round(found.power, 5)
    (36, 11, 0.08778, 0.90618)
    >>> round(float(found.pet[0]), 4), round(float(found.expected_n[0]), 3)
    (0.8571, 27.668)

    Any theta_T from .8511 to below .9227 is the same design; on their grid of thousandths, .852 to .922.

    >>> [round(v, 4) for v in found.threshold_range]
    [0.8511, 0.9227]
    """
    rates = np.array([as_share("p0", p0), as_share("p1", p1)])
    if rates[0] >= rates[1]:
        raise ValueError(f"p0 must be below p1, found {p0:g} and {p1:g}")
    errors = as_share("alpha", alpha), as_share("beta", beta)
    mixture, most = as_prior("prior", prior), as_count("n_max", n_max, 2, _LARGEST)
    first, step = as_count("first_look", first_look, 1, most - 1, " below n_max"), as_count("every", every, 1, most)
    least = first + 1 if n_min is None else as_count("n_min", n_min, first + 1, most, " above first_look")
    cutoffs = _GRID if futility is None else _cutoffs(futility)
    as_choice("choose", choose, ("power", "expected-n"))
    for size in range(least, most + 1):
        if _within_reach(size, rates, errors):
            looks = np.append(np.arange(first, size, step), size)
            best = _best(mixture, rates, errors, looks, cutoffs, choose)
            if best is not None:
                return _record(best, mixture, rates, errors, looks, choose, _tried(cutoffs))
    raise ValueError(f"n_max = {most} holds no design with these errors from n = {least} with {_tried(cutoffs)}: raise "
                     "n_max, alpha or beta, or take p0 and p1 farther apart")  # fmt: skip


def _tried(cutoffs: Floats) -> str:
    """The cut-offs of the search in words: what it found is the best among these."""
    if cutoffs.size == 1:
        return f"theta_L = {cutoffs[0]:g}"
    return f"{cutoffs.size} values of theta_L from {cutoffs.min():g} to {cutoffs.max():g}"


def _cutoffs(futility: ArrayLike) -> Floats:
    grid = as_vector("futility", np.atleast_1d(futility))
    if grid.min() <= 0 or grid.max() >= 1:
        raise ValueError("futility must hold cut-offs strictly between 0 and 1")
    if grid.size > 1000:
        raise ValueError(f"futility must hold at most 1000 cut-offs, found {grid.size}")
    return np.unique(grid)


def _within_reach(size: int, rates: Floats, errors: tuple[float, float]) -> bool:
    """Whether the most powerful test on the count of ``size``, randomized at its edge, keeps both errors."""
    reached = np.flatnonzero(bdtrc(np.arange(size), size, rates[1]) >= 1 - errors[1])
    edge = int(reached[-1]) + 1 if reached.size else 0  # the largest R with enough power
    beyond = [float(bdtrc(edge, size, p)) if edge < size else 0.0 for p in rates]
    at = [float(bdtrc(edge - 1, size, p)) - more if edge else 1 - more for p, more in zip(rates, beyond, strict=True)]
    share = (1 - errors[1] - beyond[1]) / at[1]
    return beyond[0] + share * at[0] <= errors[0] + _ROUNDING


@dataclass(frozen=True, slots=True, eq=False)
class _Found:
    """A rule: its integers and theta_L, and success, early stopping and expected patients at both rates."""

    low: Ints
    cutoff: float
    success: Floats
    pet: Floats
    expected: Floats


def _best(
    prior: BetaMixture, rates: Floats, errors: tuple[float, float], looks: Ints, cutoffs: Floats, choose: str
) -> _Found | None:
    """The best rule of one size that keeps both errors.

    A larger theta_L stops more, so power, type I error and expected size all fall with it. For each success count that
    has enough power without stopping, the most powerful theta_L is the smallest that keeps alpha and the cheapest is
    the largest that keeps the power: both by bisection on the grid, all success counts at once.
    """
    size = int(looks[-1])
    success = np.arange(int(size * rates[0]) + 1, size + 1)
    success = success[bdtrc(success - 1, size, rates[1]) >= 1 - errors[1] - _ROUNDING]
    if not success.size:
        return None
    tables = [q for n, q in backward(prior, size, success, int(looks[0])) if n in set(looks[:-1].tolist())][::-1]
    first, last = np.zeros(success.size, dtype=np.int64), np.full(success.size, cutoffs.size)
    while np.any(first < last):  # the first theta_L at which a falling probability is low enough
        middle = np.minimum((first + last) // 2, cutoffs.size - 1)
        passed = _run(_low(tables, cutoffs[middle], success), rates, looks)[0]
        below = passed[:, 0] <= errors[0] + _ROUNDING if choose == "power" else ~_powerful(passed, errors)
        last = np.where((first < last) & below, middle, last)
        first = np.where((first < last) & ~below, middle + 1, first)
    at = np.clip(first if choose == "power" else first - 1, 0, cutoffs.size - 1)
    low = _low(tables, cutoffs[at], success)
    passed, pet, expected = _run(low, rates, looks)
    kept = (passed[:, 0] <= errors[0] + _ROUNDING) & _powerful(passed, errors)
    if not np.any(kept):
        return None
    power, cost = -passed[:, 1].round(12), expected[:, 0].round(9)
    order = np.lexsort((cost, power) if choose == "power" else (power, cost))
    b = int(order[kept[order]][0])
    return _Found(low[b], float(cutoffs[at[b]]), passed[b], pet[b], expected[b])


def _powerful(passed: Floats, errors: tuple[float, float]) -> Bools:
    return np.asarray(passed[:, 1] >= 1 - errors[1] - _ROUNDING)


def _low(tables: list[Floats], cutoff: Floats, success: Ints) -> Ints:
    """(R, L) integers of one theta_L for each success count."""
    stops = [np.count_nonzero(falls_short(q, cutoff[:, None], strict=True), axis=1) for q in tables]
    return np.stack([*stops, success], axis=1) - 1


def _run(low: Ints, rates: Floats, looks: Ints) -> tuple[Floats, Floats, Floats]:
    """(R, 2) probabilities of success and of stopping before the end, and expected patients, at each rate."""
    size = int(looks[-1])
    f = np.zeros((low.shape[0], rates.size, size + 2))
    f[:, :, 0] = 1
    p = rates[:, None]
    counts = np.arange(size + 2)
    place = {int(n): k for k, n in enumerate(looks[:-1])}
    expected = np.full(f.shape[:2], float(looks[0]))
    for n in range(1, size + 1):
        live = f[:, :, : n + 1]
        moved = live * (1 - p)
        moved[:, :, 1:] += live[:, :, :-1] * p
        if n in place:
            moved *= counts[: n + 1] > low[:, place[n], None, None]
            expected += moved.sum(axis=2) * float(looks[place[n] + 1] - n)
        f[:, :, : n + 1] = moved
    passed = np.sum(f * (counts > low[:, -1, None, None]), axis=2)
    return passed, 1 - f.sum(axis=2), expected


def _record(
    found: _Found, prior: BetaMixture, rates: Floats, errors: tuple[float, float], looks: Ints, choose: str, tried: str
) -> PredictiveDesign:
    size, success = int(looks[-1]), int(found.low[-1]) + 1
    p0 = float(rates[0])
    bottom, top = (float(v) for v in probability_above(prior, np.array([success - 1, success]), size, p0))
    lower, upper = _same_integers(prior, found.low, looks, success)
    rule = boundary(looks, low=found.low, low_means="futility")
    words = "largest power" if choose == "power" else "smallest expected size at p0"
    said = (
        "stops low when the predictive probability < theta_L; low is the largest count that stops",
        f"theta_L from {lower:.6g} (excluded) to {upper:.6g} gives these integers",
        f"success at the end when P(p > {p0:g}) > theta_T: {success} or more of {size}",
        f"theta_T from {bottom:.6g} to {top:.6g} (excluded) gives this count",
        f"the smallest size that keeps both errors with {tried}, and among these the rule of that size with the "
        f"{words}; a smaller theta_L may allow a smaller trial, which stops later",
    )
    return PredictiveDesign(rule, success, size, float(found.success[0]), float(found.success[1]), found.pet,
                            found.expected, found.cutoff, (lower, upper), (bottom + top) / 2, (bottom, top), prior,
                            p0, float(rates[1]), *errors, said)  # fmt: skip


def _same_integers(prior: BetaMixture, low: Ints, looks: Ints, success: int) -> tuple[float, float]:
    """The predictive probabilities between which theta_L may lie without moving an integer."""
    stopped, went_on = 0.0, 1.0
    place = {int(n): k for k, n in enumerate(looks[:-1])}
    for n, q in backward(prior, int(looks[-1]), success, int(looks[0])):
        if n in place:
            at = low[place[n]]
            stopped = max(stopped, float(q[at])) if at >= 0 else stopped
            went_on = min(went_on, float(q[at + 1])) if at < n else went_on
    return stopped, went_on
