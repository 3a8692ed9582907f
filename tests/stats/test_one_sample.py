"""One arm against a known hazard: printed values, R, and what must not matter."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest

from onearm.stats.survival import one_sample_log_rank, standardized_mortality_ratio

DRUG = [6, 6, 6, 6, 7, 9, 10, 10, 11, 13, 16, 17, 19, 20, 22, 23, 25, 32, 32, 34, 35]
SEEN = [1, 1, 1, 0, 1, 0, 1, 0, 0, 1, 1, 0, 0, 0, 1, 1, 0, 0, 0, 0, 0]

# years and status of 26 patients, the example of R's OneArm2stage (LRT)
TRIAL = np.array(
    [
        (2.83082554731518, 0), (3.74257450605371, 1), (2.77399786112498, 1), (3.86630201730897, 1),
        (2.93228939305991, 0), (5.14524135480079, 1), (2.24979579459248, 1), (2.69988571479917, 0),
        (0.335234278915977, 1), (2.15614145211875, 0), (1.08423050711848, 1), (0.646361578278078, 1),
        (1.15861388110161, 1), (0.678458249568055, 1), (3.73744001250737, 1), (2.90916601438075, 0),
        (2.29258440171486, 1), (1.23129460176501, 1), (0.50491830059268, 1), (5.49551617680117, 0),
        (1.96716344016368, 1), (2.11258876707932, 1), (4.87164698112756, 0), (3.69129913969483, 1),
        (4.48035145897649, 1), (2.85212989039719, 0),
    ]
)  # fmt: skip


def close(ours: Any, theirs: Any, rtol: float = 1e-8) -> None:
    np.testing.assert_allclose(np.asarray(ours, dtype=float), np.asarray(theirs, dtype=float), rtol=rtol, atol=1e-300)


def test_printed_values() -> None:
    # Wu's sign: OneArm2stage prints O 18, E 16.3598, Z -0.4055 for an exponential with survival 0.62 at 2 years
    r = one_sample_log_rank(TRIAL[:, 0], TRIAL[:, 1], lambda t: -math.log(0.62) / 2 * t)
    assert r.observed == 18
    assert r.expected == pytest.approx(16.3598, abs=5e-5)
    assert r.z_benefit == pytest.approx(-0.4055, abs=5e-5)
    assert r.z == -r.z_benefit
    # the sums that R's survival prints for flchain against Minnesota: O 2169, E 2076.8776, Z -2.0214, p 0.0432
    r = one_sample_log_rank(np.ones(2169), np.ones(2169), np.full(2169, 2076.8776 / 2169))
    assert r.z_benefit == pytest.approx(-2.0214, abs=5e-5)
    assert r.p_value == pytest.approx(0.0432, abs=5e-5)


@pytest.mark.parametrize("name", ["drug", "aml", "jasa"])
def test_against_r(name: str, r_values: Any, aml: Any, request: pytest.FixtureRequest) -> None:
    if name == "drug":
        time, event, hazard = np.array(DRUG, dtype=float), np.array(SEEN), 21 / 182 * np.array(DRUG)
    elif name == "aml":
        time, event, hazard = aml["time"], aml["status"], 0.03 * aml["time"]
    else:
        table = request.getfixturevalue("shared")("jasa")
        time, event = table["futime"], table["fustat"]
        hazard = 0.25 * np.sqrt(time / 365.25)
    r = r_values("one_sample")[name]
    for alternative, theirs in (
        ("two-sided", [min(1, 2 * min(r["fewer"][0], r["more"][0]))]),
        ("less", r["fewer"]),
        ("greater", r["more"]),
    ):
        ours = one_sample_log_rank(time, event, hazard, alternative=alternative)
        close([ours.observed, ours.expected, ours.statistic], [r[k][0] for k in ("observed", "expected", "statistic")])
        close(ours.exact_p_value, theirs[0])
        close([ours.low, ours.high], r["limits"])
    close(one_sample_log_rank(time, event, hazard).p_value, r["p_value"][0])


def test_mean_variance_by_hand() -> None:
    # O = 2, E = 4.5: (O - E) / sqrt((O + E) / 2) = -2.5 / sqrt(3.25)
    r = one_sample_log_rank([1, 2, 3, 3], [1, 0, 1, 0], [0.5, 1, 1.5, 1.5], variance="mean")
    assert r.variance == 3.25
    assert r.z == pytest.approx(-2.5 / math.sqrt(3.25), rel=1e-14)
    assert r.variance_rule == "mean"


def test_function_array_and_entry_agree() -> None:
    def hazard(t: Any) -> Any:
        return 0.01 * np.asarray(t) ** 1.5

    by_function = one_sample_log_rank(DRUG, SEEN, hazard)
    by_array = one_sample_log_rank(DRUG, SEEN, hazard(DRUG))
    assert by_function.z == by_array.z
    start = np.arange(21) / 10
    late = one_sample_log_rank(DRUG, SEEN, hazard, entry_hazard=hazard(start))
    assert late.expected == pytest.approx(float(np.sum(hazard(DRUG) - hazard(start))), rel=1e-14)
    # cutting follow-up at 15 weeks and adding the rest as late entries changes nothing
    t, d = np.array(DRUG), np.array(SEEN)
    beyond = t > 15
    split = one_sample_log_rank(
        np.r_[np.minimum(t, 15), t[beyond]],
        np.r_[np.where(beyond, 0, d), d[beyond]],
        hazard,
        entry_hazard=np.r_[np.zeros(21), np.full(beyond.sum(), hazard(15))],
    )
    assert split.expected == pytest.approx(by_array.expected, rel=1e-13)
    assert split.observed == by_array.observed


def test_order_units_and_weights() -> None:
    base = one_sample_log_rank(DRUG, SEEN, lambda t: 0.1 * t)
    shuffle = np.random.default_rng(3).permutation(21)
    moved = one_sample_log_rank(np.array(DRUG)[shuffle] * 7, np.array(SEEN)[shuffle], lambda t: 0.1 / 7 * t)
    assert moved.z == pytest.approx(base.z, rel=1e-12)
    # a weight of 0 is a row left out; a weight of 3 on all multiplies O and E by 3 and leaves z
    w = np.where(np.arange(21) < 15, 1.0, 0.0)
    assert one_sample_log_rank(DRUG, SEEN, lambda t: 0.1 * t, weight=w).exact_p_value == pytest.approx(
        one_sample_log_rank(DRUG[:15], SEEN[:15], lambda t: 0.1 * t).exact_p_value, rel=1e-12
    )
    tripled = one_sample_log_rank(DRUG, SEEN, lambda t: 0.1 * t, weight=np.full(21, 3.0))
    assert tripled.z == pytest.approx(base.z, rel=1e-12)
    assert tripled.observed == 3 * base.observed
    assert math.isnan(tripled.exact_p_value)
    assert "weight" in tripled.message


def test_exact_p_and_limits_agree() -> None:
    for expected in (1.2, 4.0, 9.0, 14.3, 20.0):
        r = one_sample_log_rank(np.ones(9), np.ones(9), np.full(9, expected / 9))
        assert (r.exact_p_value < 0.05) == (not r.low <= 1 <= r.high)


def test_mortality_ratio_against_r(r_values: Any) -> None:
    r = r_values("one_sample")
    for count, level, theirs in (
        (4, 0.95, r["count_4"]["limits"]),
        (4, 0.999999, r["count_4"]["wide"]),
        (250, 0.9, r["count_250"]["limits"]),
    ):
        ours = standardized_mortality_ratio(count, 1, level)
        close([ours.low, ours.high], theirs)
    none = standardized_mortality_ratio(0, 2)
    assert none.low == 0
    close(none.high * 2, r["count_0"]["limits"][1])


@pytest.mark.parametrize("count", [1, 7, 300])
def test_mid_p_limits_have_their_tails(count: int) -> None:
    r = standardized_mortality_ratio(count, 1, 0.9, mid_p=True)

    def mass(mean: float) -> Any:
        return np.exp([k * math.log(mean) - mean - math.lgamma(k + 1) for k in range(count + 1)])

    at_most = mass(r.high)
    assert at_most[:-1].sum() + at_most[-1] / 2 == pytest.approx(0.05, rel=1e-9)
    below = mass(r.low)
    assert 1 - below[:-1].sum() - below[-1] / 2 == pytest.approx(0.05, rel=1e-9)
    exact = standardized_mortality_ratio(count, 1, 0.9)
    assert exact.low < r.low < r.high < exact.high


def test_exact_limits_cover() -> None:
    # by enumeration: each tail of the exact limits errs at most 2.5 %, those of mid-P on both sides of it
    def errors(mid_p: bool, mean: float) -> tuple[float, float]:
        high = low = 0.0
        for k in range(60):
            r = standardized_mortality_ratio(k, 1, mid_p=mid_p)
            p = math.exp(k * math.log(mean) - mean - math.lgamma(k + 1))
            low, high = low + p * (r.low > mean), high + p * (r.high < mean)
        return low, high

    exact = [e for mean in (0.7, 3.1, 8.2, 15.5) for e in errors(False, mean)]
    assert max(exact) <= 0.025
    mid = [e for mean in (0.7, 3.1, 8.2, 15.5) for e in errors(True, mean)]
    assert max(mid) > 0.025
    assert np.mean(mid) < 0.03


def test_bad_input() -> None:
    for bad, words in (
        ({"time": [-1, 2]}, "time has 1 negative"),
        ({"time": [math.nan, 2]}, "time has 1 missing"),
        ({"event": [1]}, "event has 1 values where 2"),
        ({"cumulative_hazard": [0.1, -0.1]}, "cumulative_hazard has 1 negative"),
        ({"cumulative_hazard": lambda t: 3.0}, "cumulative_hazard must be one-dimensional"),
        ({"entry_hazard": [0.5, 0.0]}, "entry_hazard must not exceed"),
        ({"variance": "wu"}, "variance must be one of"),
        ({"alternative": "more"}, "alternative must be one of"),
        ({"level": 95}, "level must lie"),
        ({"time": [], "event": [], "cumulative_hazard": []}, "time is empty"),
    ):
        arguments: dict[str, Any] = {"time": [1, 2], "event": [1, 0], "cumulative_hazard": [0.1, 0.2]} | bad
        with pytest.raises(ValueError, match=words):
            one_sample_log_rank(**arguments)
    for observed, expected, words in (
        (2.5, 1, "observed"),
        (-1, 1, "observed"),
        (3, 0, "expected"),
        (3, math.nan, "expected"),
    ):
        with pytest.raises(ValueError, match=words):
            standardized_mortality_ratio(observed, expected)  # type: ignore[arg-type]


def test_what_cannot_be_estimated_says_so() -> None:
    r = one_sample_log_rank([0, 0], [1, 0], [0, 0])
    assert math.isnan(r.z)
    assert math.isnan(r.p_value)
    assert "expected number of events is 0" in r.message
    alive = one_sample_log_rank([1e300, 1e300], [0, 0], lambda t: t / 1e300)
    assert alive.observed == 0
    assert alive.exact_p_value == pytest.approx(2 * math.exp(-2))
    assert alive.message == ""
    one = one_sample_log_rank([3.0], [1], [0.5])
    assert one.n == 1
    assert one.z == pytest.approx(0.5 / math.sqrt(0.5))
