"""A stated truth: how trial and external patients and their outcomes are drawn, and the effect that is to be found."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from onearm.stats.cox import cox

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]
Ints = NDArray[np.int64]

STRENGTHS = {"none": 0.0, "moderate": 0.25, "strong": 0.5}
"""Names of strengths of confounding."""

LARGE = 200_000
"""Patients of the sample from which the true marginal effect is read."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Truth:
    """What is true in a simulated trial. Nothing of it is estimated from outcomes of the folder.

    Parameters
    ----------
    hazard_ratio
        Of treatment, given the covariates.
    confounding
        Log odds of being in the trial, and log hazard, for each standard deviation of each covariate.
    drift
        Ratio of the external patients' hazard to what the trial's setting would have given them, whatever their
        covariates: what no adjustment can see. Above 1 the external patients fare worse for it.
    missing
        Share of the external values of each covariate that are not known, at random.
    median_months
        Median time of an untreated patient with average covariates; times are exponential.
    follow_up_months
        Shortest and longest follow-up; uniform between them.
    """

    hazard_ratio: float = 1.0
    confounding: float = STRENGTHS["moderate"]
    drift: float = 1.0
    missing: float = 0.0
    median_months: float = 9.0
    follow_up_months: tuple[float, float] = (12.0, 60.0)

    def __post_init__(self) -> None:
        ratios = {"hazard_ratio": self.hazard_ratio, "drift": self.drift}
        for name, value in ratios.items():
            if not 0.01 <= value <= 100:
                raise ValueError(f"{name} must lie between 0.01 and 100, found {value:g}")
        if not -3 <= self.confounding <= 3:
            raise ValueError(f"confounding must lie between -3 and 3, found {self.confounding:g}")
        if not 0 <= self.missing < 0.9:
            raise ValueError(f"missing is a share below 0.9, found {self.missing:g}")
        if not 0.1 <= self.median_months <= 1200:
            raise ValueError(f"median_months must lie between 0.1 and 1200, found {self.median_months:g}")
        low, high = self.follow_up_months
        if not 0.5 <= low <= high <= 1200:
            raise ValueError(
                f"follow_up_months goes from a shortest (0.5 or more) to a longest one, found {low:g} and {high:g}"
            )

    @property
    def words(self) -> tuple[str, ...]:
        """The assumptions, one sentence each."""
        return (
            f"hazard ratio {self.hazard_ratio:g} given the covariates",
            f"each standard deviation of a covariate multiplies the odds of being in the trial and the hazard by "
            f"{math.exp(self.confounding):.3g}",
            f"drift: external hazard times {self.drift:g}, unexplained by covariates",
            f"{self.missing:.0%} of each external covariate missing at random",
            f"exponential times, median {self.median_months:g} months untreated at average covariates",
            f"follow-up uniform from {self.follow_up_months[0]:g} to {self.follow_up_months[1]:g} months",
        )


@dataclass(frozen=True, slots=True)
class Pool:
    """Patients to draw from: standardized covariates ``z`` (k, p), and how many are drawn on either side."""

    z: Floats
    trial: int
    external: int

    @classmethod
    def of(cls, x: Floats, trial: int, external: int) -> Pool:
        """Standardize the columns of a matrix."""
        return cls((x - x.mean(axis=0)) / x.std(axis=0), trial, external)

    def shares(self, truth: Truth) -> tuple[Floats, Floats]:
        """Probabilities (k,) with which each patient is drawn into the trial and into the external source."""
        half = truth.confounding * self.z.sum(axis=1) / 2
        ours, theirs = np.exp(half - half.max()), np.exp(half.min() - half)
        return ours / ours.sum(), theirs / theirs.sum()

    def draw(self, truth: Truth, rng: np.random.Generator) -> tuple[Ints, Ints]:
        """Rows of the pool for one trial and one external source."""
        ours, theirs = self.shares(truth)
        k = np.arange(self.z.shape[0])
        return rng.choice(k, self.trial, p=ours), rng.choice(k, self.external, p=theirs)

    def outcomes(
        self, rows: Ints, truth: Truth, rng: np.random.Generator, *, treated: bool, drift: bool
    ) -> tuple[Floats, Bools]:
        """Days and whether the event was seen, for rows of the pool under one treatment."""
        log_hazard = truth.confounding * self.z[rows].sum(axis=1)
        log_hazard += math.log(truth.hazard_ratio) if treated else 0.0
        log_hazard += math.log(truth.drift) if drift else 0.0
        rate = math.log(2) / truth.median_months * np.exp(log_hazard)
        months = rng.exponential(1.0, rows.size) / rate
        end = rng.uniform(*truth.follow_up_months, rows.size)
        return np.minimum(months, end) * 30.4375, months <= end


def true_log_ratio(pool: Pool, truth: Truth, estimand: str, seed: int) -> float:
    """The marginal log hazard ratio in the population that an estimand names.

    Both outcomes of each of many patients are drawn and a Cox model of treatment alone is fitted, each patient weighing
    what he does in the target. It differs from the log of ``hazard_ratio``, which holds given the covariates.
    """
    if truth.hazard_ratio == 1:
        return 0.0  # no effect for anybody is none on average
    rng = np.random.default_rng([seed, 7])
    ours, theirs = pool.shares(truth)
    n, m = pool.trial, pool.external
    share = n / (n + m)
    mixed = share * ours + (1 - share) * theirs
    rows = rng.choice(np.arange(pool.z.shape[0]), LARGE, p=mixed)
    e = share * ours[rows] / mixed[rows]
    target = {"ATT": e, "ATE": np.ones(LARGE), "ATO": e * (1 - e), "ATM": np.minimum(e, 1 - e)}[estimand]
    sides = [pool.outcomes(rows, truth, rng, treated=z, drift=False) for z in (True, False)]
    days, event = (np.concatenate([sides[0][i], sides[1][i]]) for i in (0, 1))
    group = np.repeat([1.0, 0.0], LARGE)
    return float(cox(days, event, group, weight=np.tile(target / target.mean(), 2), robust=True).coef[0])
