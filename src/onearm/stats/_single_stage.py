"""One stage: the exact binomial design, and the normal approximation beside it."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from ._binomial_row import above, binomial_row, upto
from ._boundary import Boundary, boundary
from ._distributions import normal_quantile
from ._input import as_choice
from ._number import as_share
from ._two_stage import rates

RULES = ("smallest", "stable")
CONVENTIONS = (
    "The trial succeeds when X > r among n patients. A'Hern prints R = r + 1: success when X >= R.",
    "alpha is exact at p0; power is exact at p1 and beta is 1 - power.",
)
LARGEST = 4000
_EXACT = 1e-12


@dataclass(frozen=True, slots=True, eq=False)
class SingleStageDesign:
    """Treat ``n`` patients; more than ``r`` responses are a success.

    ``alpha`` at ``p0``, ``power`` and ``beta`` at ``p1`` are exact; ``rule`` says how n was chosen; ``alternatives``
    are the next four larger n that meet both limits (none for the normal approximation); ``n_normal`` is the n of the
    normal approximation before rounding; ``boundary`` the one look; ``conventions`` in words.
    """

    n: int
    r: int
    p0: float
    p1: float
    alpha: float
    power: float
    beta: float
    rule: str
    n_normal: float
    alternatives: tuple[SingleStageDesign, ...]
    boundary: Boundary
    conventions: tuple[str, ...]


def single_stage(p0: float, p1: float, alpha: float, beta: float, rule: str = "smallest") -> SingleStageDesign:
    """The exact single-stage design.

    For each n, r is the smallest with P(X > r | p0) <= alpha; n works when P(X > r | p1) >= 1 - beta. Because counts
    are whole, n may work where n + 1 does not: "smallest" is the first n that works (A'Hern 2001,
    doi:10.1002/sim.721, and clinfun), "stable" the first from which every larger n works too (rpact). That none fails
    later is proven: with D(c, p) = c log(c/p) + (1-c) log((1-c)/(1-p)), any n with exp(-n D(c, p0)) <= alpha and
    exp(-n D(c, p1)) <= beta for some c between p0 and p1 works (Chernoff), and all n below that are tried.

    Parameters
    ----------
    p0, p1 : the rate of no interest and the rate hoped for, p0 < p1.
    alpha, beta : limits of the type I and type II error, one-sided.
    rule : "smallest" or "stable".

    Returns
    -------
    SingleStageDesign

    Raises
    ------
    ValueError
        For p0 >= p1, errors outside 0..1 or that add up to 1, an unknown rule, or rates so close that more patients
        would be needed than are searched.

    Examples
    --------
    0.10 against 0.30 at 0.05 and 0.20: A'Hern prints 6/25, rpact 29.

    >>> d = single_stage(0.10, 0.30, 0.05, 0.20)
    >>> d.r, d.n, round(d.alpha, 8), round(d.beta, 7), single_stage(0.10, 0.30, 0.05, 0.20, "stable").n
    (5, 25, 0.03339994, 0.1934884, 29)
    """
    p0, p1 = rates(p0, p1)
    alpha, beta = errors(alpha, beta)
    rule = as_choice("rule", rule, RULES)
    bound = _chernoff(p0, p1, alpha, beta)
    if bound > LARGEST:
        raise ValueError(
            f"p0 of {p0:g} and p1 of {p1:g} are too close for alpha {alpha:g} and beta {beta:g}: up to {bound:.0f} "
            f"patients would have to be searched, more than {LARGEST}; choose a larger p1, alpha or beta"
        )
    found: list[tuple[int, int]] = []
    last = math.ceil(bound) + 5
    for n, r, works in _walk(p0, p1, alpha, beta, last):
        if rule == "stable" and not works:
            found = []
        elif works:
            found.append((n, r))
        if rule == "smallest" and len(found) == 5:
            break
    normal = normal_size(p0, p1, alpha, beta)
    others = tuple(_made(n, r, p0, p1, rule, normal, ()) for n, r in found[1:5])
    return _made(*found[0], p0, p1, rule, normal, others)


def _walk(p0: float, p1: float, alpha: float, beta: float, last: int) -> Iterator[tuple[int, int, bool]]:
    """n, its smallest r and whether it has the power; b(x; n) = (1 - p) b(x; n - 1) + p b(x - 1; n - 1)."""
    rows = np.zeros((2, last + 1))
    rows[:, 0] = 1
    p = np.array([[p0], [p1]])
    for n in range(1, last + 1):
        step = rows[:, :n] * p
        rows[:, :n] *= 1 - p
        rows[:, 1 : n + 1] += step
        upper = np.cumsum(rows[:, n:0:-1], axis=1)[:, ::-1]  # P(X > k), k = 0 .. n - 1
        r = int(np.count_nonzero(upper[0] > alpha + _EXACT))
        yield n, r, bool(r < n and upper[1, r] >= 1 - beta - _EXACT)


def _chernoff(p0: float, p1: float, alpha: float, beta: float) -> float:
    """An n from which every n works."""
    c = np.linspace(p0, p1, 401)[1:-1]

    def distance(p: float) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
        return np.asarray(c * np.log(c / p) + (1 - c) * np.log((1 - c) / (1 - p)), dtype=np.float64)

    with np.errstate(divide="ignore", invalid="ignore"):
        needed = np.maximum(-math.log(alpha) / distance(p0), -math.log(beta) / distance(p1))
    needed = needed[np.isfinite(needed) & (needed > 0)]
    return float(needed.min()) if needed.size else math.inf


def errors(alpha: float, beta: float) -> tuple[float, float]:
    """Two error limits that leave something to test."""
    alpha, beta = as_share("alpha", alpha), as_share("beta", beta)
    for name, value in (("alpha", alpha), ("beta", beta)):
        if value < 1e-6:
            raise ValueError(f"{name} must be at least 1e-6, found {value:g}")
    if alpha + beta >= 1:
        raise ValueError(
            f"alpha + beta must stay below 1 (the power, 1 - beta, above the type I error), found {alpha:g} + {beta:g}"
        )
    return alpha, beta


def normal_size(p0: float, p1: float, alpha: float, beta: float) -> float:
    """((z_beta sqrt(p1 q1) + z_alpha sqrt(p0 q0)) / (p1 - p0))^2."""
    z_alpha, z_beta = -normal_quantile(alpha), -normal_quantile(beta)
    width = z_beta * math.sqrt(p1 * (1 - p1)) + z_alpha * math.sqrt(p0 * (1 - p0))
    return (max(width, 0) / (p1 - p0)) ** 2


def fleming(p0: float, p1: float, alpha: float, beta: float) -> SingleStageDesign:
    """The single-stage n of the normal approximation, with the exact error rates it really has.

    n is ((z_(1-beta) sqrt(p1 q1) + z_(1-alpha) sqrt(p0 q0)) / (p1 - p0))^2, rounded up (Fleming 1982,
    doi:10.2307/2530297); the trial succeeds when X > n p0 + z_(1-alpha) sqrt(n p0 q0), so r is the whole number below
    or at that. The limits may be missed: read ``alpha`` and ``power``, and prefer :func:`single_stage`.

    Parameters
    ----------
    p0, p1 : the rate of no interest and the rate hoped for, p0 < p1.
    alpha, beta : limits of the type I and type II error, one-sided.

    Returns
    -------
    SingleStageDesign : with ``n_normal`` and no ``alternatives``.

    Raises
    ------
    ValueError
        For p0 >= p1, errors outside 0..1 or that add up to 1, or rates so close that n exceeds 100,000.

    Examples
    --------
    0.10 against 0.30 at 0.05 and 0.20: 19.32 (rpact), which misses the power.

    >>> d = fleming(0.10, 0.30, 0.05, 0.20)
    >>> round(d.n_normal, 2), d.n, d.r, round(d.alpha, 4), round(d.power, 4)
    (19.32, 20, 4, 0.0432, 0.7625)
    """
    p0, p1 = rates(p0, p1)
    alpha, beta = errors(alpha, beta)
    normal = normal_size(p0, p1, alpha, beta)
    if normal > 100_000:
        raise ValueError(f"p0 of {p0:g} and p1 of {p1:g} are too close: n would exceed 100,000; choose a larger p1")
    n = max(math.ceil(normal), 1)
    cut = math.floor(n * p0 - normal_quantile(alpha) * math.sqrt(n * p0 * (1 - p0)))
    return _made(n, min(max(cut, 0), n - 1), p0, p1, "fleming", normal, ())


def _made(
    n: int, r: int, p0: float, p1: float, rule: str, normal: float, others: tuple[SingleStageDesign, ...]
) -> SingleStageDesign:  # fmt: skip
    null, target = binomial_row(n, p0), binomial_row(n, p1)
    said = {
        "smallest": "n is the smallest that works; some larger n may not.",
        "stable": "n is the smallest from which every larger n works too.",
        "fleming": "n is that of the normal approximation, rounded up; the exact error rates may miss their limits.",
    }[rule]
    rule_of_counts = boundary([n], low=[r], low_means="futility")
    return SingleStageDesign(
        n, r, p0, p1, above(null, r), above(target, r), upto(target, r), rule, normal, others, rule_of_counts,
        (*CONVENTIONS, said),
    )  # fmt: skip
