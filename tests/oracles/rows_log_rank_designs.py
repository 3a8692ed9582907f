"""The one-sample log-rank test: its statistic on printed data, its size in one stage and in two."""

from __future__ import annotations

import math
from statistics import NormalDist
from typing import Any

import numpy as np
from ledger import Check, register
from oracle_data import Tables

from onearm.stats._log_rank_design import as_setting
from onearm.stats._log_rank_search import Problem, pair
from onearm.stats.designs import LogRankTwoStage, log_rank_design, log_rank_two_stage
from onearm.stats.parametric import exponential, weibull
from onearm.stats.survival import one_sample_log_rank

ROWS, row = register()

MANUAL, VIGNETTE = "OneArm2stage's manual", "OneArm2stage's vignette"
PHI = NormalDist().cdf
# t1, c1, n; printed: c, expected n, early stop
PRINTED = {
    "optimal": (1.0619, -0.7215, 46, 1.5952, 40.1736, ".2353"),
    "minmax": (1.6997, -0.731, 44, 1.6257, 41.6745, ".2324"),
    "admissible": (1.2512, -0.7274, 45, 1.6061, 40.3361, ".2335"),
}
# years and status of 26 patients, the example of its LRT
TIME = """2.83082554731518 3.74257450605371 2.77399786112498 3.86630201730897 2.93228939305991 5.14524135480079
2.24979579459248 2.69988571479917 0.335234278915977 2.15614145211875 1.08423050711848 0.646361578278078 1.15861388110161
0.678458249568055 3.73744001250737 2.90916601438075 2.29258440171486 1.23129460176501 0.50491830059268 5.49551617680117
1.96716344016368 2.11258876707932 4.87164698112756 3.69129913969483 4.48035145897649 2.85212989039719"""
STATUS = "0 1 1 1 0 1 1 0 1 0 1 1 1 1 1 0 1 1 1 0 1 1 0 1 1 0"


def early() -> Any:
    return exponential(survival_at=(3, 0.72))


def two_stages(**more: Any) -> LogRankTwoStage:
    given = {"follow_up": 3, "accrual_rate": 20, "drift": "OneArm2stage"} | more
    return log_rank_two_stage(early(), 0.459, 0.05, 0.2, **given)


def final_limit(null: Any, ratio: float, follow_up: float, rate: float, design: tuple[float, float, int]) -> float:
    """The final critical value that a time and a limit of the interim leave at a size of .05."""
    t1, c1, n = design
    setting = as_setting(null, ratio, 0.05, 0.2, follow_up, False, "expected")
    both = pair(Problem(setting, rate, "OneArm2stage", 0.01, 0.0), n, np.array([t1]))
    return float(both.limit(np.array([c1]), 0.05)[0])


@row("T29", "26 patients against an exponential, S(2) = .62", "OneArm2stage, kj1_final.csv",
     "its sign, positive for a benefit, is our z_benefit. Of the two analyses of its example only the sums are "
     "printed, and the statistic is worked out from them")  # fmt: skip
def _(check: Check, tables: Tables) -> None:
    time, status = (np.array(v.split(), dtype=float) for v in (TIME, STATUS))
    r = one_sample_log_rank(time, status, lambda t: -math.log(0.62) / 2 * t)
    check("O, E, Z", [r.observed, r.expected, r.z_benefit], "18 16.3598 -.4055")
    stages = two_stages().optimal
    check("interim O 2, E 1.7562: Z", stages.decide(2, 1.7562, 1).z, "-.1840")
    check("final O 18, E 16.0611: Z", stages.decide(18, 16.0611, 2).z, "-.4838")


@row("T30", "size, Weibull of shape .5 with S(3) = .6, hazard ratio .5, 5 a year, .05 and .15", MANUAL,
     "two stages: their rule for the power (here by drift='OneArm2stage') leaves out the patients not yet entered "
     "twice, in the interim's moments and in its number, so that its designs are larger than the exact moments need; "
     "their time of the interim comes of a coarse search, and their final limit keeps the size to .0001")  # fmt: skip
def _(check: Check, tables: Tables) -> None:
    null = weibull(0.5, survival_at=(3, 0.6))
    d = log_rank_design(null, 0.5, 0.05, 0.15, follow_up=1, accrual_rate=5)
    check("n, accrual time, critical value", [d.n, d.accrual_time, d.critical], "45 9 1.644854")
    check("n before rounding", d.n_exact, "44.6468")
    two = log_rank_two_stage(null, 0.5, 0.05, 0.15, follow_up=1, accrual_rate=5, drift="OneArm2stage")
    check("two stages, optimal: n1, n", [two.optimal.n1, two.optimal.n], "29 48")
    check("expected n", two.optimal.expected_n, [37.29], rtol=0, atol=0.02)
    check("final limit at t1 = 5.7421, c1 = .1389", final_limit(null, 0.5, 1, 5, (5.7421, 0.1389, 48)), [1.6159],
          rtol=0, atol=5e-4)  # fmt: skip


@row("T31", "early stop of two-stage designs: Phi(c1)", VIGNETTE)
def _(check: Check, tables: Tables) -> None:
    check("c1 = -.7215, -.731, -.7274, .1389", [PHI(c) for c in (-0.7215, -0.731, -0.7274, 0.1389)],
          ".2353 .2324 .2335 .5552")  # fmt: skip
    best = two_stages().optimal
    check("ours at our own c1", best.pet, PHI(best.critical1), rtol=1e-14)


@row("1.9", "two stages, exponential with S(3) = .72, hazard ratio .459, 20 a year, .05 and .20", VIGNETTE,
     "see row T30; expected n and early stop follow from the printed time, limit and n. Their search is coarser: "
     "ours, by their rule, never expects more than .03 patients more")  # fmt: skip
def _(check: Check, tables: Tables) -> None:
    for name, (t1, c1, n, c, expected, pet) in PRINTED.items():
        check(f"{name}: early stop", PHI(c1), pet)
        check(f"{name}: expected n", n - (n - 20 * t1) * PHI(c1), [expected], rtol=0, atol=2e-3)
        check(f"{name}: final limit", final_limit(early(), 0.459, 3, 20, (t1, c1, n)), [c], rtol=0, atol=6e-4)
    r = two_stages()
    check("search: n1 and n optimal, n minimax", [r.optimal.n1, r.optimal.n, r.minimax.n], "22 46 44")
    check("search: expected n optimal", r.optimal.expected_n, [40.1736], rtol=0, atol=5e-3)
    assert r.minimax.expected_n <= 41.6745
    at_least = two_stages(stop_at_least=0.35).optimal
    check("at least .35 stopped: n1, n", [at_least.n1, at_least.n], "29 47")
    check("at least .35 stopped: expected n", at_least.expected_n, [40.5985], rtol=0, atol=0.02)
    assert at_least.pet >= 0.35 - 1e-9
    capped = two_stages(restricted=True).optimal
    check("follow-up of three years each: n", capped.n, "60")
    check("follow-up of three years each: expected n", capped.expected_n, [51.0914], rtol=0, atol=0.03)


@row("1.9.gehan", "6-MP arm of Gehan's trial against a hazard of 21/182", "R 4.2.2")
def _(check: Check, tables: Tables) -> None:
    d = tables("gehan")
    drug = d["treat"] == "6-MP"
    r = one_sample_log_rank(d["time"][drug], d["cens"][drug], lambda t: 21 / 182 * t)
    check("O, E, (O - E)^2 / E", [r.observed, r.expected, r.z**2], "9 41.4231 25.379")
