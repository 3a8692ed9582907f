"""Search for the lambda and gamma of a BOP2 rule with the highest power, or the fewest patients, by exact recursion."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from ._beta_mixture_posterior import as_looks
from ._bop2 import Bop2, bop2, null_centred, together
from ._bop2_grid import Grid, Truth, as_grid, grid_of
from ._bop2_limits import NAMES, Endpoint, as_names, as_rates, as_total, same_integers
from ._boundary import Boundary
from ._characteristics import operating_characteristics
from ._characteristics_rates import true_rates
from ._input import Floats, Ints
from ._number import as_number, as_share

TIED = 1e-12
_LARGEST = {"one count": (500, 50_000), "two counts": (120, 500_000)}  # patients; x looks, their square x looks


@dataclass(frozen=True, slots=True, eq=False)
class Bop2Design:
    """A BOP2 rule chosen on a grid, and what it does under each scenario.

    Attributes
    ----------
    rule, boundary, lam, gamma : the rule; ``lam`` is the middle of the grid's values that give it with this gamma.
    lam_interval : all lambda that give the same integers with this gamma: above the first number, up to the second.
    type_one_error, power : chance of success under the null and under the alternative.
    expected_null, expected_alternative : expected patients there.
    scenarios : names of all scenarios, the null and the alternative first, then those where one endpoint alone differs.
    rates : (S, K) true rates. success, expected_n, early : (S,) chance of success, expected patients, chance of a stop
        before the last patient.
    objective : what was sought. pairs, distinct : pairs of lambda and gamma on the grid, different rules among them.
    conventions : sentences to print with it.
    """

    rule: Bop2
    boundary: Boundary
    lam: float
    gamma: float
    lam_interval: tuple[float, float]
    type_one_error: float
    power: float
    expected_null: float
    expected_alternative: float
    scenarios: tuple[str, ...]
    rates: Floats
    success: Floats
    expected_n: Floats
    early: Floats
    objective: str
    pairs: int
    distinct: int
    conventions: tuple[str, ...]


def bop2_design(
    null: ArrayLike,
    alternative: ArrayLike,
    looks: ArrayLike,
    alpha: float,
    *,
    kind: str = "binary",
    beta: float | None = None,
    lam: ArrayLike | None = None,
    gamma: ArrayLike | None = None,
    association: float = 1.0,
    n_max: int | None = None,
    names: tuple[str, ...] | None = None,
) -> Bop2Design:
    """The BOP2 rule with the highest power on a grid of lambda and gamma, exact.

    Parameters
    ----------
    null, alternative : true rates, one or two as ``kind`` has it (see `bop2`). The alternative is nowhere worse than
        the null, and better in one endpoint at least: a higher response rate, a lower toxicity rate.
    looks : patients with known outcomes at each look, ascending.
    alpha : largest allowed chance of success under the null. For "efficacy-toxicity" the null is a treatment that is
        both futile and toxic; the chances for one that is only futile, or only toxic, are reported, not limited (see
        `bop2_te_design`).
    kind : as in `bop2`.
    beta : when given, the rule with the fewest expected patients under the null is sought among those with a power of
        1 - beta.
    lam, gamma : the grid, each ascending; 0.01, 0.02, ..., 1 by default.
    association : odds ratio of the two events in one patient under every scenario, for "co-primary" and
        "efficacy-toxicity". 1 is independence.
    n_max, names : as in `bop2`.

    Returns
    -------
    Bop2Design.

    Raises
    ------
    ValueError : rates in the wrong order, alpha or beta not between 0 and 1, a trial too large, a grid without an
        answer.

    Notes
    -----
    Rules with equal integers are one rule. Among equal powers (within 1e-12) the one with fewer expected patients
    under the null is taken, then the smaller gamma. Success under the null never rises with lambda, so for each gamma
    the smallest lambda that keeps alpha is found by halving; every probability is a recursion over the patients, none
    is simulated. Zhou, Lee and Yuan, Stat Med 2017;36:3302, doi:10.1002/sim.7338.

    Examples
    --------
    >>> design = bop2_design(0.2, 0.4, [10, 15, 20, 25, 30, 35, 40], 0.1)
    >>> design.boundary.low.tolist(), round(design.type_one_error, 4), round(design.power, 4)
    ([[1, 2, 4, 5, 7, 9, 10]], 0.0974, 0.8815)
    """
    n = as_looks("looks", looks)
    total = as_total(n, n_max)
    rates, better = _hypotheses(null, alternative, kind)
    words = as_names(names, kind)
    level, wanted = as_share("alpha", alpha), None if beta is None else 1 - as_share("beta", beta)
    odds = as_number("association", association, 1e-6, 1e6)
    if odds != 1 and kind in ("binary", "nested"):
        raise ValueError(f"association is for two endpoints that may occur alone, not for kind {kind!r}")
    scales, powers = as_grid("lam", lam, 1e-6, 1), as_grid("gamma", gamma, 0, 10)
    truths = _truths(rates, better, kind, odds, words)
    _small_enough(n, total, truths[0].cells is not None)
    endpoints = null_centred(rates, kind, 1.0, 0.0)
    grid = grid_of(endpoints, n, total, scales, powers, together(kind))
    at, chosen = _most_power(grid, truths, level) if wanted is None else _fewest(grid, truths, level, wanted)
    same = np.flatnonzero(grid.rule[at] == chosen)
    rule = bop2(n, rates, scales[same[(same.size - 1) // 2]], powers[at], kind=kind, n_max=total, names=words)
    goal = "highest power" if wanted is None else f"fewest expected patients under the null with power {wanted:g}"
    said = (*rule.conventions, *_sentences(kind, odds, level, goal, grid, scales, powers))
    return _record(rule, truths, endpoints, goal, grid, said)


def _small_enough(n: Ints, total: int, joint: bool) -> None:
    """Refuse a search that would take many seconds."""
    most, work = _LARGEST["two counts" if joint else "one count"]
    looks = work // total ** (2 if joint else 1)
    if total > most:
        raise ValueError(f"looks go to {total} patients; the search takes up to {most} for these endpoints")
    if n.size > looks:
        raise ValueError(f"looks are {n.size}; with {total} patients the search takes up to {looks} of them")


def _hypotheses(null: ArrayLike, alternative: ArrayLike, kind: str) -> tuple[tuple[float, ...], tuple[float, ...]]:
    rates, better = as_rates("null", null, kind), as_rates("alternative", alternative, kind)
    signs = (1, -1 if kind == "efficacy-toxicity" else 1)
    gains = [s * (b - a) for s, a, b in zip(signs, rates, better, strict=False)]
    if min(gains) < 0 or max(gains) <= 0:
        raise ValueError(
            f"alternative must be better than null in one endpoint and worse in none, found {better} after {rates}"
        )
    return rates, better


def _truths(
    null: tuple[float, ...], better: tuple[float, ...], kind: str, odds: float, names: tuple[str, ...]
) -> list[Truth]:
    """The null, the alternative, and for two endpoints those where one of them alone is better."""
    plan = {"null": null, "alternative": better}
    if len(null) == 2:
        plan |= {f"{names[0]} alone better": (better[0], null[1]), f"{names[1]} alone better": (null[0], better[1])}
    if kind == "nested":
        plan = {name: p for name, p in plan.items() if p[0] <= p[1]}
    return [Truth(name, p, _cells(p, kind, odds)) for name, p in plan.items()]


def _cells(p: tuple[float, ...], kind: str, odds: float) -> Floats | None:
    """Probabilities of both events, the first only, the second only, none; None where endpoints multiply."""
    if kind == "nested":
        return np.array([p[0], 0.0, p[1] - p[0], 1 - p[1]])
    if kind == "binary" or (kind == "efficacy-toxicity" and odds == 1):
        return None
    cells = true_rates(p, None, odds, 2)[1]
    return None if cells is None else cells[0]


def _most_power(grid: Grid, truths: list[Truth], alpha: float) -> tuple[int, int]:
    """The place on the gamma axis, and the rule, of the highest power."""
    null, better = truths[0], truths[1]
    held, lowest = _feasible(grid, null, alpha)
    power = grid.success(grid.rule[held, lowest], better)
    best = power.max()
    if best <= TIED:
        raise ValueError(f"alpha is {alpha:g}, and no rule of the grid that keeps it has a chance of success")
    tied = power >= best - TIED
    past = grid.first_lam(lambda rule: grid.success(rule, better) < best - TIED, held[tied], lowest[tied])
    rule = grid.rule[held[tied], past - 1]
    place = int(np.argmin(np.round(grid.expected_n(rule, null), 9)))
    return int(held[tied][place]), int(rule[place])


def _fewest(grid: Grid, truths: list[Truth], alpha: float, wanted: float) -> tuple[int, int]:
    """The place on the gamma axis, and the rule, with the fewest expected patients under the null."""
    null, better = truths[0], truths[1]
    held, lowest = _feasible(grid, null, alpha)
    past = grid.first_lam(lambda rule: grid.success(rule, better) < wanted - TIED, held, lowest)
    enough = past > lowest
    if not np.any(enough):
        best = float(grid.success(grid.rule[held, lowest], better).max())
        raise ValueError(
            f"beta asks for a power of {wanted:g}, but {best:.4g} is the highest on the grid with alpha {alpha:g}: "
            "take more patients, a larger alpha, or a finer grid"
        )
    rule = grid.rule[held[enough], past[enough] - 1]
    order = np.lexsort([-grid.success(rule, better), np.round(grid.expected_n(rule, null), 9)])
    return int(held[enough][order[0]]), int(rule[order[0]])


def _feasible(grid: Grid, null: Truth, alpha: float) -> tuple[Ints, Ints]:
    """Places on the gamma axis where some lambda keeps alpha, and the smallest that does."""
    every = np.arange(grid.rule.shape[0])
    lowest = grid.first_lam(lambda rule: grid.success(rule, null) <= alpha + TIED, every, np.zeros_like(every))
    held = np.flatnonzero(lowest < grid.rule.shape[1])
    if not held.size:
        least = float(grid.success(grid.rule[:, -1], null).min())
        raise ValueError(
            f"alpha is {alpha:g}, but {least:.4g} is the smallest type I error on the grid: take a larger lam or alpha"
        )
    return held, lowest[held]


def _sentences(
    kind: str, odds: float, alpha: float, goal: str, grid: Grid, lam: Floats, gamma: Floats
) -> tuple[str, ...]:
    ends = f"lambda {lam[0]:g} to {lam[-1]:g} ({lam.size}), gamma {gamma[0]:g} to {gamma[-1]:g} ({gamma.size})"
    null = {
        "binary": "type I error: chance of success at the null rate",
        "nested": "type I error: chance of success with both rates at their null values",
        "co-primary": "type I error: chance of success with both rates at their null values",
        "efficacy-toxicity": "type I error: chance of success of a treatment both futile and toxic at the null rates; "
        "chances for one that is only futile or only toxic are reported, not limited",
    }[kind]
    said = [f"sought: {goal}, type I error at most {alpha:g}, on a grid of {ends}", null,
            "equal powers: fewer expected patients under the null, then the smaller gamma",
            "exact by recursion, not simulated"]  # fmt: skip
    if kind in ("co-primary", "efficacy-toxicity"):
        related = "are assumed independent" if odds == 1 else f"have odds ratio {odds:g}"
        said.append(f"the two events {related} in one patient")
    return tuple(said)


def _record(
    rule: Bop2, truths: list[Truth], endpoints: tuple[Endpoint, ...], goal: str, grid: Grid, said: tuple[str, ...]
) -> Bop2Design:
    rates = np.array([t.rates for t in truths])
    cells = [t.cells for t in truths]
    if len(NAMES[rule.kind]) == 1:
        oc = operating_characteristics(rule, rates[:, 0])
    elif cells[0] is None:
        oc = operating_characteristics(rule, rates)
    else:
        oc = operating_characteristics(rule, cells=np.array(cells))
    made = rule.boundary
    limits = [made.high[k] if e.harm else made.low[k] for k, e in enumerate(endpoints)]
    spans = [same_integers(e, rule.gamma, made.n, x, made.n_max) for e, x in zip(endpoints, limits, strict=True)]
    interval = (max(a for a, _ in spans), min(b for _, b in spans))
    return Bop2Design(
        rule, rule.boundary, rule.lam, rule.gamma, interval, float(oc.complete[0]), float(oc.complete[1]),
        float(oc.expected_n[0]), float(oc.expected_n[1]), tuple(t.name for t in truths), rates, oc.complete,
        oc.expected_n, oc.early, goal, int(grid.rule.size), int(grid.low.shape[0]), said,
    )  # fmt: skip
