"""The design of a comparison: score, pairs and balance, made from baseline covariates alone.

Nothing here can see an outcome: it receives `Baseline`, a type without outcome columns, and an import contract
keeps facts and endpoints out of this package.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from onearm.cohort.baseline import Baseline
from onearm.protocol.comparison import Comparison
from onearm.stats.logistic import logistic
from onearm.stats.matching import nearest_pairs

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Design:
    """Who is compared with whom, settled before any outcome is looked at.

    ``trial`` (n,) and ``external`` (m,) are the aligned subjects; ``logit_trial`` (n,) and ``logit_external`` (m,)
    their scores on the logit scale; ``caliper`` the largest distance allowed within a pair, on that scale;
    ``pairs`` the matched ones as positions in the two; ``unmatched`` the trial subjects left without a partner.
    ``refused`` says why there is no design.
    """

    trial: tuple[str, ...]
    external: tuple[str, ...]
    logit_trial: Floats
    logit_external: Floats
    caliper: float
    sd: float
    pairs: tuple[tuple[int, int], ...]
    unmatched: tuple[str, ...]
    refused: str = ""

    @property
    def matched_trial(self) -> tuple[str, ...]:
        """Trial subjects with a partner, in pair order."""
        return tuple(self.trial[t] for t, _ in self.pairs)

    @property
    def matched_external(self) -> tuple[str, ...]:
        """Their partners, in pair order."""
        return tuple(self.external[c] for _, c in self.pairs)


def caliper_sd(logit_trial: Floats, logit_external: Floats, rule: str) -> float:
    """Standard deviation of the logit score that the caliper is a multiple of.

    ``pooled`` is sqrt((s1^2 + s0^2) / 2) (Austin 2011, doi:10.1002/pst.433), ``all`` the deviation of everybody,
    ``treated`` that of the trial.
    """
    if rule == "pooled":
        return float(np.sqrt((logit_trial.var(ddof=1) + logit_external.var(ddof=1)) / 2))
    if rule == "treated":
        return float(logit_trial.std(ddof=1))
    return float(np.concatenate([logit_trial, logit_external]).std(ddof=1))


def design(comparison: Comparison, trial: Baseline, external: Baseline) -> Design:
    """Fit the score and form the pairs.

    Parameters
    ----------
    comparison
        Its settings.
    trial, external
        The aligned baselines, complete in every covariate. Anything but a `Baseline` is refused with TypeError.
    """
    for side in (trial, external):
        if not isinstance(side, Baseline):
            raise TypeError(f"the design step takes a Baseline, not {type(side).__name__}")
    n, m = len(trial.subjects), len(external.subjects)
    if n < 2 or m < 2:
        return _refused(trial, external, f"too few subjects to match: {n} of the trial, {m} external")
    x = np.vstack([side.balance_matrix(comparison.covariates)[0] for side in (trial, external)])
    columns = trial.balance_matrix(comparison.covariates)[1]
    varies = _free(x, columns)
    if not varies.any():
        return _refused(trial, external, "no covariate varies: there is nothing to match on")
    y = np.r_[np.ones(n), np.zeros(m)]
    fit = logistic(x[:, varies], y)
    if not fit.converged:
        return _refused(trial, external, f"the score cannot be estimated: {fit.message}")
    logit = fit.linear_predictor
    spread = caliper_sd(logit[:n], logit[n:], comparison.caliper.sd)
    return _paired(trial, external, logit[:n], logit[n:], spread, comparison)


def _free(x: Floats, columns: tuple[str, ...]) -> NDArray[np.bool_]:
    """Columns that vary, without the first level that occurs of each category: the others are against it."""
    varies: NDArray[np.bool_] = np.asarray(np.ptp(x, axis=0) > 0, dtype=np.bool_)
    against: set[str] = set()
    for j, column in enumerate(columns):
        name, level = column.partition("=")[::2]
        if level and varies[j] and name not in against:
            against.add(name)
            varies[j] = False
    return varies


def _paired(
    trial: Baseline,
    external: Baseline,
    logit_trial: Floats,
    logit_external: Floats,
    sd: float,
    comparison: Comparison,
) -> Design:
    width = comparison.caliper.width * sd
    found = nearest_pairs(logit_trial, logit_external, caliper=width, order=comparison.order)
    return Design(
        trial=trial.subjects,
        external=external.subjects,
        logit_trial=logit_trial,
        logit_external=logit_external,
        caliper=width,
        sd=sd,
        pairs=tuple(sorted((int(t), int(c)) for t, c in zip(found.treated, found.control, strict=True))),
        unmatched=tuple(trial.subjects[int(t)] for t in np.sort(found.unmatched)),
    )


def _refused(trial: Baseline, external: Baseline, why: str) -> Design:
    nothing = np.zeros(0)
    return Design(trial.subjects, external.subjects, nothing, nothing, 0.0, 0.0, (), trial.subjects, why)
