"""Imputation and Rubin's rules: printed examples, properties, known truth, refusals."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from onearm.stats._imputation_draw import nearest
from onearm.stats.imputation import impute, missing_indicator, rubin

NAN = float("nan")


def spread(mean: float, between: float, m: int = 5) -> np.ndarray[Any, Any]:
    """m numbers with this mean and this variance."""
    steps = np.arange(m) - (m - 1) / 2
    return np.asarray(mean + steps * np.sqrt(between / steps.var(ddof=1)))


@pytest.mark.parametrize(
    ("between", "within", "mean", "total", "df", "increase", "limits"),
    [  # SAS/STAT manual, procedure MI, fitness data: 31 men, 5 data sets
        (0.056930, 0.954041, 47.094040, 1.022356, 25.549, 0.071606, (45.0139, 49.1742)),
        (0.000811, 0.064496, 10.572073, 0.065469, 27.721, 0.015084, (10.0477, 11.0964)),
        (0.922032, 3.269089, 171.787793, 4.375528, 15.753, 0.338450, (167.3478, 176.2278)),
    ],
)
def test_the_manual_of_sas(
    between: float, within: float, mean: float, total: float, df: float, increase: float, limits: tuple[float, float]
) -> None:
    p = rubin(spread(mean, between), [within] * 5, df_complete=30)
    assert p.estimate[0] == pytest.approx(mean)
    assert p.total[0] == pytest.approx(total, abs=2e-6)
    assert p.df[0] == pytest.approx(df, abs=2e-3)
    assert p.increase[0] == pytest.approx(increase, rel=1e-3)
    assert (p.conf_low[0], p.conf_high[0]) == pytest.approx(limits, abs=1e-4)


@pytest.mark.parametrize(
    ("within", "between", "df", "increase", "share", "fmi"),
    [  # a linear model of 100 rows pooled by R's mice over 5 data sets, as printed: 95 complete degrees of freedom
        (1.142564e05, 4.113064e04, 26.22033, 0.43198246, 0.3016674, 0.34946514),
        (1.029258e02, 3.885445e01, 25.05433, 0.45299931, 0.3117684, 0.36083262),
        (4.033598e-01, 3.798569e-01, 10.72323, 1.13007857, 0.5305337, 0.59895297),
        (4.089335e-01, 4.024359e-02, 67.55155, 0.11809330, 0.1056203, 0.13097419),
        (1.389410e01, 8.912496e-01, 77.82180, 0.07697507, 0.0714734, 0.09445053),
    ],
)
def test_what_mice_prints(within: float, between: float, df: float, increase: float, share: float, fmi: float) -> None:
    p = rubin(spread(2.0, between), [within] * 5, df_complete=95)
    found = (p.df[0], p.increase[0], p.share[0], p.fmi[0])
    assert found == pytest.approx((df, increase, share, fmi), rel=2e-6)
    assert p.efficiency[0] == pytest.approx(1 / (1 + fmi / 5), rel=2e-6)


def test_without_variance_between_the_analysis_is_that_of_one_data_set() -> None:
    p = rubin([0.5] * 4, [0.04] * 4)
    assert p.df[0] == np.inf
    assert p.std_error[0] == pytest.approx(0.2)
    assert p.conf_high[0] == pytest.approx(0.5 + 1.959964 * 0.2, abs=1e-6)
    assert p.fmi[0] == 0
    few = rubin([0.5] * 4, [0.04] * 4, df_complete=20)
    assert few.df[0] == pytest.approx(21 / 23 * 20)  # Barnard & Rubin: below 20 even then


def test_several_quantities_are_pooled_one_by_one() -> None:
    q, u = np.array([[1.0, 2], [1.2, 2.5], [0.9, 2.2]]), np.array([[0.1, 0.2], [0.12, 0.21], [0.11, 0.2]])
    both = rubin(q, u)
    for j in range(2):
        assert rubin(q[:, j], u[:, j]).df[0] == pytest.approx(both.df[j])


@pytest.mark.parametrize(
    ("q", "u", "more", "says"),
    [
        ([1.0], [1.0], {}, "estimates must be"),
        ([1.0, 2.0], [1.0], {}, "variances has shape"),
        ([1.0, NAN], [1.0, 1.0], {}, "no data set may fail"),
        ([1.0, 2.0], [1.0, 0.0], {}, "variances must be positive"),
        ([1.0, 2.0], [1.0, 1.0], {"df_complete": 0}, "df_complete"),
        ([1.0, 2.0], [1.0, 1.0], {"level": 1}, "level"),
    ],
)
def test_what_cannot_be_pooled_is_refused(q: Any, u: Any, more: Any, says: str) -> None:
    with pytest.raises(ValueError, match=says):
        rubin(q, u, **more)


def mixed(n: int, seed: int, gaps: float = 0.15) -> tuple[np.ndarray[Any, Any], list[str]]:
    rng = np.random.default_rng(seed)
    x = rng.normal(size=(n, 5))
    x[:, 1] += x[:, 0]
    x[:, 2] = x[:, 0] + rng.normal(size=n) > 0
    x[:, 3] = rng.integers(0, 3, n)
    full = x.copy()
    x[:, :4][rng.random((n, 4)) < gaps] = NAN
    return (x if gaps else full), ["number", "number", "category", "category", "number"]


@pytest.mark.parametrize("numbers", ["pmm", "normal"])
def test_observed_values_stay_and_gaps_get_possible_values(numbers: str) -> None:
    x, kinds = mixed(120, 3)
    done = impute(x, kinds, imputations=4, numbers=numbers, seed=5)
    seen = ~np.isnan(x)
    for k in range(4):
        full = done.complete(k)
        assert np.array_equal(full[seen], x[seen])
        assert np.isfinite(full).all()
        assert set(full[:, 2]) <= {0.0, 1.0}
        assert set(full[:, 3]) <= {0.0, 1.0, 2.0}
        if numbers == "pmm":
            for j in (0, 1):
                assert set(full[~seen[:, j], j]) <= set(x[seen[:, j], j])
    assert not np.array_equal(done.complete(0), done.complete(1))


def test_the_same_seed_gives_the_same_draws_whatever_their_number() -> None:
    x, kinds = mixed(80, 1)
    few, many = impute(x, kinds, imputations=2, seed=9), impute(x, kinds, imputations=5, seed=9)
    assert np.array_equal(few.complete(1), many.complete(1))
    assert not np.array_equal(impute(x, kinds, imputations=2, seed=10).complete(1), few.complete(1))


def test_without_gaps_nothing_is_changed() -> None:
    x, kinds = mixed(40, 2, gaps=0)
    done = impute(x, kinds, imputations=3)
    assert all(np.array_equal(done.complete(k), x) for k in range(3))
    assert done.columns.size == 0
    assert not done.message


def test_incomplete_columns_are_drawn_fewest_gaps_first() -> None:
    x, kinds = mixed(60, 4, gaps=0)
    for j, gaps in ((0, 9), (1, 3), (4, 6)):
        x[:gaps, j] = NAN
    assert impute(x, kinds, imputations=2).columns.tolist() == [1, 4, 0]


def test_a_deterministic_relation_is_recovered() -> None:
    a = np.arange(30.0)
    x = np.c_[a, 5 - 2 * a, a % 2]
    x[[3, 17], 1] = NAN
    done = impute(x, ["number"] * 3, numbers="normal", imputations=3)
    for k in range(3):
        np.testing.assert_allclose(done.complete(k)[[3, 17], 1], [-1, -29], rtol=1e-9)


def test_a_category_tied_to_a_group_follows_it() -> None:
    group = np.repeat([0.0, 1.0], 60)
    x = np.c_[group, group]
    x[::10, 1] = NAN
    done = impute(x, ["category", "category"], imputations=20, seed=2)
    right = np.mean([done.complete(k)[::10, 1] == group[::10] for k in range(20)])
    assert right > 0.9  # the added data keep the odds finite


def test_one_observed_value_fills_its_gaps_and_that_is_said() -> None:
    x = np.c_[np.arange(12.0), np.r_[np.full(10, 2.0), NAN, NAN]]
    done = impute(x, ["number", "number"], imputations=2)
    assert done.complete(0)[10:, 1].tolist() == [2.0, 2.0]
    assert "column 1: one value only" in done.message


def test_donors_are_the_nearest_each_as_likely() -> None:
    observed = np.array([5.0, 1, 9, 2, 4, 3])
    rng = np.random.default_rng(1)
    drawn = observed[nearest(observed, np.full(6000, 2.1), 3, rng)]
    values, counts = np.unique(drawn, return_counts=True)
    assert values.tolist() == [1, 2, 3]
    assert np.all(np.abs(counts - 2000) < 4 * np.sqrt(6000 * 2 / 9))
    ends = observed[nearest(observed, np.array([-5.0, 50.0]), 1, rng)]
    assert ends.tolist() == [1, 9]


@given(st.integers(1, 6), st.lists(st.integers(-3, 3).map(float), min_size=6, max_size=20), st.integers(0, 99))
@settings(max_examples=60, deadline=None)
def test_no_value_is_nearer_than_the_donors(donors: int, observed: list[float], seed: int) -> None:
    seen, rng = np.array(observed), np.random.default_rng(seed)
    for wanted in (-3.4, 0.1, 2.6):
        far = np.sort(np.abs(seen - wanted))[donors - 1]
        chosen = nearest(seen, np.full(20, wanted), donors, rng)
        assert np.all(np.abs(seen[chosen] - wanted) <= far)


def test_r_hat_by_hand() -> None:
    from onearm.stats.imputation import _r_hat

    late = np.array([[1.0, 3.0], [2.0, 6.0]])  # 2 iterations of 2 chains: W = (1/2 + 9/2)/2, B/n = var(1.5, 4.5)
    trace = np.concatenate([np.zeros((2, 2)), late])[:, :, None]
    assert _r_hat(trace)[0] == pytest.approx(np.sqrt(1 / 2 + 4.5 / 2.5))
    short = np.c_[np.arange(6.0), [2, NAN, 4, 5, 7, 7]]
    assert "no R-hat" in impute(short, ["number"] * 2, iterations=2).message


def test_chains_of_a_sound_table_agree() -> None:
    x, kinds = mixed(200, 8)
    done = impute(x, kinds, imputations=10, iterations=20)
    assert done.trace_mean.shape == (20, 10, 4)
    assert np.all(done.r_hat_mean < 1.2)
    assert np.all(done.r_hat_sd < 1.2)


@pytest.mark.parametrize(
    ("x", "kinds", "more", "says"),
    [
        ([[1.0, NAN], [2, NAN]], ["number"] * 2, {}, "no observed value in column 1"),
        ([[1.0, 2.0]], ["number"], {}, "kinds must be 2 words"),
        ([[1.0, 2.0]], ["number", "text"], {}, "kinds must be one of"),
        ([1.0, 2.0], ["number"], {}, "matrix"),
        ([[1.0, np.inf]], ["number"] * 2, {}, "too large"),
        ([[1.0, NAN], [2, 3], [3, 4]], ["number"] * 2, {}, "3 are needed: use fewer columns"),
        ([[i, i if i else NAN] for i in range(5)], ["number"] * 2, {}, "donors is 5 and column 1 has 4"),
        ([[i, i if i else NAN] for i in range(5)], ["number", "category"], {}, "4 observed values of 4 categories"),
        ([[1.0, 2.0]], ["number"] * 2, {"imputations": 0}, "imputations must be"),
        ([[1.0, 2.0]], ["number"] * 2, {"seed": -1}, "seed must be"),
        ([[1.0, 2.0]], ["number"] * 2, {"numbers": "mean"}, "numbers must be one of"),
    ],
)
def test_what_cannot_be_imputed_is_refused(x: Any, kinds: Any, more: Any, says: str) -> None:
    with pytest.raises(ValueError, match=says):
        impute(x, kinds, **more)


def test_there_is_no_data_set_beyond_the_last() -> None:
    with pytest.raises(ValueError, match="of must be a number from 0 to 1"):
        impute([[1.0, 2.0]], ["number"] * 2, imputations=2).complete(2)


def test_the_constant_of_the_indicator_method_changes_no_other_coefficient() -> None:
    x, _ = mixed(100, 6)
    x = x[:, [0, 4]]
    y = np.arange(100) % 7 + x[:, 1]
    done = missing_indicator(x)
    assert done.columns.tolist() == [0]
    assert done.filled[np.isnan(x[:, 0]), 0] == pytest.approx(np.nanmean(x[:, 0]))

    def slopes(filled: Any) -> Any:
        return np.linalg.lstsq(np.c_[np.ones(100), filled, done.indicator], y, rcond=None)[0][1:3]

    other = done.filled.copy()
    other[np.isnan(x[:, 0]), 0] = 17.0
    np.testing.assert_allclose(slopes(done.filled), slopes(other), rtol=1e-9)


@pytest.mark.slow
@pytest.mark.parametrize(("numbers", "least"), [("pmm", 0.89), ("normal", 0.92)])
def test_missing_at_random_known_truth(numbers: str, least: float) -> None:
    """y = x + noise, y missing more often where x is high: complete cases are biased, imputation is not.

    Two thirds of the highest are missing, and donors there are few: matching covers less than 95 in 100.
    """
    runs, n, truth = 400, 200, 0.0
    rng = np.random.default_rng(20)
    crude, pooled, covered = [], [], []
    for run in range(runs):
        x = rng.normal(size=n)
        y = x + rng.normal(size=n)
        gap = rng.random(n) < 0.7 / (1 + np.exp(-2 * x))
        seen = np.where(gap, NAN, y)
        crude.append(np.nanmean(seen))
        done = impute(np.c_[x, seen], ["number"] * 2, imputations=10, iterations=1, numbers=numbers, seed=run)
        sets = [done.complete(k)[:, 1] for k in range(10)]
        p = rubin([s.mean() for s in sets], [s.var(ddof=1) / n for s in sets], df_complete=n - 1)
        pooled.append(p.estimate[0])
        covered.append(p.conf_low[0] <= truth <= p.conf_high[0])
    assert np.mean(crude) < -0.2
    assert abs(np.mean(pooled)) < 0.03
    assert least <= np.mean(covered) <= 0.98


@pytest.mark.slow
def test_a_category_missing_at_random_known_truth() -> None:
    """Shares of three classes that depend on x, missing more often where x is high."""
    runs, n = 200, 300
    rng = np.random.default_rng(21)
    errors, covered = [], []
    t = np.linspace(-8, 8, 4001)
    density = np.exp(-t * t / 2) / np.sqrt(2 * np.pi)
    truth = float(np.sum(density * np.exp(t) / (1 + np.exp(t) + np.exp(-t))) * (t[1] - t[0]))
    for run in range(runs):
        x = rng.normal(size=n)
        share = np.exp(np.c_[np.zeros(n), x, -x])
        code = (rng.random((n, 1)) > np.cumsum(share / share.sum(axis=1, keepdims=True), axis=1)).sum(axis=1)
        seen = np.where(rng.random(n) < 0.6 / (1 + np.exp(-2 * x)), NAN, code)
        done = impute(np.c_[x, seen], ["number", "category"], imputations=10, iterations=1, seed=run)
        hits = [done.complete(k)[:, 1] == 1 for k in range(10)]
        p = rubin([h.mean() for h in hits], [h.mean() * (1 - h.mean()) / n for h in hits])
        errors.append(p.estimate[0] - truth)
        covered.append(p.conf_low[0] <= truth <= p.conf_high[0])
    assert abs(np.mean(errors)) < 0.01
    assert 0.91 <= np.mean(covered) <= 0.985
