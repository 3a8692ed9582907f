"""Bias analysis of two-by-two tables: the examples of the R package episensr (from Fox, MacLehose & Lash, Applying
Quantitative Bias Analysis, and Fox et al. 2023), round trips, and refusals.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.special import betainc

from onearm.stats._bias_draws import quantiles
from onearm.stats.sensitivity import misclassification, probabilistic_bias, selection_bias, unmeasured_confounder

HIV = (215, 883, 1449, 5745)  # cases among exposed and unexposed, episensr's 215, 1449 / 668, 4296
SMOKING = (4558, 50863, 3428, 49513)


@pytest.mark.parametrize(
    ("table", "of", "se", "sp", "rr", "odds"),
    [
        (HIV, "exposure", 0.78, 0.99, 0.9614, 0.9491),
        (HIV, "exposure", (0.13, 0.78), (0.91, 1.0), 82.2725, 237.0529),
        (SMOKING, "outcome", 0.53, 0.99, 1.3440, 1.4062),
        (SMOKING, "outcome", (0.78, 0.75), (0.92, 0.97), 0.2520, 0.2416),
    ],
)
def test_misclassification(table: Any, of: str, se: Any, sp: Any, rr: float, odds: float) -> None:
    found = misclassification(*table, sensitivity=se, specificity=sp, of=of)
    np.testing.assert_allclose([found.risk_ratio, found.odds_ratio], [rr, odds], atol=6e-5)


def test_crude_measures() -> None:
    found = misclassification(*HIV, sensitivity=1, specificity=1)
    np.testing.assert_allclose([found.crude_risk_ratio, found.crude_odds_ratio], [0.9654, 0.9542], atol=5e-5)
    assert (found.risk_ratio, found.odds_ratio) == (found.crude_risk_ratio, found.crude_odds_ratio)
    assert (found.x1, found.n1, found.x0, found.n0) == HIV


@given(
    st.tuples(st.integers(5, 60), st.integers(5, 60), st.integers(5, 60), st.integers(5, 60)),
    st.floats(0.6, 1), st.floats(0.6, 1), st.floats(0.6, 1), st.floats(0.6, 1),
    st.sampled_from(["outcome", "exposure"]),
)  # fmt: skip
def test_correction_undoes_the_error(cells: Any, se1: float, se0: float, sp1: float, sp0: float, of: str) -> None:
    """A true table, misread as the model says, comes back."""
    a, b, c, d = cells
    if of == "outcome":
        x1, x0 = se1 * a + (1 - sp1) * b, se0 * c + (1 - sp0) * d
        observed = x1, a + b, x0, c + d
    else:
        x1, y1 = se1 * a + (1 - sp1) * c, se0 * b + (1 - sp0) * d
        observed = x1, x1 + y1, a + c - x1, a + b + c + d - x1 - y1
    found = misclassification(*observed, sensitivity=(se1, se0), specificity=(sp1, sp0), of=of)
    np.testing.assert_allclose([found.x1, found.n1, found.x0, found.n0], [a, a + b, c, c + d], rtol=1e-9)


def test_selection_and_confounding() -> None:
    found = selection_bias(136, 433, 107, 272, probabilities=[0.94, 0.85, 0.64, 0.25])
    np.testing.assert_allclose(
        [found.crude_risk_ratio, found.crude_odds_ratio, found.risk_ratio, found.odds_ratio],
        [0.7984, 0.7061, 1.4838, 1.6346],
        atol=5e-5,
    )
    found = unmeasured_confounder(105, 632, 85, 178, ratio=0.63, p1=0.8, p0=0.05)
    np.testing.assert_allclose([found.crude_risk_ratio, found.risk_ratio], [0.3479, 0.4851], atol=5e-5)
    assert found.crude_risk_difference == pytest.approx(-0.3114, abs=5e-5)


@pytest.mark.parametrize(("measure", "printed"), [("rr", (0.9614, 0.9450, 0.9641)), ("or", (0.9490, 0.9278, 0.9525))])
def test_probabilistic_exposure(measure: str, printed: tuple[float, ...]) -> None:
    """Chapter 8 in episensr's tests: Se ~ Beta(50.6, 14.3), Sp ~ Beta(70, 1), 100,000 draws."""
    found = probabilistic_bias(
        *HIV, kind="exposure", measure=measure, draws=100_000,
        sensitivity=(("beta", 50.6, 14.3),), specificity=(("beta", 70, 1),),
    )  # fmt: skip
    np.testing.assert_allclose(found.systematic, printed, atol=4e-4)


@pytest.mark.parametrize(("measure", "printed"), [("rr", (2.4695, 2.2612, 2.7380)), ("or", (3.2446, 2.9278, 3.6446))])
def test_probabilistic_outcome_with_correlated_values(measure: str, printed: tuple[float, ...]) -> None:
    """Fox et al. 2023 in episensr's tests: 40 of 100 against 20 of 100, correlation .8 between the arms."""
    found = probabilistic_bias(
        40, 100, 20, 100, kind="outcome", measure=measure, draws=100_000, correlation=0.8,
        sensitivity=(("beta", 254, 24), ("trapezoidal", 0.94, 0.96, 0.98, 1)),
        specificity=(("beta", 450, 67), ("trapezoidal", 0.9, 0.92, 0.93, 0.95)),
    )  # fmt: skip
    np.testing.assert_allclose(found.systematic, printed, rtol=4e-3)


def test_probabilistic_exposure_with_correlated_values() -> None:
    """The same paper's exposure example: median 2.7536, limits 2.3295 and 5.0172. The upper tail hangs on how the
    correlation is made and on the draws set aside, hence 3 %.
    """
    found = probabilistic_bias(
        40, 100, 20, 100, kind="exposure", draws=200_000,
        sensitivity=(("beta", 25, 3), ("beta", 45, 7)),
        specificity=(("trapezoidal", 0.9, 0.93, 0.97, 1), ("trapezoidal", 0.8, 0.83, 0.87, 0.9)),
    )  # fmt: skip
    np.testing.assert_allclose(found.systematic, [2.7536, 2.3295, 5.0172], rtol=3e-2)
    np.testing.assert_allclose(found.systematic[:2], [2.7536, 2.3295], rtol=3e-3)
    assert found.rejected == pytest.approx(400, abs=150)
    assert found.share_rejected == found.rejected / 200_000


def test_random_error_alone_gives_the_conventional_interval() -> None:
    sure = {"sensitivity": (("constant", 1.0),), "specificity": (("constant", 1.0),)}
    found = probabilistic_bias(*HIV, measure="or", draws=400_000, **sure)  # type: ignore[arg-type]
    np.testing.assert_allclose(found.systematic, found.crude)
    np.testing.assert_allclose(found.total, [0.9542, 0.8093, 1.1252], rtol=3e-3)  # episensr's observed odds ratio
    found = probabilistic_bias(*HIV, draws=400_000, **sure)  # type: ignore[arg-type]
    np.testing.assert_allclose(found.total, [0.9654, 0.8524, 1.0933], rtol=3e-3)


def test_selection_and_confounder_draws() -> None:
    at = [(("constant", p)) for p in (0.94, 0.85, 0.64, 0.25)]
    found = probabilistic_bias(136, 433, 107, 272, kind="selection", selection=tuple(at), draws=100)
    np.testing.assert_allclose(found.systematic, 1.4838, atol=5e-5)
    found = probabilistic_bias(
        105, 632, 85, 178, kind="confounder", ratio=("lognormal", np.log(0.63), 0.0),
        prevalence=(("constant", 0.8), ("constant", 0.05)), draws=100,
    )  # fmt: skip
    np.testing.assert_allclose(found.systematic, 0.4851, atol=5e-5)


def test_the_same_seed_gives_the_same_draws() -> None:
    kwargs: dict[str, Any] = {"sensitivity": (("beta", 20, 3),), "specificity": (("uniform", 0.9, 1.0),), "draws": 500}
    one, two, other = (probabilistic_bias(40, 100, 20, 100, seed=s, **kwargs) for s in (5, 5, 6))
    assert np.array_equal(one.total, two.total)
    assert not np.array_equal(one.total, other.total)


def test_distributions_by_their_areas() -> None:
    u = (np.arange(200_000) + 0.5) / 200_000
    triangle = quantiles("triangular", (0.2, 0.3, 0.7), u)
    assert triangle.mean() == pytest.approx(0.4, abs=1e-5)  # (low + mode + high) / 3
    trapezoid = quantiles("trapezoidal", (0.0, 0.2, 0.6, 1.0), u)
    assert np.mean(trapezoid <= 0.2) == pytest.approx(0.1 / 0.7, abs=1e-4)  # the rising part's share of the area
    assert np.mean(trapezoid >= 0.6) == pytest.approx(0.2 / 0.7, abs=1e-4)
    beta = quantiles("beta", (8, 2), u[::100])
    np.testing.assert_allclose(betainc(8, 2, beta), u[::100], atol=1e-12)
    assert np.all(quantiles("triangular", (0.5, 0.5, 0.5), u[:3]) == 0.5)


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda: misclassification(*HIV, sensitivity=0.5, specificity=0.4), "no better|above 1"),
        (lambda: misclassification(*HIV, sensitivity=1.2, specificity=1), "sensitivity must lie"),
        (lambda: misclassification(5, 100, 5, 100, sensitivity=0.9, specificity=0.9), "impossible with these counts"),
        (lambda: misclassification(0, 10, 5, 10, sensitivity=1, specificity=1), "all four cells"),
        (lambda: misclassification(*HIV, sensitivity=1, specificity=1, of="age"), "of must be one of"),
        (lambda: selection_bias(5, 10, 5, 10, probabilities=[1, 1, 1]), "probabilities"),
        (lambda: selection_bias(5, 10, 5, 10, probabilities=[1, 1, 0, 1]), "probabilities must lie"),
        (lambda: unmeasured_confounder(9, 10, 5, 10, ratio=0.2, p1=0.9, p0=0.1), "impossible with these counts"),
        (lambda: probabilistic_bias(5, 10, 5, 10), "sensitivity must hold"),
        (
            lambda: probabilistic_bias(5, 10, 5, 10, sensitivity=(("beta", 2),), specificity=(("uniform", 0, 1),)),
            "beta takes 2",
        ),
        (
            lambda: probabilistic_bias(
                5, 10, 5, 10, sensitivity=(("uniform", 0.9, 0.5),), specificity=(("beta", 2, 2),)
            ),
            "must not decrease",
        ),
        (
            lambda: probabilistic_bias(
                5, 100, 5, 100, sensitivity=(("constant", 0.9),), specificity=(("constant", 0.9),)
            ),
            "every draw",
        ),
        (lambda: probabilistic_bias(5, 10, 5, 10, kind="selection"), "four distributions"),
        (lambda: probabilistic_bias(5, 10, 5, 10, kind="confounder"), "ratio and prevalence"),
    ],
)
def test_refusals(call: Any, words: str) -> None:
    with pytest.raises(ValueError, match=words):
        call()
