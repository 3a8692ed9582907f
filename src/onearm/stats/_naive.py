"""The comparison of ever with never, under a name that says what it is."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from ._cox_fit import CoxFit
from ._input import as_indicator, as_times
from ._log_rank import LogRank, log_rank
from ._switch import ADVICE
from .cox import cox


@dataclass(frozen=True, slots=True, eq=False)
class NaiveComparison:
    """What the naive comparison gives, and why it must not be believed.

    ``log_rank`` (groups False and True), ``cox`` of ever against never, ``hazard_ratio`` with ``low`` and ``high``;
    ``shortest`` (2,) the shortest follow-up among never and ever; ``warning`` what is wrong, never empty.
    """

    log_rank: LogRank
    cox: CoxFit
    hazard_ratio: float
    low: float
    high: float
    shortest: tuple[float, float]
    warning: str


def naive_ever_never(time: ArrayLike, event: ArrayLike, ever: ArrayLike, *, level: float = 0.95) -> NaiveComparison:
    """Survival from the start by what happened later: shown for comparison only, it is biased.

    Those who ever switched lived until they switched; that time counts as theirs, and the early events all
    fall to the others, so the switch looks better than it is (Gail 1972, doi:10.7326/0003-4819-76-5-815).

    Parameters
    ----------
    time, event : (n,) follow-up, 1 = event, 0 = censored.
    ever : (n,) 1 = switched at some time during follow-up.

    Raises
    ------
    ValueError
        For bad arrays, no event, or one group only.

    Examples
    --------
    No effect at all, one death a day, and the four who live to day 2 switch then:

    >>> r = naive_ever_never([1, 1, 2, 2, 3, 3, 4, 4], [1] * 8, [0, 0, 0, 0, 1, 1, 1, 1])
    >>> r.log_rank.p_value < 0.05, r.warning[:14]
    (True, 'immortal time:')
    """
    t = as_times("time", time)
    d = as_indicator("event", event, t.size)
    group = as_indicator("ever", ever, t.size)
    if not np.any(d):
        raise ValueError("event holds no event: there is nothing to compare")
    if np.all(group) or not np.any(group):
        raise ValueError("ever must hold both 0 and 1, found one of them only")
    test = log_rank(t, d, group)
    fit = cox(t, d, group.astype(np.float64), level=level)
    shortest = (float(t[~group].min()), float(t[group].min()))
    warning = (
        f"immortal time: {ADVICE}. Here nobody who ever switched has less than {shortest[1]:g} of follow-up, "
        f"of the others someone has {shortest[0]:g}"
    )
    return NaiveComparison(
        test,
        fit,
        float(fit.hazard_ratio[0]),
        float(fit.hazard_ratio_low[0]),
        float(fit.hazard_ratio_high[0]),
        shortest,
        warning,
    )
