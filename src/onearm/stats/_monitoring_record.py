"""What a simulation of monitoring gives back."""

from __future__ import annotations

from dataclasses import dataclass

from ._boundary import Boundary
from ._input import Floats


@dataclass(frozen=True, slots=True, eq=False)
class MonitoringSimulation:
    """How simulated trials ended. Every estimate has its Monte Carlo standard error beside it, ending in ``_se``.

    Attributes
    ----------
    boundary, p, cells : the rule and the true rates, as in `operating_characteristics`.
    reasons : (R,) reasons to stop that were seen; "a and b" are limits crossed at the same look.
    stop, stop_se : (R, L) probability of a stop for each reason at each look.
    by_reason, by_look, stopped : the same summed; with ``by_reason_se``, ``by_look_se``, ``stopped_se``.
    complete : probability of passing every look. success : of the endings named by ``success_means``.
    enrolled, evaluated : expected number of patients who enter, and of those with every outcome known, when the trial
        stops or has its last outcome.
    duration : expected time from opening until then.
    overrun : expected number of patients treated after the complete data of those before would have crossed a limit.
    enrolled_distribution : (n_max,) share of trials with 1, 2, ... patients.
    pending, replicates, seed : as asked.
    conventions : how the rule was read.
    """

    boundary: Boundary
    p: Floats
    cells: Floats | None
    reasons: tuple[str, ...]
    stop: Floats
    stop_se: Floats
    by_reason: Floats
    by_reason_se: Floats
    by_look: Floats
    by_look_se: Floats
    stopped: float
    stopped_se: float
    complete: float
    complete_se: float
    success: float
    success_se: float
    success_means: str
    enrolled: float
    enrolled_se: float
    evaluated: float
    evaluated_se: float
    duration: float
    duration_se: float
    overrun: float
    overrun_se: float
    enrolled_distribution: Floats
    pending: str
    replicates: int
    seed: int
    conventions: tuple[str, ...]
