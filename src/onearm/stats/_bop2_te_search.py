"""Search for BOP2-TE: the highest power that keeps the type I error under three null hypotheses, exact.

With independent events a trial succeeds when both endpoints pass at every one of their looks, so that every chance of
success is a product of two recursions over one count.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from ._bop2_grid import Grid, Truth, as_grid, grid_of
from ._bop2_limits import Endpoint, as_rates, same_integers
from ._bop2_search import TIED
from ._bop2_te import KIND, Bop2Te, bop2_te, both_looks, te_endpoints
from ._boundary import Boundary
from ._characteristics import operating_characteristics
from ._input import Floats, as_vector

_MOST = 500
_TRIPLES = 4_000_000


@dataclass(frozen=True, slots=True, eq=False)
class Bop2TeDesign:
    """A BOP2-TE rule chosen on a grid.

    Attributes
    ----------
    rule, boundary, lam, gamma : the rule, each lambda in the middle of the grid's values that give it.
    lam_interval : (2, 2) lambda with the same integers: from the first number, up to but without the second.
    scenarios : of ``rates`` (4, 2), ``success``, ``expected_n`` and ``early``: futile and toxic, futile only, toxic
        only, alternative.
    type_one_errors : (3,) of the first three. power : of the last.
    pairs, distinct : triples on the grid; different rules of one endpoint among them (efficacy, toxicity).
    conventions : sentences to print with it.
    """

    rule: Bop2Te
    boundary: Boundary
    lam: tuple[float, float]
    gamma: float
    lam_interval: Floats
    scenarios: tuple[str, ...]
    rates: Floats
    success: Floats
    expected_n: Floats
    early: Floats
    type_one_errors: Floats
    power: float
    pairs: int
    distinct: tuple[int, int]
    conventions: tuple[str, ...]


def bop2_te_design(
    null: ArrayLike,
    alternative: ArrayLike,
    efficacy_looks: ArrayLike,
    toxicity_looks: ArrayLike,
    alpha: ArrayLike,
    *,
    lam: ArrayLike | None = None,
    gamma: ArrayLike | None = None,
    names: tuple[str, ...] | None = None,
) -> Bop2TeDesign:
    """The BOP2-TE rule with the highest power on a grid that keeps three type I errors, exact.

    Parameters
    ----------
    null, alternative : (response, toxicity) rates; the alternative has more responses and less toxicity.
    efficacy_looks, toxicity_looks : as in `bop2_te`.
    alpha : (3,) largest chances of success for a treatment that is futile and toxic, futile only (its toxicity that of
        the alternative), toxic only. 1 limits nothing.
    lam, gamma : the grid of both lambda, and of gamma; by default 0.50 to 0.99 and 0 to 1 in steps of 0.01 and 0.05.
    names : of the endpoints.

    Returns
    -------
    Bop2TeDesign.

    Raises
    ------
    ValueError : rates in the wrong order, limits outside 0..1, a grid without an answer.

    Notes
    -----
    The two events of a patient are taken as independent, as the paper does for this search; the error under another
    association is that of `operating_characteristics`. Among equal powers the rule with fewer expected patients under
    the first null is taken, then the smaller gamma. Chen, Zhou, Lee and Yuan, arXiv:2408.05816 (2024).

    Examples
    --------
    >>> looks = [18, 36], [6, 12, 18, 24, 30, 36]
    >>> design = bop2_te_design((0.3, 0.4), (0.6, 0.2), *looks, (0.05, 0.10, 0.10))
    >>> design.type_one_errors.round(5), round(design.power, 5)
    (array([0.00811, 0.07126, 0.09288]), 0.81597)
    """
    first, second = both_looks(efficacy_looks, toxicity_looks)
    rates, better = as_rates("null", null, KIND), as_rates("alternative", alternative, KIND)
    if not (better[0] > rates[0] and better[1] < rates[1]):
        raise ValueError(f"alternative must have more responses and less toxicity than null; {better} after {rates}")
    if first[-1] > _MOST:
        raise ValueError(f"efficacy_looks go to {first[-1]} patients; the search takes up to {_MOST}")
    limit = as_vector("alpha", alpha)
    if limit.size != 3 or limit.min() <= 0 or limit.max() > 1:
        raise ValueError(
            "alpha must hold three limits above 0 and at most 1: futile and toxic, futile only, toxic only"
        )
    scales = as_grid("lam", np.arange(50, 100) / 100 if lam is None else lam, 1e-6, 1)
    powers = as_grid("gamma", np.arange(21) / 20 if gamma is None else gamma, 0, 10)
    if scales.size**2 * powers.size > _TRIPLES:
        raise ValueError(f"lam and gamma make more than {_TRIPLES} triples: take shorter grids")
    endpoints = te_endpoints(rates, (1.0, 1.0), 0.0)
    grids = (
        grid_of(endpoints[:1], first, int(first[-1]), scales, powers, False),
        grid_of(endpoints[1:], second, int(second[-1]), scales, powers / 3, False),
    )
    at, picks = _chosen(grids, rates, better, limit)
    middle = [np.flatnonzero(g.rule[at] == pick) for g, pick in zip(grids, picks, strict=True)]
    lams = [float(scales[same[(same.size - 1) // 2]]) for same in middle]
    rule = bop2_te(first, second, rates, lams, powers[at], names=names)
    return _record(rule, rates, better, limit, grids, endpoints, scales, powers)


def _chosen(
    grids: tuple[Grid, Grid], null: tuple[float, ...], better: tuple[float, ...], limit: Floats
) -> tuple[int, tuple[int, int]]:
    """The place on the gamma axis, and the rule of each endpoint, with the highest power."""
    truths = [[Truth(name, (p[k],), None) for name, p in (("null", null), ("better", better))] for k in (0, 1)]
    passing = [[g.success(g.rule, t) for t in ts] for g, ts in zip(grids, truths, strict=True)]
    (effect0, effect1), (harm0, harm1) = passing  # (G, A) each: the endpoint passes throughout
    product = [a[:, :, None] * b[:, None, :] for a in (effect0, effect1) for b in (harm0, harm1)]
    both, futile, toxic, power = product
    kept = (both <= limit[0] + TIED) & (futile <= limit[1] + TIED) & (toxic <= limit[2] + TIED)
    best = float(np.max(power, where=kept, initial=0.0))
    if best <= TIED:
        raise ValueError(
            "alpha asks for type I errors that no rule of the grid keeps: take larger limits or a finer grid"
        )
    places = np.argwhere(kept & (power >= best - TIED))
    pairs = {(int(grids[0].rule[g, a]), int(grids[1].rule[g, b])): int(g) for g, a, b in places[::-1]}
    cost = {pair: round(_expected_n(grids, truths, pair), 9) for pair in pairs}
    pair = min(pairs, key=lambda k: (cost[k], pairs[k]))
    return pairs[pair], pair


def _expected_n(grids: tuple[Grid, Grid], truths: list[list[Truth]], pair: tuple[int, int]) -> float:
    """Expected patients under both nulls: E(n) is the sum over n of the chance to have passed all looks before."""
    total = int(grids[0].n[-1])
    still = np.ones(total)
    for grid, ts, rule in zip(grids, truths, pair, strict=True):
        stay = np.concatenate([[1.0], grid.staying(np.array([rule]), ts[0])[0]])
        still *= stay[np.searchsorted(grid.n, np.arange(total), side="right")]
    return float(still.sum())


def _record(
    rule: Bop2Te,
    null: tuple[float, ...],
    better: tuple[float, ...],
    alpha: Floats,
    grids: tuple[Grid, Grid],
    endpoints: tuple[Endpoint, ...],
    lam: Floats,
    gamma: Floats,
) -> Bop2TeDesign:
    rates = np.array([null, (null[0], better[1]), (better[0], null[1]), better])
    oc = operating_characteristics(rule, rates)
    limits = ", ".join(f"{a:g}" for a in alpha)
    grid = f"each lambda {lam[0]:g} to {lam[-1]:g} ({lam.size}), gamma {gamma[0]:g} to {gamma[-1]:g} ({gamma.size})"
    said = (
        *rule.conventions,
        f"sought: highest power with type I errors at most {limits} (futile and toxic, futile only, toxic only), on a "
        f"grid of {grid}",
        "the two events are assumed independent in one patient",
        "equal powers: fewer expected patients under the first null, then the smaller gamma",
        "exact by recursion, not simulated",
    )
    made = rule.boundary
    interval = [
        same_integers(endpoint, power, n, limit[np.isin(made.n, n)], made.n_max)
        for endpoint, power, n, limit in (
            (endpoints[0], rule.gamma, rule.efficacy_looks, made.low[0]),
            (endpoints[1], rule.gamma / 3, rule.toxicity_looks, made.high[1]),
        )
    ]
    return Bop2TeDesign(
        rule, rule.boundary, rule.lam, rule.gamma, np.array(interval),
        ("futile and toxic", "futile only", "toxic only", "alternative"), rates, oc.complete, oc.expected_n, oc.early,
        oc.complete[:3], float(oc.complete[3]), int(lam.size**2 * gamma.size),
        (int(grids[0].low.shape[0]), int(grids[1].low.shape[0])), said,
    )  # fmt: skip
