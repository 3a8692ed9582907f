"""Beta quantiles against SciPy's, over every count that a trial may have and over extreme ones."""

from __future__ import annotations

import pytest
from scipy.special import betainc, betaincc, betainccinv, betaincinv

from onearm.stats._beta import beta_quantile, beta_tails


@pytest.mark.parametrize("n", [1, 2, 7, 48, 200, 5000])
@pytest.mark.parametrize("q", [0.5, 0.05, 0.025, 0.005, 1e-6])
def test_quantiles(n: int, q: float) -> None:
    for x in sorted({1, 2, n // 3, n // 2, n - 1, n} - {0, n + 1}):
        for plus in (0.0, 0.5):
            a, b = x + plus, n - x + 1 - plus
            assert beta_quantile(q, a, b) == pytest.approx(betaincinv(a, b, q), rel=1e-11)
            assert beta_quantile(q, a, b, upper=True) == pytest.approx(betainccinv(a, b, q), rel=1e-11)


@pytest.mark.parametrize(("a", "b"), [(0.5, 0.5), (1, 1e6), (1e5, 3), (3e5, 7e5), (250_000, 750_000.5)])
def test_extreme_shapes(a: float, b: float) -> None:
    for q in (0.975, 0.5, 0.025):
        assert beta_quantile(q, a, b) == pytest.approx(betaincinv(a, b, q), rel=1e-9)


def test_tails() -> None:
    for x in (0.001, 0.2, 0.5, 0.77, 0.999):
        for a, b in ((3, 2), (44, 5), (0.5, 48.5), (1, 1)):
            lower, upper = beta_tails(x, a, b)
            assert lower == pytest.approx(betainc(a, b, x), rel=1e-12, abs=1e-15)
            assert upper == pytest.approx(betaincc(a, b, x), rel=1e-12, abs=1e-15)
    assert beta_tails(0, 2, 3) == (0.0, 1.0)
    assert beta_tails(1, 2, 3) == (1.0, 0.0)
