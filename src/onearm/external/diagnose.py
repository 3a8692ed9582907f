"""Balance before and after matching, and the gates that must be passed before an effect is read."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from onearm.cohort.baseline import Baseline
from onearm.external.record import Design
from onearm.protocol.comparison import Comparison
from onearm.protocol.trial import Covariate
from onearm.results import Estimate, Gate
from onearm.stats.balance import standardized_differences, variance_ratios

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
    """Standardized differences, variance ratios and means of every covariate, before and after matching.

    ``incomplete`` counts the eligible trial patients who lack a covariate: they are lost to the comparison too, and
    the gate on the share matched counts them.
    """
    x1, columns = trial.balance_matrix(comparison.covariates)
    x0, _ = external.balance_matrix(comparison.covariates)
    x = np.vstack([x1, x0])
    treated = np.r_[np.ones(len(x1), dtype=bool), np.zeros(len(x0), dtype=bool)]
    weight = design.weight if design.weight_trial.size else np.zeros(len(x))
    estimates: list[Estimate] = []
    worst, worst_of = -1.0, ""
    for stage, w in (("before", np.ones(len(x))), ("after", weight)):
        if not (w[treated].sum() and w[~treated].sum()):
            continue  # nobody to compare: the gates say so
        smd = standardized_differences(x, treated, w, comparison.smd)
        ratios = variance_ratios(x, treated, w)
        for j, column in enumerate(columns):
            at = _Place(name, column, stage, comparison, int(w[treated].sum()), int(w[~treated].sum()))
            estimates += at.estimates(trial.covariates, x[:, j], treated, w, float(smd[j]), float(ratios[j]))
            if stage == "after" and not abs(smd[j]) <= worst:
                worst, worst_of = abs(float(smd[j])), _words(trial.covariates, column)
    return Diagnosis(tuple(estimates), _gates(name, comparison, design, incomplete, (worst, worst_of)))


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
        for side, group, size in (("trial", treated, self.n_trial), ("external", ~treated, self.n_external)):
            mean = float(np.average(x[group], weights=w[group])) if w[group].sum() else math.nan
            found.append(self._one("mean", label, unit, size, mean, "mean" if numeric else "share", side))
        return found

    def _one(self, stat: str, label: str, unit: str, n: int, value: float, method: str, side: str = "") -> Estimate:
        stage = f"{side}_{self.stage}" if side else self.stage
        group = f"{self.comparison}/{stage}"
        finite = math.isfinite(value)
        step = "complete" if self.stage == "before" else "matched"
        return Estimate(
            id=f"{stat}.{self.column}|{group}",
            label=label,
            variable=self.column,
            stat=stat,
            context="balance",
            unit=unit,
            n=n,
            method=method,
            population=f"{self.stage} matching",
            group=group,
            value=value if finite else None,
            error=None if finite else "no variation",
            evidence="baseline",
            subjects_of=tuple(f"n.{step}|{self.comparison}/{s}" for s in ((side,) if side else ("trial", "external"))),
        )


def _gates(
    name: str, comparison: Comparison, design: Design, incomplete: int, largest: tuple[float, str]
) -> tuple[Gate, ...]:
    worst, worst_of = largest
    n = len(design.trial) + incomplete
    share = len(design.pairs) / n if n else 0.0
    limits = comparison.gates
    matched = Gate(
        id=f"gate.matched|{name}",
        comparison=name,
        name="Share of trial patients matched",
        value=share,
        threshold=limits.min_matched,
        passed=bool(share >= limits.min_matched),
        says=f"{len(design.pairs)} of {n} eligible matched, {incomplete} lack a covariate, "
        f"{len(design.unmatched)} have no partner; at least {limits.min_matched:g} of them required",
    )
    balanced = bool(design.pairs) and worst <= limits.max_smd
    balance = Gate(
        id=f"gate.balance|{name}",
        comparison=name,
        name="Largest absolute standardized difference after matching",
        value=worst if design.pairs and math.isfinite(worst) else None,
        threshold=limits.max_smd,
        passed=balanced,
        says=f"largest for {worst_of}; at most {limits.max_smd:g} allowed"
        if design.pairs
        else design.refused or "no pairs",
    )
    return matched, balance
