"""Simon's two stages."""

from __future__ import annotations

from onearm.design.count_body import Counts
from onearm.design.family import AtLooks
from onearm.design.rates import between
from onearm.design.record import Design
from onearm.design.words import number, share
from onearm.errors import listed, near
from onearm.stats.designs import SimonDesigns, TwoStageDesign, simon_two_stage, two_stage_design

CHOICES = ("optimal", "minimax", "admissible")
_AIMS = {
    "optimal": "the fewest patients expected at the lower rate",
    "minimax": "the fewest patients in all, and among those the fewest expected at the lower rate",
    "admissible": "the smallest weighted mean of all patients and of patients expected at the lower rate",
}


def simon(
    p0: float, p1: float, alpha: float, beta: float, n_max: int = 100, choice: str = "optimal", q: float | None = None
) -> Design:
    """Simon's two-stage design, found by exact search (`onearm.stats.designs.simon_two_stage`).

    Parameters
    ----------
    p0, p1
        Rate of no interest, rate hoped for.
    alpha, beta
        Limits of the type I and type II error, one-sided.
    n_max
        Largest total number of patients to consider.
    choice
        ``optimal``, ``minimax`` or ``admissible``.
    q
        For ``admissible``, where it is required: the design with the smallest q n + (1 - q) expected n.

    Raises
    ------
    ValueError
        As the kernel; for an unknown choice; for a q that is missing, not between 0 and 1, or not asked for.

    Examples
    --------
    >>> simon(0.1, 0.3, 0.05, 0.2).boundary.n.tolist()
    [10, 29]
    """
    if choice not in CHOICES:
        raise ValueError(f"choice must be one of {listed(CHOICES)}, found {choice!r}{near(str(choice), CHOICES)}")
    if (q is None) == (choice == "admissible"):
        raise ValueError(
            "q must be given with the choice admissible: the weight of n against expected n"
            if q is None
            else f"q goes with the choice admissible, not with {choice}"
        )
    found = simon_two_stage(p0, p1, alpha, beta, n_max=n_max)
    one = _chosen(found, choice, q)
    said = (
        f"This is Simon's two-stage design for a rate of no interest of {share(p0)} against {share(p1)} hoped for, "
        f"with error rates of at most {share(alpha)} (type I, one-sided) and {share(beta)} (type II)",
        f"Of all such designs with at most {n_max} patients it has {_AIMS[choice]}"
        + ("" if q is None else f", with a weight q of {number(q)} on all patients"),
    )
    return Design(
        kind="simon",
        title=f"Simon's two-stage design, {choice}: {one.r1}/{one.n1} and {one.r}/{one.n}",
        settings=(("p0", p0), ("p1", p1), ("alpha", alpha), ("beta", beta), ("choice", choice), ("n_max", n_max),
                  ("q", q)),
        body=Counts(one.boundary, AtLooks(said)),
        conventions=one.conventions,
        notes=(_others(found), *((found.message,) if found.message else ())),
        rates=between(p0, p1),
        record=found,
        details=tuple(said for said in found.conventions if said not in one.conventions),
    )  # fmt: skip


def two_stage(r1: int, n1: int, r: int, n: int, p0: float, p1: float) -> Design:
    """A two-stage design with given cut-offs: stop at ``r1`` of ``n1`` or fewer, fail at ``r`` of ``n`` or fewer.

    Raises
    ------
    ValueError
        As `onearm.stats.designs.two_stage_design`.

    Examples
    --------
    >>> two_stage(1, 20, 3, 35, 0.05, 0.2).record.alpha.__round__(3)
    0.08
    """
    one = two_stage_design(r1, n1, r, n, p0, p1)
    said = (f"This is a two-stage design for a rate of no interest of {share(p0)} against {share(p1)} hoped for",)
    return Design(
        kind="two-stage",
        title=f"Two-stage design: {one.r1}/{one.n1} and {one.r}/{one.n}",
        settings=(("r1", r1), ("n1", n1), ("r", r), ("n", n), ("p0", p0), ("p1", p1)),
        body=Counts(one.boundary, AtLooks(said)),
        conventions=one.conventions,
        notes=(),
        rates=between(p0, p1),
        record=one,
    )


def _chosen(found: SimonDesigns, choice: str, q: float | None) -> TwoStageDesign:
    if choice != "admissible" or q is None:
        return found.minimax if choice == "minimax" else found.optimal
    if not 0 <= q <= 1:
        raise ValueError(f"q must lie between 0 and 1, found {q:g}")
    return min(found.admissible, key=lambda d: (q * d.n + (1 - q) * d.expected_n, d.n))


def _others(found: SimonDesigns) -> str:
    """Every admissible design with its range of q."""
    said = [f"{d.r1}/{d.n1} {d.r}/{d.n} for q from {d.q_low or 0:.3f} to {d.q_high or 0:.3f}" for d in found.admissible]
    return f"Admissible designs, from minimax to optimal: {'; '.join(said)}"
