"""Limits of a survival curve for small samples."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest

from onearm.stats.binomial import proportion_interval
from onearm.stats.survival import beta_product, kaplan_meier

DRUG = [6, 6, 6, 6, 7, 9, 10, 10, 11, 13, 16, 17, 19, 20, 22, 23, 25, 32, 32, 34, 35]
SEEN = [1, 1, 1, 0, 1, 0, 1, 0, 0, 1, 1, 0, 0, 0, 1, 1, 0, 0, 0, 0, 0]


def close(ours: Any, theirs: Any, rtol: float = 1e-8, atol: float = 1e-13) -> None:
    np.testing.assert_allclose(np.asarray(ours, dtype=float), np.asarray(theirs, dtype=float), rtol=rtol, atol=atol)


def test_printed_example() -> None:
    # vignette of R's bpcp, failures at 3, 7, 8, 14, on the intervals from 0, 3, 7, 8 and 14
    r = beta_product([3, 7, 8, 14], [1, 1, 1, 1])
    low = [r.start_low, *r.low]
    assert np.round(low, 9).tolist() == [0.397635364, 0.194120450, 0.067585986, 0.006309463, 0.0]
    assert r.high.round(7).tolist() == [0.9936905, 0.9324140, 0.8058796, 0.6023646]


@pytest.mark.parametrize("mid_p", [False, True])
@pytest.mark.parametrize("level", [0.95, 0.8])
def test_without_censoring_they_are_binomial(mid_p: bool, level: float) -> None:
    time = [1, 2, 2, 2, 3, 5, 5, 8, 9, 11, 12]  # ties too
    r = beta_product(time, [1] * 11, level=level, mid_p=mid_p)
    method = "mid-p" if mid_p else "clopper-pearson"
    for at in (0.5, 1, 2, 2.5, 3, 5, 8, 9, 11, 12, 20):
        alive = sum(t > at for t in time)
        theirs = proportion_interval(alive, 11, level, method)
        ours = r.at(at)
        close([ours.low[0], ours.high[0]], [theirs.low, theirs.high], rtol=1e-10)


@pytest.mark.parametrize("name", ["drug", "aml", "veteran"])
def test_against_r(name: str, r_values: Any, aml: Any, request: pytest.FixtureRequest) -> None:
    if name == "veteran":
        table = request.getfixturevalue("shared")("veteran")
        rows = (table["time"], table["status"])
    else:
        rows = (DRUG, SEEN) if name == "drug" else (aml["time"], aml["status"])
    theirs, ours = r_values("one_sample")[f"beta_{name}"], beta_product(*rows)
    close(ours.time, theirs["time"])
    close(ours.low, theirs["low"])
    close(ours.high, theirs["high"])


@pytest.mark.parametrize("mid_p", [False, True])
def test_against_drawn_products_of_betas(mid_p: bool) -> None:
    # drawing 400,000 leaves 0.002; matching two moments up to 0.02 where one is left at risk, 0.006 before
    rng = np.random.default_rng(6)
    r, exact = beta_product(DRUG, SEEN, mid_p=mid_p), beta_product(DRUG, SEEN, mid_p=mid_p, method="exact")
    t, d = np.array(DRUG), np.array(SEEN)
    product = np.ones(400_000)
    for k, now in enumerate(r.time):
        n, events = int(np.sum(t >= now)), int(np.sum((t == now) & (d == 1)))
        for j in range(events):
            product = product * rng.beta(n - j, 1, product.size)
        left = int(np.sum(t > now))
        below = product * rng.beta(left, 1, product.size) if left else np.zeros_like(product)
        low, high = (np.r_[below, product],) * 2 if mid_p else (below, product)
        drawn = [np.quantile(low, 0.025), np.quantile(high, 0.975)]
        assert [exact.low[k], exact.high[k]] == pytest.approx(drawn, abs=0.002)
        assert [r.low[k], r.high[k]] == pytest.approx(drawn, abs=0.008 if left > 3 else 0.02)
        if left:
            a, b = r.lower_shape[k]
            assert a / (a + b) == pytest.approx(below.mean(), abs=1e-3)
            assert a * b / (a + b) ** 2 / (a + b + 1) == pytest.approx(below.var(), rel=0.02)


def test_exact_by_hand() -> None:
    # 4 subjects, one censored after the first event: W- = Beta(4, 1), W+ = Beta(4, 1) Beta(2, 1), whose distribution is
    # P(W+ <= q) = 2 q^2 - q^4 (partial fractions of 4 / (4 + z) 2 / (2 + z))
    r = beta_product([1, 2, 3, 4], [1, 0, 1, 0], method="exact")
    assert 2 * r.low[1] ** 2 - r.low[1] ** 4 == pytest.approx(0.025, rel=1e-11)
    assert r.high[1] == pytest.approx(0.975**0.25, rel=1e-11)
    # after the event at 3, with one left: W- = Beta(4, 1) Beta(2, 1)
    assert 2 * r.high[2] ** 2 - r.high[2] ** 4 == pytest.approx(0.975, rel=1e-11)
    assert r.low[3] == 0


@pytest.mark.parametrize("mid_p", [False, True])
def test_exact_without_censoring_is_binomial(mid_p: bool) -> None:
    r = beta_product(np.arange(1, 61), np.ones(60), mid_p=mid_p, method="exact")
    for alive in (59, 44, 20, 3, 1, 0):
        theirs = proportion_interval(alive, 60, method="mid-p" if mid_p else "clopper-pearson")
        k = 59 - alive
        close([r.low[k], r.high[k]], [theirs.low, theirs.high], rtol=1e-9)


def test_first_censorings_by_hand() -> None:
    # 5 subjects, one censored before the first event: the next event is among 4, W+ = Beta(4, 1), quantile 0.025^(1/4)
    r = beta_product([2, 4, 6, 7, 9], [0, 1, 0, 1, 1])
    assert r.start_low == pytest.approx(0.025 ** (1 / 5), rel=1e-12)
    assert r.low[0] == pytest.approx(0.025**0.25, rel=1e-12)
    assert r.high[0] == 1
    # after the event at 4: W- = Beta(4, 1); W+ = Beta(4, 1) Beta(3, 1) = Beta(3, 2)
    assert r.upper_shape[1].round(9).tolist() == [4, 1]
    assert r.lower_shape[1].round(9).tolist() == [3, 2]
    assert r.high[1] == pytest.approx(0.975**0.25, rel=1e-12)
    # censored at 6: W+ = Beta(4, 1) Beta(2, 1), mean 8/15, second moment 2/3 * 1/2
    a, b = r.lower_shape[2]
    assert a / (a + b) == pytest.approx(8 / 15, rel=1e-12)
    assert a * (a + 1) / ((a + b) * (a + b + 1)) == pytest.approx(1 / 3, rel=1e-12)


@pytest.mark.parametrize("mid_p", [False, True])
def test_limits_hold_the_curve_and_fall(mid_p: bool, aml: Any) -> None:
    for rows in ((DRUG, SEEN), (aml["time"], aml["status"])):
        r = beta_product(*rows, mid_p=mid_p)
        assert np.all(r.low <= r.survival)
        assert np.all(r.survival <= r.high)
        assert np.all(np.diff(r.low) <= 1e-12)
        assert np.all(np.diff(r.high) <= 1e-12)
        close(r.survival, kaplan_meier(*rows).survival)
        close(r.time, kaplan_meier(*rows).time)
    exact, mid = beta_product(DRUG, SEEN), beta_product(DRUG, SEEN, mid_p=True)
    assert np.all(mid.high <= exact.high)
    assert np.all(mid.low >= exact.low)


def test_reading_and_median() -> None:
    r = beta_product(DRUG, SEEN)
    at = r.at([0, 6, 6.5, 10, 35, 40])
    close(at.low, [r.start_low, r.low[0], r.low[0], r.low[3], 0, 0])
    close(at.high, [1, r.high[0], r.high[0], r.high[3], r.high[-1], r.high[-1]])
    assert at.survival[:4].round(4).tolist() == [1, 0.8571, 0.8571, 0.7529]
    assert math.isnan(at.survival[-1])
    m = r.median()
    assert m.value == 23
    assert m.low == 11  # the lower limits are 0.5008 at 10 weeks and 0.4936 at 11
    assert m.high is None
    four = beta_product([3, 7, 8, 14], [1, 1, 1, 1]).median()
    assert (four.value, four.low, four.high) == (7, 0, None)
    nine = beta_product(np.arange(1, 10), np.ones(9)).median()
    # order statistics 2 and 8 of 9: the classical limits of a median at 95 %
    assert (nine.value, nine.low, nine.high) == (5, 2, 8)


def test_order_and_unit_do_not_matter() -> None:
    shuffle = np.random.default_rng(9).permutation(21)
    base, moved = beta_product(DRUG, SEEN), beta_product(np.array(DRUG)[shuffle] / 7, np.array(SEEN)[shuffle])
    close(moved.low, base.low)
    close(moved.high, base.high)


def test_many_subjects_lose_no_digits() -> None:
    # uncensored: still Clopper-Pearson
    n = 40_000
    r = beta_product(np.arange(1, n + 1), np.ones(n))
    for alive in (1, 777, 20_000, n - 3):
        theirs = proportion_interval(alive, n)
        k = n - alive - 1
        close([r.low[k], r.high[k]], [theirs.low, theirs.high], rtol=1e-7)
    half = beta_product(np.arange(n), np.arange(n) % 2)
    assert np.all(half.low <= half.survival)
    assert np.all(half.survival <= half.high)


def test_edges() -> None:
    alive = beta_product([4, 5, 1e300], [0, 0, 0])
    assert alive.high.tolist() == [1, 1, 1]
    close(alive.low, [0.025**0.5, 0.025, 0])
    assert alive.median().value is None
    one = beta_product([3], [1])
    close([one.start_low, one.low[0], one.high[0]], [0.025, 0, 0.975])
    mid = beta_product([4, 5, 6], [0, 0, 0], mid_p=True)
    close(mid.low, [0.05**0.5, 0.05, 0])
    for arguments, words in (
        (([-1], [1]), "time has 1 negative"),
        (([1, 2], [1]), "event has 1 values"),
        (([], []), "time is empty"),
    ):
        with pytest.raises(ValueError, match=words):
            beta_product(*arguments)
    with pytest.raises(ValueError, match="level"):
        beta_product([1], [1], level=0)
    with pytest.raises(ValueError, match="method must be one of"):
        beta_product([1], [1], method="bootstrap")
    with pytest.raises(ValueError, match="at most 500 subjects"):
        beta_product(np.arange(501), np.ones(501), method="exact")
    with pytest.raises(ValueError, match="p must lie"):
        one.quantile(1)
    with pytest.raises(ValueError, match="times has 1 missing"):
        one.at(math.nan)


@pytest.mark.slow
def test_coverage_beside_the_log_log_limits() -> None:
    """Ten exponential subjects, 40 % of them censored, read where survival is 0.5 and 0.3; errors of each limit.

    ========  ===========  ===========  ===========  ===========
    limits    low, at 0.5  high         low, at 0.3  high
    ========  ===========  ===========  ===========  ===========
    moments   0.0040       0.0105       0.0025       0.0000
    exact     0.0040       0.0115       0.0025       0.0000
    mid-p     0.0140       0.0205       0.0090       0.0060
    log-log   0.0050       0.0260       0.0185       0.0000
    ========  ===========  ===========  ===========  ===========
    """
    rng = np.random.default_rng(17)
    count, n, truth = 2000, 10, np.array([0.5, 0.3])
    wrong = {name: np.zeros((2, 2)) for name in ("moments", "mid-p", "log-log")}
    for _ in range(count):
        life, censor = rng.exponential(1, n), rng.exponential(1.5, n)
        rows = (np.minimum(life, censor), life <= censor)
        for name, r in (
            ("moments", beta_product(*rows).at(-np.log(truth))),
            ("mid-p", beta_product(*rows, mid_p=True).at(-np.log(truth))),
            ("log-log", kaplan_meier(*rows).at(-np.log(truth), extend=True)),
        ):
            wrong[name] += np.stack([r.low > truth, r.high < truth], axis=1)
    rates = {name: w / count for name, w in wrong.items()}
    assert np.all(rates["moments"] <= 0.025 + 3 * math.sqrt(0.025 * 0.975 / count)), rates
    assert np.all(rates["mid-p"].sum(axis=1) <= 0.05 + 3 * math.sqrt(0.05 * 0.95 / count)), rates
    assert rates["log-log"][1, 0] > rates["moments"][1, 0], rates
