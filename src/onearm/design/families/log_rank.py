"""One-sample log-rank designs, with one stage or two."""

from __future__ import annotations

from onearm.design.log_rank_body import LogRank, Stage
from onearm.design.record import Design
from onearm.design.words import number
from onearm.errors import listed, near
from onearm.stats.designs import (
    LogRankDesign,
    LogRankStages,
    LogRankTwoStage,
    log_rank_design,
    log_rank_two_stage,
)
from onearm.stats.parametric import Distribution, weibull

CHOICES = ("optimal", "minimax")


def log_rank(
    survival_at: tuple[float, float],
    hazard_ratio: float,
    alpha: float,
    beta: float,
    *,
    follow_up: float,
    accrual_rate: float,
    shape: float = 1.0,
    stages: int = 1,
    choice: str = "optimal",
    restricted: bool = False,
    variance: str = "expected",
    drift: str = "exact",
    n_max: int = 300,
    unit: str = "years",
) -> Design:
    """A one-sample log-rank design against a Weibull null (`onearm.stats.designs.log_rank_design`, ``..._two_stage``).

    Parameters
    ----------
    survival_at
        ``(time, survival)`` of the null distribution.
    hazard_ratio
        Of the alternative to the null, below 1.
    alpha, beta
        One-sided level, and one minus the power.
    follow_up, accrual_rate
        Time from the last entry to the analysis; patients in a unit of time.
    shape
        Of the Weibull distribution; 1 is exponential.
    stages, choice
        1, or 2 with an interim analysis for futility: ``optimal`` (fewest expected under the null) or ``minimax``.
    restricted
        Whether every patient is followed for ``follow_up`` and no longer.
    variance
        What the test divides by: ``expected`` or ``mean``.
    drift
        How two stages get their power: ``exact``, or ``OneArm2stage`` as that program does.
    n_max
        Largest number of patients.
    unit
        Words for the unit of time.

    Raises
    ------
    ValueError
        As the kernels; for another number of stages or an unknown choice.

    Examples
    --------
    >>> log_rank((3, 0.6), 0.5, 0.05, 0.15, follow_up=1, accrual_rate=5, shape=0.5).record.n
    45
    """
    if stages not in (1, 2):
        raise ValueError(f"stages must be 1 or 2, found {stages!r}")
    if choice not in CHOICES:
        raise ValueError(f"choice must be one of {listed(CHOICES)}, found {choice!r}{near(str(choice), CHOICES)}")
    if isinstance(survival_at, str) or len(survival_at) != 2:
        raise ValueError(f"survival_at must be (time, survival) of the null distribution, found {survival_at!r}")
    time, survival = (float(v) for v in survival_at)
    null = weibull(shape, survival_at=(time, survival))
    said = (
        f"This is a one-sample log-rank design against a null distribution with survival {number(survival)} at "
        f"{number(time)} {unit} (Weibull, shape {number(shape)}), for a hazard ratio of {number(hazard_ratio)}",
        f"Patients enter at a rate of {number(accrual_rate)} in a unit of time ({unit}) and the last is followed for "
        f"{number(follow_up)}",
    )
    body, record = _made(
        null, hazard_ratio, alpha, beta, follow_up, accrual_rate, stages, choice, restricted, variance, drift, n_max,
        unit, said,
    )  # fmt: skip
    settings = (
        ("survival_at", (time, survival)), ("hazard_ratio", hazard_ratio), ("alpha", alpha), ("beta", beta),
        ("follow_up", follow_up), ("accrual_rate", accrual_rate), ("shape", shape), ("stages", stages),
        ("choice", choice if stages == 2 else None), ("restricted", restricted or None), ("variance", variance),
        ("drift", drift if stages == 2 else None), ("n_max", n_max), ("unit", unit),
    )  # fmt: skip
    return Design(
        kind="log-rank",
        title=f"One-sample log-rank design, {body.stages[-1].n} patients in {('one stage', 'two stages')[stages - 1]}",
        settings=settings,
        body=body,
        conventions=record.conventions,
        notes=(),
        rates=(("null", (1.0,)), ("alternative", (float(hazard_ratio),))),
        record=record,
    )


def _made(
    null: Distribution, ratio: float, alpha: float, beta: float, follow_up: float, rate: float, stages: int,
    choice: str, restricted: bool, variance: str, drift: str, n_max: int, unit: str, said: tuple[str, ...],
) -> tuple[LogRank, LogRankDesign | LogRankTwoStage]:  # fmt: skip
    """The test's analyses, and the kernel's record."""
    if stages == 1:
        one = log_rank_design(
            null, ratio, alpha, beta, follow_up=follow_up, accrual_rate=rate, restricted=restricted, variance=variance,
            n_max=n_max,
        )  # fmt: skip
        return _single(one, unit, said), one
    two = log_rank_two_stage(
        null, ratio, alpha, beta, follow_up=follow_up, accrual_rate=rate, restricted=restricted, variance=variance,
        drift=drift, n_max=n_max,
    )  # fmt: skip
    return _double(two.minimax if choice == "minimax" else two.optimal, unit, ratio, said), two


def _single(one: LogRankDesign, unit: str, said: tuple[str, ...]) -> LogRank:
    stage = Stage(one.n, one.study_time, one.critical, one.events_null)
    return LogRank((stage,), one.alpha, one.power, one.n, None, one.variance_rule, unit, one.hazard_ratio, said)


def _double(one: LogRankStages, unit: str, ratio: float, said: tuple[str, ...]) -> LogRank:
    stages = (
        Stage(one.n1, one.interim_time, one.critical1, one.events1),
        Stage(one.n, one.study_time, one.critical, one.events),
    )
    pet = (one.pet, one.pet_alternative)
    return LogRank(stages, one.alpha, one.power, one.expected_n, pet, one.variance_rule, unit, ratio, said)
