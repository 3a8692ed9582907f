"""Firth's penalized Cox regression."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
from scipy.optimize import minimize_scalar

from onearm.stats.cox import cox, firth_cox

# The breast cancer study of Heinze & Schemper 2001 (100 patients, 26 deaths): T stage, nodes, grade, cathepsin D.
# Patients censored after the last death are at risk throughout and differ by covariates only: pattern and number.
# Only the order of the 49 times before matters; patients 29 and 30 share one.
TIMES = [*range(1, 30), *range(29, 49)]
DEATHS = "1111111111110110000000001101010101001011101000001"
PATTERNS = (
    "1010 0011 1111 1011 1110 1111 1010 1111 1010 1111 1111 0110 0110 1011 1111 0000 0110 1010 1011 0000 1010 "
    "1010 1010 0011 1010 1011 0000 0010 0110 0110 0110 1111 1010 1111 1000 1000 1111 0010 0110 1010 1111 0010 "
    "1110 0010 1010 0000 0001 0010 0110"
)
AFTER = {"1000": 3, "0010": 10, "0100": 4, "1110": 1, "0011": 6, "1111": 2, "0000": 9, "0110": 5, "0001": 3,
         "1010": 6, "1011": 2}  # fmt: skip


def breast() -> dict[str, Any]:
    """Rows with weights, the last ones standing for several patients."""
    rows = [*PATTERNS.split(), *AFTER]
    return {
        "time": [*TIMES, *[49] * len(AFTER)],
        "event": [*map(int, DEATHS), *[0] * len(AFTER)],
        "x": np.array([[int(v) for v in row] for row in rows]),
        "weight": [*[1] * len(TIMES), *AFTER.values()],
    }


def data(n: int, p: int, seed: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    rng = np.random.default_rng(seed)
    x = rng.normal(size=(n, p))
    return np.ceil(rng.exponential(20, n) * np.exp(-0.5 * x[:, 0])), rng.random(n) < 0.7, x


def test_first_example_of_coxphf() -> None:
    # coxphf 1.13.4: b 1.329103, SE 1.929072, limits of the ratio .2914006 and 528.7306, LR .9151565, p .3387499
    fit = firth_cox([1, 2, 3], [1, 1, 1], [1, 1, 0])
    assert fit.coef == pytest.approx([1.329103], abs=1e-6)  # coxphf stops at steps of 1e-6
    assert fit.std_error == pytest.approx([1.929072], abs=5e-7)
    assert fit.hazard_ratio_low == pytest.approx([0.2914006], abs=5e-8)
    assert fit.hazard_ratio_high == pytest.approx([528.7306], abs=5e-5)
    assert fit.profile.statistic == pytest.approx([0.9151565], abs=5e-8)
    assert fit.p_value == pytest.approx([0.3387499], abs=5e-8)
    assert fit.likelihood_ratio.statistic == pytest.approx(fit.profile.statistic[0])
    assert fit.converged
    assert fit.message == ""


def test_breast_cancer_study_of_coxphf() -> None:
    # coxphf 1.13.4 prints these; limits of the ratio for grade
    rows = breast()
    fit = firth_cox(**rows)
    assert sum(rows["weight"]) == 100
    assert fit.events == 26
    assert fit.coef == pytest.approx([1.2244388, 0.9188882, 2.4244141, 0.3971181], abs=6e-8)
    assert fit.hazard_ratio_low[2] == pytest.approx(1.4656675, abs=5e-7)
    assert fit.hazard_ratio_high[2] == pytest.approx(1451.9459, abs=5e-4)
    whole = {k: np.repeat(np.asarray(v), rows["weight"], axis=0) for k, v in rows.items() if k != "weight"}
    assert firth_cox(**whole).low == pytest.approx(fit.low, rel=1e-8)


def test_one_event_between_two_is_solved_on_paper() -> None:
    # l* = log p + log(p (1 - p)) / 2 with p = expit b: maximal at p = 3/4, b = log 3, I = 3/16
    fit = firth_cox([1, 2], [1, 0], [1, 0])
    assert fit.coef == pytest.approx([math.log(3)], rel=1e-9)
    assert fit.covariance == pytest.approx(np.array([[16 / 3]]), rel=1e-9)
    assert fit.log_likelihood.fitted == pytest.approx(1.5 * math.log(0.75) + 0.5 * math.log(0.25))
    assert fit.log_likelihood.null == pytest.approx(2 * math.log(0.5))
    assert fit.profile.statistic == pytest.approx([3 * math.log(0.75) + math.log(0.25) + 4 * math.log(2)])
    for limit in (fit.low[0], fit.high[0]):
        p = 1 / (1 + math.exp(-limit))
        fallen = fit.log_likelihood.fitted - 1.5 * math.log(p) - 0.5 * math.log(1 - p)
        assert 2 * fallen == pytest.approx(3.841458820694124, rel=1e-8)


@pytest.mark.parametrize("ties", ["breslow", "efron"])
def test_limits_and_tests_are_those_of_the_profile(ties: str) -> None:
    # second route: l by its definition, its information by differences, the profile by a general minimizer
    t, d, x = data(25, 2, 3)
    fit = firth_cox(t, d, x, ties=ties)

    def log_likelihood(b: np.ndarray) -> float:
        value = 0.0
        for time in np.unique(t[d]):
            risk, dead = t >= time, (t == time) & d
            r = np.exp(x @ b)
            count = int(dead.sum())
            for k in range(count):
                f = k / count if ties == "efron" else 0.0
                value -= math.log(r[risk].sum() - f * r[dead].sum())
            value += float((x[dead] @ b).sum())
        return value

    def penalized(b: np.ndarray) -> float:
        h, eye = 1e-4, np.eye(2)
        info = np.empty((2, 2))
        for i in range(2):
            for j in range(2):
                a, c = h * eye[i], h * eye[j]
                info[i, j] = -(
                    log_likelihood(b + a + c) - log_likelihood(b + a - c)
                    - log_likelihood(b - a + c) + log_likelihood(b - a - c)
                ) / (4 * h * h)  # fmt: skip
        return log_likelihood(b) + 0.5 * math.log(np.linalg.det(info))

    top = penalized(fit.coef)
    assert fit.log_likelihood.fitted == pytest.approx(top, rel=1e-5)
    grid = np.linspace(-0.05, 0.05, 5)
    assert all(penalized(fit.coef + np.array([a, b])) < top + 1e-6 for a in grid for b in grid)
    for limit in (fit.low[0], fit.high[0]):
        best = minimize_scalar(lambda other, at=limit: -penalized(np.array([at, other])), bracket=(-1, 1))
        assert 2 * (top + best.fun) == pytest.approx(3.841459, abs=1e-4)  # differences are worth no more
    best = minimize_scalar(lambda other: -penalized(np.array([0.0, other])), bracket=(-1, 1))
    assert fit.profile.statistic[0] == pytest.approx(2 * (top + best.fun), abs=1e-4)


def test_an_arm_without_events_has_a_finite_ratio() -> None:
    time, event, arm = [1, 2, 3, 4, 5, 6, 7, 8], [1, 1, 1, 0, 0, 0, 0, 0], [0, 0, 0, 0, 1, 1, 1, 1]
    assert not cox(time, event, arm).converged
    fit = firth_cox(time, event, arm)
    assert fit.converged
    assert fit.message == ""
    assert fit.coef[0] == pytest.approx(-2.318718, abs=1e-5)
    assert fit.low[0] < fit.coef[0] < fit.high[0]
    assert np.all(np.isfinite([fit.low[0], fit.high[0], fit.p_value[0]]))
    assert (fit.high[0] < 0) == (fit.p_value[0] < 0.05)


@pytest.mark.parametrize("strata", [None, [1] * 30 + [2] * 3])
def test_a_covariate_that_orders_all_deaths(strata: list[int] | None) -> None:
    # exp(x b) spans more than a float holds at the upper limit; l* here by logarithms of sums
    rng = np.random.default_rng(17)
    x = np.sort(rng.normal(size=30))[::-1]
    t = np.arange(1.0, 31)
    more = (np.r_[t, 1, 2, 3], np.r_[np.ones(30), 0, 0, 0], np.r_[x, 5, 6, 7])  # a stratum without events
    fit = firth_cox(t, np.ones(30), x) if strata is None else firth_cox(*more, strata=strata)

    def penalized(b: float) -> float:
        value = information = 0.0
        for k in range(29):
            eta = b * (x[k:] - x[k])
            p = np.exp(eta - eta.max())
            value -= eta.max() + math.log(p.sum())
            p /= p.sum()
            gap = x[k:] - x[k]
            information += float(p @ gap**2 - (p @ gap) ** 2)
        return value + 0.5 * math.log(information)

    assert fit.message == ""
    top = minimize_scalar(lambda b: -penalized(b), bounds=(0, 4 * fit.coef[0]), method="bounded")
    assert fit.coef[0] == pytest.approx(top.x, rel=1e-4)
    for limit in (fit.low[0], fit.high[0]):
        assert 2 * (penalized(fit.coef[0]) - penalized(limit)) == pytest.approx(3.8414588, rel=1e-5)


def test_many_events_bring_back_the_ordinary_estimate() -> None:
    gaps = []
    for n in (200, 2000, 20000):
        t, d, x = data(n, 1, 5)
        fit, plain = firth_cox(t, d, x), cox(t, d, x, ties="breslow")
        gaps.append(abs(fit.coef[0] - plain.coef[0]) * n)
        assert fit.low[0] == pytest.approx(plain.low[0], abs=20 / n)
    assert max(gaps) < 5  # the penalty is worth a fixed number of rows


@pytest.mark.parametrize("ties", ["breslow", "efron"])
def test_flipped_and_rescaled(ties: str) -> None:
    t, d, x = data(30, 3, 7)
    fit = firth_cox(t, d, x, ties=ties)
    scale = np.array([-1.0, 1e6, 1e-6])
    other = firth_cox(t, d, x * scale + [5.0, -1e7, 0.0], ties=ties)
    assert other.coef * scale == pytest.approx(fit.coef, rel=1e-7)
    assert other.high[1:] * scale[1:] == pytest.approx(fit.high[1:], rel=1e-7)
    assert -other.low[0] == pytest.approx(fit.high[0], rel=1e-7)
    assert other.p_value == pytest.approx(fit.p_value, rel=1e-6)
    moved = np.log(np.abs(scale)).sum()
    assert other.log_likelihood.fitted == pytest.approx(fit.log_likelihood.fitted + moved, rel=1e-9)


def test_weights_entry_strata_and_order() -> None:
    t, d, x = data(40, 2, 9)
    entry, strata = np.minimum(t - 1, np.arange(40) % 5), np.arange(40) % 3
    w = 1 + np.arange(40) % 3
    fit = firth_cox(t, d, x, entry=entry, strata=strata, weight=w)
    twice = np.repeat(np.arange(40), w)
    long = firth_cox(t[twice], d[twice], x[twice], entry=entry[twice], strata=strata[twice])
    assert long.coef == pytest.approx(fit.coef, rel=1e-8)
    assert long.high == pytest.approx(fit.high, rel=1e-8)
    mixed = np.random.default_rng(1).permutation(40)
    again = firth_cox(t[mixed], d[mixed], x[mixed], entry=entry[mixed], strata=strata[mixed], weight=w[mixed])
    assert again.p_value == pytest.approx(fit.p_value, rel=1e-7)
    zero = np.r_[w, 0.0]
    more = firth_cox(
        np.r_[t, 500], np.r_[d, True], np.r_[x, [[9, 9]]], entry=np.r_[entry, 0], strata=np.r_[strata, 7], weight=zero
    )
    assert more.coef == pytest.approx(fit.coef, rel=1e-12)


def test_level_and_wald() -> None:
    t, d, x = data(30, 1, 11)
    wide, narrow = firth_cox(t, d, x, level=0.99), firth_cox(t, d, x, level=0.5)
    assert wide.low[0] < narrow.low[0] < narrow.high[0] < wide.high[0]
    assert wide.wald_high - wide.coef == pytest.approx(2.5758293 * wide.std_error, rel=1e-7)
    assert wide.z == pytest.approx(wide.coef / wide.std_error)
    assert wide.wald.statistic == pytest.approx(wide.z[0] ** 2)


def test_columns_without_a_coefficient_are_named() -> None:
    t, d, x = data(30, 1, 13)
    fit = firth_cox(t, d, np.column_stack([np.ones(30), x, 2 * x]))
    assert np.isnan(fit.coef).tolist() == [True, False, True]
    assert "column 0" in fit.message
    assert "column 2" in fit.message
    assert fit.coef[1] == pytest.approx(firth_cox(t, d, x).coef[0], rel=1e-9)


def test_huge_times() -> None:
    assert firth_cox([1e300, 2e300, 3e300], [1, 1, 1], [1, 1, 0]).coef == pytest.approx([1.3291039], abs=5e-8)


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (([-1, 2], [1, 1], [0, 1]), "time has 1 negative"),
        (([np.nan, 2], [1, 1], [0, 1]), "time has 1 missing"),
        (([1, 2], [0, 0], [0, 1]), "event holds no event"),
        (([1, 2], [1, 0, 1], [0, 1]), "event has 3 values"),
        (([1, 2], [1, 0], [0, 1, 1]), "x has 3 rows"),
        (([], [], []), "time is empty"),
        (([1, 2], [1, 0], [1, 1]), "x has no column that varies"),
        (([1], [1], [1]), "x has no column that varies"),
    ],
)
def test_bad_input(arguments: tuple[Any, ...], words: str) -> None:
    with pytest.raises(ValueError, match=words):
        firth_cox(*arguments)


def test_bad_choices() -> None:
    with pytest.raises(ValueError, match="ties must be one of"):
        firth_cox([1, 2], [1, 0], [0, 1], ties="exact")
    with pytest.raises(ValueError, match="level must lie between"):
        firth_cox([1, 2], [1, 0], [0, 1], level=95)
    with pytest.raises(ValueError, match="weight must be 0 or lie between"):
        firth_cox([1, 2], [1, 0], [0, 1], weight=[1e300, 1])


def test_a_limit_that_is_not_found_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("onearm.stats._cox_firth_profile._OUTWARD", 0)
    fit = firth_cox([1, 2, 3], [1, 1, 1], [1, 1, 0])
    assert np.isnan([fit.low[0], fit.high[0]]).all()
    assert "the profile of column 0 does not fall far enough" in fit.message
    assert fit.p_value == pytest.approx([0.33875], abs=1e-5)
