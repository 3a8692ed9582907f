"""Balance before and after matching, and the gates that must be passed before an effect is read."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from onearm.cohort.baseline import Baseline
from onearm.external.balancing import balancing
from onearm.external.gates import Balanced, gates
from onearm.external.record import Design
from onearm.protocol.comparison import Comparison
from onearm.protocol.trial import Covariate
from onearm.results import Estimate, Gate
from onearm.stats.balance import ks_statistics, standardized_differences, variance_ratios

Floats = NDArray[np.float64]

_SMD_RULES = {
    "treated": "standard deviation of the trial before matching",
    "pooled": "pooled standard deviation before matching",
    "all": "standard deviation of everybody before matching",
}


@dataclass(frozen=True, slots=True)
class Diagnosis:
    """Balance as estimates, and the gates."""

    estimates: tuple[Estimate, ...]
    gates: tuple[Gate, ...]


def diagnose(
    name: str, comparison: Comparison, trial: Baseline, external: Baseline, design: Design, incomplete: int = 0
) -> Diagnosis:
    """Standardized differences, variance ratios, distances and means of every covariate, before and after.

    Parameters
    ----------
    name
        The comparison, or ``comparison/method`` for a further method, of which only what is after is told.
    comparison
        Its settings.
    trial, external
        The aligned sides.
    design
        The design that is judged.
    incomplete
        Eligible trial patients who lack a covariate: they are lost to the comparison too, and the gate on the share
        matched counts them.
    """
    x1, columns = trial.balance_matrix(comparison.covariates)
    x0, _ = external.balance_matrix(comparison.covariates)
    x = np.vstack([x1, x0])
    treated = np.arange(len(x)) < len(x1)
    weight = np.zeros(len(x)) if design.refused else balancing(design)
    labels = tuple(_words(trial.covariates, c) for c in columns)
    further = "/" in name
    estimates: list[Estimate] = []
    found: Balanced | None = None
    for stage, w in (("before", np.ones(len(x))), ("after", weight)):
        if (further and stage == "before") or not (w[treated].sum() and w[~treated].sum()):
            continue  # nobody to compare: the gates say so
        found = _balance(x, columns, labels, treated, w, comparison.smd)
        for j, column in enumerate(columns):
            at = _Place(name, column, stage, comparison, int((w[treated] > 0).sum()), int((w[~treated] > 0).sum()))
            numbers = (float(found.smd[j]), float(found.ratio[j]), float(found.ks[j]))
            estimates += at.estimates(trial.covariates, x[:, j], treated, w, *numbers)
        if stage == "before":
            found = None
    return Diagnosis(tuple(estimates), gates(name, comparison, design, incomplete, found))


def _balance(
    x: Floats, columns: tuple[str, ...], labels: tuple[str, ...], treated: NDArray[np.bool_], w: Floats, over: str
) -> Balanced:
    numeric = np.array(["=" not in c for c in columns])
    ks = np.full(numeric.size, np.nan)
    if numeric.any():
        used = w > 0  # nobody else moves a distribution function
        ks[numeric] = ks_statistics(x[used][:, numeric], treated[used], w[used])
    return Balanced(
        labels,
        standardized_differences(x, treated, w, over),
        np.where(numeric, variance_ratios(x, treated, w), np.nan),
        ks,
        x,
    )


def _words(covariates: Mapping[str, Covariate], column: str) -> str:
    """``Sex: female`` for the column ``sex=female``."""
    name, _, level = column.partition("=")
    return covariates[name].label + (f": {level}" if level else "")


@dataclass(frozen=True, slots=True)
class _Place:
    comparison: str
    column: str
    stage: str
    settings: Comparison
    n_trial: int
    n_external: int

    def estimates(
        self,
        covariates: Mapping[str, Covariate],
        x: Floats,
        treated: NDArray[np.bool_],
        w: Floats,
        smd: float,
        ratio: float,
        ks: float,
    ) -> list[Estimate]:
        numeric = "=" not in self.column
        covariate = covariates[self.column.partition("=")[0]]
        label = _words(covariates, self.column)
        unit = covariate.unit if numeric else "proportion"
        n = self.n_trial + self.n_external
        sd = _SMD_RULES[self.settings.smd]
        found = [
            self._one("smd", label, "standardized difference", n, smd, f"difference of means over the {sd}"),
        ]
        if numeric:
            found.append(self._one("variance_ratio", label, "ratio", n, ratio, "variance, trial over external"))
            words = "largest distance between the distribution functions"
            found.append(self._one("ks", label, "share", n, ks, words))
        for side, group, size in (("trial", treated, self.n_trial), ("external", ~treated, self.n_external)):
            mean = float(np.average(x[group], weights=w[group])) if w[group].sum() else math.nan
            found.append(self._one("mean", label, unit, size, mean, "mean" if numeric else "share", side))
        return found

    def _one(self, stat: str, label: str, unit: str, n: int, value: float, method: str, side: str = "") -> Estimate:
        stage = f"{side}_{self.stage}" if side else self.stage
        name, _, further = self.comparison.partition("/")
        group = (
            f"{self.comparison}/{stage}" if not further else f"{self.comparison}/{side}" if side else self.comparison
        )
        finite = math.isfinite(value)
        step = "complete" if self.stage == "before" or further else "matched"
        return Estimate(
            id=f"{stat}.{self.column}|{group}",
            label=label,
            variable=self.column,
            stat=stat,
            context="balance" if not further else "method balance",
            unit=unit,
            n=n,
            method=method,
            population=f"{self.stage} matching",
            group=group,
            value=value if finite else None,
            error=None if finite else "no variation",
            evidence="baseline",
            subjects_of=tuple(f"n.{step}|{name}/{s}" for s in ((side,) if side else ("trial", "external"))),
        )
