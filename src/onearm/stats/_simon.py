"""Simon's two-stage designs: optimal, minimax and what lies between them."""

from __future__ import annotations

import math
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from ._number import as_count
from ._simon_search import EXACT, TIE, SimonCurve, Space, best_designs, horizon, space
from ._single_stage import errors, normal_size
from ._two_stage import CONVENTIONS, TwoStageDesign, rates, record
from ._two_stage_rates import rates_of

LARGEST = 1000
SEARCH = (
    "optimal: smallest expected n at p0; minimax: smallest n, then smallest expected n; admissible: smallest "
    "q n + (1 - q) expected n for q between q_low and q_high.",
    "For each r1, n1 and n, r is the largest that leaves the power. Expected n within 1e-9 of each other are "
    "equal: then the smaller n is chosen, then the smaller n1.",
    "An error rate is met when it is missed by no more than 1e-12, the rounding of the sums.",
)


@dataclass(frozen=True, slots=True, eq=False)
class SimonDesigns:
    """Simon's designs for two rates and two limits of error.

    ``optimal``, ``minimax`` and ``admissible``, the last a tuple from minimax to optimal by rising expected-n weight;
    ``curve`` the best design of each total n up to ``n_max``, searched when it is asked for; ``binds`` whether
    a design with a smaller expected n than ``optimal`` exists beyond n_max, or could not be excluded, and ``message``
    what to do then (empty otherwise: the optimum is that of all sample sizes); ``conventions`` in words.
    """

    p0: float
    p1: float
    alpha: float
    beta: float
    optimal: TwoStageDesign
    minimax: TwoStageDesign
    admissible: tuple[TwoStageDesign, ...]
    n_max: int
    binds: bool
    message: str
    conventions: tuple[str, ...] = CONVENTIONS + SEARCH

    @property
    def curve(self) -> SimonCurve:
        """The best design of each total n up to ``n_max``."""
        return best_designs(space(self.p0, self.p1, self.alpha, self.beta, self.n_max))


def simon_two_stage(p0: float, p1: float, alpha: float, beta: float, *, n_max: int = 100) -> SimonDesigns:
    """Two-stage designs that stop early for futility, found by an exact search.

    Among all r1 < n1 < n <= n_max and r with P(success | p0) <= alpha and P(success | p1) >= 1 - beta, success being
    X1 > r1 and X > r: the smallest expected n at p0 (optimal), the smallest n (minimax), and the designs that are best
    for some weight q of n against expected n (admissible; Jung et al. 2004, doi:10.1002/sim.1600). Simon 1989,
    doi:10.1016/0197-2456(89)90015-9. The search leaves out only what bounds exclude (`onearm.stats._simon_search`).

    Parameters
    ----------
    p0, p1 : the rate of no interest and the rate hoped for, p0 < p1.
    alpha, beta : limits of the type I and type II error, one-sided.
    n_max : largest total number of patients to consider, up to 1000.

    Returns
    -------
    SimonDesigns

    Raises
    ------
    ValueError
        For p0 >= p1, errors outside 0..1 or that add up to 1, or when no design has n_max patients or fewer.

    Examples
    --------
    Simon 1989, table 1: 1/10 5/29 is optimal, 1/15 5/25 minimax.

    >>> s = simon_two_stage(0.10, 0.30, 0.05, 0.20)
    >>> d = s.optimal
    >>> d.r1, d.n1, d.r, d.n, round(d.expected_n, 4), round(d.pet, 4), round(d.alpha, 7), round(d.power, 7)
    (1, 10, 5, 29, 15.0141, 0.7361, 0.0470863, 0.8050629)
    >>> [(d.r1, d.n1, d.r, d.n) for d in s.admissible]
    [(1, 15, 5, 25), (1, 12, 5, 26), (1, 11, 5, 27), (1, 10, 5, 29)]
    """
    p0, p1 = rates(p0, p1)
    alpha, beta = errors(alpha, beta)
    n_max = as_count("n_max", n_max, 2, LARGEST)
    found, curve, far = _far_enough(p0, p1, alpha, beta, n_max)
    if not curve.n.size:
        raise ValueError(_nothing(p0, p1, alpha, beta, n_max))
    admissible = _admissible(found, curve)
    binds, message = _beyond(p0, p1, alpha, beta, n_max, admissible[-1], far)
    return SimonDesigns(p0, p1, alpha, beta, admissible[-1], admissible[0], admissible, n_max, binds, message)


def _far_enough(p0: float, p1: float, alpha: float, beta: float, n_max: int) -> tuple[Space, SimonCurve, float]:
    """The designs that matter up to the size beyond which none has a smaller expected n, or to ``n_max``; that size."""
    last = min(n_max, math.ceil(1.4 * normal_size(p0, p1, alpha, beta)) + 10)
    while True:
        found = space(p0, p1, alpha, beta, last)
        curve = best_designs(found, frontier=True)
        far = horizon(found, float(curve.expected_n.min())) if curve.n.size else 2.0 * last
        if last == n_max or far <= last + 1:
            return found, curve, far
        last = math.ceil(min(far, n_max))


def _nothing(p0: float, p1: float, alpha: float, beta: float, n_max: int) -> str:
    about = normal_size(p0, p1, alpha, beta)
    next_try = max(math.ceil(1.3 * about) + 10, n_max + 10)
    advice = f"try n_max={next_try}" if next_try <= LARGEST else "choose a larger p1, alpha or beta"
    return (
        f"n_max of {n_max} is too small: no two-stage design of that many patients or fewer keeps alpha {alpha:g} and "
        f"beta {beta:g} for p0 {p0:g} and p1 {p1:g} (one stage needs about {math.ceil(about)} patients); {advice}"
    )


def _admissible(s: Space, curve: SimonCurve) -> tuple[TwoStageDesign, ...]:
    """The lower convex hull of (n, expected n) from the smallest n to the smallest expected n.

    Neighbours i and j (n_i < n_j) are equal at q = (E_i - E_j) / (E_i - E_j + n_j - n_i).
    """
    best = int(np.flatnonzero(curve.expected_n <= curve.expected_n.min() + TIE)[0])
    hull: list[int] = []
    for k in range(best + 1):
        while len(hull) > 1 and _slope(curve, hull[-2], hull[-1]) >= _slope(curve, hull[-2], k) - EXACT:
            hull.pop()
        hull.append(k)
    cuts = [1.0, *(-g / (1 - g) for g in (_slope(curve, *pair) for pair in pairwise(hull))), 0.0]
    return tuple(_design(s, curve, k, cuts[i + 1], cuts[i]) for i, k in enumerate(hull))


def _design(s: Space, curve: SimonCurve, k: int, low: float, high: float) -> TwoStageDesign:
    """The design at place ``k`` of the curve, best for q from ``low`` to ``high``."""
    r1, n1, r, n = (int(v[k]) for v in (curve.r1, curve.n1, curve.r, curve.n))
    null, target = (rates_of(of.row(n1), of.row(n - n1), r1, r, p) for of, p in ((s.null, s.p0), (s.target, s.p1)))
    return record(r1, n1, r, n, null, target, low, high)


def _slope(curve: SimonCurve, i: int, j: int) -> float:
    return float((curve.expected_n[j] - curve.expected_n[i]) / (curve.n[j] - curve.n[i]))


def _beyond(
    p0: float, p1: float, alpha: float, beta: float, n_max: int, optimal: TwoStageDesign, far: float
) -> tuple[bool, str]:  # fmt: skip
    """Whether more patients than n_max allow a smaller expected n, which none beyond ``far`` can."""
    last = math.ceil(min(far, LARGEST)) - 1 if far <= LARGEST else LARGEST
    if last > n_max:
        wider = space(p0, p1, alpha, beta, last)
        curve = best_designs(wider, after=n_max, ceiling=optimal.expected_n - 2 * TIE)
        if curve.n.size:
            k = int(np.argmin(curve.expected_n))
            return True, (
                f"n_max of {n_max} binds: {curve.r1[k]}/{curve.n1[k]} {curve.r[k]}/{curve.n[k]} has an expected n of "
                f"{curve.expected_n[k]:.4f}, below {optimal.expected_n:.4f}; allow n_max={curve.n[k]} or more "
                "for the optimal design of all sizes; minimax is not affected"
            )
    if far > LARGEST:
        return True, f"n_max may bind: designs of more than {LARGEST} patients were not searched"
    return False, ""
