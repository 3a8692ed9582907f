"""One p-value out of several imputed data sets."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from onearm.stats.imputation import combined_p_value, rubin


def test_a_case_on_paper() -> None:
    """Roots 2.5758, 2.0537, 1.6954: mean square 4.576, r = 4/3 x .1960, D = 3.213 with 1 and 46.6 df."""
    assert combined_p_value([0.01, 0.04, 0.09]) == pytest.approx(0.0795, abs=5e-5)


@given(st.floats(1e-12, 1), st.integers(2, 40))
def test_the_same_p_everywhere_is_that_p(p: float, m: int) -> None:
    assert combined_p_value([p] * m) == pytest.approx(p, rel=1e-9)


def test_it_is_near_the_pooled_wald_test() -> None:
    """Estimates with a known variance of 1: the test without estimates says about what Rubin's rules say."""
    draws = np.random.default_rng(4).normal(2.4, 0.3, 200)
    from math import erfc

    p = [erfc(abs(z) / 2**0.5) for z in draws]
    assert combined_p_value(p) == pytest.approx(float(rubin(draws, np.ones(200)).p_value[0]), rel=0.05)


@pytest.mark.parametrize("p", [[0.1], [0.1, 0.0], [0.1, 1.5], [0.1, float("nan")], [[0.1, 0.2]]])
def test_what_is_no_p_value_is_refused(p: list[float]) -> None:
    with pytest.raises(ValueError, match="p_values"):
        combined_p_value(p)
