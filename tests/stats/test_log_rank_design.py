"""Designs for the one-sample log-rank test: printed designs, R's integrals, the analysis, and simulated trials."""

from __future__ import annotations

import math
from itertools import pairwise
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from onearm.stats._bivariate import both_above
from onearm.stats._log_rank_design import as_setting
from onearm.stats._log_rank_moments import covariance, moments
from onearm.stats._log_rank_search import Problem, pair
from onearm.stats.designs import LogRankStages, log_rank_design, log_rank_two_stage
from onearm.stats.parametric import exponential, piecewise, weibull
from onearm.stats.survival import one_sample_log_rank

VIGNETTE = exponential(survival_at=(3, 0.72))
MANUAL = weibull(0.5, survival_at=(3, 0.6))

# t1, c1, n, c, expected n and the probability of stopping, as the vignette of R's OneArm2stage prints them
PRINTED = {
    "optimal": (1.0619, -0.7215, 46, 1.5952, 40.1736, 0.2353),
    "minmax": (1.6997, -0.731, 44, 1.6257, 41.6745, 0.2324),
    "admissible": (1.2512, -0.7274, 45, 1.6061, 40.3361, 0.2335),
}
SIMULATED = {"optimal": 0.778, "minmax": 0.803, "admissible": 0.789}


def close(ours: Any, theirs: Any, rtol: float = 1e-8) -> None:
    np.testing.assert_allclose(np.asarray(ours, dtype=float), np.asarray(theirs, dtype=float), rtol=rtol, atol=1e-15)


def normal(x: float) -> float:
    return math.erfc(-x / math.sqrt(2)) / 2


def vignette(drift: str = "exact", **more: Any) -> Any:
    return log_rank_two_stage(VIGNETTE, 0.459, 0.05, 0.2, follow_up=3, accrual_rate=20, drift=drift, **more)


def joint(null: Any, ratio: float, follow_up: float, rate: float, n: int, t1: float, drift: str, **more: Any) -> Any:
    """The joint distribution of the two statistics of a printed design."""
    setting = as_setting(null, ratio, 0.05, 0.2, follow_up, False, "expected")
    return pair(Problem(setting, rate, drift, 0.01, 0.0), n, np.array([t1]))


def test_printed_single_stage() -> None:
    # manual of OneArm2stage: 45 patients in 9 years, critical value 1.644854; the other manual page: 25 in 5 years
    d = log_rank_design(MANUAL, 0.5, 0.05, 0.15, follow_up=1, accrual_rate=5)
    assert (d.n, d.accrual_time, round(d.critical, 6)) == (45, 9.0, 1.644854)
    assert d.n_exact == pytest.approx(44.6468, abs=5e-5)
    page = log_rank_design(exponential(survival_at=(2, 0.62)), 0.467, 0.05, 0.2, follow_up=2, accrual_rate=5)
    assert (page.n, page.accrual_time) == (25, 5.0)
    assert "large Z is a benefit" in d.conventions[0]


@pytest.mark.parametrize(
    ("name", "null", "ratio", "follow_up", "rate", "beta", "alpha", "restricted"),
    [
        ("manual", MANUAL, 0.5, 1, 5, 0.15, 0.05, False),
        ("vignette", VIGNETTE, 0.459, 3, 20, 0.2, 0.05, False),
        ("restricted", VIGNETTE, 0.459, 3, 20, 0.2, 0.05, True),
        ("rising", weibull(1.7, survival_at=(2, 0.5)), 0.6, 1.5, 12, 0.1, 0.025, False),
    ],
)
def test_against_r(
    name: str, null: Any, ratio: float, follow_up: float, rate: float, beta: float, alpha: float, restricted: bool,
    r_values: Any,
) -> None:  # fmt: skip
    r = r_values("log_rank_design")[name]
    d = log_rank_design(null, ratio, alpha, beta, follow_up=follow_up, accrual_rate=rate, restricted=restricted)
    assert d.n == math.ceil(r["joint"][0])
    close([d.p1, d.p0], r["moments"])
    close([d.variance_alternative, d.n_exact], [r["variance"][0], r["exact"][0]])
    close(d.n_joint, r["joint"][0], 1e-7)
    given_time = log_rank_design(null, ratio, alpha, beta, follow_up=follow_up, accrual_time=d.accrual_time,
                                 restricted=restricted)  # fmt: skip
    close(given_time.n_exact, d.n_exact)
    assert given_time.n == math.ceil(r["exact"][0])
    assert d.power >= 1 - beta


def test_both_above_against_r(r_values: Any) -> None:
    r = r_values("log_rank_design")["both"]
    close(both_above(r["h"], r["k"], r["r"]), r["p"], 1e-9)
    # on paper: a quarter plus asin(r) / 2 pi at the origin; the product without correlation
    close(both_above(0, 0, [0.5, -0.5, 0]), [1 / 3, 1 / 6, 1 / 4], 1e-14)
    close(both_above(-1.2, 0.7, 0), normal(1.2) * normal(-0.7), 1e-13)
    close(both_above([1, 0.3], [-40, 40], 0.4), [normal(-1), 0], 1e-13)


def test_piecewise_exponential_by_hand() -> None:
    # everyone followed for exactly 2 (restricted): hazard 0 for one unit, then 0.5, so that L = 0.5 at the end
    d = log_rank_design(piecewise([0.0, 0.5], [1.0]), 0.5, 0.05, 0.2, follow_up=2, accrual_time=3, restricted=True)
    p1 = 1 - math.exp(-0.25)
    close([d.p1, d.p0, d.drift], [p1, 2 * p1, p1], 1e-12)
    second = (1 - math.exp(-0.25) * 1.25) * 4
    close(d.variance_alternative, p1 + second - p1**2, 1e-12)
    # one rate throughout is the exponential distribution
    same = log_rank_design(piecewise([0.1, 0.1], [2.2]), 0.5, 0.05, 0.2, follow_up=1, accrual_rate=9)
    plain = log_rank_design(exponential(rate=0.1), 0.5, 0.05, 0.2, follow_up=1, accrual_rate=9)
    close([same.n_exact, same.power], [plain.n_exact, plain.power], 1e-12)


def test_variance_mean() -> None:
    # (O + E) / 2 is smaller than E under a benefit, so fewer patients are needed; its limit is the mean of p0 and p1
    e = log_rank_design(MANUAL, 0.5, 0.05, 0.15, follow_up=1, accrual_time=9)
    m = log_rank_design(MANUAL, 0.5, 0.05, 0.15, follow_up=1, accrual_time=9, variance="mean")
    close(m.variance_null, (e.p0 + e.p1) / 2)
    z, more = 1.6448536269514722, 1.0364333894937898
    close(m.n_exact, ((math.sqrt(m.variance_null) * z + math.sqrt(e.variance_alternative) * more) / e.drift) ** 2)
    assert m.n < e.n


@pytest.mark.parametrize("which", list(PRINTED))
def test_printed_two_stage_limits(which: str) -> None:
    """At the printed t1, c1 and n: the printed c, expected n and probability of stopping, by their rule and by ours."""
    t1, c1, n, c, expected, pet = PRINTED[which]
    for drift, power in (("OneArm2stage", 0.8), ("exact", {44: 0.8025, 45: 0.8113, 46: 0.8180}[n])):
        both = joint(VIGNETTE, 0.459, 3, 20, n, t1, drift)
        limit = both.limit(np.array([c1]), 0.05)
        assert limit[0] == pytest.approx(c, abs=6e-4)  # they stop their search for c at a size within 1e-4
        assert normal(c1) == pytest.approx(pet, abs=5e-5)
        assert n - (n - 20 * t1) * normal(c1) == pytest.approx(expected, abs=2e-3)
        # the power they asked for by their rule; the exact drift gives more
        assert both.power(np.array([c1]), limit)[0] == pytest.approx(power, abs=1.5e-3)


def test_printed_two_stage_search() -> None:
    """Their search over a grid prints nearly the least expected n; ours is never above it by more than their slack."""
    r = vignette("OneArm2stage")
    assert (r.minimax.n, r.optimal.n, r.optimal.n1) == (44, 46, 22)
    assert r.optimal.expected_n == pytest.approx(40.1736, abs=5e-3)  # power 0.79996 in theirs
    assert r.minimax.expected_n <= 41.6745
    at = {int(n): e for n, e in zip(r.n, r.expected_n, strict=True)}
    assert at[45] == pytest.approx(40.3361, abs=0.02)
    assert r.single.n == 45
    assert not r.limited
    # manual: n1 29, c1 0.1389, n 48, c 1.6159, t1 5.7421, 37.29, 0.5552
    m = log_rank_two_stage(MANUAL, 0.5, 0.05, 0.15, follow_up=1, accrual_rate=5, drift="OneArm2stage")
    assert (m.optimal.n, m.optimal.n1) == (48, 29)
    assert 37.27 < m.optimal.expected_n < 37.29
    assert normal(0.1389) == pytest.approx(0.5552, abs=5e-5)
    both = joint(MANUAL, 0.5, 1, 5, 48, 5.7421, "OneArm2stage")
    limit = both.limit(np.array([0.1389]), 0.05)
    assert limit[0] == pytest.approx(1.6159, abs=5e-4)
    assert both.power(np.array([0.1389]), limit)[0] == pytest.approx(0.85, abs=1e-4)
    # restricted follow-up: n1 36, c1 -0.3665, n 60, c 1.6, 51.0914
    cut = vignette("OneArm2stage", restricted=True)
    assert (cut.optimal.n, cut.single.n) == (60, 58)
    assert cut.optimal.expected_n == pytest.approx(51.0914, abs=0.03)


def test_stop_at_least() -> None:
    # vignette, example 2: at least 35 % stopped; 47 patients, 40.5985 expected, 29 then 47
    r = vignette("OneArm2stage", stop_at_least=0.35)
    assert (r.optimal.n, r.optimal.n1) == (47, 29)
    assert r.optimal.expected_n == pytest.approx(40.595, abs=0.01)
    assert r.optimal.pet >= 0.35 - 1e-9


def simulated(
    design: Any, null_rate: float, ratio: float, rate: float, trials: int, seed: int, shuffled: bool = False
) -> tuple[float, float]:
    """Share of trials that stop and that reject: exponential times, entries even within each stage.

    ``shuffled`` is what OneArm2stage simulates: all entries even over the whole accrual, and at the interim any n1 of
    the n patients, many of whom have not entered yet.
    """
    t1, c1, n, c = design
    rng = np.random.default_rng(seed)
    n1, ta = math.ceil(rate * t1), n / rate
    first, rest = (0, ta if shuffled else t1), (0 if shuffled else t1, ta)
    entry = np.concatenate([rng.uniform(*first, (trials, n1)), rng.uniform(*rest, (trials, n - n1))], axis=1)
    time = rng.standard_exponential((trials, n)) / (null_rate * ratio)
    z = []
    for at, who in ((t1, slice(0, n1)), (ta + 3, slice(0, n))):
        left = np.maximum(at - entry[:, who], 0)
        hoped = null_rate * np.minimum(time[:, who], left).sum(axis=1)
        z.append((hoped - (time[:, who] < left).sum(axis=1)) / np.sqrt(hoped))
    go = z[0] > c1
    return 1 - go.mean(), (go & (z[1] > c)).mean()


@pytest.mark.parametrize("which", list(PRINTED))
def test_printed_simulated_power(which: str) -> None:
    """The vignette prints simulated powers of 0.778, 0.803 and 0.789, of 10,000 trials with shuffled patients.

    With the patients who have entered it is more: 0.811, 0.810 and 0.812.
    """
    t1, c1, n, c, _, _ = PRINTED[which]
    trials, rate = 40_000, -math.log(0.72) / 3
    _, theirs = simulated((t1, c1, n, c), rate, 0.459, 20, trials, 7, shuffled=True)
    assert abs(theirs - SIMULATED[which]) < 4 * math.sqrt(0.16 * (1 / trials + 1 / 10_000))
    _, ours = simulated((t1, c1, n, c), rate, 0.459, 20, trials, 7)
    both = joint(VIGNETTE, 0.459, 3, 20, n, t1, "exact")
    # one or two events are expected at the interim: the normal approximation is good to a percent or so
    assert abs(ours - both.power(np.array([c1]), np.array([c]))[0]) < 0.015


def test_large_trial_simulated() -> None:
    """With many events the model is accurate: probability of stopping, size and power of a design of ours."""
    null = exponential(rate=0.5)
    r = log_rank_two_stage(null, 0.75, 0.05, 0.2, follow_up=3, accrual_rate=60).optimal
    design = (r.interim_time, r.critical1, r.n, r.critical)
    trials = 20_000
    stop0, size = simulated(design, 0.5, 1.0, 60, trials, 1)
    stop1, power = simulated(design, 0.5, 0.75, 60, trials, 2)
    for seen, model in ((stop0, r.pet), (size, 0.05), (stop1, r.pet_alternative), (power, r.power)):
        assert abs(seen - model) < 4 * math.sqrt(model * (1 - model) / trials) + 0.012


def test_few_events_simulated() -> None:
    """With about one event at the interim, size and power hold; stopping is rough, and it says so."""
    r = vignette()
    for d in (r.optimal, r.minimax):
        design = (d.interim_time, d.critical1, d.n, d.critical)
        _, size = simulated(design, -math.log(0.72) / 3, 1.0, 20, 40_000, 1)
        _, power = simulated(design, -math.log(0.72) / 3, 0.459, 20, 40_000, 2)
        assert 0.035 < size < 0.05
        assert 0.795 < power < 0.825
    assert any("As few as 0.9 events" in said for said in r.conventions)
    many = log_rank_two_stage(exponential(rate=0.5), 0.75, 0.05, 0.2, follow_up=3, accrual_rate=60)
    assert not any("As few as" in said for said in many.conventions)


def test_joint_moments_simulated() -> None:
    """Mean, variance and covariance of the two scores against drawn patients, Weibull times."""
    rng = np.random.default_rng(3)
    size, t1, ta, tf, h = 400_000, 1.3, 3.0, 1.0, 0.6
    null = weibull(1.4, survival_at=(2, 0.5))
    entry = rng.uniform(0, ta, size)
    time = null.time_at_hazard(rng.standard_exponential(size) / h)
    scores = []
    for at in (t1, ta + tf):
        follow = np.maximum(at - entry, 0)
        scores.append(null.cumulative_hazard(np.minimum(time, follow)) - (time <= follow))
    early = moments(null, h, np.zeros(1), np.array([t1]), math.inf, np.array([t1 / ta]))
    late = moments(null, h, np.array([tf]), np.array([ta + tf]), math.inf)
    both = covariance(null, h, np.array([t1]), ta, tf, math.inf)[0]
    seen = np.cov(scores)
    ours = [early.drift[0], late.drift[0], early.variance[0], late.variance[0], both]
    theirs = [scores[0].mean(), scores[1].mean(), seen[0, 0], seen[1, 1], seen[0, 1]]
    for mine, drawn in zip(ours, theirs, strict=True):
        assert mine == pytest.approx(drawn, abs=0.006)
    # the interim at the end of accrual with no follow-up after it is the final analysis
    same = covariance(null, h, np.array([ta]), ta, 0.0, math.inf)[0]
    close(same, moments(null, h, np.zeros(1), np.array([ta]), math.inf).variance[0], 1e-9)


def test_size_and_power_are_exact() -> None:
    r = vignette()
    for d in r.admissible:
        close([d.alpha, d.power], [0.05, 0.8], 1e-6)
        close(d.pet, normal(d.critical1))
        close(d.correlation_null, math.sqrt(d.events1 / d.events))
        close(d.expected_n, d.n - (d.n - 20 * d.interim_time) * d.pet)
    q = [(d.q_low, d.q_high) for d in r.admissible]
    assert (q[0][1], q[-1][0]) == (1, 0)
    assert all(a[0] == b[1] for a, b in pairwise(q))
    for one in np.linspace(0.01, 0.99, 23):  # the admissible design is best on the whole curve
        loss = one * r.n + (1 - one) * r.expected_n
        held = next(d for d in r.admissible if d.q_low <= one <= d.q_high)
        assert one * held.n + (1 - one) * held.expected_n == pytest.approx(loss.min(), abs=1e-9)


def test_no_better_neighbour() -> None:
    """Brute force over times and limits around the optimal design of its n finds nothing cheaper with the power."""
    r = vignette().optimal
    setting = as_setting(VIGNETTE, 0.459, 0.05, 0.2, 3, False, "expected")
    for t1 in r.interim_time + np.linspace(-0.3, 0.6, 19):
        both = pair(Problem(setting, 20, "exact", 0.01, 0.0), r.n, np.array([t1]))
        c1 = np.linspace(-1.5, 0.8, 200)
        good = both.power(c1, both.limit(c1, 0.05)) >= 0.8 + 1e-9
        cost = r.n - (r.n - 20 * t1) * np.array([normal(v) for v in c1])
        assert not np.any(cost[good] < r.expected_n - 1e-4)


def stages(**values: Any) -> LogRankStages:
    held = dict.fromkeys(LogRankStages.__slots__, 0.0) | {"variance_rule": "expected"} | values
    return LogRankStages(**held)


def test_decisions() -> None:
    # vignette, example 4: O 2, E 1.7562, Z -0.1840 goes on at -0.7274; O 18, E 16.0611, Z -0.4838 fails 1.6061
    d = stages(critical1=-0.7274, critical=1.6061)
    first, last = d.decide(2, 1.7562, 1), d.decide(18, 16.0611, 2)
    assert (round(first.z, 4), first.action, round(last.z, 4), last.action) == (
        -0.184,
        "continue",
        -0.4838,
        "do not reject",
    )
    assert d.decide(4, 1.7562, 1).action == "stop for futility"
    assert d.decide(5, 16, 2).action == "reject the null hypothesis"
    assert stages(critical1=0.0).decide(4, 4.0, 1).action == "stop for futility"  # at the limit


def test_design_and_analysis_agree() -> None:
    # 6-MP arm of Gehan's data against an exponential hazard of 21/182: O 9, E 41.4231, (O - E)^2 / E 25.379
    week = [6, 6, 6, 6, 7, 9, 10, 10, 11, 13, 16, 17, 19, 20, 22, 23, 25, 32, 32, 34, 35]
    seen = [1, 1, 1, 0, 1, 0, 1, 0, 0, 1, 1, 0, 0, 0, 1, 1, 0, 0, 0, 0, 0]
    null = exponential(rate=21 / 182)
    for variance in ("expected", "mean"):
        data = one_sample_log_rank(week, seen, null.cumulative_hazard, variance=variance)
        got = stages(critical=1.6, variance_rule=variance).decide(int(data.observed), data.expected, 2)
        close(got.z, data.z_benefit)
        assert got.action == "reject the null hypothesis"
    assert (data.observed, round(data.expected, 4)) == (9, 41.4231)
    close(stages(critical=1.6).decide(9, data.expected, 2).z ** 2, 25.379, 1e-4)


@settings(max_examples=25, deadline=None, derandomize=True)
@given(
    shape=st.floats(0.4, 2.5), survival=st.floats(0.2, 0.8), ratio=st.floats(0.3, 0.7), follow=st.floats(0.2, 4),
    rate=st.floats(3, 40),
)  # fmt: skip
def test_properties(shape: float, survival: float, ratio: float, follow: float, rate: float) -> None:
    null = weibull(shape, survival_at=(2, survival))
    d = log_rank_design(null, ratio, 0.05, 0.2, follow_up=follow, accrual_rate=rate)
    assert d.power >= 0.8 - 1e-9
    assert d.n - 1 < d.n_joint <= d.n + 1e-9
    # another unit of time changes nothing but the times
    months = weibull(shape, survival_at=(24, survival))
    e = log_rank_design(months, ratio, 0.05, 0.2, follow_up=12 * follow, accrual_rate=rate / 12)
    assert e.n == d.n
    close([e.power, e.n_exact, e.accrual_time], [d.power, d.n_exact, 12 * d.accrual_time], 1e-7)
    assert log_rank_design(null, ratio, 0.05, 0.1, follow_up=follow, accrual_rate=rate).n >= d.n
    assert log_rank_design(null, ratio, 0.05, 0.2, follow_up=2 * follow, accrual_rate=rate).n <= d.n
    close(d.p0 * ratio, d.p1, 1e-12)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"null": "weibull"}, "null must be a distribution"),
        ({"hazard_ratio": 1.0}, "hazard_ratio must lie between"),
        ({"alpha": 0.0}, "alpha must lie strictly"),
        ({"alpha": 1.0}, "alpha must lie strictly"),
        ({"beta": 0.5}, "alpha and beta must be below 0.5"),
        ({"follow_up": -1.0}, "follow_up must lie"),
        ({"follow_up": 0.0, "restricted": True}, "follow_up must be positive"),
        ({"accrual_rate": 0.0}, "accrual_rate must lie"),
        ({"variance": "both"}, "variance must be one of"),
        ({"n_max": 20}, "n_max of 20 patients is not enough"),
        ({"null": exponential(rate=1e-300)}, "no events are expected"),
        ({"alpha": [0.05]}, "alpha must be one number"),
    ],
)
def test_bad_input(change: dict[str, Any], words: str) -> None:
    good: dict[str, Any] = {"null": VIGNETTE, "hazard_ratio": 0.459, "alpha": 0.05, "beta": 0.2, "follow_up": 3.0,
                            "accrual_rate": 20.0}  # fmt: skip
    for kernel in (log_rank_design, log_rank_two_stage):
        with pytest.raises(ValueError, match=words):
            kernel(**(good | change))


def test_bad_input_of_one() -> None:
    with pytest.raises(ValueError, match="exactly one of accrual_rate and accrual_time"):
        log_rank_design(VIGNETTE, 0.459, 0.05, 0.2, follow_up=3)
    with pytest.raises(ValueError, match="exactly one of accrual_rate and accrual_time"):
        log_rank_design(VIGNETTE, 0.459, 0.05, 0.2, follow_up=3, accrual_rate=2, accrual_time=3)
    for change in ({"earliest": 0}, {"stop_at_least": 1}, {"drift": "odd"}):
        with pytest.raises(ValueError, match=next(iter(change))):
            vignette(**change)
    with pytest.raises(ValueError, match="stage must lie"):
        stages().decide(1, 1.0, 3)
    with pytest.raises(ValueError, match="observed must be a whole number"):
        stages().decide(1.5, 1.0, 1)  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="expected must lie"):
        stages().decide(1, 0.0, 1)
