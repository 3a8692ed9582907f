"""BOP2-TE: efficacy and toxicity, each with its own looks and its own cut-off.

Efficacy passes when P(pE > pE0 | D) > lambda_E (n/N)^gamma, toxicity when P(pT < pT0 | D) > lambda_T (n/N)^(gamma/3),
at looks of its own; equality stops.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from ._beta_mixture_posterior import as_looks
from ._bop2 import boundary_at, probability_of
from ._bop2_limits import Endpoint, as_gamma, as_lam, as_names, as_rates, limits_at
from ._boundary import Boundary, boundary
from ._input import Floats, Ints, as_vector

KIND = "efficacy-toxicity"
_CONVENTIONS = (
    "counts among all patients with a known outcome so far",
    "low: stop at this many responses or fewer; high: stop at this many toxicities or more",
    "an endpoint passes when its posterior probability is strictly above its cut-off: equality stops",
    "probabilities within one part in 10^12 are equal",
    "the trial stops when either endpoint fails at one of its own looks; success when both pass their last",
    "the exponent of toxicity is a third of gamma",
    "prior of one patient, centred on the null rates",
)


@dataclass(frozen=True, slots=True, eq=False)
class Bop2Te:
    """A BOP2-TE rule.

    Attributes
    ----------
    boundary : integers at the looks of either endpoint; an endpoint that is not looked at has a limit out of reach.
    null : null rates (response, toxicity). lam : (efficacy, toxicity). gamma : exponent of efficacy.
    efficacy_looks, toxicity_looks : patients at the looks of each. efficacy_cutoff, toxicity_cutoff : to be exceeded.
    conventions : sentences to print beside the table.
    """

    boundary: Boundary
    null: tuple[float, ...]
    lam: tuple[float, float]
    gamma: float
    efficacy_looks: Ints
    toxicity_looks: Ints
    efficacy_cutoff: Floats
    toxicity_cutoff: Floats
    conventions: tuple[str, ...]
    _endpoints: tuple[Endpoint, ...]

    def at(self, n: ArrayLike) -> Boundary:
        """The integer limits of both endpoints at any numbers of patients, planned or not; as in `Bop2.at`."""
        return boundary_at(self._endpoints, self.boundary, n)

    def probability(self, x: ArrayLike, n: ArrayLike) -> Floats:
        """P(response rate above null) and P(toxicity rate below null) after counts (..., 2) of n; as in `Bop2`."""
        return probability_of(self._endpoints, x, n, False)


def bop2_te(
    efficacy_looks: ArrayLike,
    toxicity_looks: ArrayLike,
    null: ArrayLike,
    lam: ArrayLike,
    gamma: float,
    *,
    names: tuple[str, ...] | None = None,
) -> Bop2Te:
    """The integer boundaries of a BOP2-TE rule.

    Parameters
    ----------
    efficacy_looks, toxicity_looks : patients with known outcomes at the looks of each endpoint, ascending; both end
        with the whole trial.
    null : (response, toxicity) rates that are too low and too high.
    lam : (efficacy, toxicity), each in (0, 1]. gamma : exponent, at least 0; toxicity has a third of it.
    names : of the endpoints.

    Returns
    -------
    Bop2Te.

    Raises
    ------
    ValueError : looks out of order or with different ends, rates or cut-offs out of range.

    Notes
    -----
    Chen, Zhou, Lee and Yuan, arXiv:2408.05816 (2024).

    Examples
    --------
    >>> rule = bop2_te([18, 36], [6, 12, 18, 24, 30, 36], (0.3, 0.4), (0.85, 0.85), 0.6)
    >>> rule.boundary.low[0].tolist(), rule.boundary.high[1].tolist()
    ([-1, -1, 5, -1, -1, 13], [3, 5, 6, 8, 10, 12])
    """
    first, second = both_looks(efficacy_looks, toxicity_looks)
    rates, words = as_rates("null", null, KIND), as_names(names, KIND)
    scales = as_vector("lam", lam)
    if scales.size != 2:
        raise ValueError(f"lam must hold two numbers, for efficacy and for toxicity; found {scales.size}")
    scale, power = (as_lam("lam", float(scales[0])), as_lam("lam", float(scales[1]))), as_gamma(gamma)
    endpoints = te_endpoints(rates, scale, power)
    made = _boundary(endpoints, first, second, words)
    total = made.n_max
    cuts = [e.cutoff(n, total) for e, n in zip(endpoints, (first, second), strict=True)]
    return Bop2Te(made, rates, scale, power, first, second, cuts[0], cuts[1], _CONVENTIONS, endpoints)


def both_looks(efficacy: ArrayLike, toxicity: ArrayLike) -> tuple[Ints, Ints]:
    """Looks that end with the same trial."""
    first, second = as_looks("efficacy_looks", efficacy), as_looks("toxicity_looks", toxicity)
    if first[-1] != second[-1]:
        ends = f"toxicity_looks end with {second[-1]} patients, efficacy_looks with {first[-1]}"
        raise ValueError(f"{ends}: both must end with the whole trial")
    return first, second


def te_endpoints(rates: tuple[float, ...], lam: tuple[float, float], gamma: float) -> tuple[Endpoint, ...]:
    """Response and toxicity, each with a prior of one patient at its null rate."""
    return (
        Endpoint(rates[0], (rates[0], 1 - rates[0]), False, lam[0], gamma, equality_stops=True),
        Endpoint(rates[1], (rates[1], 1 - rates[1]), True, lam[1], gamma / 3, equality_stops=True),
    )


def _boundary(endpoints: tuple[Endpoint, ...], first: Ints, second: Ints, names: tuple[str, ...]) -> Boundary:
    """Integers at the looks of either endpoint."""
    n = np.union1d(first, second)
    total = int(n[-1])
    low, high = limits_at(endpoints, n, total)
    low[0, ~np.isin(n, first)] = -1
    blind = ~np.isin(n, second)
    high[1, blind] = n[blind] + 1
    return boundary(n, low=low, high=high, low_means=("futility", ""), high_means=("", "harm"), names=names)
