"""A two-stage design with given cut-offs: its exact error rates, also at sample sizes that were not planned."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ._boundary import Boundary
from ._input import as_choice
from ._number import as_count, as_share
from ._two_stage_adapt import green_dahlberg, keep_conditional, keep_type_one
from ._two_stage_rates import TwoStageRates, two_stage_rates

CONVENTIONS = (
    "The trial stops for futility when X1 <= r1 among the first n1 patients; it succeeds when X > r among all n.",
    "r and n count both stages. Koyama and Chen, and A'Hern, print R = r + 1: success when X >= R.",
    "There is no early stop for success, even when X1 > r already.",
    "alpha is exact at p0 and power at p1; expected_n and pet (the probability of the early stop) are those at p0.",
)
RULES = ("type-one", "green-dahlberg")
LARGEST = 10_000


@dataclass(frozen=True, slots=True, eq=False)
class TwoStageDesign:
    """Stop after ``n1`` patients with ``r1`` responses or fewer; of ``n`` in all, ``r`` or fewer are a failure.

    ``alpha`` P(success) at ``p0`` and ``power`` at ``p1``, exact; ``expected_n`` and ``pet`` at p0, ``expected_n_p1``
    and ``pet_p1`` at p1; ``q_low`` and ``q_high`` the range of q in which q n + (1 - q) expected_n is smallest, None
    for a design that no search has found; ``boundary`` the two looks; ``conventions`` in words.
    """

    r1: int
    n1: int
    r: int
    n: int
    p0: float
    p1: float
    alpha: float
    power: float
    expected_n: float
    pet: float
    expected_n_p1: float
    pet_p1: float
    q_low: float | None
    q_high: float | None
    boundary: Boundary
    conventions: tuple[str, ...] = CONVENTIONS

    def at(self, p: float) -> TwoStageRates:
        """What the design does when the true rate is ``p``.

        Raises
        ------
        ValueError : for a p outside 0..1.
        """
        return two_stage_rates(self.r1, self.n1, self.r, self.n, as_share("p", p))

    def used(self, n1: int, n: int) -> TwoStageDesign:
        """The planned cut-offs r1 and r at the sample sizes that were in fact used.

        Parameters
        ----------
        n1, n : patients at the look and in all.

        Raises
        ------
        ValueError : for sizes that leave no room for the cut-offs.
        """
        least = max(self.r + 1, self.r1 + 2)
        n = as_count("n", n, least, LARGEST, f": more than the planned r = {self.r} responses must be possible")
        why = f": more than the planned r1 = {self.r1} must be possible, and one patient is left for the second stage"
        return two_stage_design(self.r1, as_count("n1", n1, self.r1 + 1, n - 1, why), self.r, n, self.p0, self.p1)

    def adapted(self, n1: int, n: int, rule: str = "type-one", alpha: float | None = None) -> TwoStageDesign:
        """The design with cut-offs that fit the sample sizes in fact used; fixed before the outcomes are seen.

        "type-one"
            r1 is the one whose probability of a wrong stop, P1(X1 <= r1), is nearest to the planned one (the smaller
            of two), then r the smallest whose exact type I error does not exceed ``alpha``. That the type I error
            decides is the idea of the adaptive thresholds of Liu and Pan 2024 (doi:10.32614/CRAN.package.UnplanSimon);
            the choice of r1 is our own.
        "green-dahlberg"
            r1 the largest with P1(X1 <= r1) <= 0.02, r the smallest with P0(X > r) <= 0.055 (Green and Dahlberg 1992,
            doi:10.1002/sim.4780110703).

        Neither rule promises the planned power: read ``power`` of the result.

        Parameters
        ----------
        n1, n : patients at the look and in all.
        rule : one of the two names.
        alpha : limit of the type I error for "type-one"; the exact one of this design when not given.

        Raises
        ------
        ValueError : for sizes out of order, an unknown rule, or when no cut-off fits.
        """
        n1, n = sizes(n1, n)
        if as_choice("rule", rule, RULES) == "type-one":
            limit = self.alpha if alpha is None else as_share("alpha", alpha)
            r1, r = keep_type_one(n1, n, self.p0, self.p1, self.pet_p1, limit)
        else:
            r1, r = green_dahlberg(n1, n, self.p0, self.p1)
        return made(r1, n1, r, n, self.p0, self.p1)

    def conditional_r(self, x1: int, n: int) -> int:
        """The final cut-off when the second stage has another size than planned and the first is known.

        The smallest r with P0(X2' > r - x1) <= P0(X2 > r_planned - x1), X2' of n - n1 patients and X2 of the planned
        number: the conditional type I error is kept, hence the overall one too, whatever made the size change
        (Koyama and Chen 2008, doi:10.1002/sim.3123).

        Parameters
        ----------
        x1 : responses among the first n1 patients, more than r1.
        n : patients of both stages in fact.

        Returns
        -------
        int : success when X > this; x1 - 1 where the trial has succeeded whatever follows, the largest count that is
            left, x1 + n - n1, where it cannot succeed.

        Raises
        ------
        ValueError : when x1 would have stopped the trial or n is not above n1.
        """
        x1 = as_count("x1", x1, self.r1 + 1, self.n1, ": at r1 or below the trial stops at its look")
        n = as_count("n", n, self.n1 + 1, LARGEST, ": it counts both stages")
        return keep_conditional(x1, self.r, self.n - self.n1, n - self.n1, self.p0)


def sizes(n1: int, n: int) -> tuple[int, int]:
    """Two sample sizes in order."""
    n = as_count("n", n, 2, LARGEST, ": it counts both stages")
    return as_count("n1", n1, 1, n - 1, f": the second stage needs at least one of the n = {n} patients"), n


def two_stage_design(r1: int, n1: int, r: int, n: int, p0: float, p1: float) -> TwoStageDesign:
    """The exact error rates and expected size of a two-stage design with given cut-offs.

    With b the binomial probability, P(success | p) = sum over x > r1 of b(x; n1, p) P(Bin(n - n1, p) > r - x),
    pet(p) = P(X1 <= r1), expected n = n1 + (1 - pet) (n - n1) (Simon 1989, doi:10.1016/0197-2456(89)90015-9).

    Parameters
    ----------
    r1, n1 : stop after n1 patients with r1 responses or fewer.
    r, n : success needs more than r responses among n patients; both count the two stages together.
    p0, p1 : the rate of no interest and the rate hoped for, p0 < p1.

    Returns
    -------
    TwoStageDesign

    Raises
    ------
    ValueError
        For p0 >= p1, n1 >= n, or cut-offs at which the trial could only stop or only fail.

    Examples
    --------
    A design used at other sizes than planned, 1/20 3/35 at 0.05 and 0.20: type I error .080, power .901, 23.962
    patients expected, early stop .736 (documentation of the R package UnplanSimon).

    >>> d = two_stage_design(1, 20, 3, 35, 0.05, 0.20)
    >>> round(d.alpha, 3), round(d.power, 3), round(d.expected_n, 3), round(d.pet, 3)
    (0.08, 0.901, 23.962, 0.736)
    """
    p0, p1 = rates(p0, p1)
    n1, n = sizes(n1, n)
    r1 = as_count("r1", r1, 0, n1 - 1, ": at n1 or above every trial stops")
    r = as_count("r", r, r1, n - 1, ": r counts both stages, and more than r of n must be possible")
    return made(r1, n1, r, n, p0, p1)


def rates(p0: float, p1: float) -> tuple[float, float]:
    """Two rates in order."""
    p0, p1 = as_share("p0", p0), as_share("p1", p1)
    if p0 >= p1:
        raise ValueError(f"p0 must be below p1 (the rate of no interest, the rate hoped for), found {p0:g} and {p1:g}")
    return p0, p1


def made(r1: int, n1: int, r: int, n: int, p0: float, p1: float) -> TwoStageDesign:
    """The record of a checked design."""
    null, target = (two_stage_rates(r1, n1, r, n, p) for p in (p0, p1))
    return record(r1, n1, r, n, null, target, None, None)


def record(
    r1: int, n1: int, r: int, n: int, null: TwoStageRates, target: TwoStageRates, low: float | None, high: float | None
) -> TwoStageDesign:  # fmt: skip
    """The same from what the design does at both rates, and the range of q."""
    looks = np.array([n1, n])
    rule = Boundary(looks, np.array([[r1, r]]), looks[None] + 1, ("futility",), ("",), n)
    return TwoStageDesign(
        r1, n1, r, n, null.p, target.p, null.success, target.success, null.expected_n, null.pet, target.expected_n,
        target.pet, low, high, rule,
    )  # fmt: skip
