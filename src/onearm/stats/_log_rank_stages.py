"""One two-stage log-rank design, and its decision on data."""

from __future__ import annotations

import math
from dataclasses import dataclass

from ._number import as_count, as_number


@dataclass(frozen=True, slots=True)
class LogRankDecision:
    """What the data say at an analysis: ``z`` against its ``limit``, their ``distance`` and the ``action``."""

    stage: int
    z: float
    limit: float
    distance: float
    action: str


@dataclass(frozen=True, slots=True)
class LogRankStages:
    """One two-stage design.

    Attributes
    ----------
    n1, n : patients entered by the interim analysis (rate times ``interim_time``, rounded up) and in the whole trial.
    critical1, critical : stop for futility when Z1 <= critical1; otherwise reject at the end when Z > critical.
    interim_time, accrual_time, study_time : from the first entry.
    expected_n : patients under the null hypothesis, with rate times ``interim_time`` of them when the trial stops.
    pet, pet_alternative : probability of stopping at the interim, under the null and under the alternative.
    alpha, power : of the whole design, normal approximation, by the rule ``drift``.
    events1, events : expected number of events at the two analyses under the null hypothesis. The approximation is
        rough where events1 is a few.
    correlation_null, correlation_alternative : of Z1 and Z.
    q_low, q_high : the design is best for q n + (1 - q) expected_n between these q; NaN when for none.
    variance_rule : what Z is divided by, "expected" or "mean".
    """

    n1: int
    critical1: float
    n: int
    critical: float
    interim_time: float
    accrual_time: float
    study_time: float
    expected_n: float
    pet: float
    pet_alternative: float
    alpha: float
    power: float
    events1: float
    events: float
    correlation_null: float
    correlation_alternative: float
    q_low: float
    q_high: float
    variance_rule: str

    def decide(self, observed: int, expected: float, stage: int) -> LogRankDecision:
        """The decision on data.

        Parameters
        ----------
        observed, expected : events seen, and expected under the null hazard: ``observed`` and ``expected`` of
            `onearm.stats.survival.one_sample_log_rank`.
        stage : 1 for the interim analysis, 2 for the final one.

        Raises
        ------
        ValueError
            For a number of events that is not whole, nothing expected, another stage.

        Examples
        --------
        A published interim analysis: 2 events where 1.7562 are expected, Z = -0.184, above -0.7274.

        >>> from onearm.stats.designs import log_rank_two_stage
        >>> from onearm.stats.parametric import exponential
        >>> found = log_rank_two_stage(exponential(survival_at=(3, 0.72)), 0.459, 0.05, 0.2, follow_up=3,
        ...                            accrual_rate=20, drift="OneArm2stage")
        >>> d = found.optimal.decide(2, 1.7562, 1)
        >>> round(d.z, 3), d.action
        (-0.184, 'continue')
        """
        seen = as_count("observed", observed, 0, 10**9)
        hoped = as_number("expected", expected, 1e-9, 1e9)
        which = as_count("stage", stage, 1, 2)
        spread = hoped if self.variance_rule == "expected" else (seen + hoped) / 2
        z = (hoped - seen) / math.sqrt(spread)
        limit = self.critical1 if which == 1 else self.critical
        above = z > limit
        words = ("stop for futility", "continue") if which == 1 else ("do not reject", "reject the null hypothesis")
        return LogRankDecision(which, z, limit, z - limit, words[int(above)])
